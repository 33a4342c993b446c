import { type Derived, derive, poolsOf } from './derive';
import type { EngineFacts } from './engine-facts';
import type { FlowEnd } from './existing';
import type {
  ApartFact,
  ClaimFact,
  DaemonFact,
  Facts,
  FlowFact,
  GroupFact,
  PublicationFact,
  SegmentFact,
  ShimFact,
  WorkloadFact,
} from './facts';
import { parentName } from './keys';
import { countOf, indexed, type NetworkMembership, type Snapshot } from './snapshot';
import { stackOrder } from './stack-order';
import { SwarmPart } from './swarm-part';
import { TakenNames } from './taken-names';
import type { Family } from './terms';
import type { NetworkPlan, WirePlan } from './topology';
import type { LockedDaemon } from '../../addressing/private/allocation';
import { covers, GLOBAL_UNICAST, parseBlock } from '../../addressing/private/ip';
import { forges } from '../../hardening/private/capabilities';
import { ValidationError } from '../../private/errors';

/** Says why a flow between two segments is refused, or undefined; patterns register one. */
export type FlowPolicy = (sourceSegment: string, destinationSegment: string) => string | undefined;

/**
 * Facts declared for one daemon, and their derived picture.
 *
 * Nothing freezes: cdktf renders every lazy value once before any aspect runs, so each question gets a snapshot of what is declared so far,
 * kept until the next fact. Only what comes after the stack was written is refused, since it could not reach the host any more.
 */
export class Registry {
  public readonly swarm = new SwarmPart();
  private readonly segments = new Map<string, SegmentFact>();
  private readonly workloads = new Map<string, WorkloadFact>();
  private readonly apart = new Map<string, ApartFact>();
  private readonly groups = new Map<string, GroupFact>();
  private readonly shims = new Map<string, ShimFact>();
  private readonly flows: FlowFact[] = [];
  private readonly publications: PublicationFact[] = [];
  private readonly policies: FlowPolicy[] = [];
  private readonly claims: ClaimFact[] = [];
  /** Paths of conduits by the pair that they are for. */
  private readonly conduits = new Map<string, string>();
  private readonly names = new TakenNames((path) => this.inTree(path));
  /** The constructs that a fact was declared of: another one may take the path of one that was taken out of the tree. */
  private readonly declaredBy = new WeakMap<object, readonly (readonly [string, object | undefined])[]>();
  private revision = 0;
  private writtenBy?: string;
  private cache?: Snapshot;

  constructor(
    private readonly daemon: DaemonFact,
    private readonly locked: () => LockedDaemon,
    /** Facts of constructs that were taken out of the tree again do not count. */
    private readonly at: (path: string) => object | undefined,
    /** Makes Terraform create the networks of one stack before the workloads of another join them. */
    private readonly order: (dependent: string, needed: string) => void,
    /** Makes the conduit between two workloads, which registers itself as a segment. */
    private readonly makeConduit: (destination: string, source: string) => string,
  ) {}

  /** The construct at a path that is known to be in the tree. */
  public constructAt<T>(path: string): T {
    return this.at(path) as T;
  }

  public get daemonPath(): string {
    return this.daemon.path;
  }

  public get engine(): EngineFacts {
    return this.daemon.engine;
  }

  /** Whether rules of ours stand on the host, which ports, rates and sources need. */
  public get hasGuard(): boolean {
    return this.daemon.engine.guardBackend !== undefined;
  }

  public get daemonId(): string {
    return this.daemon.id;
  }

  public get hostAddresses(): readonly string[] {
    return this.daemon.hostAddresses;
  }

  public get uplinkMtu(): number | undefined {
    return this.daemon.uplinkMtu;
  }

  /** Whether containers have addresses of the family: without them a flow or a publication would be declared and never made. */
  public has(family: Family): boolean {
    return family === 'ipv4' || this.daemon.ipv6Pool !== undefined;
  }

  /** Throws where containers have IPv4 addresses only. */
  public needIpv6(place: string, what: string, wayOut: string): void {
    if (!this.has('ipv6')) {
      throw new ValidationError(
        'WrongFamily',
        place,
        `${what}, and the containers of daemon '${this.daemonPath}' have IPv4 addresses only; ${wayOut}, or give the daemon 'dualStack: true'`,
      );
    }
  }

  /** Blocks of either family that only containers have addresses of, those of networks that others made among them. */
  public get addressPools(): readonly string[] {
    return [...poolsOf(this.daemon), ...this.existingSegments().map(({ ipv4Block }) => ipv4Block!)];
  }

  /** Networks that others made. */
  public existingSegments(): readonly SegmentFact[] {
    return [...this.segments.values()].filter((fact) => fact.existing !== undefined && this.stands(fact));
  }

  /** Whether the engine translates addresses of the family: without that nothing is published, and only a routed address gets answers from outside. */
  public translates(family: Family): boolean {
    const { iptables, ip6tables } = this.daemon.engine.settings;
    return family === 'ipv4' ? iptables : ip6tables;
  }

