import { deliveries, isUnicast, type Receivers, type Sender } from './delivery';
import { Dice, OUTSIDE } from './hosts';
import { protocolOf } from './matches';
import { compareMatrix, MatrixCells } from './matrix';
import { Network, NotModelled, WIDTH } from './network';
import { UNKNOWNS } from './packet';
import type { Solver } from './solver';
import { and, type Assignment, boundsOf, eq, evaluate, forgetTerms, not, num, or, type Term, TRUE, variable } from './terms';
import { formatAddress } from '../../src/addressing/private/ip';
import type { HostView } from '../../src/reachability/private/walk/host-view';
import type { Outcome, ProbeSpec } from '../../src/reachability/private/walk/outcome';
import type { Family } from '../../src/topology/private/terms';
import { addressNumber } from '../oracle/packet-oracle';

export type Walk = (view: HostView, probe: ProbeSpec) => Outcome;

/** What one host came to. */
export class Tally {
  /** Formulas that the solver was asked. */
  public questions = 0;
  /** Of these, over all packets of a sender and what the matrix says of them. */
  public proofs = 0;
  /** Packets that both delivered, and that neither did. */
  public delivered = 0;
  public closed = 0;
  /** Questions that the prover cannot ask, by reason, and packets that the walk calls UNKNOWN. */
  public readonly unknown = new Map<string, number>();
  public readonly disagreements: string[] = [];

  public skip(reason: string): void {
    this.unknown.set(reason, (this.unknown.get(reason) ?? 0) + 1);
  }

  public add(other: Tally): void {
    this.questions += other.questions;
    this.proofs += other.proofs;
    this.delivered += other.delivered;
    this.closed += other.closed;
    other.unknown.forEach((count, reason) => this.unknown.set(reason, (this.unknown.get(reason) ?? 0) + count));
    this.disagreements.push(...other.disagreements);
  }
}

export interface Question {
  readonly view: HostView;
  readonly family: Family;
  readonly sender: Sender;
  readonly protocol: string;
}

const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];

/** Every sender of a host with every protocol. */
export function questionsOf(view: HostView): Question[] {
  const uplinks = view.interfaces.filter(({ kind }) => kind === 'uplink');
  return FAMILIES.flatMap((family) => {
    const senders: Sender[] = [
      ...view.containers
        .filter(({ attachments }) => attachments.some((each) => each[family] !== undefined))
        .map(({ key }) => ({ kind: 'container', key }) as const),
      { kind: 'host' },
      ...uplinks.map(({ name }) => ({ kind: 'outside', interface: name }) as const),
    ];
    const protocols = ['tcp', 'udp', family === 'ipv4' ? 'icmp' : 'ipv6-icmp'];
    return senders.flatMap((sender) => protocols.map((protocol) => ({ view, family, sender, protocol })));
  });
}

/** A question as formulas: which packets each receiver gets, of those that are asked about. */
export interface Proven extends Question {
  readonly receivers: Receivers;
  readonly domain: Term;
  /** Addresses that somebody has. */
  readonly somebody: readonly bigint[];
}

/** Undefined where the prover says that it does not know. */
export function prove(question: Question, tally: Tally): Proven | undefined {
  const { view, family, sender, protocol } = question;
  try {
    const network = new Network(view, family);
    const receivers = deliveries(view, family, sender, protocol);
    const source = variable(WIDTH[family], UNKNOWNS.source);
    const isStranger = sender.kind === 'outside' ? and(isUnicast(view, family, source), not(network.isLoopback(source))) : TRUE;
    const somebody = new Set([
      ...view.containers.flatMap(({ key }) => network.addressesOf(key)),
      ...[...network.own.values()].flat().map(({ address }) => address),
    ]);
    return { ...question, receivers, domain: and(isUnicast(view, family, destinationIn(family)), isStranger), somebody: [...somebody] };
  } catch (error) {
    if (!(error instanceof NotModelled)) throw error;
    tally.skip(`not modelled: ${error.message}`);
    return undefined;
  }
}

export const destinationIn = (family: Family): Term => variable(WIDTH[family], UNKNOWNS.destination);

/** One packet, and who gets it by the formulas; nobody where none does. */
export interface Case {
  readonly view: HostView;
  readonly probe: ProbeSpec;
  readonly expected: readonly string[];
}

/** The solver finds packets: for each receiver one that it gets, and for some addresses one that somebody gets, and one that nobody does. */
export function foundCases(proven: Proven, dice: Dice, solver: Solver, tally: Tally): Case[] {
  const { receivers, domain, family, somebody } = proven;
  const destination = destinationIn(family);
  const anybody = or(...receivers.values());
  const isAsked = or(...somebody.map((address) => eq(destination, num(WIDTH[family], address))));
  const one = and(domain, eq(destination, num(WIDTH[family], dice.one(somebody))));
  const each = dice.some([...receivers.values()], 60).map((when) => and(domain, when));
  const formulas = [...each, and(domain, isAsked, not(anybody)), and(one, anybody), and(one, not(anybody))];
  tally.questions += formulas.length;
  return solver.solve(formulas).flatMap((answer) => (answer.kind === 'sat' ? [caseOf(proven, answer.model)] : []));
}

