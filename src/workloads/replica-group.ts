import { Construct } from 'constructs';
import { HardenedContainer } from './hardened-container';
import type { HardenedContainerProps } from './hardened-container-props';
import { Connections, type IConnectable } from '../connections/connections';
import type { IPeer } from '../connections/peer';
import { checkProps } from '../private/check-props';
import { ValidationError } from '../private/errors';
import { childPath, nameFromPath } from '../private/names';
import { matching, wholeNumber } from '../private/text';
import { brand } from '../private/type-test';
import { warnUnread } from '../private/warn-unread';
import { asSegment } from '../segments/private/as-segment';
import type { Declarations } from '../topology/private/declarations';
import type { PeerFact } from '../topology/private/facts';

/** Properties of exactly one container. */
const OF_ONE = ['ipv4Address', 'ipv6Address', 'network', 'daemon'] as const;

/**
 * Properties of a group of equal containers. They apply to each container. `ipv4Address`, `ipv6Address`, `network` and `daemon` cannot apply to several
 * containers (error: `ReplicaValue`).
 */
export interface ReplicaGroupProps extends HardenedContainerProps {
  /** Number of containers, 1 to 100. */
  readonly replicas: number;
}

/**
 * Identical containers in one segment, as one peer: a flow from or to the group applies to each of them.
 *
 * The containers are named `NAME-1`, `NAME-2` and so on, where NAME is the `containerName` of the properties. In the segment, NAME itself resolves to the
 * addresses of all containers that run; Docker returns them in changing order. They include unhealthy containers.
 *
 * You cannot publish the group: publish a port of each container (`replicas`) on a different port of the host, or put a proxy in front of the group. A
 * change that replaces the containers replaces all of them in one apply; none of them keeps running.
 *
 * Errors: `ReplicaValue`, `DuplicateName`, and those of a HardenedContainer.
 */
export class ReplicaGroup extends Construct implements IPeer, IConnectable {
  /** The containers, in the order of their numbers. */
  public readonly replicas: HardenedContainer[];

  /** The name that resolves to all containers in their segment: NAME without a number. */
  public readonly dnsName: string;

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

  constructor(scope: Construct, id: string, props: ReplicaGroupProps) {
    const path = childPath(scope, id);
    checkProps(path, 'ReplicaGroupProps', props);
    const { replicas, containerName = nameFromPath(path), aliases = [], ...given } = props;
    wholeNumber(path, 'replicas', replicas, 1, 100, 'ReplicaValue');
    const ofOne = OF_ONE.find((key) => props[key] !== undefined);
    if (ofOne !== undefined) {
      throw new ValidationError(
        'ReplicaValue',
        path,
        `'${ofOne}' cannot hold for several containers; remove it, or use a HardenedContainer`,
      );
    }
    const label = "a DNS label of at least two letters, digits and '-', since it is the name of all containers of the group";
    matching(path, 'containerName', containerName, /^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/i, 'ReplicaValue', label);
    const declarations = asSegment(path, 'segment', props.segment).daemon._declarations;
    declarations.checkDeclaration(path, [`container ${containerName}`]);
    super(scope, id);
    warnUnread(this, 'ReplicaGroupProps', props);
    const { path: own } = this.node;

    this.dnsName = containerName;
    this.peerText = own;
    this._peerFact = { kind: 'group', path: own };
    this._peerDeclarations = declarations;
    this.connections = new Connections(this, props.defaultPort);
    brand(this, 'group');
    brand(this, 'peer');
    this.replicas = Array.from({ length: replicas }, (_, index) => {
      const number = `${index + 1}`;
      return new HardenedContainer(this, number, {
        ...given,
        containerName: `${containerName}-${number}`,
        aliases: [containerName, ...aliases],
      });
    });
    declarations.setGroup({ path: own, members: this.replicas.map(({ node }) => node.path), name: containerName });
  }
}
