import type { ForgedCell } from './forged-cell';
import { groupBy } from '../../../private/multimap';
import { DEFAULT_BRIDGE } from '../../../topology/private/senders';
import type { ReachabilityChange, ReachableCell } from '../../results';
import type { Labels } from '../labels';
import { ECHO_REQUEST, NO_PORTS, type PortSet, portSetText, union } from '../matrix/port-set';

/** Who sends, in words. */
export function forgerText({ source: { party }, forged }: ForgedCell, labels: Labels): string {
  return forged.isOnDefaultBridge ? `containers of others on ${DEFAULT_BRIDGE.bridge}` : labels.party(party);
}

/** Which source it takes, and when that leads anywhere. */
export function asText({ forged: { as, within } }: ForgedCell): string {
  const owner = as.party.kind === 'container' ? `, an address of ${as.party.key}` : '';
  return `by datagrams from a source that is not its own (${as.address}${owner})${within ? ', inside a connection of others' : ''}`;
}

/** What would close it. */
export function wayOut({ family, source: { party }, forged }: ForgedCell, hasGuard: boolean): string {
  if (hasGuard) return 'a workload with NET_RAW or NET_ADMIN must be alone in its segment, and datagrams over IPv6 need a segment of two';
  const guard = 'a HardenedDaemon keeps sources to the networks that they belong to';
  if (party.kind === 'container' && family === 'ipv6') return `${guard}; without 'dualStack' no container sends from an address of others`;
  if (party.kind !== 'outside' || forged.isOnDefaultBridge || forged.within) return guard;
  return `${guard}; so does a policy of FORWARD that drops, which 'forwardPolicyDrop' tells of`;
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

/** Of ICMP the echo request stands for all. */
export function echoOnly(ports: PortSet): PortSet {
  return { ...ports, icmp: ports.icmp.filter(([first, last]) => first <= ECHO_REQUEST && ECHO_REQUEST <= last) };
}
