import type { Family, RateSpec } from '../../topology/private/terms';

/**
 * Rules as data: those of Bulkhead, those of Docker, and those that were read from a host. The compiler, the engine model and the parsers write this
 * one tree; the renderers, the packet walk and the reports read it.
 */
export type Match =
  | { readonly kind: 'in-interface'; readonly name: string; readonly prefix?: boolean; readonly negate?: boolean }
  | { readonly kind: 'out-interface'; readonly name: string; readonly prefix?: boolean; readonly negate?: boolean }
  /** The interface is one of several; nftables supports this, iptables does not. */
  | { readonly kind: 'interface-list'; readonly which: 'in' | 'out'; readonly names: readonly string[]; readonly negate?: boolean }
  | { readonly kind: 'source'; readonly block: string; readonly negate?: boolean }
  | { readonly kind: 'destination'; readonly block: string; readonly negate?: boolean }
  | { readonly kind: 'protocol'; readonly protocol: IpProtocol; readonly negate?: boolean }
  /** Needs a `protocol` match before it, as the other two of ports do. */
  | { readonly kind: 'destination-port'; readonly first: number; readonly last: number; readonly negate?: boolean }
  | { readonly kind: 'source-port'; readonly first: number; readonly last: number; readonly negate?: boolean }
  /** At least one of the ranges; iptables' `multiport`. */
  | {
      readonly kind: 'port-list';
      readonly which: 'source' | 'destination' | 'either';
      readonly ranges: readonly (readonly [first: number, last: number])[];
      readonly negate?: boolean;
    }
  | { readonly kind: 'icmp-type'; readonly type: number; readonly code?: number; readonly negate?: boolean }
  /** Of the flags in `mask` exactly those in `set` are set. */
  | { readonly kind: 'tcp-flags'; readonly mask: readonly TcpFlag[]; readonly set: readonly TcpFlag[]; readonly negate?: boolean }
  | { readonly kind: 'ct-state'; readonly states: readonly CtState[]; readonly negate?: boolean }
  | { readonly kind: 'ct-original'; readonly address?: string; readonly first?: number; readonly last?: number }
  /** The first packet of the connection came from there. */
  | { readonly kind: 'ct-source'; readonly block: string; readonly negate?: boolean }
  | { readonly kind: 'ct-direction'; readonly direction: 'original' | 'reply' }
  /** `assured`: connection tracking has seen an answer to the answer, which only a source that received the latter can send. `seen-reply`: an answer. */
  | { readonly kind: 'ct-status'; readonly status: 'assured' | 'seen-reply'; readonly negate?: boolean }
  /** The connection carries a label. With `set` it gets the label, if all other matches of the rule are met. */
  | { readonly kind: 'ct-label'; readonly label: number; readonly set?: boolean; readonly negate?: boolean }
  /** The type of an address in the host's routing; iptables' `addrtype`, nftables' `fib … type`. */
  | {
      readonly kind: 'address-type';
      readonly of: 'source' | 'destination';
      readonly type: AddressType;
      /** Only by the addresses of the interface on which the packet arrived, or by which it leaves. */
      readonly beside?: 'in' | 'out';
      readonly negate?: boolean;
    }
  /** The host would answer the source over the interface on which the packet arrived; `loose`: over any. iptables' `rpfilter`. */
  | { readonly kind: 'reverse-path'; readonly loose?: boolean; readonly negate?: boolean }
  /** A frame that stays on its bridge. */
  | { readonly kind: 'bridged'; readonly negate?: boolean }
  /** The mark of the connection. */
  | { readonly kind: 'ct-mark'; readonly value: number; readonly mask: number; readonly negate?: boolean }
  /** At least one of these is met; of an empty list none is. */
  | { readonly kind: 'any-of'; readonly matches: readonly Match[]; readonly negate?: boolean }
  | { readonly kind: 'mark'; readonly value: number; readonly mask: number; readonly negate?: boolean }
  /** A socket of the host itself sends the packet; iptables' `owner`. */
  | { readonly kind: 'host-socket'; readonly negate?: boolean }
  /**
   * The packet's `fields` are an element of a set of the ruleset. Without `fields`: source address, protocol and destination port, destination
   * address, the form of the sets of pairs that we make. In a set of links `src` is the interface that the packet came in by, `dst` the one it leaves by.
   */
  | { readonly kind: 'in-set'; readonly set: string; readonly fields?: readonly ('src' | 'dst')[]; readonly negate?: boolean }
  /**
   * Passes while the source stays at or under the rate. Rules with one `name` share one count per source. With `sourceLength`, all addresses of a
   * block of that prefix length are one source: the owner of an IPv6 network has all of its addresses. If there are more sources than `places`, the
   * kernel drops every packet of the next source, whatever other rules say.
   */
  | {
      readonly kind: 'rate-per-source';
      readonly name: string;
      readonly rate: RateSpec;
      readonly sourceLength?: number;
      readonly places?: number;
    }
  | { readonly kind: 'limit'; readonly amount: number; readonly per: 'second' | 'minute' | 'hour' | 'day'; readonly burst: number }
  /**
   * Read from a host and not understood. It may match or not, so every answer that depends on it is UNKNOWN. With `depends` it is understood, and
   * asks for what no text of a host tells: a count, the hour, a MAC address, the program that sends.
   */
  | { readonly kind: 'unknown'; readonly text: string; readonly depends?: true };

