import { blockOf } from './blocks';
import type { Match, Rule } from './ir';
import { DROP, RETURN, rule, type Scope, source } from './matches';
import { normalize } from './normalize';
import { OF_OTHERS } from './standing';

/** Encapsulated Security Payload, by its number. */
const ESP: Match = { kind: 'protocol', protocol: '50' };

const MANAGEMENT = 2377;
const GOSSIP = 7946;

/**
 * The ports that the nodes of a swarm use, only for the addresses of the nodes. For all other senders they are closed, whatever the host's own
 * firewall permits. The rules trust the source of a packet, so if an underlay permits forged addresses, only encryption keeps frames out of an
 * overlay. But no node is behind an unmanaged bridge: a container there can write any source, and only these rules prevent it from writing into an
 * unencrypted overlay.
 *
 * The guard accepts nothing past Docker: Docker drops unencrypted frames for an encrypted overlay in rules that come after these.
 */
export function nodePorts(scope: Scope): Rule[] {
  const { swarm } = scope.topology;
  if (swarm === undefined) return [];
  const isManager = swarm.own?.role !== 'worker';
  const places: readonly { readonly what: string; readonly isOpen: boolean; readonly matches: readonly Match[] }[] = [
    { what: 'management', isOpen: isManager, matches: port('tcp', MANAGEMENT) },
    { what: 'gossip', isOpen: true, matches: port('tcp', GOSSIP) },
    { what: 'gossip', isOpen: true, matches: port('udp', GOSSIP) },
    { what: 'data', isOpen: true, matches: port('udp', swarm.dataPort) },
    { what: 'encrypted data', isOpen: true, matches: [ESP] },
  ];
  const nodes = swarm.nodes.filter(({ address }) => blockOf(address).family === scope.family);
  const open = places.flatMap(({ what, isOpen, matches }) =>
    nodes.flatMap(({ path, address }) =>
      isOpen ? [rule(`swarm ${what} from ${path}`, RETURN, [...source(scope, address, path), ...matches])] : [],
    ),
  );
  const forged =
    nodes.length === 0
      ? []
      : OF_OTHERS.map((bridge) => rule('swarm data from other bridges', DROP, [bridge, ...port('udp', swarm.dataPort)]));
  const outside: Match = { kind: 'in-interface', name: 'lo', negate: true };
  return [
    ...forged,
    ...normalize(open),
    ...places.map(({ what, matches }) => rule(`swarm ${what} from non-nodes`, DROP, [outside, ...matches])),
  ];
}

function port(protocol: 'tcp' | 'udp', number: number): Match[] {
  return [
    { kind: 'protocol', protocol },
    { kind: 'destination-port', first: number, last: number },
  ];
}
