import type { Cidr } from '../addressing/cidr';
import type { IDaemon } from '../topology/daemon';

/** Addresses from one to another, both included. */
export interface AddressRange {
  /** The lowest address. */
  readonly first: string;
  /** The highest address. */
  readonly last: string;
}

/** Properties of a segment whose members are machines of a LAN. */
export interface LanSegmentProps {
  /** Daemon to place the network on. */
  readonly daemon: IDaemon;

  /** Why containers must be machines of the LAN, at least 10 characters: no firewall of the host filters their traffic. */
  readonly reason: string;

  /**
   * Interface of the host whose LAN the containers join, at most 15 characters. With a `vlanId` its name gets that suffix, such as `eth0.10`, and
   * must still fit.
   */
  readonly parent: string;

  /**
   * Id of an 802.1Q VLAN, 1 to 4094. The host creates the sub-interface at boot, without addresses.
   *
   * @default - the untagged LAN of `parent`; to use an existing sub-interface, set `parent` to its name
   */
  readonly vlanId?: number;

  /** Block of the LAN, such as `192.168.1.0/24`. */
  readonly ipv4Block: Cidr;

  /** Router of the LAN. No container gets its address. */
  readonly ipv4Gateway: string;

  /**
   * Part of the block that the LAN reserves for this segment, /29 or larger; nothing else there may use it. Containers and the shim get their
   * addresses from its beginning; its end, a sixteenth and at least four addresses, is reserved for containers that are attached by hand.
   */
  readonly ipRange: Cidr;

  /**
   * Addresses that the DHCP server of the LAN assigns.
   *
   * @default - unknown, and not checked
   */
  readonly dhcpRange?: AddressRange;

  /**
   * IPv6 block of the LAN, such as `2001:db8:1::/64`. The daemon must be dual stack, and `ipv6Gateway` and `ipv6Range` are required with it. An
   * engine 27 throws unless router advertisements are accepted, because it cannot turn them off.
   *
   * @default - containers have only IPv4 addresses here, and the engine turns IPv6 off on their interfaces, even if a router announces it
   */
  readonly ipv6Block?: Cidr;

  /**
   * IPv6 address of the router, in the block. No container gets it.
   *
   * @default - none, without an `ipv6Block`
   */
  readonly ipv6Gateway?: string;

  /**
   * Part of the IPv6 block that the LAN reserves for this segment, /125 or larger. A container gets the position that its IPv4 address has in
   * `ipRange`, if that is free.
   *
   * @default - none, without an `ipv6Block`
   */
  readonly ipv6Range?: Cidr;

  /**
   * Addresses that the DHCP server of the LAN assigns for IPv6.
   *
   * @default - unknown, and not checked
   */
  readonly ipv6DhcpRange?: AddressRange;

  /**
   * Whether containers accept router advertisements, and configure the addresses and routes in them. Every machine on the LAN can send
   * advertisements. The proof does not know such addresses.
   *
   * @default false
   */
  readonly acceptRouterAdvertisements?: boolean;

  /**
   * Further addresses of the blocks, of either family, that other machines use.
   *
   * @default - none
   */
  readonly reservedAddresses?: string[];

  /**
   * The filter between the LAN and the containers that permits only declared flows, such as the port filter of a switch; at least 10 characters. The
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
