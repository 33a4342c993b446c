import { Block, type BlockContext, isSame } from './block';
import { EndpointClasses } from './endpoint-classes';
import {
  type AddressEnd,
  containerGroups,
  type End,
  type Group,
  HOST,
  hostTargets,
  outsideEndpoints,
  type Endpoint,
  type Target,
  withOthers,
} from './endpoints';
import { GroupShut } from './group-shut';
import { NamedPairs } from './named-pairs';
import type { Listener } from './port-atoms';
import type { Arrival, Party, Walk } from './reach';
import { factsOf } from './rule-facts';
import { RuleIndex } from './rule-index';
import { Translations } from './translations';
import type { Family } from '../../../topology/private/terms';
import { isLoopback } from '../walk/address';
import { Host } from '../walk/host';
import type { HostView } from '../walk/host-view';
import type { ProbeSource } from '../walk/outcome';

/** What one endpoint reaches at an address, and the receiver. */
export interface Cell extends Arrival {
  readonly family: Family;
  readonly source: End;
  /** The owner of the address, if nothing translates. */
  readonly target: AddressEnd;
}

/** Name of no interface: what the host sends comes in by none, what it receives goes out by none. */
export const NONE = '';

/** All open connections, and the pieces into which the outside was divided. */
export interface Matrix {
  readonly cells: readonly Cell[];
  readonly outside: readonly Target[];
}

/**
 * Everything that gets anywhere; the outside is cut at the ends of `blocks`, too. Endpoints that no rule distinguishes are walked once: between two
 * bridges that is mostly one pair for all of them, on one bridge the declared pairs and one for the others.
 */
export function matrixOf(view: HostView, walk: Walk, uplink: string, blocks: readonly string[]): Matrix {
  const families = (['ipv4', 'ipv6'] as const).map((family) => new FamilyMatrix(view, walk, uplink, blocks, family));
  return { cells: families.flatMap((family) => family.cells()), outside: families.flatMap(({ outside }) => outside.endpoints) };
}

/** One family of it. */
export class FamilyMatrix implements BlockContext {
  public readonly outside: Group;
  public readonly classes: EndpointClasses;
  public readonly index: RuleIndex;
  public readonly pairs: NamedPairs;
  public readonly everybody: readonly Party[];
  public readonly listeners: readonly Listener[];
  public readonly translations: Translations;
  /** Containers that a translation leads to: what they send may come back to themselves, so they stand for no other sender. */
  public readonly led: ReadonlySet<string>;
  public readonly groupShut: GroupShut;
  public readonly containers: readonly Group[];
  /** The part of the outside that a route leads to: one piece without a route stands for no other. */
  private readonly routed: Group;
  private readonly senders: readonly Group<Endpoint>[];
  public readonly host: readonly Target[];
  /** The LAN segment behind an interface that rules match. */
  private readonly wires: ReadonlyMap<string, string>;
  /** The interface of the containers as rules match it. */
  public readonly met: (name: string) => string;
  /** Interfaces of each container. */
  public readonly links: ReadonlyMap<string, ReadonlySet<string>>;
  private readonly result: Cell[] = [];

  constructor(
    view: HostView,
    public readonly walk: Walk,
    uplink: string,
    blocks: readonly string[],
    public readonly family: Family,
  ) {
    const facts = factsOf(view.rules[family]);
    this.index = new RuleIndex(facts);
    const deciding = facts.filter(({ decides }) => decides);
    this.classes = new EndpointClasses(deciding);
    this.groupShut = new GroupShut(view.rules[family]);
    this.translations = new Translations(facts, family);
    this.pairs = new NamedPairs(deciding, this.translations);
    const groups = containerGroups(view, family);
    // Rules see the containers of a LAN segment at the shim, if there is one.
    const shims = new Map(view.interfaces.flatMap(({ kind, name, parent }) => (kind === 'macvlan-shim' && parent ? [[parent, name]] : [])));
    const met = (name: string) => shims.get(name) ?? name;
    this.met = met;
    this.containers = groups.map((group) => ({ ...group, interface: met(group.interface) }));
    this.senders = [
      ...groups.map((group) => ({ ...withOthers(group, view, family), interface: met(group.interface) })),
      { interface: NONE, endpoints: [HOST] },
    ];
    this.host = hostTargets(view, facts, family);
    this.outside = { interface: uplink, endpoints: outsideEndpoints(view, facts, blocks, family, uplink) };
    const host = Host.of(view);
    this.routed = { ...this.outside, endpoints: this.outside.endpoints.filter(({ number }) => host.hopTo(family, number) !== undefined) };
    this.wires = new Map((view.wires ?? []).map(({ parent }) => [met(parent), parent]));
    this.led = new Set(
      groups.flatMap(({ endpoints }) =>
        endpoints.flatMap(({ party, address }) => (party.kind === 'container' && this.translations.leadsTo(address) ? [party.key] : [])),
      ),
    );
    this.everybody = view.containers.map(({ key }) => ({ kind: 'container', key }));
    this.listeners = view.proxies;
    this.links = new Map(
      view.containers.map(({ key, attachments }) => [key, new Set(attachments.map((attachment) => met(attachment.interface)))]),
    );
  }

