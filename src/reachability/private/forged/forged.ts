import { alive, type Position, positionsOf, viaOf } from './positions';
import { everySource, type Source } from './sources';
import { Standing } from './standing';
import { type Found, Tally } from './tally';
import type { Sender } from '../../../topology/private/senders';
import type { Family } from '../../../topology/private/terms';
import type { Topology } from '../../../topology/private/topology';
import { Declared } from '../declared';
import type { ForgedCell } from './forged-cell';
import { Block, type BlockContext } from '../matrix/block';
import type { AddressEnd, Group, Endpoint, Target } from '../matrix/endpoints';
import { type Cell, FamilyMatrix, type Matrix, NONE } from '../matrix/matrix';
import type { Arrival, Walk } from '../matrix/reach';
import { previous, writeAddress } from '../walk/address';
import { Host } from '../walk/host';
import type { HostView } from '../walk/host-view';

/** The questions about a sender: everything that determines what it reaches. */
export interface ForgedInput {
  readonly view: HostView;
  readonly walk: Walk;
  readonly uplink: string;
  readonly blocks: readonly string[];
  readonly topology: Topology;
  readonly senders: readonly Sender[];
}

/**
 * Packets that arrive with a source that is not the sender's, as a first packet or inside a connection of other ends. The code asks every interface
 * with every source at once, divided where rules distinguish them; it omits what the senders reach anyway, and what the outside may request anyway.
 */
export function forgedCells(input: ForgedInput, matrix: Matrix): ForgedCell[] {
  const declared = new Declared(input.topology);
  const tally = new Tally(matrix.cells, input.topology, declared);
  for (const family of ['ipv4', 'ipv6'] as const) {
    new ForgedFamily(input, family, declared, tally).run(matrix);
  }
  return tally.cells();
}

class ForgedFamily {
  private readonly matrix: FamilyMatrix;
  private readonly sources: readonly Source[];
  private readonly positions: readonly Position[];
  private readonly host: Host;
  /** LAN segments, and unmanaged networks: Bulkhead does not filter there, and the reasons for such segments accept this. */
  private readonly beyond: ReadonlySet<string>;

  constructor(
    private readonly input: ForgedInput,
    private readonly family: Family,
    private readonly declared: Declared,
    private readonly tally: Tally,
  ) {
    const { view, walk, uplink, blocks, senders, topology } = input;
    this.matrix = new FamilyMatrix(view, walk, uplink, blocks, family);
    this.sources = everySource(view, this.matrix.index.all, this.matrix.outside.endpoints, family);
    this.host = Host.of(view);
    this.beyond = new Set([
      ...(view.wires ?? []).map(({ parent }) => this.matrix.met(parent)),
      ...topology.existing.map(({ bridge }) => bridge),
    ]);
    this.positions = positionsOf(view, this.matrix, senders, uplink);
  }

  public run({ cells }: Matrix): void {
    const own = cells.filter(({ family }) => family === this.family);
    const standing = new Standing(
      { ...this.input, matrix: this.matrix, declared: this.declared, tally: this.tally, beyond: this.beyond },
      own,
    );
    for (const position of this.positions) {
      this.besides(position, own);
      this.fresh(position);
    }
    // A path that also works for a first packet is reported as that.
    this.positions.forEach((position) => standing.from(position));
  }

  /** First packets. */
  private fresh(position: Position): void {
    const { matrix } = this;
    const { uplink } = this.input;
    const endpoints = this.endpointsAt(position);
    if (endpoints.length === 0) return;
    const from: Group<Endpoint> = { interface: position.interface, endpoints };
    const others = matrix.containers.filter((to) => to.interface !== position.interface && !this.beyond.has(to.interface));
    const crossing = { entry: position.interface, exits: others.map((to) => to.interface), sources: endpoints };
    const context = this.context(position);
    const ask = (to: Group, targets: readonly Target[], exits: readonly string[] | 'anywhere') =>
      new Block(context, from, to, targets, exits, true).run();
    if (!matrix.groupShut.drops(crossing)) {
      others.forEach((to) =>
        ask(
          to,
          to.endpoints.filter((endpoint) => !this.isAt(position, endpoint)),
          [to.interface],
        ),
      );
    }
    if (position.interface !== uplink) ask(matrix.outside, matrix.outside.endpoints, [uplink]);
    if (matrix.groupShut.dropsToHost({ ...crossing, exits: matrix.containers.map((to) => to.interface) })) return;
    const [translated, plain] = [true, false].map((wanted) =>
      matrix.host.filter(({ address }) => matrix.translations.mayChange(address) === wanted),
    );
    ask({ interface: NONE, endpoints: plain }, plain, [NONE]);
    ask({ interface: NONE, endpoints: translated }, translated, 'anywhere');
  }

  /** On one interface, no rule distinguishes a sender from its neighbour, so each can send what one of them may. */
  private besides({ interface: name, senders, from }: Position, cells: readonly Cell[]): void {
    if (senders.every(({ party }) => party.kind !== 'container')) return;
    const found = cells.flatMap((cell): Found[] => {
      const { address } = cell.source;
      return viaOf(cell) !== name || address === undefined
        ? []
        : [{ cell, forged: { as: { ...cell.source, address }, from: from(address), direction: 'original' } }];
    });
    this.tally.addAll(senders, found);
  }

  private context(position: Position): BlockContext {
    const { family, walk, classes, index, pairs, led, everybody, listeners } = this.matrix;
    return {
      family,
      walk,
      classes,
      index,
      pairs,
      led,
      everybody,
      listeners,
      add: (source, target, arrivals) => arrivals.forEach((arrival) => this.found(position, source, target, arrival)),
    };
  }

  private found(position: Position, source: Endpoint, target: Target, arrival: Arrival): void {
    const as = besideTarget(source, target);
    for (const sender of position.senders) {
      const certain = arrival.certain && position.surelyTakes(source.number!);
      const cell = { ...arrival, certain, family: this.family, source, target };
      this.tally.add(sender, cell, { as, from: source.from, direction: 'original' });
    }
  }

  /**
   * Sources that pass the rules of entrance. Rules cannot distinguish machines outside, so only a source that is not an address of the outside is
   * forged there; another question covers what a neighbour on a Bulkhead network could send.
   */
  private endpointsAt(position: Position): Endpoint[] {
    const { interface: name, senders } = position;
    const isUplink = name === this.input.uplink;
    const isOurs = senders.some(({ party }) => party.kind === 'container');
    const endpoints = this.sources
      .filter(({ isOutside, number }) => !(isUplink && isOutside) && !(isOurs && this.host.isOnLink(this.family, name, number)))
      .map((source) => ({ ...source, from: position.from(source.address) }));
    return alive(this.matrix, position, endpoints);
  }

  private isAt({ interface: name }: Position, { party }: Endpoint): boolean {
    return party.kind === 'container' && this.matrix.links.get(party.key)!.has(name);
  }
}

/**
 * A packet to the owner of an address cannot use that address as a forged source: if it represents its piece, another address of the piece does
 * instead.
 */
function besideTarget({ party, address, number, range }: Endpoint, target: Target): AddressEnd {
  if (address !== target.address || range === undefined) return { party, address: address!, range };
  const other = number === range.last ? range.first : previous(range.last);
  return { party: { kind: 'outside' }, address: writeAddress(target.address.includes(':') ? 'ipv6' : 'ipv4', other), range };
}
