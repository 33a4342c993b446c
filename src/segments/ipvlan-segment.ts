import type { Construct } from 'constructs';
import type { AddressRange } from './lan-segment-props';
import { checkIpvlan } from './private/check-ipvlan';
import { WireSegment } from './wire-segment';
import type { Cidr } from '../addressing/cidr';
import { lateValue } from '../private/late';
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

/**
 * An ipvlan network: its members are on a wire of the host's, all of them under the MAC address of the host. Switches, clouds and wireless networks that
 * take one MAC address per port take it.
 *
 * As with a `MacvlanSegment` nothing of the host's firewall narrows it: members reach each other on everything, towards the wire the proof says `UNKNOWN`,
 * and a flow with a workload of another segment runs there. The kernel keeps the host and members apart; in mode L2 a `HostShim` lets them talk.
 *
 * A cloud that checks the addresses of packets must be told of those of the containers.
 *
 * Packets are as large as those of the parent: the engine takes no other size here, and what it is told of one it ignores.
 *
 * @see https://docs.docker.com/engine/network/drivers/ipvlan/
 */
export class IpvlanSegment extends WireSegment {
  /** Interface of the host that the members hang on, with the ending of its VLAN. */
  public readonly parentName: string;

  /**
   * Routes that the router of the LAN needs in modes L3 and L3S, one for each block, such as `10.20.5.0/24 via 192.0.2.10`; none in mode L2. Tokens.
   * Where the host has another address on the wire of `parent` than the daemon names, that one belongs there. An IPv6 block has one where the daemon names
   * an IPv6 address of the host among its `additionalHostAddresses`.
   */
  public readonly routerRoutes: string[];

  constructor(scope: Construct, id: string, props: IpvlanSegmentProps) {
    const mode = props.mode ?? IpvlanMode.L2;
    const checked = checkIpvlan(scope, id, props, mode);
    super(scope, id, props.daemon, checked, { parent: checked.wire.parent, ipvlan_mode: mode });
    this.parentName = checked.wire.parent;
    const via = (block: string) => {
      const hop = this._peerRegistry.hostAddresses.find((address) => address.includes(':') === block.includes(':'));
      return hop === undefined ? [] : [`${block} via ${hop}`];
    };
    const { further = [] } = checked.wire;
    this.routerRoutes =
      mode === IpvlanMode.L2
        ? []
        : [
            lateValue(() => via(this._peerRegistry.wire(this.node.path)?.ipv4.block ?? '').join()),
            ...[...further, ...(checked.ipv6Block ? [checked.ipv6Block.text] : [])].flatMap(via),
          ];
  }
}