  public cells(): Cell[] {
    const [translated, plain] = [true, false].map((wanted) =>
      this.host.filter(({ address }) => this.translations.mayChange(address) === wanted),
    );
    // The kernel itself refuses loopback addresses if no rule distinguishes them from the host's others.
    const plains = [true, false].map((wanted) => plain.filter(({ number }) => isLoopback(this.family, number) === wanted));
    for (const from of [...this.senders, this.outside]) {
      const others = this.containers.filter(
        (to) => to.interface !== from.interface && !(from === this.outside && this.wires.has(to.interface)),
      );
      // Mostly nothing is forwarded from one bridge to any other: that is seen once, instead of for each of them.
      const crossing = { entry: from.interface, exits: others.map((to) => to.interface), sources: from.endpoints };
      const isShutIn = from.interface !== NONE && this.groupShut.drops(crossing);
      for (const to of from === this.outside ? this.containers : [...this.containers, this.routed]) {
        const sender = from === this.outside ? this.outsideOf(to) : from;
        const isTaken = ({ number }: Target) => this.translations.mayTakeAway(number, sender.interface);
        // A translation comes before the route, so it needs none.
        const taken = (to === this.routed ? this.outside : to).endpoints.filter(isTaken);
        const left = taken.length === 0 ? to : { ...to, endpoints: to.endpoints.filter((endpoint) => !isTaken(endpoint)) };
        this.between(sender, left, isShutIn && others.includes(to));
        if (taken.length > 0) new Block(this, sender, { ...to, endpoints: taken }, taken, 'anywhere').run();
      }
      const isHost = from.interface === NONE;
      if (!isHost && this.groupShut.dropsToHost({ ...crossing, exits: this.containers.map((to) => to.interface) })) continue;
      // The proof ignores what the host sends to itself; only a publication leads further.
      if (!isHost) plains.forEach((endpoints) => new Block(this, from, { interface: NONE, endpoints }, endpoints, [NONE]).run());
      // A packet to a publication continues to another destination: no rule is excluded because of its destination.
      new Block(this, from, { interface: NONE, endpoints: translated }, translated, 'anywhere').run();
    }
    return this.result;
  }

  /** The outside is attached to every LAN segment. */
  private outsideOf({ interface: name }: Group): Group {
    const wire = this.wires.get(name);
    if (wire === undefined) return this.outside;
    const endpoints = this.outside.endpoints.map((endpoint) => ({
      ...endpoint,
      from: { ...endpoint.from, interface: wire } as ProbeSource,
    }));
    return { interface: wire, endpoints };
  }

  public add(source: Endpoint, target: Target, arrivals: readonly Arrival[]): void {
    for (const arrival of arrivals) {
      if (isSame(arrival.receiver, source.party)) continue;
      this.result.push({ ...arrival, family: this.family, source, target });
    }
  }

  /** A container that is also attached to the source's bridge answers there for its addresses on other bridges. */
  private between(from: Group<Endpoint>, to: Group, isShutIn: boolean): void {
    const isNeighbour = ({ party }: Endpoint) => party.kind === 'container' && this.links.get(party.key)!.has(from.interface);
    const neighbours = to.interface === from.interface ? [] : to.endpoints.filter(isNeighbour);
    const others = neighbours.length === 0 ? to.endpoints : to.endpoints.filter((endpoint) => !isNeighbour(endpoint));
    if (!isShutIn) {
      new Block(this, from, to, others, [to.interface]).run();
    }
    if (neighbours.length > 0) {
      new Block(this, from, to, neighbours, [to.interface, from.interface]).run();
    }
  }
}
