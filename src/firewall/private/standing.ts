import type { Match, Rule, Verdict } from './ir';
import { fromOurs, icmp, notFromOurs, notToOurs, rule, type Scope, toOurs } from './matches';

/*
 * Packets of connections that stand. Connection tracking compares addresses and ports and nothing else, so by itself its word lets everybody in who can
 * write the addresses of others. These rules ask for the interfaces as well: a packet passes where the first packet of its connection could have passed,
 * or the answer to it.
 *
 * That a source belongs to the bridge that it comes from is seen to before (`guardEnter`). So where the source lies in the block of the bridge that the
 * packet leaves by, that is the bridge that it came in by.
 */

const ESTABLISHED: Match = { kind: 'ct-state', states: ['ESTABLISHED'] };
const RELATED: Match = { kind: 'ct-state', states: ['RELATED'] };

/**
 * What a station that has got a packet can say of it: protocol or port unreachable, a fragment that never came, a wrong header. That a packet was too
 * big, that its time is up or that there is a better way only a router says, and there is none inside a segment.
 */
const OF_STATIONS = {
  ipv4: [
    [3, 2],
    [3, 3],
    [11, 1],
    [12, undefined],
  ],
  ipv6: [
    [1, 4],
    [3, 1],
    [4, undefined],
  ],
} as const;
/** A redirect is no error, and nobody outside gives our containers other routes. */
const REDIRECT = { ipv4: 5, ipv6: 137 } as const;

type Field = 'src' | 'dst';

/** Inside one bridge. */
export function standingInside(scope: Scope, verdict: Verdict): Rule[] {
  if (scope.sets.links === undefined) return [];
  const place = [fromOurs(scope), toOurs(scope), ...linked(scope, 'links', 'src', 'dst')];
  return standing('inside one bridge', verdict, place, stationErrors(scope));
}

/** From the edges to wherever the host routes, and back. */
export function standingOutside(scope: Scope, verdict: Verdict): Rule[] {
  if (scope.sets.edges === undefined) return [];
  const out = [fromOurs(scope), notToOurs(scope), ...linked(scope, 'edges', 'src', 'src')];
  const back = [notFromOurs(scope), toOurs(scope), ...linked(scope, 'edges', 'dst', 'dst')];
  return [
    ...standing('from an edge', verdict, out, stationErrors(scope)),
    ...standing('to an edge', verdict, back, [icmp(scope, REDIRECT[scope.family], true)]),
  ];
}

/** Between our bridges and the host itself. */
export function standingToHost(scope: Scope, verdict: Verdict): Rule[] {
  if (scope.sets.links === undefined) return [];
  return standing(
    'from our bridges to the host',
    verdict,
    [fromOurs(scope), ...linked(scope, 'links', 'src', 'src')],
    stationErrors(scope),
  );
}

/** The host is a router, too, and says what routers say. */
export function standingFromHost(scope: Scope, verdict: Verdict): Rule[] {
  if (scope.sets.links === undefined) return [];
  return standing('from the host to our bridges', verdict, [toOurs(scope), ...linked(scope, 'links', 'dst', 'dst')], [icmp(scope)]);
}

/** RELATED is said of what a helper expects, too, such as the data connection of FTP: only errors are let by. */
export function standing(where: string, verdict: Verdict, place: readonly Match[], errors: readonly Match[][]): Rule[] {
  return [
    rule(`connections that stand ${where}`, verdict, [...place, ESTABLISHED]),
    ...errors.map((error) => rule(`errors of connections that stand ${where}`, verdict, [...place, ...error, RELATED])),
  ];
}

function stationErrors(scope: Scope): Match[][] {
  return OF_STATIONS[scope.family].map(([type, code]) => icmp(scope, type, false, code));
}

/** Address and interface are one of a set: each is that of the packet's source (`src`), or where it goes (`dst`). */
export function linked({ sets }: Scope, which: 'links' | 'edges', address: Field, side: Field): Match[] {
  const set = sets[which];
  return set === undefined ? [] : [{ kind: 'in-set', set: set.name, fields: [address, side] }];
}
