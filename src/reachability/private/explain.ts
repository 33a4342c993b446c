import type { ForgedCell } from './forged/forged-cell';
import type { Labels } from './labels';
import { intersect, isEmpty, portSetOf } from './matrix/port-set';
import type { Proof } from './proof';
import { selects, selectsForger, type Selection } from './selection';
import { UPLINK } from './view-of';
import { type Outcome, type RulePlace, type ProbeSource, type ProbeSpec, RANK, type Step, type PacketText } from './walk/outcome';
import { isWildcard } from '../../firewall/private/blocks';
import type { Family, PortSpec } from '../../topology/private/terms';

/** One way from a peer to another, walked. */
export interface Told {
  readonly outcome: Outcome;
  readonly probe: ProbeSpec;
  /** What the deciding rule is for. */
  readonly decidedBy?: string;
  /** The same if declarations accept it, each of them. */
  readonly declarations?: readonly string[];
  /** For the path of a datagram with a source that is not the sender's. */
  readonly forged?: ForgedCell;
}

/** Addresses of the host and the port that a question names, where another end answers there. */
export interface AskedAt {
  readonly addresses: readonly string[];
  readonly port: number;
}

/** Of all ways from one peer to the other, the one that gets furthest. */
export function furthestWay(proof: Proof, source: Selection, destination: Selection, port: PortSpec, at?: AskedAt): Told | undefined {
  let best: Told | undefined;
  for (const probe of probesOf(proof, source, destination, port, at)) {
    const outcome = proof.trace(probe);
    if (!isAtDestination(outcome, destination)) continue;
    if (!best || RANK[outcome.disposition] > RANK[best.outcome.disposition]) {
      best = { outcome, probe, ...deciderOf(outcome, proof.labels) };
    }
    if (best.outcome.disposition === 'DELIVERED') return best;
  }
  return best;
}

/** A datagram with a source that is not the sender's, if one arrives. */
export function forgedWay(proof: Proof, source: Selection, destination: Selection, port: PortSpec): Told | undefined {
  const asked = portSetOf(port);
  const isAsked = (cell: ForgedCell) =>
    selectsForger(source, cell) && selects(destination, { ...cell.target, party: cell.receiver }) && !isEmpty(intersect(cell.ports, asked));
  const found = proof.forged.filter(isAsked);
  const cell = found.find(({ certain }) => certain) ?? found[0];
  if (cell === undefined) return undefined;
  const probe = forgedProbe(cell, port);
  const outcome = proof.trace(probe);
  return { outcome: cell.certain ? outcome : { ...outcome, disposition: 'UNKNOWN' }, probe, forged: cell };
}

function forgedProbe({ family, address, forged: { from, within, opener, direction } }: ForgedCell, port: PortSpec): ProbeSpec {
  const protocol = port.protocol === 'icmp' ? (family === 'ipv4' ? 'icmp' : 'ipv6-icmp') : port.protocol;
  const asked = port.protocol === 'icmp' ? {} : { port: port.first };
  return { family, from, to: address, protocol, ...asked, ...(within && opener ? { within: { opener, direction } } : { oneWay: true }) };
}

/** A packet to a publication may arrive at the host or at another workload: that is not a path to this one. */
function isAtDestination({ disposition, receiver }: Outcome, { containers, isHost }: Selection): boolean {
  if (disposition !== 'DELIVERED' || receiver === undefined) return true;
  if (receiver.kind === 'container') return containers.has(receiver.container!);
  return receiver.kind === 'host' ? isHost : true;
}

function* probesOf(proof: Proof, source: Selection, destination: Selection, port: PortSpec, at?: AskedAt): Generator<ProbeSpec> {
  const targets = at === undefined ? targetsOf(proof, destination, port) : at.addresses.map((to) => ({ to, port: at.port }));
  for (const { from, family: given } of sourcesOf(proof, source)) {
    for (const { to, port: asked } of targets) {
      const family: Family = to.includes(':') ? 'ipv6' : 'ipv4';
      if (given !== undefined && given !== family) continue;
      if (port.protocol === 'icmp') yield { family, from, to, protocol: family === 'ipv4' ? 'icmp' : 'ipv6-icmp' };
      else yield { family, from, to, protocol: port.protocol, port: asked };
    }
  }
}