/** A protocol by the name that iptables prints, or by its number where it has none here. */
export type IpProtocol = 'tcp' | 'udp' | 'sctp' | 'icmp' | 'ipv6-icmp' | `${number}`;

export type TcpFlag = 'FIN' | 'SYN' | 'RST' | 'PSH' | 'ACK' | 'URG';

export type CtState = 'NEW' | 'ESTABLISHED' | 'RELATED' | 'INVALID' | 'UNTRACKED' | 'DNAT' | 'SNAT';

export type AddressType = 'local' | 'unicast' | 'broadcast' | 'multicast';

export type Verdict =
  | { readonly kind: 'accept' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'reject'; readonly with?: string }
  | { readonly kind: 'return' }
  | { readonly kind: 'jump'; readonly chain: string }
  /** Like a jump, but a return from there continues in the caller of this chain. */
  | { readonly kind: 'goto'; readonly chain: string }
  | { readonly kind: 'log'; readonly prefix: string }
  /** Without an address or a port, the packet keeps its own. */
  | { readonly kind: 'dnat'; readonly address?: string; readonly first?: number; readonly last?: number }
  | { readonly kind: 'redirect'; readonly first?: number; readonly last?: number }
  | { readonly kind: 'snat'; readonly address: string }
  | { readonly kind: 'masquerade' }
  | { readonly kind: 'set-mark'; readonly value: number; readonly mask: number }
  /** The connection gets a mark: this one, or that of the packet (`save`); or the packet gets that of the connection (`restore`). */
  | { readonly kind: 'ct-mark'; readonly how: 'set' | 'save' | 'restore'; readonly value: number; readonly mask: number }
  /** Puts the source into a set, if it has room, and continues. */
  | { readonly kind: 'add-source'; readonly set: string }
  /** The packet gets no conntrack entry. */
  | { readonly kind: 'notrack' }
  /** Decides nothing: a counter, a checksum, a clamped segment size. The text is the target's. */
  | { readonly kind: 'continue'; readonly text: string }
  /** Read from a host and not understood: it may do anything. */
  | { readonly kind: 'unknown'; readonly text: string; readonly depends?: true };

export interface Rule {
  readonly matches: readonly Match[];
  readonly verdict: Verdict;
  /**
   * The origin of the rule: a construct path or flow for a permission, a plain sentence for a rule that always exists, `docker …` for the engine's
   * rules.
   */
  readonly origin: string;
}

/**
 * A Bulkhead chain: its purpose, and the hook whose packets it sees. There is at most one for each role and hook. The backend determines its name and
 * its place among the chains of a host.
 */
export interface Chain {
  /** The guard only restricts, and meets a packet before Docker's rules do. The pass only opens what Docker would drop. */
  readonly role: 'guard' | 'pass';
  /** At `prerouting`, it runs before connection tracking sees the packet. */
  readonly hook: 'prerouting' | 'input' | 'forward' | 'output';
  readonly rules: readonly Rule[];
}

/** Pairs that share a rule: source address, protocol and destination port, destination address. */
export interface PairSet {
  readonly name: string;
  readonly elements: readonly PairElement[];
}

export interface PairElement {
  readonly source: string;
  readonly protocol: IpProtocol;
  readonly first: number;
  readonly last: number;
  readonly destination: string;
  readonly origin: string;
}

/** Addresses or networks, of one field; a set of ipset's `hash:net` or `hash:ip`, or of nftables. */
export interface AddressSet {
  readonly name: string;
  readonly blocks: readonly string[];
}

/** Networks, each with an interface; a set of ipset's `hash:net,iface`. */
export interface LinkSet {
  readonly name: string;
  readonly links: readonly LinkElement[];
}

export interface LinkElement {
  readonly block: string;
  readonly interface: string;
}

/** Sources that rules add, each for some seconds; its content is not known in advance. */
export interface SourceSet {
  readonly name: string;
  readonly seconds: number;
  readonly sourceLength?: number;
}

export type RuleSet = PairSet | AddressSet | LinkSet | SourceSet;

export interface Ruleset {
  readonly family: Family;
  readonly chains: readonly Chain[];
  readonly sets: readonly RuleSet[];
}
