import { Construct, type IConstruct } from 'constructs';
import type { NetworkReference } from './network-reference';
import type { CheckedWire } from './private/check-wire';
import type { ISegment } from './segment';
import { wireNetwork } from './wire-network';
import { Connections } from '../connections/connections';
import { hearsAtStart } from '../engine/private/advertisements';
import { warn } from '../private/cdktf-hooks';
import { lateValue } from '../private/late';
import { brand } from '../private/type-test';
import type { IDaemon } from '../topology/daemon';
import type { Declarations } from '../topology/private/declarations';
import type { PeerFact } from '../topology/private/facts';

/**
 * The common part of all segments whose members are attached to a LAN segment instead of a bridge.
 *
 * @internal
 */
export abstract class WireSegment extends Construct implements ISegment {
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

  private readonly network: NetworkReference;

  /** @param options those of the network's driver */
  constructor(scope: Construct, id: string, daemon: IDaemon, checked: CheckedWire, options: { readonly [option: string]: string }) {
    super(scope, id);
    const { path } = this.node;
    this.daemon = daemon;
    this.networkName = checked.networkName;
    this.peerText = path;
    this._peerFact = { kind: 'segment', path };
    this._peerDeclarations = daemon._declarations;
    this.network = wireNetwork(this, checked, options);
    this.ipv4Block = checked.ipv4Block?.text ?? lateValue(() => this._peerDeclarations.store.wire(path)?.ipv4.block ?? '');
    if (checked.ipv6Block !== undefined) {
      this.ipv6Block = checked.ipv6Block.text;
    }
    this.connections = new Connections(this);
    const { version } = this._peerDeclarations.store.engine;
    if (checked.wire.lan6 && checked.wire.advertisements === false && hearsAtStart(version)) {
      warn(
        this,
        `engine ${version} turns router advertisements off some milliseconds after the interface of a container is up; an advertisement that arrives before that gives the container an address and a route, or prevents its start. Engines from 28.0 on have no such gap`,
      );
    }
    brand(this, 'segment');
    brand(this, 'peer');
  }

  /**
   * @internal
   */
  public _networkReference(from: IConstruct): string {
    return this.network(from);
  }
}
