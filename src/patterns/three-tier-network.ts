import { Construct } from 'constructs';
import { Peer } from '../connections/peer';
import { checkProps } from '../private/check-props';
import { childPath } from '../private/names';
import { warnUnread } from '../private/warn-unread';
import { requireOf } from '../reachability/private/prove';
import { Requirement } from '../reachability/requirement';
import { BridgeSegment } from '../segments/bridge-segment';
import type { IDaemon } from '../topology/daemon';
import { needDaemon } from '../topology/private/need-daemon';

/** Properties of a three-tier network. */
export interface ThreeTierNetworkProps {
  /** Daemon to place the networks on. */
  readonly daemon: IDaemon;
}

/** Which tier may open connections to which; within a tier declared flows are welcome. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = { dmz: ['dmz', 'app'], app: ['app', 'data'], data: ['data'] };

/**
 * Three segments, one behind the other: DMZ, APP and DATA.
 *
 * Flows run from DMZ to APP and from APP to DATA, on declared ports; any other flow between the tiers throws, such as DMZ to DATA. Only DMZ may
 * publish ports. No tier has egress until you declare it.
 *
 * On an `UnguardedDaemon` nothing enforces the direction of a flow between neighbouring tiers: the destination can also connect to the source. DMZ
 * and DATA cannot open connections to each other, and no address outside can open connections to APP and DATA; otherwise the synth fails. This does
 * not cover datagrams with a forged source: the weakness `ForgedSource` lists what they reach.
 *
 * Place workloads with their `segment`; only flows attach them to other tiers.
 */
export class ThreeTierNetwork extends Construct {
  /** The tier that accepts connections from outside. */
  public readonly dmz: BridgeSegment;
  /** The tier of the application. */
  public readonly app: BridgeSegment;
  /** The tier of the data. */
  public readonly data: BridgeSegment;

  constructor(scope: Construct, id: string, props: ThreeTierNetworkProps) {
    checkProps(childPath(scope, id), 'ThreeTierNetworkProps', props);
    needDaemon(childPath(scope, id), props.daemon);
    super(scope, id);
    warnUnread(this, 'ThreeTierNetworkProps', props);
    const { daemon } = props;
    const inner = (tier: string) => ({ daemon, noPublicationsReason: `'${id}' does not let ${tier} publish ports; publish from DMZ` });
    this.dmz = new BridgeSegment(this, 'Dmz', { daemon });
    this.app = new BridgeSegment(this, 'App', inner('APP'));
    this.data = new BridgeSegment(this, 'Data', inner('DATA'));

    const tiers = new Map([
      [this.dmz.node.path, 'dmz'],
      [this.app.node.path, 'app'],
      [this.data.node.path, 'data'],
    ]);
    daemon._declarations.addPolicy((source, destination) => {
      const from = tiers.get(source);
      const to = tiers.get(destination);
      if (from === undefined || to === undefined || ALLOWED[from].includes(to)) {
        return undefined;
      }
      const wayOut =
        from === 'dmz' ? 'let a workload in APP have both flows: DMZ to APP, and APP to DATA' : 'let the other end open the connection';
      return `'${id}' forbids ${from.toUpperCase()} to ${to.toUpperCase()}; ${from === 'data' && to === 'dmz' ? `${wayOut}, by way of APP` : wayOut}`;
    });
    // The policy refuses declarations; these claims hold whatever else opens a path. Without the guard, members of a segment communicate in both
    // directions, and a publication is open to all sources: between tiers that share no segment, the addresses of DMZ stay out of reach. What a
    // forged source reaches there is reported as a weakness.
    const { dmz, app, data } = this;
    const claims = daemon._declarations.store.hasGuard
      ? [
          Requirement.unreachable(dmz, data),
          Requirement.unreachable(app, dmz),
          Requirement.unreachable(data, dmz),
          Requirement.unreachable(data, app),
          Requirement.unreachable(Peer.anyIpv4(), app),
          Requirement.unreachable(Peer.anyIpv4(), data),
        ]
      : [
          Requirement._noConnection(dmz, data),
          Requirement._noConnection(data, dmz, true),
          Requirement._noConnection(Peer.anyIpv4(), app),
          Requirement._noConnection(Peer.anyIpv4(), data),
        ];
    requireOf(daemon._declarations, this.node.path, claims);
  }
}
