/** Transport protocols a port can name. */
export type Protocol = 'tcp' | 'udp' | 'sctp' | 'icmp';

/** A set of ports of one protocol. For `icmp`, the range has no meaning (0–0) and the set represents echo requests. */
export interface PortSpec {
  readonly protocol: Protocol;
  readonly first: number;
  readonly last: number;
}

/** New connections (or new UDP conversations) each source may open; the excess is dropped. */
export interface RateSpec {
  readonly amount: number;
  readonly per: 'second' | 'minute' | 'hour' | 'day';
  readonly burst: number;
}

/** A family of addresses. */
export type Family = 'ipv4' | 'ipv6';

/** How a macvlan (the first four) or an ipvlan forwards frames; for a plugin this is not known. */
export type WireMode = 'bridge' | 'vepa' | 'private' | 'passthru' | 'l2' | 'l3' | 'l3s' | 'plugin';
