import type { DaemonConnection } from './daemon-connection';
import type { Cidr } from '../addressing/cidr';
import type { EngineVersion } from '../engine/engine-version';

/** Properties of every daemon. */
export interface DaemonProps {
  /** Engine that the host runs. The rules of its generation decide what is enforced. */
  readonly engine: EngineVersion;

  /** Address of the host in its network; publications may be opened on it. */
  readonly hostAddress: string;

  /**
   * Further addresses of the host that publications may be opened on.
   *
   * @default - only `hostAddress`
   */
  readonly additionalHostAddresses?: string[];

  /** Block that the networks of this daemon get their blocks from; nothing else may use this block. */
  readonly addressPool: Cidr;

  /**
   * Blocks in use elsewhere: the LAN, VPNs, routes of the host. Overlaps with networks of this daemon are an error.
   *
   * @default - blocks avoid only Docker's own default pools
   */
  readonly foreignBlocks?: Cidr[];

  /**
   * Whether networks have IPv6 beside IPv4, each with its own /64. Turning it on or off replaces every network and its containers.
   *
   * Engines before 27 write no rules for IPv6: on a `HardenedDaemon` only the guard restricts IPv6 traffic there, nothing can be published on an IPv6
   * address, and egress over IPv6 needs an `ipv6Pool` that is routed to the host; on an `UnguardedDaemon` nothing would separate two networks, so it
   * throws `Ipv6NotTranslated`. Docker turns forwarding of IPv6 on, after which the kernel no longer listens to router advertisements: a host that
   * has its IPv6 address or default route from them needs `net.ipv6.conf.IFACE.accept_ra=2` on that interface, or a static route.
   *
   * @default - true when `ipv6Pool` is given, otherwise false
   */
  readonly dualStack?: boolean;

  /**
   * IPv6 block, /64 or larger, that the networks of this daemon get their blocks from; nothing else may use this block. Errors: `WrongFamily`,
   * `Ipv6PoolKind`, and `Ipv6PoolUnused` with `dualStack: false`.
   *
   * @default - with `dualStack` a /48 of unique local addresses that follows from the construct path
   */
  readonly ipv6Pool?: Cidr;

  /**
   * MTU of the path from the host to the outside in bytes, 68 to 65535; tunnels and clouds often have less than 1500. A `BridgeSegment` with a larger
   * `mtu` is refused, and one without `mtu` does not get a larger one. Where it changes below 1500, those networks and their containers are replaced.
   * Error: `MtuRange`.
   *
   * @default - 1500 is assumed, and nothing compared
   */
  readonly uplinkMtu?: number;

  /**
   * How Terraform reaches the engine.
   *
   * @default - the socket /var/run/docker.sock of the machine that runs Terraform
   */
  readonly connection?: DaemonConnection;

  /**
   * Version constraint of the Terraform provider. Where several daemons have resources in one stack, the provider must satisfy all of their
   * constraints.
   *
   * @default '>= 3.6.2, < 5.0.0'
   */
  readonly providerVersion?: string;
}
