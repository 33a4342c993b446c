import type { Construct } from 'constructs';
import { IpvlanMode, type IpvlanSegmentProps } from './ipvlan-segment-props';
import { checkIpvlan } from './private/check-ipvlan';
import { WireSegment } from './wire-segment';
import { lateValue } from '../private/late';
import { warnUnread } from '../private/warn-unread';

/**
 * An ipvlan network: its members are on a LAN of the host and all use the MAC address of the host. It works with switches, clouds and wireless
 * networks that accept one MAC address per port.
 *
 * As with a `MacvlanSegment` the host's firewall does not restrict it: members reach each other on every port, the proof reports `UNKNOWN` for
 * connections with the LAN, and a flow with a workload of another segment runs in that segment. The kernel isolates the host from members; in mode L2
 * a `HostShim` connects them.
 *
 * If a cloud checks the addresses of packets, configure the addresses of the containers there.
 *
 * The MTU is that of the parent: the engine ignores any other value.
 *
 * @see https://docs.docker.com/engine/network/drivers/ipvlan/
 */
export class IpvlanSegment extends WireSegment {
  /** Interface of the host that is the parent of the members, with the suffix of its VLAN. */
  public readonly parentName: string;

  /**
   * Routes that the router of the LAN needs in modes L3 and L3S, one for each block, such as `10.20.5.0/24 via 192.0.2.10`; none in mode L2. Tokens.
   * If the host has another address on the LAN of `parent` than `hostAddress` of the daemon, use that address instead. An IPv6 block has a route if
   * the daemon lists an IPv6 address of the host in `additionalHostAddresses`.
   */
  public readonly routerRoutes: string[];

  constructor(scope: Construct, id: string, props: IpvlanSegmentProps) {
    const mode = props.mode ?? IpvlanMode.L2;
    const checked = checkIpvlan(scope, id, props, mode);
    super(scope, id, props.daemon, checked, { parent: checked.wire.parent, ipvlan_mode: mode });
    warnUnread(this, 'IpvlanSegmentProps', props);
    this.parentName = checked.wire.parent;
    const via = (block: string) => {
      const hop = this._peerDeclarations.store.hostAddresses.find((address) => address.includes(':') === block.includes(':'));
      return hop === undefined ? [] : [`${block} via ${hop}`];
    };
    const { further = [] } = checked.wire;
    this.routerRoutes =
      mode === IpvlanMode.L2
        ? []
        : [
            lateValue(() => via(this._peerDeclarations.store.wire(this.node.path)?.ipv4.block ?? '').join()),
            ...[...further, ...(checked.ipv6Block ? [checked.ipv6Block.text] : [])].flatMap(via),
          ];
  }
}
