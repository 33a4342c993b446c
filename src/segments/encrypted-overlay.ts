import { Construct, type IConstruct } from 'constructs';
import type { EncryptedOverlayProps } from './encrypted-overlay-props';
import { type NetworkReference, networkReference } from './network-reference';
import { type CheckedOverlay, checkOverlay } from './private/check-overlay';
import { Connections, type IConnectable } from '../connections/connections';
import type { IPeer } from '../connections/peer';
import { LateNetwork } from '../private/bindings';
import { warn } from '../private/cdktf-hooks';
import { lateValue } from '../private/late';
import { brand } from '../private/type-test';
import { warnUnread } from '../private/warn-unread';
import type { Declarations } from '../topology/private/declarations';
import type { PeerFact } from '../topology/private/facts';
import { gatewayKey } from '../topology/private/keys';
import type { WirePlan } from '../topology/private/topology';
import type { ISwarmCluster } from '../topology/swarm';
import { plainOverlay } from '../validation/rules/networks/plain-overlay';
import { Suppressions } from '../validation/suppressions';

/**
 * A network of a swarm: services reach each other on it from any node, and traffic between the nodes is encrypted.
 *
 * Rules of a host do not apply inside an overlay, because its bridge has its own namespace: between members **every port is open**, and only
 * membership restricts access. `Reachability` reports what is open beyond the declarations. A flow makes its source a member of the overlay of its
 * destination.
 *
 * The network itself has no access to the outside. Services that publish a port are also members of its *gateway network*, which exists only while a
 * service needs it. Containers cannot be attached by hand.
 *
 * Docker creates the keys, and changes them every 12 hours. Encryption needs ESP (IP protocol 50) in the kernel of every node and on the network
 * between them; without ESP no traffic passes, encrypted or not.
 *
 * @see https://docs.docker.com/engine/network/drivers/overlay/
 */
export class EncryptedOverlay extends Construct implements IPeer, IConnectable {
  /** Swarm whose nodes the network spans. */
  public readonly cluster: ISwarmCluster;

  /** Name of the Docker network. */
  public readonly networkName: string;

  /** IPv4 block of the network in CIDR form. A token: the address book decides at synth. */
  public readonly ipv4Block: string;

  /** MTU inside the overlay in bytes. */
  public readonly mtu: number;

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

  constructor(scope: Construct, id: string, props: EncryptedOverlayProps) {
    const checked = checkOverlay(scope, id, props);
    super(scope, id);
    warnUnread(this, 'EncryptedOverlayProps', props);
    const { path } = this.node;
    const { cluster } = props;
    this.cluster = cluster;
    this.networkName = checked.networkName;
    this.mtu = checked.mtu;
    this.peerText = path;
    this._peerFact = { kind: 'segment', path };
    this._peerDeclarations = cluster._declarations;
    this._peerDeclarations.addSegment({
      path,
      networkName: checked.networkName,
      gatewayNetworkName: checked.gatewayNetworkName,
      ipv4Block: props.ipv4Block?.text,
      prefixLength: checked.prefixLength,
      icc: true,
      overlay: { vxlanId: props.vxlanId },
    });
    this.ipv4Block = lateValue(() => this.plan('segment')?.ipv4.block ?? '');
    this.networks = {
      segment: this.make(this, 'segment', checked),
      gateway: this.make(new Construct(this, 'Gateway'), 'gateway', checked),
    };
    this.connections = new Connections(this);
    brand(this, 'overlay');
    brand(this, 'peer');
    if (props.unencryptedReason !== undefined) {
      Suppressions.of(this)._imply(plainOverlay, '*', props.unencryptedReason);
      warn(this, `traffic of its members is readable on the network between the nodes: ${props.unencryptedReason}`);
    }
  }

  /**
   * @internal
   */
  public _networkReference(from: IConstruct, kind: 'segment' | 'gateway'): string {
    return this.networks[kind](from);
  }

  private make(scope: Construct, kind: 'segment' | 'gateway', checked: CheckedOverlay): NetworkReference {
    const { isEncrypted, driverMtu } = checked;
    const networkName = kind === 'gateway' ? checked.gatewayNetworkName : checked.networkName;
    const network = new LateNetwork(
      scope,
      'Resource',
      {
        provider: this.cluster._nodes[0]._providerFor(this),
        name: networkName,
        driver: 'overlay',
        internal: kind === 'segment',
        attachable: false,
        options: {
          // The engine checks only whether the key exists, whatever its value is.
          ...(isEncrypted && { encrypted: 'true' }),
          'com.docker.network.driver.mtu': String(driverMtu),
          // An id that the engine chose would show as a change of every plan, and replace the network.
          'com.docker.network.driver.overlay.vxlanid_list': lateValue(() => String(this.plan(kind)?.overlay?.vxlanId ?? '')),
        },
        ipamConfig: [
          {
            subnet: lateValue(() => this.plan(kind)?.ipv4.block ?? ''),
            gateway: lateValue(() => this.plan(kind)?.ipv4.gateway ?? ''),
          },
        ],
      },
      () => kind === 'segment' || this.plan('gateway') !== undefined,
    );
    return networkReference(this, network, networkName);
  }

  private plan(kind: 'segment' | 'gateway'): WirePlan | undefined {
    return this._peerDeclarations.store.wire(kind === 'gateway' ? gatewayKey(this.node.path) : this.node.path);
  }
}
