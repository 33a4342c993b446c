import { createHash } from 'crypto';
import { Construct, type IConstruct } from 'constructs';
import { bridgeNetwork } from './bridge-network';
import type { NetworkReference } from './network-reference';
import { nameFromPath } from '../private/names';
import type { IDaemon } from '../topology/daemon';

/** Largest prefix length with room for a gateway, two members and Docker's range. */
const PREFIX_LENGTH = 28;

/**
 * An internal network that contains only two workloads. Its construct is below the destination of the first flow of the pair, and exists as long as
 * both ends do.
 */
export class Conduit extends Construct {
  private readonly network: NetworkReference;

  constructor(destination: Construct, source: string, daemon: IDaemon) {
    super(destination, `Conduit${createHash('sha256').update(source).digest('hex').slice(0, 8)}`);
    const { path } = this.node;
    const declarations = daemon._declarations;
    const networkName = nameFromPath(path);
    declarations.addSegment({
      path,
      networkName,
      prefixLength: PREFIX_LENGTH,
      icc: daemon._icc,
      conduit: [destination.node.path, source],
      noPublicationsReason: 'a conduit carries only the flows between two workloads',
    });
    const plan = () => declarations.store.network(path);
    this.network = bridgeNetwork(this, {
      daemon,
      networkName,
      internal: true,
      icc: daemon._icc,
      plan,
      isNeeded: () => plan() !== undefined,
    });
  }

  /** As a segment's: how a container names the network. */
  public _networkReference(from: IConstruct): string {
    return this.network(from);
  }
}
