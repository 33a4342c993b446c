/** Ports on which one end reaches another. */
export interface ReachableCell {
  /** Construct path of a workload, `host`, or the addresses outside. */
  readonly source: string;
  /** Construct path of a workload, `host`, or the addresses outside. */
  readonly destination: string;
  /** Ports on the destination, such as `tcp/8080, udp/5000-5010`. */
  readonly ports: string;
  /** False if a rule that Bulkhead does not understand may change the result. */
  readonly certain: boolean;
  /**
   * Undefined if a connection arrives and its reply comes back. Otherwise only datagrams with a forged source arrive (UDP, pings, and other traffic
   * that needs no reply): `new` as first packets, `standing` only inside an existing connection of other endpoints.
   */
  readonly forgedSource?: string;
}

/** A port of a workload that is open to the outside. */
export interface Exposure {
  /** Construct path of the workload. */
  readonly workload: string;
  /** Address of the host that clients connect to. */
  readonly hostAddress: string;
  /**
   * Ports that clients connect to, such as `tcp/443`; `tcp/a port that the engine chooses` if it does, `every port that it listens on` on the host's
   * network.
   */
  readonly hostPorts: string;
  /** Ports of the workload that they lead to. */
  readonly targetPorts: string;
  /** Addresses from which it is reachable, as blocks. */
  readonly sources: string[];
  /** Whether it is reachable from all addresses outside. */
  readonly anywhere: boolean;
}

/** A container that is in no segment by choice. */
export interface WorkloadWithoutSegment {
  /** Construct path of the workload. */
  readonly workload: string;
  /** `host` for the network of the host, `none` for no network at all, `container` for the network of another container. */
  readonly network: string;
  /** The workload whose network it shares; otherwise undefined. Both reach each other on every port of 127.0.0.1. */
  readonly sharesWith?: string;
  /** The reason that the program gives. */
  readonly reason: string;
}

/** A rule that no packet can match. */
export interface ShadowedRule {
  /** `ipv4` or `ipv6`. */
  readonly family: string;
  /** Table and chain, such as `filter DOCKER-USER`. */
  readonly chain: string;
  /** What the rule is for. */
  readonly rule: string;
  /** What the earlier rules are for that match its packets. */
  readonly shadowedBy: string[];
  /** Whether one of those has another verdict: then the rule does not have its intended effect. */
  readonly differs: boolean;
}

/** How an answer differs between two topologies. */
export interface ReachabilityChange {
  readonly source: string;
  readonly destination: string;
  /** Ports that are newly open; empty if there are none. */
  readonly opened: string;
  /** Ports that are no longer open; empty if there are none. */
  readonly closed: string;
  /** As in a `ReachableCell`. */
  readonly forgedSource?: string;
}
