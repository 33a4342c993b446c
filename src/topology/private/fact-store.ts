import { type Derived, derive, poolsOf } from './derive';
import type { EngineFacts } from './engine-facts';
import type { FlowEnd } from './existing';
import type {
  SegmentlessFact,
  ClaimFact,
  DaemonFact,
  EngineAccessFact,
  Facts,
  FlowFact,
  GroupFact,
  HostMountFact,
  PublicationFact,
  SecretFact,
  ConfigUse,
  SegmentFact,
  ShimFact,
  WorkloadFact,
} from './facts';
import { withSharers } from './sharers';
import { countOf, indexed, type NetworkMembership, type Snapshot } from './snapshot';
import { SwarmPart } from './swarm-part';
import type { Family } from './terms';
import type { NetworkPlan, WirePlan } from './topology';
import type { LockedDaemon } from '../../addressing/private/allocation';
import { covers, GLOBAL_UNICAST, parseBlock } from '../../addressing/private/ip';

/**
 * The facts of one daemon, and the topology derived from the current ones. It stores and answers; other code decides whether a fact may be declared.
 *
 * Nothing freezes: cdktf renders every lazy value once before any aspect runs, so each question gets a snapshot of the declarations so far, kept
 * until the next fact.
 */
export class FactStore {
  public readonly swarm = new SwarmPart();
  /** Paths of containers that the engine starts again whenever they end. No packet depends on it. */
  public readonly endless = new Set<string>();
  /** The metadata of a container's image, by the path of the container, as far as its profile was read from it. verify.sh compares it. */
  public readonly imageSays = new Map<string, readonly string[]>();
  private readonly segments = new Map<string, SegmentFact>();
  private readonly workloads = new Map<string, WorkloadFact>();
  private readonly segmentless = new Map<string, SegmentlessFact>();
  private readonly groups = new Map<string, GroupFact>();
  private readonly hostMounts: HostMountFact[] = [];
  private readonly secrets = new Map<string, SecretFact>();
  private readonly shims = new Map<string, ShimFact>();
  private readonly flows: FlowFact[] = [];
  private readonly publications: PublicationFact[] = [];
  private readonly claims: ClaimFact[] = [];
  private readonly engineAccess: EngineAccessFact[] = [];
  /** The constructs that a fact was declared of: another one may take the path of one that was taken out of the tree. */
  private readonly declaredBy = new WeakMap<object, readonly (readonly [string, object | undefined])[]>();
  private revision = 0;
  private cache?: Snapshot;

  constructor(
    private readonly daemon: DaemonFact,
    private readonly locked: () => LockedDaemon,
    /** Facts of constructs that were taken out of the tree again do not count. */
    private readonly at: (path: string) => object | undefined,
  ) {}

  /** The construct at a path that is known to be in the tree. */
  public constructAt<T>(path: string): T {
    return this.at(path) as T;
  }

  public inTree(path: string): boolean {
    return this.at(path) !== undefined;
  }

  public get daemonPath(): string {
    return this.daemon.path;
  }

  public get engine(): EngineFacts {
    return this.daemon.engine;
  }

  /** Whether Bulkhead's rules are on the host, which ports, rates and sources need. */
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

  public get runtimes(): readonly string[] | undefined {
    return this.daemon.runtimes;
  }

  /** Whether containers have addresses of the family: without them a flow or a publication would be declared and never made. */
  public has(family: Family): boolean {
    return family === 'ipv4' || this.daemon.ipv6Pool !== undefined;
  }

  /** Blocks of either family in which only containers have addresses, including those of unmanaged networks. */
  public get addressPools(): readonly string[] {
    return [...poolsOf(this.daemon), ...this.existingSegments().map(({ ipv4Block }) => ipv4Block!)];
  }

  /**
   * Whether the engine translates addresses of the family: without that, nothing is published, and only a routed address gets answers from outside.
   */
  public translates(family: Family): boolean {
    const { iptables, ip6tables } = this.daemon.engine.settings;
    return family === 'ipv4' ? iptables : ip6tables;
  }