/** Packets drawn by lot, at the ends of what rules name; the formulas say without the solver what becomes of them. */
export function drawnCases(proven: Proven, count: number, dice: Dice): Case[] {
  const { receivers, domain, family, somebody } = proven;
  const all = or(...receivers.values());
  const around = (name: string, others: readonly bigint[], limit: bigint) =>
    [...boundsOf(all, name)]
      .flatMap((bound) => [bound, bound, bound + 1n, bound - 1n])
      .concat(others)
      .filter((value) => value >= 0n && value < limit);
  const ports = (name: string) => around(name, [1n, 40_000n, 80n], 65_536n);
  const addresses = (name: string) => around(name, [...somebody, ...somebody, addressNumber(OUTSIDE[family])], 1n << BigInt(WIDTH[family]));
  const pools = new Map([
    [UNKNOWNS.destination, addresses(UNKNOWNS.destination)],
    [UNKNOWNS.source, addresses(UNKNOWNS.source)],
    [UNKNOWNS.sourcePort, ports(UNKNOWNS.sourcePort)],
    [UNKNOWNS.destinationPort, ports(UNKNOWNS.destinationPort)],
    [UNKNOWNS.icmpType, [8n, 8n, 0n, 13n, 3n, 128n, 128n, 129n, 135n, 136n, 1n]],
  ] as const);
  return Array.from({ length: count }, () => new Map([...pools].map(([name, pool]) => [name as string, dice.one(pool)]))).flatMap(
    (drawn) => (evaluate([domain], drawn)[0] === 1n ? [caseOf(proven, drawn)] : []),
  );
}

function caseOf(proven: Proven, model: Assignment): Case {
  const names = [...proven.receivers.keys()];
  const values = evaluate([...proven.receivers.values()], model);
  return { view: proven.view, probe: probeOf(proven, model), expected: names.filter((_, at) => values[at] === 1n) };
}

/** Holds what the walk says of a packet against what the formulas say. */
export function judge({ view, probe, expected }: Case, walk: Walk, tally: Tally): void {
  const { disposition, reason, direction, decidedBy, receiver } = walk(view, probe);
  if (disposition === 'UNKNOWN') return tally.skip(`the walk says UNKNOWN: ${reason}`);
  const party = receiver?.kind === 'container' ? `container ${receiver.container}` : receiver?.kind;
  const found = disposition === 'DELIVERED' ? party! : undefined;
  if (found === undefined ? expected.length === 0 : expected.includes(found)) {
    if (found === undefined) tally.closed++;
    else tally.delivered++;
    return;
  }
  const says = `${disposition} ${found ?? ''} (${direction}, ${reason} ${decidedBy ? `${decidedBy.table} ${decidedBy.chain} ${decidedBy.index}` : ''})`;
  tally.disagreements.push(`${JSON.stringify(probe)}: the solver says ${expected.join(' or ') || 'nobody'}, the walk ${says}`);
}

export function probeOf({ family, sender, protocol }: Question, model: Assignment): ProbeSpec {
  const value = (name: string) => model.get(name) ?? 0n;
  const hasPorts = ['tcp', 'udp', 'sctp'].includes(protocolOf(protocol));
  const isIcmp = /icmp/.test(protocol);
  return {
    family,
    protocol: protocol as ProbeSpec['protocol'],
    from: sender.kind === 'outside' ? { ...sender, address: textOf(family, value(UNKNOWNS.source)) } : sender,
    to: textOf(family, value(UNKNOWNS.destination)),
    ...(hasPorts && { port: Number(value(UNKNOWNS.destinationPort)), sourcePort: Number(value(UNKNOWNS.sourcePort)) }),
    ...(isIcmp && { icmpType: Number(value(UNKNOWNS.icmpType)) }),
  };
}

const textOf = (family: Family, value: bigint): string => formatAddress(family, value);

export interface Effort {
  /** Of the questions of a host so many are asked, each of the solver and with this many drawn packets. */
  readonly questions: number;
  readonly drawn: number;
}

/** Part of the questions of one host, by lot. */
export function provenOf(view: HostView, dice: Dice, questions: number, tally: Tally): Proven[] {
  const left = questionsOf(view);
  return Array.from({ length: Math.min(questions, left.length) }, () => left.splice(dice.below(left.length), 1)[0]).flatMap(
    (question) => prove(question, tally) ?? [],
  );
}

/** Each packet and the whole matrix of a host. */
export function compareHost(view: HostView, seed: number, { questions, drawn }: Effort, solver: Solver, walk: Walk): Tally {
  const tally = new Tally();
  const dice = new Dice(seed);
  const matrix = new MatrixCells(view, walk);
  for (const proven of provenOf(view, dice, questions, tally)) {
    const cases = [...foundCases(proven, dice, solver, tally), ...drawnCases(proven, drawn, dice)];
    cases.forEach((each) => judge(each, walk, tally));
    compareMatrix(proven, matrix, { solver, walk, tally });
  }
  forgetTerms();
  return tally;
}

export interface Judges {
  readonly solver: Solver;
  readonly walk: Walk;
  readonly tally: Tally;
}
