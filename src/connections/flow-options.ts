import type { ConnectionRate } from '../firewall/connection-rate';

/** Details of a flow. */
export interface FlowOptions {
  /**
   * What the flow is for; printable text, at most 80 characters. It appears in the comments of the rules and in reports.
   *
   * @default - 'SOURCE > DESTINATION PORT'
   */
  readonly description?: string;

  /**
   * New connections that each source address may open; the excess is dropped. Error: `NeedsGuard` on an `UnguardedDaemon`.
   *
   * @default - not limited
   */
  readonly rate?: ConnectionRate;

  /**
   * Whether the flow stays closed over IPv6 if containers have IPv6. UDP flows and pings need this in a network of several members: over IPv6 any
   * member can send with a forged source address.
   *
   * @default false
   */
  readonly ipv4Only?: boolean;

  /**
   * Whether the flow runs in a *conduit*: a network that contains only its two ends, so that no other member can read the traffic, forge addresses or
   * be reached on layer 2. The flow is open only there, even if the ends share a segment: `NAME.NETWORK` with the network of the conduit is the name
   * of the destination there. Both ends must be workloads. Further flows between the two share it.
   *
   * @default - false, but true where an end holds NET_RAW or NET_ADMIN
   */
  readonly conduit?: boolean;
}
