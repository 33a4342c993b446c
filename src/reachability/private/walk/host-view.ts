import type { HostRules } from '../../../firewall/private/host-rules';
import type { WireMode, Family } from '../../../topology/private/terms';

/** A host as packets see it: interfaces, addresses, routes, namespaces of containers, and all rules of both families. The walk knows nothing else. */
export interface HostView {
  readonly rules: Readonly<Record<Family, HostRules>>;
  /** Interfaces of the host's own namespace. */
  readonly interfaces: readonly HostInterface[];
  readonly routes: readonly Route[];
  /** Where other rules choose among tables than those that every host has. The host's own addresses come before all of them. */
  readonly policy?: Readonly<Record<Family, readonly RoutingRule[]>>;
  readonly containers: readonly ContainerView[];
  /** The listeners for publications that forward from the host, one per binding, if the daemon's userland proxy is on. */
  readonly proxies: readonly ProxyListener[];
  readonly forwarding: Readonly<Record<Family, boolean>>;
  /** Known LAN segments to which containers are attached directly; for others, a macvlan in mode `bridge`, and an outside that gets through. */
  readonly wires?: readonly Wire[];
}

/** The LAN segment of an interface of the host, as its containers have it. */
export interface Wire {
  readonly parent: string;
  readonly mode: WireMode;
  /** Only its containers are on it: the LAN segment is an overlay. */
  readonly isClosed?: boolean;
  /** What filters between the containers and the rest of the LAN segment. */
  readonly guardedBy?: string;
}

export interface HostInterface {
  readonly name: string;
  readonly kind: 'loopback' | 'uplink' | 'bridge' | 'macvlan-shim';
  /**
   * Addresses with prefix length; their blocks are on the link without a route. The model assumes that an uplink without one of a family has one,
   * shown as `0.0.0.0` or `::`; any other interface has none.
   */
  readonly addresses: readonly string[];
  /** For a bridge: whether frames between its ports meet the rules, by family (`bridge-nf-call-…` of the bridge or of the host). */
  readonly filtersFrames?: Readonly<Record<Family, boolean>>;
  /** For a bridge: whether a frame may leave by the port that it came from, which a hairpin of a container to itself needs. */
  readonly hairpin?: boolean;
  /** Packets to 127.0.0.0/8 are routed here instead of refused as martians. */
  readonly routeLocalnet?: boolean;
  /** For a shim: the interface whose LAN segment it shares. */
  readonly parent?: string;
  /** For an uplink: it has no addresses but those that are named. */
  readonly isComplete?: boolean;
  /** For a bridge: other machines than containers are attached to it, too, such as virtual machines or a LAN, with any addresses. */
  readonly hasOthers?: boolean;
  /** For IPv4: sources that the host would not answer over this interface (`strict`), or over none (`loose`), are refused; `rp_filter`. */
  readonly reversePath?: 'strict' | 'loose';
}

/** The most specific one counts, and of equal ones the first. */
export interface Route {
  readonly block: string;
  readonly interface: string;
  /** Next hop; undefined where the destination is on the link. */
  readonly gateway?: string;
  /** Address that the host sends from. */
  readonly source?: string;
  /** There is no way to the block: `unreachable`, `blackhole` or `prohibit`. */
  readonly refuses?: boolean;
  /** Why it is not known whether this is the route, in words. */
  readonly doubt?: string;
}

/** `ip rule`: a packet that matches all of its fields uses its table; if that has no route, the next rule decides. */
export interface RoutingRule {
  /** As the host has it. */
  readonly text: string;
  readonly source?: string;
  readonly destination?: string;
  /** `lo` for what the host itself sends. */
  readonly inInterface?: string;
  readonly mark?: { readonly value: number; readonly mask: number };
  readonly negate?: boolean;
  /** `unclear`: its effect is not known. */
  readonly action: 'lookup' | 'refuse' | 'unclear';
  /** Of its table; undefined for `HostView.routes`. */
  readonly routes?: readonly Route[];
  /** A route of its table that is no longer than this is passed over. */
  readonly suppressLength?: number;
}

export interface ContainerView {
  /** Path of the construct, or the name of the container. */
  readonly key: string;
  readonly attachments: readonly Attachment[];
  /** Unknown facts about it, in words: then its packets in both directions are in doubt. */
  readonly doubt?: string;
  /** May have every address of the block that no other party on its link has. */
  readonly anywhereIn?: string;
}

export interface Attachment {
  /**
   * Bridge of the host, or for macvlan and ipvlan (in its L2 mode) the parent interface, whose name identifies the LAN segment that they share, as
   * the name of an overlay does.
   */
  readonly interface: string;
  readonly kind: 'bridge' | 'macvlan' | 'ipvlan' | 'overlay';
  readonly ipv4?: string;
  readonly ipv6?: string;
  /** By family, whether the container's default route leads over this attachment. */
  readonly isGateway: Readonly<Record<Family, boolean>>;
}

export interface ProxyListener {
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  /** `0.0.0.0` and `::` mean every address of their family. */
  readonly address: string;
  readonly port: number;
  /** The destination of its new connection. */
  readonly target: { readonly container: string; readonly address: string; readonly port: number };
}