  /** Whether other machines have a route to the containers' IPv6 addresses; unique local ones have no meaning there. */
  public get isIpv6Routed(): boolean {
    return this.daemon.ipv6Pool !== undefined && covers(GLOBAL_UNICAST, parseBlock(this.daemon.ipv6Pool));
  }

  public addSegment(fact: SegmentFact): void {
    this.segments.set(fact.path, this.changed(fact, [fact.path, ...(fact.conduit ?? [])]));
  }

  public addShim(fact: ShimFact): void {
    this.shims.set(fact.path, this.changed(fact, [fact.path, fact.segment]));
  }

  public addSecret(fact: SecretFact): void {
    this.secrets.set(fact.path, this.changed(fact, [fact.path]));
  }

  public addWorkload(fact: WorkloadFact | SegmentlessFact): void {
    this.changed(fact, [fact.path]);
    // Another one may have had the path before.
    [this.segmentless, this.workloads].forEach((all) => all.delete(fact.path));
    if ('mode' in fact) this.segmentless.set(fact.path, fact);
    else this.workloads.set(fact.path, fact);
  }

  public addHostMount(fact: HostMountFact): void {
    this.hostMounts.push(this.changed(fact, [fact.path]));
  }

  /** What containers mount of the host. */
  public allHostMounts(): readonly HostMountFact[] {
    return this.hostMounts.filter((fact) => this.stands(fact));
  }

  public setGroup(fact: GroupFact): void {
    this.groups.set(fact.path, this.changed(fact, [fact.path]));
  }

  public addFlow(fact: FlowFact): void {
    const ends = [fact.source, fact.destination].flatMap((end) => [
      ...('path' in end ? [end.path] : []),
      ...('sharer' in end && end.sharer !== undefined ? [end.sharer] : []),
    ]);
    this.flows.push(this.changed(fact, ends));
  }

  public addPublication(fact: PublicationFact): void {
    this.publications.push(this.changed(fact, [fact.workload]));
  }

  public addEngineAccess(fact: EngineAccessFact): void {
    this.engineAccess.push(this.changed(fact, [fact.proxy, fact.client]));
  }

  /** What must hold; it changes no picture. */
  public addClaim(fact: ClaimFact): void {
    this.claims.push(this.remembered(fact, [fact.path]));
  }

  public segmentFact(path: string): SegmentFact {
    return this.segments.get(path)!;
  }

  public workloadFact(path: string): WorkloadFact {
    return withSharers(this.workloads.get(path)!, this.sharersOf(path));
  }

  /** Containers with config files. */
  public configured(): { readonly path: string; readonly config: ConfigUse }[] {
    const all = [...this.workloads.values(), ...this.segmentless.values()].filter((fact) => this.stands(fact));
    return all.flatMap(({ path, config }) => (config ? [{ path, config }] : []));
  }

  public workloadsIn(segment: string): readonly WorkloadFact[] {
    return [...this.workloads.values()].filter((fact) => fact.segment === segment);
  }

  /** A container that is in no segment. */
  public segmentlessFact(path: string): SegmentlessFact | undefined {
    return this.segmentless.get(path);
  }

  public groupFact(path: string): GroupFact | undefined {
    return this.groups.get(path);
  }

  /** Unmanaged networks. */
  public existingSegments(): readonly SegmentFact[] {
    return [...this.segments.values()].filter((fact) => fact.existing !== undefined && this.stands(fact));
  }

  public hasShim(segment: string): boolean {
    return [...this.shims.values()].some((fact) => fact.segment === segment && this.stands(fact));
  }

  public allClaims(): readonly ClaimFact[] {
    return this.claims.filter((fact) => this.stands(fact));
  }

  public allPublications(): readonly PublicationFact[] {
    return [...this.publications.filter((fact) => this.stands(fact)), ...this.swarm.publications];
  }

