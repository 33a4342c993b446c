import type { Family, RateSpec } from '../../topology/private/topology';

/**
 * Rules as data. The renderers, the packet walk and the reports are readers of this one tree; nothing ever parses text that we wrote ourselves.
 */
export type Match =
  | { readonly kind: 'in-interface'; readonly name: string; readonly prefix?: boolean; readonly negate?: boolean }
  | { readonly kind: 'out-interface'; readonly name: string; readonly prefix?: boolean; readonly negate?: boolean }
  | { readonly kind: 'source'; readonly block: string; readonly negate?: boolean }
  | { readonly kind: 'destination'; readonly block: string; readonly negate?: boolean }
  | { readonly kind: 'protocol'; readonly protocol: 'tcp' | 'udp' | 'sctp' | 'icmp' | 'ipv6-icmp' }
  /** Needs a `protocol` match before it. */
  | { readonly kind: 'destination-port'; readonly first: number; readonly last: number }
  | { readonly kind: 'icmp-type'; readonly type: number }
  | { readonly kind: 'ct-state'; readonly states: readonly CtState[] }
  | { readonly kind: 'ct-original'; readonly address?: string; readonly first?: number; readonly last?: number }
  | { readonly kind: 'ct-direction'; readonly direction: 'original' | 'reply' }
  /** Source address, protocol + destination port, destination address are an element of a set of the ruleset. */
  | { readonly kind: 'in-set'; readonly set: string }
  /**
   * Passes while the source stays at or under the rate. Rules with one `name` share one count per source.
   * With `sourceLength` all addresses of a block of that prefix length are one source: who is given an IPv6 /64 has 2^64 addresses.
   */
  | { readonly kind: 'rate-per-source'; readonly name: string; readonly rate: RateSpec; readonly sourceLength?: number }
  | { readonly kind: 'limit'; readonly amount: number; readonly per: 'second' | 'minute'; readonly burst: number };

export type CtState = 'NEW' | 'ESTABLISHED' | 'RELATED' | 'INVALID' | 'DNAT';

export type Verdict =
  | { readonly kind: 'accept' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'return' }
  | { readonly kind: 'jump'; readonly chain: string }
  | { readonly kind: 'log'; readonly prefix: string };

export interface Rule {
  readonly matches: readonly Match[];
  readonly verdict: Verdict;
  /** Who wanted it: a construct path or flow for a permission, a plain sentence for a rule that always stands. */
  readonly origin: string;
}

export type TableName = 'raw' | 'mangle' | 'nat' | 'filter';

export interface Chain {
  readonly table: TableName;
  readonly name: string;
  /** Chain from which this one is jumped to, at the first place. */
  readonly hook: 'FORWARD' | 'INPUT' | 'OUTPUT' | 'DOCKER-USER';
  readonly rules: readonly Rule[];
}

/** Pairs that share a rule: source address, protocol and destination port, destination address. */
export interface PairSet {
  readonly name: string;
  readonly elements: readonly PairElement[];
}

export interface PairElement {
  readonly source: string;
  readonly protocol: 'tcp' | 'udp' | 'sctp' | 'icmp' | 'ipv6-icmp';
  readonly first: number;
  readonly last: number;
  readonly destination: string;
  readonly origin: string;
}

export interface Ruleset {
  readonly family: Family;
  readonly chains: readonly Chain[];
  readonly sets: readonly PairSet[];
}
