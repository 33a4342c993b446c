import type { Hook } from '../../../firewall/private/host-rules';
import type { IpProtocol, Rule } from '../../../firewall/private/ir';
import type { Family } from '../../../topology/private/terms';

/** The first packet of a connection that a sender wants to open. */
export interface ProbeSpec {
  readonly family: Family;
  readonly from: ProbeSource;
  /** Destination address. */
  readonly to: string;
  readonly protocol: IpProtocol;
  /** Destination port; protocols without ports need none. */
  readonly port?: number;
  /** An ephemeral one by default. */
  readonly sourcePort?: number;
  /** An echo request by default. */
  readonly icmpType?: number;
  readonly icmpCode?: number;
  /** It is enough that it arrives: the answer goes to the owner of the source, and a datagram needs none. */
  readonly oneWay?: true;
  /** Not the first packet of a connection, but one more of a connection that stands already: addresses and ports are those of it. */
  readonly within?: Standing;
}

/** A connection that other ends have opened, and the direction to which a packet claims to belong. */
export interface Standing {
  readonly opener: ProbeSpec;
  readonly direction: 'original' | 'reply';
}

export type ProbeSource =
  | {
      readonly kind: 'container';
      readonly key: string;
      /** Interface of the attachment that it uses, as with `SO_BINDTODEVICE`. By default each is tried. */
      readonly via?: string;
      /** One of its addresses. By default each is tried. */
      readonly address?: string;
      /** Both ends send only by their own routes, as an ordinary program does. */
      readonly routesOnly?: boolean;
    }
  | { readonly kind: 'host'; readonly address?: string; readonly routesOnly?: boolean }
  /**
   * A machine in the LAN of an uplink. It may send the host any packet, whatever its destination is: the host cannot rely on the internet to drop
   * private addresses.
   */
  | { readonly kind: 'outside'; readonly interface: string; readonly address: string; readonly routesOnly?: boolean };

export type Disposition = 'DELIVERED' | 'DROPPED' | 'UNREACHABLE' | 'UNKNOWN';

/** Of several ways the one with the highest counts. */
export const RANK: Readonly<Record<Disposition, number>> = { DELIVERED: 3, UNKNOWN: 2, DROPPED: 1, UNREACHABLE: 0 };

export interface Outcome {
  readonly disposition: Disposition;
  /** The direction in which it ended: a connection whose answer is lost is not delivered, but its first packet arrived. */
  readonly direction: 'original' | 'reply';
  readonly reason: Reason;
  /** Where the first packet arrived, if it did. */
  readonly receiver?: Receiver;
  /** For UNKNOWN: where it may have arrived. Undefined where that may be anywhere. */
  readonly receivers?: readonly Receiver[];
  /** What dropped it. */
  readonly decidedBy?: RulePlace;
  /** For UNKNOWN: the rules and things that could not be understood. */
  readonly doubts: readonly RulePlace[];
  /** The possible parties; more than one only if it is UNKNOWN. */
  readonly possible: readonly Disposition[];
  /** Empty unless a trace was requested. */
  readonly steps: readonly Step[];
}

export type Reason =
  | 'arrived'
  | 'rule'
  | 'policy'
  | 'no-address-of-family'
  | 'no-route'
  | 'nobody-has-address'
  | 'martian-source'
  | 'martian-destination'
  /** The host would not answer over the interface that it came by (`rp_filter`). */
  | 'reverse-path'
  | 'forwarding-off'
  /** The kernel separates a macvlan or ipvlan from its parent interface. */
  | 'kept-apart'
  | 'closed-wire'
  /** Something that Bulkhead does not manage filters between a LAN segment and its containers. */
  | 'guarded'
  | 'no-hairpin'
  /** The answer reaches another machine, or comes from an address that was not the destination. */
  | 'answer-astray'
  /** There is no connection that it could belong to. */
  | 'no-connection'
  | 'not-understood'
  | 'too-many-cases';

export interface Receiver {
  readonly kind: 'container' | 'host' | 'outside';
  /** Key of the container. */
  readonly container?: string;
  /** Interface of the attachment, or of the LAN segment outside. */
  readonly interface?: string;
  readonly address: string;
  readonly port: number;
  /** Address that the receiver takes it to come from. */
  readonly source: string;
  /** A proxy of the daemon accepted the connection and opened a new one. */
  readonly proxied: boolean;
}

/** A rule, or the policy of a chain where there is no rule. */
export interface RulePlace {
  readonly table: string;
  readonly chain: string;
  /** From zero. */
  readonly index?: number;
  readonly rule?: Rule;
  /** What is not understood, if it is not a rule. */
  readonly text?: string;
}

export interface Step {
  readonly at: Hook | 'start' | 'conntrack' | 'routing' | 'link' | 'proxy' | 'end';
  readonly direction: 'original' | 'reply';
  readonly place?: RulePlace;
  /** What happened, in a few words: a verdict, an interface, a state. */
  readonly what: string;
  /** How the packet is after it. */
  readonly packet: PacketText;
}

export interface PacketText {
  readonly protocol: string;
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  readonly in: string;
  readonly out: string;
  readonly state: string;
  readonly mark: number;
}
