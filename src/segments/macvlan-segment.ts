import { Annotations } from 'cdktf';
import type { Construct } from 'constructs';
import type { LanSegmentProps } from './lan-segment-props';
import { checkLanWire } from './private/check-wire';
import { WireSegment } from './wire-segment';

/** How the containers of a macvlan network reach each other. */
export enum MacvlanMode {
  /** The kernel of the host passes frames from one to the other. */
  BRIDGE = 'bridge',
  /** Every frame goes out to the switch, which must send back those for a neighbour (802.1Qbg, "hairpin" or "reflective relay"). */
  VEPA = 'vepa',
  /** Not at all. */
  PRIVATE = 'private',
  /** There is one container only, and the interface is its own. */
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
   * How many MAC addresses the port of the switch takes, that of the host included. More stations than that are a warning.
   *
   * @default - nothing is known of a limit, and a warning says that many networks have one
   */
  readonly macLimit?: number;
}

/**
 * A macvlan network: its members are stations of the LAN, each with a MAC address of its own.
 *
 * What they send and receive never meets the firewall of the host, so nothing narrows it: between members everything is open (in mode `bridge`), and
 * towards the LAN the proof says `UNKNOWN`. A flow between a member and a workload of another segment runs in that segment, where the guard narrows;
 * it puts nobody on the LAN.
 *
 * The kernel keeps the host and members apart; a `HostShim` lets them talk, under the guard.
 *
 * Clouds and hypervisors mostly drop frames of MAC addresses that they did not give out, and so do wireless networks. Two segments on one parent throw:
 * engines up to 26 refuse the second, later ones put both on one wire.
 *
 * Packets are as large as those of the parent: the engine takes no other size here, and what it is told of one it ignores.
 *
 * A MAC address cannot be fixed: no engine takes the one that Terraform's provider hands over. Up to 27 it follows from the IPv4 address; from 28 on it is
 * another one with every start.
 *
 * @see https://docs.docker.com/engine/network/drivers/macvlan/
 */
export class MacvlanSegment extends WireSegment {
  /** Interface of the host that the members hang on, with the ending of its VLAN. */
  public readonly parentName: string;

  constructor(scope: Construct, id: string, props: MacvlanSegmentProps) {
    const mode = props.mode ?? MacvlanMode.BRIDGE;
    const checked = checkLanWire(scope, id, props, { driver: 'macvlan', mode, macLimit: props.macLimit });
    super(scope, id, props.daemon, checked, { parent: checked.wire.parent, macvlan_mode: mode });
    this.parentName = checked.wire.parent;
    this.warn(mode, props.macLimit);
  }

  private warn(mode: MacvlanMode, macLimit: number | undefined): void {
    const warn = (text: string) => Annotations.of(this).addWarning(text);
    if (/^wl/.test(this.parentName)) {
      warn(
        `${this.parentName} looks like a wireless interface, and access points drop frames from additional MAC addresses; use an IpvlanSegment`,
      );
    }
    if (mode === MacvlanMode.VEPA) {
      warn(
        'in mode vepa containers reach each other only through a switch that sends frames back to the port that they came from; most switches do not',
      );
    }
    if (macLimit === undefined) {
      warn(
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
            `${this.parentName} has ${stations} MAC addresses, including the host's, and its switch accepts ${macLimit}; use an IpvlanSegment, which has one`,
          );
        }
        return [];
      },
    });
  }
}
