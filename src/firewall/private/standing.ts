import type { Match, Rule, Verdict } from './ir';
import { DROP, from, fromOurs, icmp, notFromOurs, notToOurs, rule, type Scope, toOurs } from './matches';
import { forges } from '../../hardening/private/capabilities';

/*
 * Packets of established connections. Connection tracking compares only addresses and ports, so ESTABLISHED accepts every sender that can forge
 * addresses. These rules also match the interfaces: a packet passes where the first packet of its connection could have passed, or the answer to it.
 *
 * `guardEnter` has already checked that a source belongs to the bridge on which the packet arrived. If the source is in the block of the bridge by
 * which the packet leaves, this is also the bridge on which it arrived.
 */

/** A redirect is not an error, and no machine outside gives Bulkhead's containers other routes. */
export const REDIRECT = { ipv4: 5, ipv6: 137 } as const;

type Field = 'src' | 'dst';

export function standingInside(scope: Scope, verdict: Verdict): Rule[] {
  const place = linked(scope, 'links', 'src', 'dst');
  return place.length === 0 ? [] : standing('inside a bridge', verdict, [fromOurs(scope), toOurs(scope), ...place], icmp(scope));
}

/** Bridges that Docker creates for other networks: behind them are containers, and no peer that a Bulkhead container may connect to. */
export const OF_OTHERS: readonly Match[] = [
  { kind: 'in-interface', name: 'docker0' },
  { kind: 'in-interface', name: 'docker_gwbridge' },
  { kind: 'in-interface', name: 'br-', prefix: true },
];

/**
 * From the gateway network to every destination that the host routes, and back, but not from unmanaged containers, which can write any source
 * address; back in each state that an established connection may have.
 */
export function standingOutside(scope: Scope, verdict: Verdict, ways: readonly (readonly Match[])[]): Rule[] {
  const [out, back] = [linked(scope, 'gatewayLinks', 'src', 'src'), linked(scope, 'gatewayLinks', 'dst', 'dst')];
  if (out.length === 0) return [];
  return [
    ...standing('from a gateway network', verdict, [fromOurs(scope), notToOurs(scope), ...out], icmp(scope)),
    ...OF_OTHERS.map((bridge) =>
      rule('answers from other bridges', DROP, [bridge, toOurs(scope), { kind: 'ct-direction', direction: 'reply' }]),
    ),
    ...standing(
      'to a gateway network',
      verdict,
      [notFromOurs(scope), toOurs(scope), ...back],
      icmp(scope, { type: REDIRECT[scope.family], negate: true }),
      ways,
    ),
  ];
}

export function standingToHost(scope: Scope, verdict: Verdict): Rule[] {
  const place = linked(scope, 'links', 'src', 'src');
  return place.length === 0 ? [] : standing('to the host', verdict, [fromOurs(scope), ...place], icmp(scope));
}

/** The host is a router, too, and sends the errors of a router. */
export function standingFromHost(scope: Scope, verdict: Verdict): Rule[] {
  const place = linked(scope, 'links', 'dst', 'dst');
  return place.length === 0 ? [] : standing('from the host', verdict, [toOurs(scope), ...place], icmp(scope));
}

/**
 * The kernel knows which connection an error refers to, but not whether its sender is part of that connection. A container that creates raw packets
 * could end the connections of the host and of other containers with the outside. The kernels of all other containers send errors only about their
 * own connections.
 */
export function errorsOfForgers({ family, topology: { networks, workloads } }: Scope, to: readonly Match[]): Rule[] {
  const forgers = new Set(workloads.filter(forges).map(({ path }) => path));
  const error: Match[] = [
    { kind: 'protocol', protocol: family === 'ipv4' ? 'icmp' : 'ipv6-icmp' },
    { kind: 'ct-state', states: ['RELATED'] },
  ];
  return networks
    .filter((network) => network[family] !== undefined && network.members.some(({ workload }) => forgers.has(workload)))
    .map(({ bridge }) => rule('errors of who makes its own packets', DROP, [from(bridge), ...to, ...error]));
}

/** RELATED is said of what a helper expects, too, such as the data connection of FTP: of these only errors are accepted. */
export function standing(
  where: string,
  verdict: Verdict,
  place: readonly Match[],
  errors: readonly Match[],
  ways: readonly (readonly Match[])[] = [[]],
): Rule[] {
  return [
    ...ways.map((way) =>
      rule(`connections that stand ${where}`, verdict, [...place, { kind: 'ct-state', states: ['ESTABLISHED'] }, ...way]),
    ),
    rule(`errors of connections ${where}`, verdict, [...place, ...errors, { kind: 'ct-state', states: ['RELATED'] }]),
  ];
}

/** An address of the packet and an interface of it are one of a set; no match at all where the set would be empty. */
export function linked({ sets }: Scope, which: 'links' | 'gatewayLinks', address: Field, side: Field): Match[] {
  const set = sets[which];
  return set === undefined ? [] : [{ kind: 'in-set', set: set.name, fields: [address, side] }];
}
