import type { PortSpec } from '../../../topology/private/terms';

/** Ascending, apart from each other by at least one number. */
export type Ranges = readonly (readonly [first: number, last: number])[];

/**
 * What a packet can request, by protocol: destination ports of the three transports, `icmp` for the types of ICMP (8 is an echo request in both
 * families), `other` for every further protocol, with 0 as its only number.
 */
export type PortSet = Readonly<Record<PortSetProtocol, Ranges>>;

export const PROTOCOLS = ['tcp', 'udp', 'sctp', 'icmp', 'other'] as const;
export type PortSetProtocol = (typeof PROTOCOLS)[number];

export const NO_PORTS: PortSet = { tcp: [], udp: [], sctp: [], icmp: [], other: [] };

export const EVERY_PORT: PortSet = { tcp: [[0, 65535]], udp: [[0, 65535]], sctp: [[0, 65535]], icmp: [[0, 255]], other: [[0, 0]] };

/** For ICMP, the declared flows know only the echo request. */
export const ECHO_REQUEST = 8;

/** The ports of a flow or publication. */
export function portSetOf({ protocol, first, last }: PortSpec): PortSet {
  return protocol === 'icmp' ? { ...NO_PORTS, icmp: [[ECHO_REQUEST, ECHO_REQUEST]] } : { ...NO_PORTS, [protocol]: [[first, last]] };
}

export function union(a: PortSet, b: PortSet): PortSet {
  return a === NO_PORTS ? b : b === NO_PORTS ? a : combine(a, b, uniteRanges);
}

export function subtract(a: PortSet, b: PortSet): PortSet {
  return a === NO_PORTS || b === NO_PORTS ? a : combine(a, b, subtractRanges);
}

export function intersect(a: PortSet, b: PortSet): PortSet {
  return combine(a, b, (x, y) => subtractRanges(x, subtractRanges(x, y)));
}

export function isEmpty(set: PortSet): boolean {
  return set === NO_PORTS || PROTOCOLS.every((protocol) => set[protocol].length === 0);
}

/** `tcp/443, udp/5000-5010, icmp/ping`; `nothing` for the empty set. */
export function portSetText(set: PortSet): string {
  const words = PROTOCOLS.flatMap((protocol) => set[protocol].map(([first, last]) => rangeText(protocol, first, last)));
  return words.length === 0 ? 'nothing' : words.join(', ');
}

/** The same for readers of long lists: `everything but tcp/8080`, if that is shorter. For ICMP, the echo request represents all types. */
export function shortPortSetText(set: PortSet): string {
  const rest = subtract({ ...EVERY_PORT, icmp: [[ECHO_REQUEST, ECHO_REQUEST]] }, set);
  if (isEmpty(rest)) return 'everything';
  const length = (ports: PortSet) => PROTOCOLS.reduce((sum, protocol) => sum + ports[protocol].length, 0);
  return length(rest) < length(set) ? `everything except ${portSetText(rest)}` : portSetText(set);
}

function rangeText(protocol: PortSetProtocol, first: number, last: number): string {
  if (protocol === 'other') return 'other protocols';
  if (protocol === 'icmp' && first === ECHO_REQUEST && last === ECHO_REQUEST) return 'icmp/ping';
  if (protocol === 'icmp') return first === last ? `icmp/type ${first}` : `icmp/types ${first}-${last}`;
  return first === last ? `${protocol}/${first}` : `${protocol}/${first}-${last}`;
}

function combine(a: PortSet, b: PortSet, by: (x: Ranges, y: Ranges) => Ranges): PortSet {
  return {
    tcp: by(a.tcp, b.tcp),
    udp: by(a.udp, b.udp),
    sctp: by(a.sctp, b.sctp),
    icmp: by(a.icmp, b.icmp),
    other: by(a.other, b.other),
  };
}

export function uniteRanges(a: Ranges, b: Ranges): Ranges {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const result: [number, number][] = [];
  for (const [first, last] of [...a, ...b].sort(([x], [y]) => x - y)) {
    const previous = result.at(-1);
    if (previous && first <= previous[1] + 1) {
      previous[1] = Math.max(previous[1], last);
    } else {
      result.push([first, last]);
    }
  }
  return result;
}

export function subtractRanges(a: Ranges, b: Ranges): Ranges {
  if (a.length === 0 || b.length === 0) return a;
  let left: (readonly [number, number])[] = [...a];
  for (const [from, until] of b) {
    left = left.flatMap(([first, last]): (readonly [number, number])[] => {
      if (until < first || last < from) return [[first, last]];
      const rest: (readonly [number, number])[] = [];
      if (first < from) rest.push([first, from - 1]);
      if (until < last) rest.push([until + 1, last]);
      return rest;
    });
  }
  return left;
}
