import type { Construct } from 'constructs';
import type { LanSegmentProps } from './lan-segment-props';
import { checkLanWire } from './private/check-wire';
import { WireSegment } from './wire-segment';
import { warn } from '../private/cdktf-hooks';
import { checkProps } from '../private/check-props';
import { childPath } from '../private/names';
import { warnUnread } from '../private/warn-unread';

/** How the containers of a macvlan network reach each other. */
export enum MacvlanMode {
  /** The kernel of the host passes frames from one to the other. */
  BRIDGE = 'bridge',
  /** Every frame goes to the switch, which must send back frames for another member (802.1Qbg, "hairpin" or "reflective relay"). */
  VEPA = 'vepa',
  /** Containers cannot reach each other. */
  PRIVATE = 'private',
  /** The segment has a single container, which owns the interface. */
  PASSTHRU = 'passthru',
}

/** Properties of a macvlan segment. */
export interface MacvlanSegmentProps extends LanSegmentProps {
  /**
   * How containers of the segment reach each other.
   *
   * @default MacvlanMode.BRIDGE
   */
  readonly mode?: MacvlanMode;

  /**
   * How many MAC addresses the port of the switch accepts, including that of the host. More machines cause a warning.
   *
   * @default - unknown, and a warning says that many networks have a limit
   */
  readonly macLimit?: number;
}

/**
 * A macvlan network: its members are machines of the LAN, each with its own MAC address.
 *
 * Their traffic does not pass the firewall of the host, so nothing restricts it: between members everything is open (in mode `bridge`), and the proof
 * reports `UNKNOWN` for connections with the LAN. A flow between a member and a workload of another segment runs in that segment, where the guard
 * restricts it; it attaches no other workload to the LAN.
 *
 * The kernel isolates the host from members; a `HostShim` connects them, and the guard restricts it.
 *
 * Most clouds and hypervisors drop frames from MAC addresses that they did not assign, and so do wireless networks. Two segments on one parent throw:
 * engines up to 26 refuse the second, later ones put both on one LAN.
 *
 * The MTU is that of the parent: the engine ignores any other value.
 *
 * A MAC address cannot be fixed: no engine uses the one that the Terraform provider passes. Up to 27 it follows from the IPv4 address; from 28 on it
 * changes with every start.
 *
 * @see https://docs.docker.com/engine/network/drivers/macvlan/
 */
export class MacvlanSegment extends WireSegment {
  /** Interface of the host that is the parent of the members, with the suffix of its VLAN. */
  public readonly parentName: string;

  constructor(scope: Construct, id: string, props: MacvlanSegmentProps) {
    checkProps(childPath(scope, id), 'MacvlanSegmentProps', props);
    const mode = props.mode ?? MacvlanMode.BRIDGE;
    const checked = checkLanWire(scope, id, props, { driver: 'macvlan', mode, macLimit: props.macLimit });
    super(scope, id, props.daemon, checked, { parent: checked.wire.parent, macvlan_mode: mode });
    warnUnread(this, 'MacvlanSegmentProps', props);
    this.parentName = checked.wire.parent;
    this.warn(mode, props.macLimit);
  }

  private warn(mode: MacvlanMode, macLimit: number | undefined): void {
    if (/^wl/.test(this.parentName)) {
      warn(
        this,
        `${this.parentName} looks like a wireless interface, and access points drop frames from additional MAC addresses; use an IpvlanSegment`,
      );
    }
    if (mode === MacvlanMode.VEPA) {
      warn(
        this,
        'in mode vepa containers reach each other only through a switch that sends frames back to the port that they came from; most switches do not',
      );
    }
    if (macLimit === undefined) {
      warn(
        this,
        "most clouds and hypervisors drop frames from MAC addresses that they did not assign (unless promiscuous mode and forged transmits are allowed), and a switch may limit the number of MAC addresses of a port; set that limit in 'macLimit', or use an IpvlanSegment",
      );
      return;
    }
    this.node.addValidation({
      validate: () => {
        const plan = this._peerDeclarations.store.wire(this.node.path);
        const stations = 1 + (plan?.members.length ?? 0) + (plan?.shim ? 1 : 0);
        if (stations > macLimit) {
          warn(
            this,
            `${this.parentName} has ${stations} MAC addresses, including the host's, and its switch accepts ${macLimit}; use an IpvlanSegment, which has one`,
          );
        }
        return [];
      },
    });
  }
}
