import type { Derived } from './derive';
import type { EngineFacts } from './engine-facts';
import type { Facts, PublicationFact, SwarmFact, SwarmNodeFact, SwarmSettings } from './facts';
import { blocksOf } from './swarm';

/** What a node reads in the store with the facts of its swarm. */
export interface SwarmStore {
  readonly revisionNow: number;
  readonly swarm: SwarmPart;
  readonly engine: EngineFacts;
  allPublications(): readonly PublicationFact[];
  facts(): Facts;
  derived(): Derived;
}

/** The part that a daemon has in a swarm: none, being the swarm's own, or being that of a node. */
export class SwarmPart {
  private settings?: SwarmSettings;
  private membership?: { readonly swarm: SwarmStore; readonly own: SwarmNodeFact };

  /** The facts are those of a swarm as a whole, not of a host. */
  public set(settings: SwarmSettings): void {
    this.settings = settings;
  }

  /** The host becomes a node of a swarm, whose own facts another store holds. */
  public join(swarm: SwarmStore, own: SwarmNodeFact): void {
    this.membership = { swarm, own };
  }

  public get isWhole(): boolean {
    return this.settings !== undefined;
  }

  /** The store of the swarm that the host is a node of. */
  public get whole(): SwarmStore | undefined {
    return this.membership?.swarm;
  }

  /** Path of the swarm. */
  public get path(): string | undefined {
    return this.settings?.path ?? this.membership?.swarm.swarm.path;
  }

  /** Grows when a host becomes a node, and then with every fact of its swarm. */
  public get revision(): number {
    return this.membership === undefined ? 0 : 1 + this.membership.swarm.revisionNow;
  }

  /** Publications of services, which every node must let in. */
  public get publications(): readonly PublicationFact[] {
    return this.membership?.swarm.allPublications() ?? [];
  }

  public fact(): SwarmFact | undefined {
    if (this.membership === undefined) return this.settings && { ...this.settings, services: [] };
    const { swarm, own } = this.membership;
    const settings = swarm.swarm.settings!;
    const { topology, allocation } = swarm.derived();
    const publishing = new Set(swarm.allPublications().map(({ workload }) => workload));
    const ofNode = (publishes: boolean) =>
      topology.workloads
        .filter(({ path }) => publishing.has(path) === publishes)
        .map(({ path, name, capabilities, user }) => ({ path, name, ...(capabilities && { capabilities }), ...(user && { user }) }));
    return {
      ...settings,
      ...blocksOf(settings.path, allocation),
      own,
      services: ofNode(true),
      quietServices: ofNode(false),
    };
  }
}