  public flowsOf(path: string): readonly FlowFact[] {
    return this.flows.filter((flow) => 'path' in flow.source && flow.source.path === path);
  }

  /** Flows that begin or end at a construct. */
  public flowsAt(path: string): readonly FlowFact[] {
    return this.flows.filter(({ source, destination }) => [source, destination].some((end) => 'path' in end && end.path === path));
  }

  /** Home segments of the workloads of a peer; a segment represents itself even while it is empty. */
  public segmentsOf(peer: FlowFact['source']): string[] {
    return [...new Set(this.endsOf(peer).map(({ segment }) => segment.path))];
  }

  /** The networks of a peer's workloads, and whether Bulkhead manages them. An unmanaged network represents its containers. */
  public endsOf(peer: FlowFact['source']): FlowEnd[] {
    const endOf = (path: string): FlowEnd => {
      const { segment, isTheirs = false } = this.workloads.get(path)!;
      return { segment: this.segments.get(segment)!, isOurs: !isTheirs };
    };
    switch (peer.kind) {
      case 'workload':
        return this.segmentless.has(peer.path) ? [] : [endOf(peer.path)];
      case 'segment':
        return [this.segments.get(peer.path)!].map((segment) => ({ segment, isOurs: segment.existing === undefined }));
      case 'group':
        return this.groups.get(peer.path)!.members.map(endOf);
      default:
        return [];
    }
  }

  public facts(): Facts {
    const stands = (fact: object) => this.stands(fact);
    return {
      daemon: this.daemon,
      segments: [...this.segments.values()].filter(stands),
      workloads: [...this.workloads.values()].filter(stands).map((fact) => withSharers(fact, this.sharersOf(fact.path))),
      groups: [...this.groups.values()].filter(stands),
      flows: this.flows.filter(stands),
      publications: this.allPublications(),
      shims: [...this.shims.values()].filter(stands),
      segmentless: [...this.segmentless.values()].filter(stands),
      engineAccess: this.engineAccess.filter(stands),
      hostMounts: this.allHostMounts(),
      secrets: [...this.secrets.values()].filter(stands),
      swarm: this.swarm.fact(),
    };
  }

  /** Another number after every fact that counts here. */
  public get revisionNow(): number {
    return this.revision + this.swarm.revision;
  }

  public derived(): Derived {
    return this.snapshot().derived;
  }

  /** An aspect, for example, may have removed constructs from the tree since the last snapshot; no other code would report this. */
  public noticeRemovals(): void {
    if (this.cache !== undefined && countOf(this.facts()) !== this.cache.standing) {
      this.revision++;
    }
  }

  /** One network of the picture, found in constant time: every block and name of a thousand networks asks. */
  public network(key: string): NetworkPlan | undefined {
    return this.snapshot().networks.get(key);
  }

  /** The same for a LAN segment, or for an overlay. */
  public wire(key: string): WirePlan | undefined {
    return this.snapshot().wires.get(key);
  }

  /** Networks that a workload is a member of: its home first, then the joined ones, its gateway network last. */
  public placesOf(workload: string): readonly NetworkMembership[] {
    return this.snapshot().places.get(workload) ?? [];
  }

  public dnsOf(workload: string): readonly string[] {
    return this.snapshot().dns.get(workload) ?? [];
  }

  /** Containers that share the network of a workload. */
  private sharersOf(path: string): SegmentlessFact[] {
    return [...this.segmentless.values()].filter((fact) => fact.sharesWith === path && this.stands(fact));
  }

  private snapshot(): Snapshot {
    const revision = this.revisionNow;
    if (this.cache?.revision !== revision) {
      const facts = this.facts();
      const derived = derive(facts, this.locked());
      this.cache = { revision, standing: countOf(facts), derived, ...indexed(derived.topology) };
    }
    return this.cache;
  }

  private changed<T extends object>(fact: T, paths: readonly string[]): T {
    this.revision++;
    return this.remembered(fact, paths);
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
}