  /** Whether others know a way to the containers' own addresses of IPv6; unique local ones mean nothing to them. */
  public get isIpv6Routed(): boolean {
    return this.daemon.ipv6Pool !== undefined && covers(GLOBAL_UNICAST, parseBlock(this.daemon.ipv6Pool));
  }

  /** Throws when a construct could not be declared; asked before it enters the tree. */
  public checkDeclaration(path: string, names: readonly string[]): void {
    this.refuseAfterWriting(path);
    names.forEach((name) => this.names.refuseTaken(name, path));
  }

  public addSegment(fact: SegmentFact): void {
    const networks = [fact.networkName, fact.edgeNetworkName].flatMap((name) => (name === undefined ? [] : [`network ${name}`]));
    const names = fact.wire ? [...networks, parentName(fact.wire.parent)] : networks;
    this.changing(fact.path);
    names.forEach((name) => this.names.take(name, fact.path));
    this.segments.set(fact.path, this.remembered(fact, [fact.path, ...(fact.conduit ?? [])]));
  }

  public addShim(fact: ShimFact): void {
    this.changing(fact.path);
    this.shims.set(fact.path, this.remembered(fact, [fact.path, fact.segment]));
  }

  /** The segment that has an interface of the host, if one has. */
  public segmentOnParent(parent: string): string | undefined {
    return this.names.ownerOf(parentName(parent));
  }

  public hasShim(segment: string): boolean {
    return [...this.shims.values()].some((fact) => fact.segment === segment && this.stands(fact));
  }

  public addWorkload(fact: WorkloadFact | ApartFact): void {
    this.changing(fact.path);
    this.names.take(`container ${fact.name}`, fact.path);
    this.remembered(fact, [fact.path]);
    // Another one may have had the path before.
    [this.apart, this.workloads].forEach((all) => all.delete(fact.path));
    if ('mode' in fact) this.apart.set(fact.path, fact);
    else this.workloads.set(fact.path, fact);
  }

  /** A container that is in no segment. */
  public apartFact(path: string): ApartFact | undefined {
    return this.apart.get(path);
  }

  public setGroup(fact: GroupFact): void {
    this.changing(fact.path);
    const before = this.groups.get(fact.path);
    this.groups.set(fact.path, this.remembered(fact, [fact.path]));
    const touched = this.flows.filter((flow) => [flow.source, flow.destination].some((end) => 'path' in end && end.path === fact.path));
    for (const flow of touched) {
      const reason = this.refusalOf(flow);
      if (reason !== undefined) {
        if (before) this.groups.set(fact.path, before);
        throw new ValidationError('TierForbidsFlow', fact.path, reason);
      }
      this.orderStacks(flow);
    }
  }

  public addFlow(fact: FlowFact, by: string): void {
    this.changing(by);
    if (fact.conduit === undefined) this.orderStacks(fact);
    this.flows.push(
      this.remembered(
        fact,
        [fact.source, fact.destination].flatMap((end) => ('path' in end ? [end.path] : [])),
      ),
    );
  }

  /** The conduit that a flow runs in, made with the first flow of its pair; undefined where it runs in the segment of its destination. */
  public conduitFor(
    place: string,
    { source, destination }: Pick<FlowFact, 'source' | 'destination'>,
    isWanted: boolean,
  ): string | undefined {
    const isForger = (peer: FlowFact['source']) => peer.kind === 'workload' && forges(this.workloads.get(peer.path)!);
    const isForced = isForger(source) || isForger(destination);
    const isWithin = [source, destination].every(({ kind }) => kind !== 'block' && kind !== 'host');
    if (!isWanted && !(isForced && isWithin)) return undefined;
    const isAllOurs = [source, destination].every((end) => this.endsOf(end).every(({ isOurs }) => isOurs));
    if (source.kind !== 'workload' || destination.kind !== 'workload' || !isAllOurs) {
      throw new ValidationError(
        'ConduitEnds',
        place,
        `${isForced ? 'one end holds NET_RAW or NET_ADMIN, so its flows run in conduits, and ' : ''}a conduit joins two workloads that are made here; declare the flow between each two of them`,
      );
    }
    const key = [source.path, destination.path].sort().join('\n');
    const known = this.conduits.get(key);
    if (known !== undefined && this.inTree(known)) return known;
    this.order(source.path, destination.path);
    const made = this.makeConduit(destination.path, source.path);
    this.conduits.set(key, made);
    return made;
  }

  public addPublication(fact: PublicationFact): void {
    this.changing(fact.workload);
    this.publications.push(this.remembered(fact, [fact.workload]));
  }

  public addPolicy(policy: FlowPolicy): void {
    this.policies.push(policy);
  }

  public addClaim(fact: ClaimFact): void {
    this.refuseAfterWriting(fact.path);
    this.claims.push(this.remembered(fact, [fact.path]));
  }

  public allClaims(): readonly ClaimFact[] {
    return this.claims.filter((fact) => this.stands(fact));
  }

