import type { HostRules } from '../../../firewall/private/host-rules';
import type { IpProtocol, Match } from '../../../firewall/private/ir';
import { UNNAMED } from '../../../reachability/private/matrix/port-atoms';
import { NO_PORTS, type PortSet, union } from '../../../reachability/private/matrix/port-set';
import type { HostView } from '../../../reachability/private/walk/host-view';
import type { Family } from '../../../topology/private/terms';

/** Ports that no rule and no listener of the engine tells from each other. */
export interface PortClass {
  readonly protocol: IpProtocol;
  readonly port: number;
  readonly ports: PortSet;
}

const TRANSPORTS = ['tcp', 'udp', 'sctp'] as const;

/** Classes of the destination ports of one family, and the ping. */
export function portClasses({ rules, proxies }: HostView, family: Family): PortClass[] {
  const starts = new Set<number>([0]);
  const cut = (first: number, last: number) => [first, last + 1].forEach((at) => starts.add(at));
  portsIn(rules[family]).forEach(([first, last]) => cut(first, last));
  proxies.forEach(({ port, target }) => [port, target.port].forEach((each) => cut(each, each)));
  const sorted = [...starts].filter((start) => start <= 65535).sort((a, b) => a - b);
  const ranges = sorted.map((first, i) => [first, (sorted[i + 1] ?? 65536) - 1] as const);
  return [
    ...TRANSPORTS.flatMap((protocol) => ranges.map((range) => ({ protocol, port: range[1], ports: { ...NO_PORTS, [protocol]: [range] } }))),
    { protocol: family === 'ipv4' ? 'icmp' : 'ipv6-icmp', port: 0, ports: { ...NO_PORTS, icmp: [[8, 8]] } },
    { protocol: UNNAMED, port: 0, ports: { ...NO_PORTS, other: [[0, 0]] } },
  ];
}

export function unionOf(sets: readonly PortSet[]): PortSet {
  return sets.reduce(union, NO_PORTS);
}

function portsIn({ chains, sets }: HostRules): (readonly [number, number])[] {
  const ofMatch = (match: Match): (readonly [number, number])[] => {
    switch (match.kind) {
      case 'destination-port':
      case 'source-port':
        return [[match.first, match.last]];
      case 'port-list':
        return [...match.ranges];
      case 'ct-original':
        return match.first === undefined ? [] : [[match.first, match.last ?? match.first]];
      case 'any-of':
        return match.matches.flatMap(ofMatch);
      default:
        return [];
    }
  };
  const ofRules = chains.flatMap(({ rules }) =>
    rules.flatMap(({ matches, verdict }) => {
      const to = verdict.kind === 'dnat' || verdict.kind === 'redirect' ? verdict.first : undefined;
      const last = verdict.kind === 'dnat' || verdict.kind === 'redirect' ? verdict.last : undefined;
      return [...matches.flatMap(ofMatch), ...(to === undefined ? [] : [[to, last ?? to] as const])];
    }),
  );
  const ofSets = sets.flatMap((set) => ('elements' in set ? set.elements.map(({ first, last }) => [first, last] as const) : []));
  return [...ofRules, ...ofSets];
}
