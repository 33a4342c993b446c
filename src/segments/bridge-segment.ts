import { Construct, type IConstruct } from 'constructs';
import { bridgeNetwork } from './bridge-network';
import { ExistingSegment } from './existing-segment';
import type { NetworkReference } from './network-reference';
import { checkBridgeSegment } from './private/check-bridge-segment';
import type { ISegment } from './segment';
import type { SegmentAttributes } from './segment-attributes';
import { Cidr } from '../addressing/cidr';
import { Connections } from '../connections/connections';
import { lateValue } from '../private/late';
import { brand } from '../private/type-test';
import type { IDaemon } from '../topology/daemon';
import type { PeerFact } from '../topology/private/facts';
import { edgeKey } from '../topology/private/keys';
import type { Registry } from '../topology/private/registry';
import type { NetworkPlan } from '../topology/private/topology';

/** Properties of a bridge segment. */
export interface BridgeSegmentProps {
  /** Daemon to place the network on. */
  readonly daemon: IDaemon;

  /**
   * Name of the Docker network: letters, digits, `_`, `.` and `-`, 2 to 58 characters.
   *
   * @default - the construct path in lower case, its parts joined by '-'
   */
  readonly networkName?: string;

  /**
   * Name of the bridge interface on the host: starts with `bh-`, at most 15 characters.
   *
   * @default - made from the construct path, and kept in the lock file
   */
  readonly bridgeName?: string;

  /**
   * IPv4 block of the network, /28 or larger.
   *
   * @default - a free block of the daemon's address pool, and kept in the lock file
   */
  readonly ipv4Block?: Cidr;

  /**
   * IPv6 block of the network, /96 or larger, where the daemon is dual stack.
   *
   * @default - a free /64 of the daemon's IPv6 pool, and kept in the lock file
   */
  readonly ipv6Block?: Cidr;

  /**
   * Prefix length of automatic blocks, 16 to 28; the edge gets one of the same size.
   *
   * @default 24
   */
  readonly prefixLength?: number;

  /**
   * Largest packet on the network and on its edge in bytes: 68 to 65535, with dual stack 1280 or more, and no more than `uplinkMtu` of the daemon.
   * Another value replaces both networks and their containers. Errors: `MtuRange`, `MtuAboveUplink`.
   *
   * @default - `uplinkMtu` of the daemon where that is less than 1500; otherwise nothing is said of it, and the engine takes 1500
   */
  readonly mtu?: number;

  /**
   * Why no workload placed here may publish a port; printable text. The error of publish() quotes it.
   *
   * @default - publications are welcome
   */
  readonly publicationsRefused?: string;
}

/**
 * An internal bridge network: its members reach each other on declared ports and nothing else. On an `ImportedDaemon` they reach each other on every port.
 *
 * The network itself has no way out. Workloads that publish a port or have egress are also members of its *edge*, a network with a way out that
 * carries no flow between containers. It exists only while somebody needs it.
 *
 * @see https://docs.docker.com/engine/network/drivers/bridge/
 */
export class BridgeSegment extends Construct implements ISegment {
  /**
   * A bridge network that this program does not make, as a segment that workloads can be placed in.
   *
   * Nothing of ours narrows it: its members reach each other on every port, and the host and, where it has a way out, the outside, whatever was declared.
   * The proof says so of workloads that are members, and `UNKNOWN` of whoever else may be attached. A flow between a workload placed here and one of
   * another segment runs in that segment, where the guard narrows; a flow with a container of others needs a `joinReason`. Nobody publishes from here.
   *
   * Terraform looks the network up with every plan, and fails where it is not as described. It neither changes nor destroys it.
   *
   * Errors: `ExistingNetwork`, `ExistingGateway`, `BlockTooSmall`, `BlockOverlap`, `WrongFamily`, `NetworkName`, `ReasonTooShort`, `NotADaemon`, and
   * `DuplicateName` where a network of this program has the name.
   *
   * @param attributes what `docker network inspect` says of it
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
  public readonly _peerRegistry: Registry;

  private readonly networks: Record<'segment' | 'edge', NetworkReference>;

  constructor(scope: Construct, id: string, props: BridgeSegmentProps) {
    const checked = checkBridgeSegment(scope, id, props);
    super(scope, id);
    const registry = props.daemon._registry;
    const { path } = this.node;

    this.daemon = props.daemon;
    this.networkName = checked.networkName;
    this.peerText = path;
    this._peerFact = { kind: 'segment', path };
    this._peerRegistry = registry;
    registry.addSegment({
      path,
      networkName: checked.networkName,
      edgeNetworkName: checked.edgeNetworkName,
      bridgeName: props.bridgeName,
      ipv4Block: props.ipv4Block?.text,
      ipv6Block: props.ipv6Block?.text,
      prefixLength: checked.prefixLength,
      icc: props.daemon._icc,
      publicationsRefused: props.publicationsRefused,
    });

    this.ipv4Block = lateValue(() => this.plan('segment')?.ipv4.block ?? '');
    if (registry.has('ipv6')) {
      this.ipv6Block = lateValue(() => this.plan('segment')?.ipv6?.block ?? '');
    }
    const make = (scopeOfNetwork: Construct, kind: 'segment' | 'edge') =>
      bridgeNetwork(scopeOfNetwork, {
        daemon: props.daemon,
        networkName: kind === 'edge' ? checked.edgeNetworkName : checked.networkName,
        internal: kind === 'segment',
        icc: kind === 'segment' && props.daemon._icc,
        driverOptions: checked.mtuOptions,
        plan: () => this.plan(kind),
        isNeeded: () => kind === 'segment' || this.plan('edge') !== undefined,
      });
    this.networks = { segment: make(this, 'segment'), edge: make(new Construct(this, 'Edge'), 'edge') };
    this.connections = new Connections(this);
    brand(this, 'segment');
    brand(this, 'peer');
  }

  /**
   * @internal
   */
  public _networkReference(from: IConstruct, kind: 'segment' | 'edge'): string {
    return this.networks[kind](from);
  }

  private plan(kind: 'segment' | 'edge'): NetworkPlan | undefined {
    const key = kind === 'edge' ? edgeKey(this.node.path) : this.node.path;
    return this._peerRegistry.network(key);
  }
}
