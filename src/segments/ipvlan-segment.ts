import type { Construct } from 'constructs';
import { IpvlanMode, type IpvlanSegmentProps } from './ipvlan-segment-props';
import { checkIpvlan } from './private/check-ipvlan';
import { WireSegment } from './wire-segment';
import { lateValue } from '../private/late';

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
