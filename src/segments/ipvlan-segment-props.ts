import type { AddressRange } from './lan-segment-props';
import type { Cidr } from '../addressing/cidr';
import type { IDaemon } from '../topology/daemon';

/** How the kernel connects a container to the LAN. */
export enum IpvlanMode {
  /** Containers are machines of the LAN, with the MAC address of the host. */
  L2 = 'l2',
  /** The kernel routes: containers have their own block, which the router of the LAN must route to the host. Broadcasts do not pass. */
  L3 = 'l3',
  /** The same, and incoming packets pass the host's connection tracking. It throws with engines before 23.0, which do not support it. */
  L3S = 'l3s',
}

/** Properties of an ipvlan segment. */
export interface IpvlanSegmentProps {
  /** Daemon to place the network on. */
  readonly daemon: IDaemon;

  /** Why containers must be on the LAN, at least 10 characters: no firewall of the host filters their traffic. */
  readonly reason: string;

  /** Interface of the host whose LAN the containers join, at most 15 characters; with a `vlanId` including its suffix, as in `eth0.10`. */
  readonly parent: string;

  /**
   * Id of an 802.1Q VLAN, 1 to 4094. The host creates the sub-interface at boot, without addresses.
   *
   * @default - the untagged LAN of `parent`; to use an existing sub-interface, set `parent` to its name
   */
  readonly vlanId?: number;

  /**
   * How the kernel connects a container to the LAN.
   *
   * @default IpvlanMode.L2
   */
  readonly mode?: IpvlanMode;

  /**
   * In mode L2 the block of the LAN, which is required. In the other modes the block of the segment.
   *
   * @default - in modes L3 and L3S a free /24 of the daemon's address pool, kept in the lock file
   */
  readonly ipv4Block?: Cidr;

  /**
   * More IPv4 blocks of the segment, each /28 or larger, in modes L3 and L3S. A container is in one of them when its `ipv4Address` is; the others are in
   * `ipv4Block`.
   *
   * @default - none
   */
  readonly additionalIpv4Blocks?: Cidr[];

  /**
   * Router of the LAN, required in mode L2. The other modes have none: all traffic leaves by the parent.
   *
   * @default - none, in modes L3 and L3S
   */
  readonly ipv4Gateway?: string;

  /**
   * Part of the LAN's block that is reserved for this segment, /29 or larger; required in mode L2, and not allowed in the others.
   *
   * @default - the whole block, in modes L3 and L3S
   */
  readonly ipRange?: Cidr;

  /**
   * Addresses that the DHCP server of the LAN assigns; for mode L2.
   *
   * @default - unknown, and not checked
   */
  readonly dhcpRange?: AddressRange;

  /**
   * In mode L2 the IPv6 block of the LAN, with `ipv6Gateway` and `ipv6Range`. In the others the segment's own block, /96 or larger, which the router
   * of the LAN must route to the host. The daemon must be dual stack. In mode L2 an engine 27 throws unless router advertisements are accepted,
   * because it cannot turn them off.
   *
   * @default - containers have only IPv4 addresses here, and the engine turns IPv6 off on their interfaces, even if a router announces it
   */
  readonly ipv6Block?: Cidr;

  /**
   * IPv6 address of the router, required in mode L2 with an `ipv6Block`.
   *
   * @default - none
   */
  readonly ipv6Gateway?: string;

  /**
   * Part of the LAN's IPv6 block that is reserved for this segment, /125 or larger; required in mode L2 with an `ipv6Block`.
   *
   * @default - the whole block, in modes L3 and L3S
   */
  readonly ipv6Range?: Cidr;

  /**
   * Addresses that the DHCP server of the LAN assigns for IPv6; for mode L2.
   *
   * @default - unknown, and not checked
   */
  readonly ipv6DhcpRange?: AddressRange;

  /**
   * Whether containers accept router advertisements, and configure the addresses and routes in them; for mode L2, because advertisements do not pass
   * in the others. The proof does not know such addresses.
   *
   * @default false
   */
  readonly acceptRouterAdvertisements?: boolean;

  /**
   * Further addresses of the LAN's blocks, of either family, that other machines use; for mode L2.
   *
   * @default - none
   */
  readonly reservedAddresses?: string[];

  /**
   * The filter between the LAN and the containers that permits only declared flows, such as an access list of the router; at least 10 characters. The
   * proof trusts this value.
   *
   * @default - whether the LAN reaches the containers is UNKNOWN
   */
  readonly guardedBy?: string;

  /**
   * Name of the Docker network: letters, digits, `_`, `.` and `-`, 2 to 58 characters.
   *
   * @default - the construct path in lower case, its parts joined by '-'
   */
  readonly networkName?: string;
}
