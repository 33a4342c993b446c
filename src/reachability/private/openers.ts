import { deciderOf } from './explain';
import type { Cell } from './matrix/matrix';
import type { PortSet } from './matrix/port-set';
import type { Proof } from './proof';
import { UPLINK } from './view-of';
import type { ProbeSource } from './walk/outcome';

/** The declarations that open a cell, each of them; none where the nature of the network opens it. */
export function openersOf(proof: Proof, cell: Cell, ports: PortSet): readonly string[] {
  // The port of the question: behind a publication another one arrives.
  const isPublished = cell.target.party.kind === 'host' && cell.receiver.kind === 'container';
  const asked = isPublished ? cell.asked : ports;
  const protocol = (['tcp', 'udp', 'sctp'] as const).find((each) => ports[each].length > 0 && asked[each].length > 0);
  const isPing = protocol === undefined && asked.icmp.length > 0;
  if (protocol === undefined && !isPing) return [];
  const outcome = proof.trace({
    family: cell.family,
    from: senderOf(cell),
    to: cell.address,
    ...(protocol === undefined
      ? { protocol: cell.family === 'ipv4' ? ('icmp' as const) : ('ipv6-icmp' as const) }
      : { protocol, port: asked[protocol][0][0] }),
  });
  return deciderOf(outcome, proof.labels).declarations ?? [];
}

function senderOf({ source: { party, address } }: Cell): ProbeSource {
  if (party.kind === 'container') return { kind: 'container', key: party.key, ...(address !== undefined && { address }) };
  return party.kind === 'host' ? { kind: 'host' } : { kind: 'outside', interface: UPLINK, address: address! };
}
