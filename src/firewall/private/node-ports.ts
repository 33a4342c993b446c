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
 * The ports by which the nodes of a swarm meet, for their addresses alone; for anybody else they are shut, whatever the host's own firewall says. Where
 * a packet comes from is what it says, so on an underlay that lets addresses be forged only encryption keeps frames out of an overlay. But no node is behind
 * a bridge of others: there a container writes any source, and nothing but these rules stands between it and an overlay in the clear.
 *
 * Nobody is let in past Docker: it drops what comes in the clear for an encrypted overlay in rules that come after these.
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
