import type { FactStore } from './fact-store';
import type {
  SegmentlessFact,
  ClaimFact,
  EngineAccessFact,
  FlowFact,
  GroupFact,
  HostMountFact,
  PublicationFact,
  SecretFact,
  SegmentFact,
  ShimFact,
  SwarmNodeFact,
  SwarmSettings,
  WorkloadFact,
} from './facts';
import { parentName } from './keys';
import { stackOrder } from './stack-order';
import { TakenNames } from './taken-names';
import { forges } from '../../hardening/private/capabilities';
import { ValidationError } from '../../private/errors';

/** Returns why a flow between two segments is refused, or undefined; patterns register one. */
export type FlowPolicy = (sourceSegment: string, destinationSegment: string) => string | undefined;

/**
 * What constructs declare on one daemon: refuses invalid declarations, and keeps the rest in the store.
 *
 * Declaring ends when a stack with the daemon's facts was written: later declarations could not reach the host any more.
 */
export class Declarations {
  private readonly policies: FlowPolicy[] = [];
  /** Paths of conduits by the pair that they are for. */
  private readonly conduits = new Map<string, string>();
  private readonly names = new TakenNames((path) => this.store.inTree(path));
  /** Those of the swarm of the host. */
  private swarm?: Declarations;
  private writtenBy?: string;

  constructor(
    public readonly store: FactStore,
    /** Makes Terraform create the networks of one stack before the workloads of another join them. */
    private readonly order: (dependent: string, needed: string) => void,
    /** Makes the conduit between two workloads, which declares itself as a segment. */
    private readonly makeConduit: (destination: string, source: string) => string,
  ) {}

  /** Throws where containers have IPv4 addresses only. */
  public needIpv6(place: string, what: string, wayOut: string): void {
    if (!this.store.has('ipv6')) {
      throw new ValidationError(
        'WrongFamily',
        place,
        `${what}, and the containers of daemon '${this.store.daemonPath}' have IPv4 addresses only; ${wayOut}, or give the daemon 'dualStack: true'`,
      );
    }
  }

  /** Throws when a construct could not be declared; asked before it enters the tree. */
  public checkDeclaration(path: string, names: readonly string[]): void {
    this.refuseAfterWriting(path);
    names.forEach((name) => this.names.refuseTaken(name, path));
  }

  /** Names of what is made beside a workload. */
  public reserve(path: string, names: readonly string[]): void {
    this.refuseAfterWriting(path);
    names.forEach((name) => this.names.take(name, path));
  }

  public addSegment(fact: SegmentFact): void {
    const networks = [fact.networkName, fact.gatewayNetworkName].flatMap((name) => (name === undefined ? [] : [`network ${name}`]));
    const names = fact.wire ? [...networks, parentName(fact.wire.parent)] : networks;
    this.refuseAfterWriting(fact.path);
    names.forEach((name) => this.names.take(name, fact.path));
    this.store.addSegment(fact);
  }

  /** The segment that has an interface of the host, if one has. */
  public segmentOnParent(parent: string): string | undefined {
    return this.names.ownerOf(parentName(parent));
  }

  public addShim(fact: ShimFact): void {
    this.refuseAfterWriting(fact.path);
    this.store.addShim(fact);
  }

  public addSecret(fact: SecretFact): void {
    this.refuseAfterWriting(fact.path);
    this.names.take(`secret ${fact.name}`, fact.path);
    this.store.addSecret(fact);
  }

  public addWorkload(fact: WorkloadFact | SegmentlessFact): void {
    this.refuseAfterWriting(fact.path);
    this.names.take(`container ${fact.name}`, fact.path);
    this.store.addWorkload(fact);
  }

  public addHostMount(fact: HostMountFact): void {
    this.refuseAfterWriting(fact.path);
    this.store.addHostMount(fact);
  }

