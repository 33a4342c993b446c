import { alive, type Position, viaOf } from './positions';
import type { Found, Tally } from './tally';
import { groupBy } from '../../../private/multimap';
import { needsNoAnswer } from '../../../topology/private/senders';
import type { Declared } from '../declared';
import type { Link } from '../matrix/endpoint-classes';
import type { AddressEnd, Endpoint } from '../matrix/endpoints';
import { type Cell, type FamilyMatrix, NONE } from '../matrix/matrix';
import { UNNAMED } from '../matrix/port-atoms';
import { ECHO_REQUEST, EVERY_PORT, intersect, NO_PORTS, type PortSet, type PortSetProtocol, PROTOCOLS } from '../matrix/port-set';
import type { Party, Walk } from '../matrix/reach';
import type { RuleFacts } from '../matrix/rule-facts';
import { type Address, readAddress } from '../walk/address';
import type { ProbeSource, ProbeSpec } from '../walk/outcome';

/** An end of a connection as the rules of FORWARD see it. */
interface Ending extends AddressEnd {
  readonly number: Address;
}

/** One direction of a connection: what its packets contain when the rules of FORWARD see them, and their receiver. */
interface Leg {
  readonly cell: Cell;
  readonly opener: ProbeSpec;
  readonly direction: 'original' | 'reply';
  readonly protocol: PortSetProtocol;
  /** Interfaces that the real packets come in by, and go out by. */
  readonly entry: string;
  readonly exit: string;
  readonly source: Ending;
  readonly target: Ending;
  readonly ports: PortSet;
}

export interface StandingInput {
  readonly walk: Walk;
  readonly matrix: FamilyMatrix;
  readonly declared: Declared;
  readonly tally: Tally;
  readonly uplink: string;
  /** Interfaces behind which Bulkhead does not filter. */
  readonly beyond: ReadonlySet<string>;
}

/** Legs from one interface to another, and their ends once each. */
interface Legs {
  readonly legs: readonly Leg[];
  readonly sources: readonly Ending[];
  readonly targets: readonly Ending[];
}

/**
 * Packets that claim to belong to a connection of other ends, from every position. Only declared connections count: a workload that opens others
 * cooperates with the sender, and could forward its data.
 */
export class Standing {
  private readonly groups: readonly Legs[];
  private readonly sources: readonly Ending[];

  constructor(
    private readonly input: StandingInput,
    cells: readonly Cell[],
  ) {
    const legs = groupBy(
      cells.flatMap((cell) => this.legsOf(cell)),
      (leg) => `${leg.exit} ${leg.protocol} ${leg.direction} ${leg.entry}`,
    );
    this.groups = [...legs.values()].map((some) => ({
      legs: some,
      sources: unique(some.map(({ source }) => source)),
      targets: unique(some.map(({ target }) => target)),
    }));
    this.sources = unique(this.groups.flatMap(({ sources }) => sources));
  }

  public from(position: Position): void {
    const living = new Set(alive(this.input.matrix, position, this.sources).map(({ number }) => number));
    for (const group of this.groups) {
      const [{ entry, exit }] = group.legs;
      if (entry === position.interface) {
        // On one interface, no rule distinguishes a sender from its neighbour. Rules cannot distinguish machines outside, and the unmanaged members
        // of a network are not known.
        if (entry !== this.input.uplink) this.found(position, group.legs, true);
      } else if (!(entry === this.input.uplink && isOutside(position)) && group.sources.some(({ number }) => living.has(number))) {
        this.ask(position, exit, group);
      }
    }
  }

  private ask(position: Position, exit: string, group: Legs): void {
    const concerns = (fact: RuleFacts) => fact.admitsIn(position.interface) && fact.admitsOut(exit);
    const link = { in: position.interface, out: exit };
    for (const alike of this.classesOf(group, concerns, link)) {
      const [leg] = alike;
      const from = exit === position.interface ? position.among(leg.source.address, leg.target.party) : position.from(leg.source.address);
      if (from === undefined) continue;
      const within = { opener: leg.opener, direction: leg.direction };
      const outcome = this.input.walk({
        family: this.input.matrix.family,
        from,
        to: leg.target.address,
        protocol: leg.opener.protocol,
        within,
      });
      if (outcome.disposition !== 'DELIVERED' && outcome.disposition !== 'UNKNOWN') continue;
      this.found(position, alike, outcome.disposition === 'DELIVERED');
    }
  }

