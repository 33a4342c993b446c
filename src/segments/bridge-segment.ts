import { Construct, type IConstruct } from 'constructs';
import { bridgeNetwork } from './bridge-network';
import type { BridgeSegmentProps } from './bridge-segment-props';
import { ExistingSegment } from './existing-segment';
import type { NetworkReference } from './network-reference';
import { checkBridgeSegment } from './private/check-bridge-segment';
import type { ISegment } from './segment';
import type { SegmentAttributes } from './segment-attributes';
import { Connections } from '../connections/connections';
import { lateValue } from '../private/late';
import { brand } from '../private/type-test';
import { warnUnread } from '../private/warn-unread';
import type { IDaemon } from '../topology/daemon';
import type { Declarations } from '../topology/private/declarations';
import type { PeerFact } from '../topology/private/facts';
import { gatewayKey } from '../topology/private/keys';
import type { NetworkPlan } from '../topology/private/topology';

/**
 * An internal bridge network: its members reach each other only on declared ports. On an `UnguardedDaemon` they reach each other on every port.
 *
 * The network itself has no access to the outside. Workloads that publish a port or have egress are also members of its *gateway network*, a network
 * with access to the outside that carries no flow between containers. It exists only while a workload needs it.
 *
 * @see https://docs.docker.com/engine/network/drivers/bridge/
 */
export class BridgeSegment extends Construct implements ISegment {
  /**
   * A bridge network that this program does not create, as a segment that workloads can be placed in.
   *
   * Bulkhead does not restrict it: its members reach each other and the host on every port and, unless it is internal, the outside, whatever you
   * declare. The proof reports this for workloads that are members, and `UNKNOWN` for other containers that may be attached. A flow between a
   * workload placed here and one of another segment runs in that segment, where the guard restricts it; a flow with a container that Bulkhead does
   * not manage needs a `joinReason`. Workloads here cannot publish ports.
   *
   * Terraform reads the network with every plan, and fails if it differs from the attributes. It neither changes nor destroys it.
   *
   * Errors: `ExistingNetwork`, `ExistingGateway`, `BlockTooSmall`, `BlockOverlap`, `WrongFamily`, `NetworkName`, `ReasonTooShort`, `NotADaemon`, and
   * `DuplicateName` if a network of this program has the name.
   *
   * @param attributes the attributes that `docker network inspect` shows
   * @see https://registry.terraform.io/providers/kreuzwerker/docker/latest/docs/data-sources/network
   */
  public static fromSegmentAttributes(scope: Construct, id: string, attributes: SegmentAttributes): ISegment {
    return new ExistingSegment(scope, id, attributes);
  }

  public readonly daemon: IDaemon;
  public readonly networkName: string;
  public readonly ipv4Block: string;
  public readonly ipv6Block?: string;
  public readonly peerText: string;
  public readonly connections: Connections;

  /**
   * @internal
   */
  public readonly _peerFact: PeerFact;
  /**
   * @internal
   */
  public readonly _peerDeclarations: Declarations;

  private readonly networks: Record<'segment' | 'gateway', NetworkReference>;

  constructor(scope: Construct, id: string, props: BridgeSegmentProps) {
    const checked = checkBridgeSegment(scope, id, props);
    super(scope, id);
    warnUnread(this, 'BridgeSegmentProps', props);
    const declarations = props.daemon._declarations;
    const { path } = this.node;

    this.daemon = props.daemon;
    this.networkName = checked.networkName;
    this.peerText = path;
    this._peerFact = { kind: 'segment', path };
    this._peerDeclarations = declarations;
    declarations.addSegment({
      path,
      networkName: checked.networkName,
      gatewayNetworkName: checked.gatewayNetworkName,
      bridgeName: props.bridgeName,
      ipv4Block: props.ipv4Block?.text,
      ipv6Block: props.ipv6Block?.text,
      prefixLength: checked.prefixLength,
      icc: props.daemon._icc,
      noPublicationsReason: props.noPublicationsReason,
    });

    this.ipv4Block = lateValue(() => this.plan('segment')?.ipv4.block ?? '');
    if (declarations.store.has('ipv6')) {
      this.ipv6Block = lateValue(() => this.plan('segment')?.ipv6?.block ?? '');
    }
    const make = (scopeOfNetwork: Construct, kind: 'segment' | 'gateway') =>
      bridgeNetwork(scopeOfNetwork, {
        daemon: props.daemon,
        networkName: kind === 'gateway' ? checked.gatewayNetworkName : checked.networkName,
        internal: kind === 'segment',
        icc: props.daemon._icc,
        driverOptions: checked.mtuOptions,
        plan: () => this.plan(kind),
        isNeeded: () => kind === 'segment' || this.plan('gateway') !== undefined,
      });
    this.networks = { segment: make(this, 'segment'), gateway: make(new Construct(this, 'Gateway'), 'gateway') };
    this.connections = new Connections(this);
    brand(this, 'segment');
    brand(this, 'peer');
  }

  /**
   * @internal
   */
  public _networkReference(from: IConstruct, kind: 'segment' | 'gateway'): string {
    return this.networks[kind](from);
  }

  private plan(kind: 'segment' | 'gateway'): NetworkPlan | undefined {
    const key = kind === 'gateway' ? gatewayKey(this.node.path) : this.node.path;
    return this._peerDeclarations.store.network(key);
  }
}
