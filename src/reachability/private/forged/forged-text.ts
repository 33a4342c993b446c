import type { ForgedCell } from './forged-cell';
import { groupBy } from '../../../private/multimap';
import { DEFAULT_BRIDGE } from '../../../topology/private/senders';
import type { ReachabilityChange, ReachableCell } from '../../results';
import type { Labels } from '../labels';
import { ECHO_REQUEST, NO_PORTS, type PortSet, portSetText, union } from '../matrix/port-set';

/** The sender, in words. */
export function forgerText({ source: { party }, forged }: ForgedCell, labels: Labels): string {
  return forged.isOnDefaultBridge ? `containers not managed by Bulkhead on ${DEFAULT_BRIDGE.bridge}` : labels.party(party);
}

/** Which source it takes, and when that leads anywhere. */
export function asText({ forged: { as, within } }: ForgedCell): string {
  const owner = as.party.kind === 'container' ? `, an address of ${as.party.key}` : '';
  return `by datagrams with a forged source (${as.address}${owner})${within ? ', inside an existing connection of other endpoints' : ''}`;
}

/** What would close it. */
export function wayOut({ family, source: { party }, forged }: ForgedCell, hasGuard: boolean): string {
  if (hasGuard) {
    return 'place a workload with NET_RAW or NET_ADMIN alone in its segment, and use a segment of two workloads for datagrams over IPv6';
  }
  const guard = 'use a HardenedDaemon, whose guard accepts a source only from the network that it belongs to';
  if (party.kind === 'container' && family === 'ipv6') {
    return `${guard}; or leave out 'dualStack', so that no container can send from the IPv6 address of another container`;
  }
  if (party.kind !== 'outside' || forged.isOnDefaultBridge || forged.within) return guard;
  return `${guard}; or set the policy of FORWARD to DROP on the host and declare it with 'forwardPolicyDrop'`;
}

/** Everything of one kind between two ends, with the first cell of it. */
export function forgedGroups(cells: readonly ForgedCell[], labels: Labels): { readonly first: ForgedCell; readonly ports: PortSet }[] {
  const between = groupBy(cells, (cell) =>
    JSON.stringify([forgerText(cell, labels), labels.party(cell.receiver), cell.certain, cell.forged.within !== undefined]),
  );
  return [...between.values()].map((some) => ({ first: some[0], ports: some.reduce((sum, { ports }) => union(sum, ports), NO_PORTS) }));
}

/** The same in one line each. */
export function forgedLines(cells: readonly ForgedCell[], labels: Labels): ReachableCell[] {
  return forgedGroups(cells, labels)
    .map(({ first, ports }): ReachableCell => ({
      source: forgerText(first, labels),
      destination: labels.party(first.receiver),
      ports: forgedPorts(ports),
      certain: first.certain,
      forgedSource: first.forged.within ? 'standing' : 'new',
    }))
    .sort((a, b) => (`${a.source}\n${a.destination}` < `${b.source}\n${b.destination}` ? -1 : 1));
}

/** Lines that are not in both. */
export function forgedChanges(before: readonly ReachableCell[], now: readonly ReachableCell[]): ReachabilityChange[] {
  const forged = (lines: readonly ReachableCell[]) =>
    new Map(lines.flatMap((line) => (line.forgedSource ? [[JSON.stringify(line), line] as const] : [])));
  const [was, is] = [forged(before), forged(now)];
  const only = (
    lines: ReadonlyMap<string, ReachableCell>,
    others: ReadonlyMap<string, ReachableCell>,
    told: (ports: string) => Pick<ReachabilityChange, 'opened' | 'closed'>,
  ) =>
    [...lines]
      .filter(([key]) => !others.has(key))
      .map(([, { source, destination, ports, forgedSource }]) => ({ source, destination, ...told(ports), forgedSource }));
  return [...only(is, was, (ports) => ({ opened: ports, closed: '' })), ...only(was, is, (ports) => ({ opened: '', closed: ports }))];
}

export function forgedPorts(ports: PortSet): string {
  return portSetText(echoOnly(ports));
}

/** For ICMP, the echo request represents all types. */
export function echoOnly(ports: PortSet): PortSet {
  return { ...ports, icmp: ports.icmp.filter(([first, last]) => first <= ECHO_REQUEST && ECHO_REQUEST <= last) };
}
