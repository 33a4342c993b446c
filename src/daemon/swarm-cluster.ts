import * as crypto from 'crypto';
import { Construct } from 'constructs';
import { FactsPage } from './facts-page';
import { HardenedDaemon } from './hardened-daemon';
import { checkSwarm } from './private/check-swarm';
import type { SwarmClusterProps } from './swarm-cluster-props';
import { swarmStampPath } from '../host/private/host-input';
import { onStackWritten, warn } from '../private/cdktf-hooks';
import { brand } from '../private/type-test';
import { warnUnread } from '../private/warn-unread';
import { requireOf } from '../reachability/private/prove';
import type { Requirement } from '../reachability/requirement';
import type { IDaemon } from '../topology/daemon';
import type { Declarations } from '../topology/private/declarations';
import type { ISwarmCluster } from '../topology/swarm';

/**
 * Docker engines of several hosts as one swarm.
 *
 * Terraform's provider has no resource for a swarm, so the hosts create it when their engines start: the first manager without help, the others when
 * they get a token. User data, the Terraform state and disks contain no token; each host that waits for one prints the command that passes it:
 *
 *     ssh root@MANAGER bulkhead-swarm token worker | ssh root@NODE bulkhead-swarm join
 *
 * The guard of every node accepts the cluster ports (2377/tcp on managers, 7946/tcp and udp, the data port, ESP) only from the addresses of nodes.
 * The guard protects the network by which tasks leave a node like any bridge of Bulkhead.
 *
 * @see https://docs.docker.com/engine/swarm/
 */
export class SwarmCluster extends Construct implements ISwarmCluster {
  public readonly clusterId: string;
  public readonly underlayMtu: number;

  /**
   * @internal
   */
  public readonly _declarations: Declarations;
  /**
   * @internal
   */
  public readonly _nodes: readonly IDaemon[];
  /**
   * @internal
   */
  public readonly _stampPath: string;

  private readonly page: FactsPage;

  constructor(scope: Construct, id: string, props: SwarmClusterProps) {
    const checked = checkSwarm(scope, id, props, (value) => value instanceof HardenedDaemon);
    const { underlayMtu, ...settings } = checked;
    const daemons = [...props.managers, ...(props.workers ?? [])];
    const clusterId = crypto.createHash('sha256').update(`swarm ${settings.path}`).digest('hex').slice(0, 12);
    super(scope, id);
    warnUnread(this, 'SwarmClusterProps', props);
    this.clusterId = clusterId;
    this.underlayMtu = underlayMtu;
    this._nodes = daemons;
    this._stampPath = swarmStampPath(clusterId);
    const [manager] = props.managers;
    this.page = new FactsPage(
      this,
      {
        id: clusterId,
        hostAddresses: settings.nodes.map(({ address }) => address),
        addressPools: [props.addressPool.text],
        foreignBlocks: [],
        engine: manager._declarations.store.engine,
      },
      // A flow that asks for one is refused before.
      (destination) => destination.node.path,
    );
    this._declarations = this.page.declarations;
    this._declarations.beSwarm({ ...settings, id: clusterId });
    daemons.forEach((daemon, index) => daemon._declarations.joinSwarm(this._declarations, settings.nodes[index]));
    brand(this, 'swarm');
    this.warn(props.managers.length, props);
    this.node.addValidation({ validate: () => this.validate() });
    onStackWritten(this, () => this.page.wrote());
  }

  /**
   * Requirements about services of the swarm that the synth must prove; it fails if one does not hold. For claims about access to a node from outside,
   * use `require()` of its daemon.
   */
  public require(...requirements: Requirement[]): void {
    requireOf(this._declarations, this.node.path, requirements);
  }

  private warn(managers: number, { withoutAutolockReason, unencryptedIngressReason }: SwarmClusterProps): void {
    if (managers % 2 === 0) {
      warn(
        this,
        `${managers} managers tolerate no more failures than ${managers - 1} managers, because more than half must be running; use an odd number`,
      );
    }
    if (withoutAutolockReason !== undefined) {
      warn(this, `the keys of the managers are stored unencrypted on their disks: ${withoutAutolockReason}`);
    }
    if (unencryptedIngressReason !== undefined) {
      warn(
        this,
        `traffic that one node accepts for a task on another node is not encrypted between the nodes: ${unencryptedIngressReason}`,
      );
    }
  }

  private validate(): string[] {
    const errors = this.page.mistakes();
    return errors.length > 0 ? errors : this.page.failures();
  }
}