  public setGroup(fact: GroupFact): void {
    this.refuseAfterWriting(fact.path);
    if (fact.name !== undefined) this.names.take(`container ${fact.name}`, fact.path);
    const before = this.store.groupFact(fact.path);
    this.store.setGroup(fact);
    for (const flow of this.store.flowsAt(fact.path)) {
      const reason = this.refusalOf(flow);
      if (reason !== undefined) {
        if (before) this.store.setGroup(before);
        throw new ValidationError('TierForbidsFlow', fact.path, reason);
      }
      this.orderStacks(flow);
    }
  }

  public addFlow(fact: FlowFact, by: string): void {
    this.refuseAfterWriting(by);
    if (fact.conduit === undefined) this.orderStacks(fact);
    this.store.addFlow(fact);
  }

  /** The conduit that a flow runs in, made with the first flow of its pair; undefined where it runs in the segment of its destination. */
  public conduitFor(
    place: string,
    { source, destination }: Pick<FlowFact, 'source' | 'destination'>,
    isWanted: boolean,
  ): string | undefined {
    const isForger = (peer: FlowFact['source']) => peer.kind === 'workload' && forges(this.store.workloadFact(peer.path));
    const isForced = isForger(source) || isForger(destination);
    const isWithin = [source, destination].every(({ kind }) => kind !== 'block' && kind !== 'host');
    if (!isWanted && !(isForced && isWithin)) return undefined;
    const isAllOurs = [source, destination].every((end) => this.store.endsOf(end).every(({ isOurs }) => isOurs));
    if (source.kind !== 'workload' || destination.kind !== 'workload' || !isAllOurs) {
      throw new ValidationError(
        'ConduitEnds',
        place,
        `${isForced ? 'one end holds NET_RAW or NET_ADMIN, so its flows run in conduits, and ' : ''}a conduit joins two workloads that Bulkhead manages; declare a separate flow for each pair of workloads`,
      );
    }
    const key = [source.path, destination.path].sort().join('\n');
    const known = this.conduits.get(key);
    if (known !== undefined && this.store.inTree(known)) return known;
    this.order(source.path, destination.path);
    const made = this.makeConduit(destination.path, source.path);
    this.conduits.set(key, made);
    return made;
  }

  public addPublication(fact: PublicationFact): void {
    this.refuseAfterWriting(fact.workload);
    this.store.addPublication(fact);
  }

  public addEngineAccess(fact: EngineAccessFact): void {
    this.refuseAfterWriting(fact.client);
    this.store.addEngineAccess(fact);
  }

  public addPolicy(policy: FlowPolicy): void {
    this.policies.push(policy);
  }

  public addClaim(fact: ClaimFact): void {
    this.refuseAfterWriting(fact.path);
    this.store.addClaim(fact);
  }

  /** The first reason why the segments of its ends may not carry the flow. */
  public refusalOf(flow: Pick<FlowFact, 'source' | 'destination'>): string | undefined {
    for (const from of this.store.segmentsOf(flow.source)) {
      for (const to of this.store.segmentsOf(flow.destination)) {
        const reason = this.policies.map((policy) => policy(from, to)).find((text) => text !== undefined);
        if (reason !== undefined) {
          return reason;
        }
      }
    }
    return undefined;
  }

  /** The facts are those of a swarm as a whole, not of a host. */
  public beSwarm(settings: SwarmSettings): void {
    this.store.swarm.set(settings);
  }

  /** The host becomes a node of a swarm. */
  public joinSwarm(swarm: Declarations, own: SwarmNodeFact): void {
    this.swarm = swarm;
    this.store.swarm.join(swarm.store, own);
  }

  /** From here on nothing may be declared: the stack `by`, which contains this daemon's facts, is on disk. */
  public wrote(by: string): void {
    this.writtenBy ??= by;
    this.swarm?.wrote(by);
  }

  private orderStacks(flow: FlowFact): void {
    stackOrder(flow, this.store).forEach(([dependent, needed]) => this.order(dependent, needed));
  }

  private refuseAfterWriting(path: string): void {
    if (this.writtenBy !== undefined) {
      throw new ValidationError(
        'DeclaredAfterSynth',
        path,
        `declared after stack '${this.writtenBy}' was written, so the host would not get it; declare it before app.synth(), in a constructor, or in an aspect of that stack`,
      );
    }
  }
}
