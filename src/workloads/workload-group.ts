import { Construct } from 'constructs';
import type { IWorkload } from './workload';
import { Connections, type IConnectable } from '../connections/connections';
import type { IPeer } from '../connections/peer';
import type { Port } from '../firewall/port';
import { checkProps } from '../private/check-props';
import { ValidationError } from '../private/errors';
import { childPath } from '../private/names';
import { brand, isA } from '../private/type-test';
import { warnUnread } from '../private/warn-unread';
import type { Declarations } from '../topology/private/declarations';
import type { PeerFact } from '../topology/private/facts';

/** Properties of a group of workloads. */
export interface WorkloadGroupProps {
  /** At least one workload; all on one daemon. */
  readonly members: IWorkload[];

  /**
   * Port on which the members accept connections; `allowTo(this)` uses it when no port is given.
   *
   * @default - flows to the group must give a port
   */
  readonly defaultPort?: Port;
}

/** Several workloads as one peer: a flow from or to the group applies to each of its members. */
export class WorkloadGroup extends Construct implements IPeer, IConnectable {
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

  private readonly members: IWorkload[];

  constructor(scope: Construct, id: string, props: WorkloadGroupProps) {
    const path = childPath(scope, id);
    checkProps(path, 'WorkloadGroupProps', props);
    if (!Array.isArray(props.members) || props.members.length === 0) {
      throw new ValidationError('EmptyGroup', path, "'members' must name at least one workload");
    }
    props.members.forEach((member) => checkMember(path, member, props.members[0]));
    super(scope, id);
    warnUnread(this, 'WorkloadGroupProps', props);
    this.members = [...new Set(props.members)];
    this.peerText = this.node.path;
    this._peerFact = { kind: 'group', path: this.node.path };
    this._peerDeclarations = props.members[0]._peerDeclarations!;
    this.connections = new Connections(this, props.defaultPort);
    brand(this, 'group');
    brand(this, 'peer');
    this.register(this.members);
  }

  /** Adds a workload; existing flows of the group also apply to it. */
  public addMember(member: IWorkload): void {
    checkMember(this.node.path, member, this.members[0]);
    if (!this.members.includes(member)) {
      this.register([...this.members, member]);
      this.members.push(member);
    }
  }

  private register(members: readonly IWorkload[]): void {
    this._peerDeclarations.setGroup({ path: this.node.path, members: members.map((member) => member.node.path) });
  }
}

function checkMember(path: string, member: IWorkload, first: IWorkload): void {
  if (!isA(member, 'workload')) {
    throw new ValidationError('NotAWorkload', path, "'members' must be workloads of Bulkhead, such as a HardenedContainer");
  }
  const { sharesWith } = member._peerDeclarations!.store.segmentlessFact(member.node.path) ?? {};
  if (sharesWith !== undefined) {
    throw new ValidationError(
      'NotAWorkload',
      path,
      `'${member.node.path}' shares the network of '${sharesWith}', and a flow of one is a flow of both; make '${sharesWith}' a member`,
    );
  }
  if (member._peerFact.kind !== 'workload' || member._peerDeclarations!.store.segmentlessFact(member._peerFact.path) !== undefined) {
    throw new ValidationError(
      'NotAWorkload',
      path,
      `'${member.node.path}' is not in a segment, so it cannot be a member of a group; declare its flows one by one, or place it in a segment`,
    );
  }
  if (member._peerDeclarations !== first._peerDeclarations) {
    throw new ValidationError(
      'FlowAcrossDaemons',
      path,
      `'${member.node.path}' is on another daemon than '${first.node.path}'; create one group per daemon`,
    );
  }
}
