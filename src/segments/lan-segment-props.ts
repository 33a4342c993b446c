import type { Cidr } from '../addressing/cidr';
import type { IDaemon } from '../topology/daemon';

/** Addresses from one to another, both included. */
export interface AddressRange {
  /** The lowest address. */
  readonly first: string;
  /** The highest address. */
  readonly last: string;
}

/** Properties of a segment whose members are stations of a LAN. */
export interface LanSegmentProps {
  /** Daemon to place the network on. */
  readonly daemon: IDaemon;

  /** Why containers must be stations of the LAN, at least 10 characters: no firewall of the host stands between them and it. */
  readonly reason: string;

  /**
   * Interface of the host whose wire the containers share, at most 15 characters. With a `vlanId` its name gets that as an ending, such as `eth0.10`,
   * and must still fit.
   */
  readonly parent: string;

  /**
   * Id of an 802.1Q VLAN, 1 to 4094. The sub-interface is made on the host at boot, without addresses of its own.
   *
   * @default - the wire of `parent` itself; a sub-interface that exists already is named there
   */
  readonly vlanId?: number;

  /** Block of the LAN, such as `192.168.1.0/24`. */
  readonly ipv4Block: Cidr;

  /** Router of the LAN. No container gets its address. */
  readonly ipv4Gateway: string;

  /**
   * Part of the block that the LAN sets aside for this segment, /29 or larger; nothing else there may use it. Containers and the shim get their
   * addresses from its beginning; its end, a sixteenth and at least four addresses, is left to Docker for containers attached by hand.
   */
  readonly ipRange: Cidr;

  /**
   * Addresses that the DHCP server of the LAN gives away.
   *
   * @default - nothing is known of one, and nothing compared
   */
  readonly dhcpRange?: AddressRange;

  /**
   * IPv6 block of the LAN, such as `2001:db8:1::/64`. The daemon must be dual stack, and `ipv6Gateway` and `ipv6Range` go with it. An engine 27 throws
   * unless router advertisements are accepted: nothing turns them off there.
   *
   * @default - containers have IPv4 addresses only here, and the engine turns IPv6 off on their interfaces, whatever a router announces
   */
  readonly ipv6Block?: Cidr;

  /**
   * IPv6 address of the router, in the block. No container gets it.
   *
   * @default - none, without an `ipv6Block`
   */
  readonly ipv6Gateway?: string;

  /**
   * Part of the IPv6 block that the LAN sets aside for this segment, /125 or larger. A container gets the place that its IPv4 address has in `ipRange`,
   * where that is free.
   *
   * @default - none, without an `ipv6Block`
   */
  readonly ipv6Range?: Cidr;

  /**
   * Addresses that the DHCP server of the LAN gives away for IPv6.
   *
   * @default - nothing is known of one, and nothing compared
   */
  readonly ipv6DhcpRange?: AddressRange;

  /**
   * Whether containers believe routers that announce themselves, and give themselves the addresses and routes that these name. Whoever is on the LAN can
   * announce one. The proof does not know such addresses.
   *
   * @default false
   */
  readonly acceptRouterAdvertisements?: boolean;

  /**
   * Further addresses of the blocks, of either family, that others have.
   *
   * @default - none
   */
  readonly reservedAddresses?: string[];

  /**
   * What stands between the LAN and the containers and lets declared flows by alone, such as the port filter of a switch; at least 10 characters. The
   * proof takes your word for it.
   *
   * @default - whether the LAN gets through to the containers is UNKNOWN
   */
  readonly guardedBy?: string;

  /**
   * Name of the Docker network: letters, digits, `_`, `.` and `-`, 2 to 58 characters.
   *
   * @default - the construct path in lower case, its parts joined by '-'
   */
  readonly networkName?: string;
}