/** The paths that programs use by default come first: a path that needs a special route is reported only if it leads further. */
function sourcesOf({ matrix }: Proof, source: Selection): { from: ProbeSource; family?: Family }[] {
  const containers = [...source.containers];
  return [
    ...containers.map((key) => ({ from: { kind: 'container', key, routesOnly: true } as const })),
    ...containers.map((key) => ({ from: { kind: 'container', key } as const })),
    ...(source.isHost ? [{ from: { kind: 'host' } as const }] : []),
    ...matrix.outside
      .filter((endpoint) => selects(source, endpoint))
      .map(({ address }) => ({
        from: { kind: 'outside', interface: UPLINK, address: source.single ?? address } as const,
        family: address.includes(':') ? ('ipv6' as const) : ('ipv4' as const),
      })),
  ];
}

function targetsOf({ view, matrix, derived }: Proof, destination: Selection, port: PortSpec): { to: string; port: number }[] {
  const at = (to: string | undefined, asked = port.first) => (to === undefined ? [] : [{ to, port: asked }]);
  const own = view.containers
    .filter(({ key }) => destination.containers.has(key))
    .flatMap(({ attachments }) => attachments.flatMap(({ ipv4, ipv6 }) => [...at(ipv4), ...at(ipv6)]));
  const published = derived.topology.publications
    .filter(({ workload, targetPort }) => destination.containers.has(workload) && leadsTo(targetPort, port))
    .flatMap(({ hostAddress, hostPort, targetPort }) => {
      const asked = hostPort.first + Math.max(port.first, targetPort.first) - targetPort.first;
      const addresses = isWildcard(hostAddress) ? derived.topology.hostAddresses : [hostAddress];
      return addresses.flatMap((address) => at(address, asked));
    });
  const host = destination.isHost ? view.interfaces.flatMap(({ addresses }) => addresses.flatMap((text) => at(text.split('/')[0]))) : [];
  const outside = matrix.outside
    .filter((endpoint) => selects(destination, endpoint))
    .flatMap(({ address }) => at(destination.single ?? address));
  return [...own, ...published, ...host, ...outside];
}

function leadsTo(target: PortSpec, port: PortSpec): boolean {
  return target.protocol === port.protocol && target.first <= port.last && port.first <= target.last;
}

/** What decides, in words, and the declarations that accept the packet. */
export function deciderOf({ disposition, decidedBy, steps }: Outcome, labels: Labels): Pick<Told, 'decidedBy' | 'declarations'> {
  if (disposition !== 'DELIVERED') {
    return { decidedBy: decidedBy && placeText(decidedBy) };
  }
  const declarations = steps.map((step) => labels.declarationsOf(step)).find(({ length }) => length > 0);
  return { decidedBy: declarations && declarationText(declarations), declarations };
}

/** Several declarations in one line. */
export function declarationText(declarations: readonly string[]): string {
  return declarations.join(' and ');
}

/** The purpose of a rule, or the chain that ended without one. */
export function placeText({ table, chain, rule, text }: RulePlace): string {
  return rule?.origin ?? text ?? `the policy of ${table} ${chain}`;
}

/** One line of a way. */
export function stepText({ at, direction, place, what, packet }: Step, labels: Labels): string {
  const where = place === undefined ? at : `${at}, ${chainText(place)}`;
  const why = place === undefined ? '' : ` (${placeText(place)})`;
  return `${direction === 'reply' ? 'reply, ' : ''}${where}: ${what}${why} [${packetText(packet, labels)}]`;
}

/** Where a rule stands. */
export function chainText({ table, chain, index }: RulePlace): string {
  return `${table} ${chain}${index === undefined ? '' : ` rule ${index + 1}`}`;
}

/** What a packet says of itself. */
export function packetText(
  { protocol, source, sourcePort, destination, destinationPort }: PacketText,
  labels: Pick<Labels, 'port'>,
): string {
  return `${protocol} ${endText(source, sourcePort, labels)} > ${endText(destination, destinationPort, labels)}`;
}

function endText(address: string, port: number, labels: Pick<Labels, 'port'>): string {
  if (port === 0) return address;
  return `${address.includes(':') ? `[${address}]` : address}:${labels.port(port)}`;
}