  /** The first reason why the segments of its ends may not carry the flow. */
  public refusalOf(flow: Pick<FlowFact, 'source' | 'destination'>): string | undefined {
    for (const from of this.segmentsOf(flow.source)) {
      for (const to of this.segmentsOf(flow.destination)) {
        const reason = this.policies.map((policy) => policy(from, to)).find((text) => text !== undefined);
        if (reason !== undefined) {
          return reason;
        }
      }
    }
    return undefined;
  }

  public allPublications(): readonly PublicationFact[] {
    return [...this.publications.filter((fact) => this.stands(fact)), ...this.swarm.publications];
  }

  public flowsOf(path: string): readonly FlowFact[] {
    return this.flows.filter((flow) => 'path' in flow.source && flow.source.path === path);
  }

  public segmentFact(path: string): SegmentFact {
    return this.segments.get(path)!;
  }

  /** Another number after every fact that counts here. */
  public get revisionNow(): number {
    return this.revision + this.swarm.revision;
  }

  /** Home segments of the workloads that a peer stands for; a segment stands for itself even while it is empty. */
  public segmentsOf(peer: FlowFact['source']): string[] {
    return [...new Set(this.endsOf(peer).map(({ segment }) => segment.path))];
  }

  /** Where the workloads live that a peer stands for, and whether they are ours. A network of others stands for theirs. */
  public endsOf(peer: FlowFact['source']): FlowEnd[] {
    const endOf = (path: string): FlowEnd => {
      const { segment, isTheirs = false } = this.workloads.get(path)!;
      return { segment: this.segments.get(segment)!, isOurs: !isTheirs };
    };
    switch (peer.kind) {
      case 'workload':
        return this.apart.has(peer.path) ? [] : [endOf(peer.path)];
      case 'segment':
        return [this.segments.get(peer.path)!].map((segment) => ({ segment, isOurs: segment.existing === undefined }));
      case 'group':
        return this.groups.get(peer.path)!.members.map(endOf);
      default:
        return [];
    }
  }

  public derived(): Derived {
    const revision = this.revisionNow;
    if (this.cache?.revision !== revision) {
      const facts = this.facts();
      const derived = derive(facts, this.locked());
      this.cache = { revision, standing: countOf(facts), derived, ...indexed(derived.topology) };
    }
    return this.cache.derived;
  }

  /** Constructs may have been taken out of the tree since the last snapshot, by an aspect for one; nothing else would tell. */
  public noticeRemovals(): void {
    if (this.cache !== undefined && countOf(this.facts()) !== this.cache.standing) {
      this.revision++;
    }
  }

  /** One network of the picture, found in constant time: every block and name of a thousand networks asks. */
  public network(key: string): NetworkPlan | undefined {
    this.derived();
    return this.cache!.networks.get(key);
  }

  /** The same of a network on a wire, or of an overlay. */
  public wire(key: string): WirePlan | undefined {
    this.derived();
    return this.cache!.wires.get(key);
  }

  /** Networks that a workload is a member of: its home first, then the joined ones, its edge last. */
  public placesOf(workload: string): readonly NetworkMembership[] {
    this.derived();
    return this.cache!.places.get(workload) ?? [];
  }

  public dnsOf(workload: string): readonly string[] {
    this.derived();
    return this.cache!.dns.get(workload) ?? [];
  }

  /** From here on nothing may be declared: the stack `by`, which carries this daemon's facts, is on disk. */
  public wrote(by: string): void {
    this.writtenBy ??= by;
    this.swarm.wrote(by);
  }

  private inTree(path: string): boolean {
    return this.at(path) !== undefined;
  }

  private orderStacks(flow: FlowFact): void {
    const { segments, workloads, groups } = this;
    const segmentsOf = (peer: FlowFact['source']) => this.segmentsOf(peer);
    stackOrder(flow, { segments, workloads, groups, segmentsOf }).forEach(([dependent, needed]) => this.order(dependent, needed));
  }

  public facts(): Facts {
    const stands = (fact: object) => this.stands(fact);
    return {
      daemon: this.daemon,
      segments: [...this.segments.values()].filter(stands),
      workloads: [...this.workloads.values()].filter(stands),
      groups: [...this.groups.values()].filter(stands),
      flows: this.flows.filter(stands),
      publications: this.allPublications(),
      shims: [...this.shims.values()].filter(stands),
      apart: [...this.apart.values()].filter(stands),
      swarm: this.swarm.fact(),
    };
  }

  private remembered<T extends object>(fact: T, paths: readonly string[]): T {
    this.declaredBy.set(
      fact,
      paths.map((path) => [path, this.at(path)] as const),
    );
    return fact;
  }

  /** Whether the constructs that a fact was declared of are all in the tree still. */
  private stands(fact: object): boolean {
    return (this.declaredBy.get(fact) ?? []).every(([path, construct]) => construct !== undefined && this.at(path) === construct);
  }

  private changing(path: string): void {
    this.refuseAfterWriting(path);
    this.revision++;
  }

  private refuseAfterWriting(path: string): void {
    if (this.writtenBy !== undefined) {
      throw new ValidationError(
        'DeclaredAfterSynth',
        path,
        `declared after stack '${this.writtenBy}' was written, so the host would never learn of it; declare it in a constructor, or in an aspect of that stack`,
      );
    }
  }
}
