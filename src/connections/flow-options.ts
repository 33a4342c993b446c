import type { ConnectionRate } from '../firewall/connection-rate';

/** Details of a flow. */
export interface FlowOptions {
  /**
   * What the flow is for; printable text, at most 80 characters. It stands in the comments of the rules and in reports.
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
   * Whether the flow stays shut over IPv6 where containers have it. Datagrams need it in a network of several members: over IPv6 any of them can
   * send from an address that is not its own.
   *
   * @default false
   */
  readonly ipv4Only?: boolean;

  /**
   * Whether the flow runs in a *conduit*: a network that its two ends alone are in, so that no neighbour is there to listen, to forge addresses or to be
   * reached on layer 2. The flow is open there alone, also where the ends share a segment: `NAME.NETWORK` with the network of the conduit is the name that
   * leads there. Both ends must be workloads. Further flows between the two share it.
   *
   * @default - false, but true where an end holds NET_RAW or NET_ADMIN
   */
  readonly conduit?: boolean;
}
