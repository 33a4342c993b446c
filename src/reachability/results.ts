/** Ports that one end gets through to another. */
export interface ReachableCell {
  /** Construct path of a workload, `host`, or the addresses outside. */
  readonly source: string;
  /** Construct path of a workload, `host`, or the addresses outside. */
  readonly destination: string;
  /** Ports on the destination, such as `tcp/8080, udp/5000-5010`. */
  readonly ports: string;
  /** False where a rule that is not understood may decide otherwise. */
  readonly certain: boolean;
  /**
   * Undefined where a connection gets through and its answer comes back. Else only datagrams get there (UDP, pings, and what else needs no answer), and
   * with a source that is not the sender's own: `new` as first packets, `standing` only inside a connection that others have opened.
   */
  readonly forgedSource?: string;
}

/** A port of a workload that is open to the outside. */
export interface Exposure {
  /** Construct path of the workload. */
  readonly workload: string;
  /** Address of the host that is asked. */
  readonly hostAddress: string;
  /** Ports that are asked there, such as `tcp/443`; `tcp/a port that the engine chooses` where it does, `every port that it listens on` on the host's network. */
  readonly hostPorts: string;
  /** Ports of the workload that they lead to. */
  readonly targetPorts: string;
  /** Addresses that get through, as blocks. */
  readonly sources: string[];
  /** Whether all addresses outside get through. */
  readonly anywhere: boolean;
}

/** A container that is in no segment by choice. */
export interface WorkloadWithoutSegment {
  /** Construct path of the workload. */
  readonly workload: string;
  /** `host` for the network of the host, `none` for no network at all. */
  readonly network: string;
  /** Why, in the words of the program. */
  readonly reason: string;
}

/** A rule that no packet can meet. */
export interface ShadowedRule {
  /** `ipv4` or `ipv6`. */
  readonly family: string;
  /** Table and chain, such as `filter DOCKER-USER`. */
  readonly chain: string;
  /** What the rule is for. */
  readonly rule: string;
  /** What the rules are for that take its packets before it. */
  readonly shadowedBy: string[];
  /** Whether one of those decides otherwise: then the rule was meant to do something that does not happen. */
  readonly differs: boolean;
}

/** How an answer differs between two topologies. */
export interface ReachabilityChange {
  readonly source: string;
  readonly destination: string;
  /** Ports that are open now and were not; empty when there are none. */
  readonly opened: string;
  /** Ports that were open and are not; empty when there are none. */
  readonly closed: string;
  /** As of a `ReachableCell`. */
  readonly forgedSource?: string;
}
