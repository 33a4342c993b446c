import type { AddressRange } from './lan-segment-props';
import type { Cidr } from '../addressing/cidr';
import type { IDaemon } from '../topology/daemon';

/** What the kernel does between a container and the wire. */
export enum IpvlanMode {
  /** Containers are stations of the LAN, under the MAC address of the host. */
  L2 = 'l2',
  /** The kernel routes: containers have a block of their own, which the router of the LAN must send to the host. No broadcast comes through. */
  L3 = 'l3',
  /** The same, and what arrives passes the host's connection tracking. Engines before 23.0 do not know it, and with them it throws. */
  L3S = 'l3s',
}

/** Properties of an ipvlan segment. */
export interface IpvlanSegmentProps {
  /** Daemon to place the network on. */
  readonly daemon: IDaemon;

  /** Why containers must be on the wire, at least 10 characters: no firewall of the host stands between them and it. */
  readonly reason: string;

  /** Interface of the host whose wire the containers share, at most 15 characters; with a `vlanId` that counts as well, as in `eth0.10`. */
  readonly parent: string;

  /**
   * Id of an 802.1Q VLAN, 1 to 4094. The sub-interface is made on the host at boot, without addresses of its own.
   *
   * @default - the wire of `parent` itself; a sub-interface that exists already is named there
   */
  readonly vlanId?: number;

  /**
   * What the kernel does between a container and the wire.
   *
   * @default IpvlanMode.L2
   */
  readonly mode?: IpvlanMode;

  /**
   * In mode L2 the block of the LAN, which must be given. In the others the block of the segment.
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
   * Router of the LAN, in mode L2, where it must be given. The other modes have none: whatever leaves goes out by the parent.
   *
   * @default - none, in modes L3 and L3S
   */
  readonly ipv4Gateway?: string;

  /**
   * Part of the LAN's block that is set aside for this segment, /29 or larger; must be given in mode L2, and has no meaning in the others.
   *
   * @default - the whole block, in modes L3 and L3S
   */
  readonly ipRange?: Cidr;

  /**
   * Addresses that the DHCP server of the LAN gives away; for mode L2.
   *
   * @default - nothing is known of one, and nothing compared
   */
  readonly dhcpRange?: AddressRange;

  /**
   * In mode L2 the IPv6 block of the LAN, with `ipv6Gateway` and `ipv6Range`. In the others a block of the segment's own, /96 or larger, which the router
   * of the LAN must send to the host. The daemon must be dual stack. In mode L2 an engine 27 throws unless router advertisements are accepted: nothing
   * turns them off there.
   *
   * @default - containers have IPv4 addresses only here, and the engine turns IPv6 off on their interfaces, whatever a router announces
   */
  readonly ipv6Block?: Cidr;

  /**
   * IPv6 address of the router, in mode L2 with an `ipv6Block`, where it must be given.
   *
   * @default - none
   */
  readonly ipv6Gateway?: string;

  /**
   * Part of the LAN's IPv6 block that is set aside for this segment, /125 or larger; must be given in mode L2 with an `ipv6Block`.
   *
   * @default - the whole block, in modes L3 and L3S
   */
  readonly ipv6Range?: Cidr;

  /**
   * Addresses that the DHCP server of the LAN gives away for IPv6; for mode L2.
   *
   * @default - nothing is known of one, and nothing compared
   */
  readonly ipv6DhcpRange?: AddressRange;

  /**
   * Whether containers believe routers that announce themselves, and give themselves the addresses and routes that these name; for mode L2, since in the
   * others nothing of the kind comes through. The proof does not know such addresses.
   *
   * @default false
   */
  readonly acceptRouterAdvertisements?: boolean;

  /**
   * Further addresses of the LAN's blocks, of either family, that others have; for mode L2.
   *
   * @default - none
   */
  readonly reservedAddresses?: string[];

  /**
   * What stands between the wire and the containers and lets declared flows by alone, such as an access list of the router; at least 10 characters. The
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