  private found(position: Position, legs: readonly Leg[], isSure: boolean): void {
    const { senders, from } = position;
    const found = legs.map(({ cell, opener, source, target, ports, direction }): Found => ({
      cell: {
        ...cell,
        source,
        target,
        receiver: target.party,
        address: target.address,
        asked: ports,
        ports,
        certain: isSure && cell.certain && position.surelyTakes(source.number),
      },
      forged: { as: source, from: from(source.address), within: cell, opener, direction },
    }));
    this.input.tally.addAll(senders, found);
  }

  /** Those that the rules of a crossing distinguish by address; if they also distinguish ports, each is asked separately. */
  private classesOf({ legs, ...ends }: Legs, concerns: (fact: RuleFacts) => boolean, link: Link): Leg[][] {
    const { classes } = this.input.matrix;
    const [sources, targets] = (['source', 'destination'] as const).map((side) => {
      const endpoints = side === 'source' ? ends.sources : ends.targets;
      return new Map(
        classes.of(endpoints, endpoints, side, concerns, link).flatMap((some, i) => some.map(({ number }) => [number, i] as const)),
      );
    });
    return [...groupBy(legs, ({ source, target }) => `${sources.get(source.number)} ${targets.get(target.number)}`).values()];
  }

  private legsOf(cell: Cell): Leg[] {
    const { family } = this.input.matrix;
    const { from, party, address } = cell.source as Endpoint;
    const asked = intersect(cell.asked, this.input.declared.ports(cell) ?? cell.asked);
    return PROTOCOLS.filter((protocol) => needsNoAnswer(protocol) && asked[protocol].length > 0).flatMap((protocol): Leg[] => {
      const opener = openerOf({ ...cell, asked }, from, protocol);
      const { disposition, receiver } = this.input.walk(opener);
      if ((disposition !== 'DELIVERED' && disposition !== 'UNKNOWN') || receiver === undefined || receiver.proxied) return [];
      const here = { ...cell.source, address: address ?? receiver.source };
      const there = { ...cell.target, party: cell.receiver, address: receiver.address };
      const [one, other] = [here, there].map((end) => ({ ...end, number: readAddress(family, end.address)! }));
      const [entry, exit] = [this.placeOf(party, viaOf(cell)), this.placeOf(cell.receiver, receiver.interface)];
      if (this.input.beyond.has(entry) || this.input.beyond.has(exit)) return [];
      const shared = { cell, opener, protocol };
      // Where a publication translates, all of its target ports are asked.
      const ports = cell.target.party.kind !== 'host' ? asked : cell.ports;
      return [
        { ...shared, direction: 'original', entry, exit, source: one, target: other, ports: { ...NO_PORTS, [protocol]: ports[protocol] } },
        { ...shared, direction: 'reply', entry: exit, exit: entry, source: other, target: one, ports: answersOf(protocol) },
      ];
    });
  }

  private placeOf({ kind }: Party, name: string | undefined): string {
    return kind === 'host' ? NONE : kind === 'outside' ? this.input.uplink : this.input.matrix.met(name!);
  }
}

function openerOf({ family, target, asked }: Cell, from: ProbeSource, protocol: PortSetProtocol): ProbeSpec {
  const [[first]] = asked[protocol];
  const to = target.address;
  if (protocol === 'other') return { family, from, to, protocol: UNNAMED };
  if (protocol !== 'icmp') return { family, from, to, protocol, port: Math.max(first, 1) };
  return { family, from, to, protocol: family === 'ipv4' ? 'icmp' : 'ipv6-icmp' };
}

/** An answer goes to whatever port the other end has opened. That of a ping counts as a ping. */
function answersOf(protocol: PortSetProtocol): PortSet {
  return { ...NO_PORTS, [protocol]: protocol === 'icmp' ? [[ECHO_REQUEST, ECHO_REQUEST]] : EVERY_PORT[protocol] };
}

/** Unmanaged containers count as outside: only their address distinguishes them from other machines there, and they choose it. */
function isOutside({ senders }: Position): boolean {
  return senders.every(({ party }) => party.kind === 'outside');
}

function unique<T extends { readonly number: Address }>(endpoints: readonly T[]): T[] {
  return [...new Map(endpoints.map((endpoint) => [endpoint.number, endpoint])).values()];
}
