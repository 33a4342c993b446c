import { Choices } from './choices';
import { answerTo, type Departure, departureFromHost, departureOf, laterDeparture, send, sendAnswer } from './ends';
import { Flight, type Stop, unreachable } from './flight';
import { Host } from './host';
import type { HostView, ProxyListener } from './host-view';
import { type Disposition, type Outcome, type RulePlace, type ProbeSpec, RANK, type Receiver, type Step } from './outcome';
import type { Packet } from './packet';
import type { Station } from './path';

export interface WalkOptions {
  /** Whether to note each step; it costs about as much as the walk itself. */
  readonly trace?: boolean;
}

/** Beyond these numbers of cases the answer is UNKNOWN. */
const MAX_GUESSES = 256;
const MAX_WAYS = 1024;

const ALL: readonly Disposition[] = ['DELIVERED', 'DROPPED', 'UNREACHABLE', 'UNKNOWN'];

/**
 * The result for the first packet of a connection, and for its answer.
 *
 * The walk does not ask whether a program listens: DELIVERED is a packet that reaches the namespace with the address, and an answer that comes back.
 * Of the paths that the sender could take, the one that gets furthest counts.
 */
export function walk(view: HostView, probe: ProbeSpec, options: WalkOptions = {}): Outcome {
  const host = Host.of(view);
  const choices = new Choices();
  let best: Outcome | undefined;
  for (let ways = 0; ways < MAX_WAYS; ways++) {
    const outcome = tryWay(host, probe, choices, options);
    if (!best || RANK[outcome.disposition] > RANK[best.disposition]) {
      best = outcome;
    }
    if (best.disposition === 'DELIVERED' || !choices.nextPick()) {
      return best;
    }
  }
  return tooManyCases(best?.doubts ?? []);
}

function tryWay(host: Host, probe: ProbeSpec, choices: Choices, options: WalkOptions): Outcome {
  const isRouted = probe.from.routesOnly === true;
  choices.rewind();
  const flight = new Flight(host, choices, isRouted, options.trace ? [] : undefined);
  const outcome = doubted(host, probe, run(flight, probe));
  return flight.doubts && outcome.disposition !== 'UNKNOWN' ? tryGuesses(flight, probe, outcome, flight.doubts) : outcome;
}

/** All other cases of rules that are not understood, for the path of the first one. */
function tryGuesses({ host, choices, routesOnly }: Flight, probe: ProbeSpec, first: Outcome, doubts: Set<RulePlace>): Outcome {
  const possible = new Set([first.disposition]);
  const receivers = first.disposition === 'DELIVERED' ? [first.receiver!] : [];
  let agrees = true;
  for (let guesses = 1; choices.nextGuess(); guesses++) {
    if (guesses === MAX_GUESSES) {
      return tooManyCases([...doubts]);
    }
    choices.rewind();
    const flight = new Flight(host, choices, routesOnly, undefined);
    const outcome = doubted(host, probe, run(flight, probe));
    if (outcome.disposition === 'UNKNOWN') {
      return { ...outcome, steps: first.steps };
    }
    flight.doubts?.forEach((place) => doubts.add(place));
    possible.add(outcome.disposition);
    if (outcome.disposition === 'DELIVERED') {
      receivers.push(outcome.receiver!);
    }
    agrees &&= isSame(first, outcome);
  }
  return agrees
    ? first
    : { ...UNKNOWN, reason: 'not-understood', receivers, doubts: [...doubts], possible: [...possible], steps: first.steps };
}

const UNKNOWN = { disposition: 'UNKNOWN', direction: 'original' } as const;

function tooManyCases(doubts: readonly RulePlace[]): Outcome {
  return { ...UNKNOWN, reason: 'too-many-cases', doubts, possible: ALL, steps: [] };
}

/** An arrival is no more certain than the existence of both ends. */
function doubted({ containers }: Host, { from }: ProbeSpec, outcome: Outcome): Outcome {
  const { disposition, receiver, steps } = outcome;
  if (disposition !== 'DELIVERED') return outcome;
  const ends = [from.kind === 'container' ? from.key : '', receiver?.container ?? ''];
  const doubts = ends.flatMap((key): RulePlace[] => {
    const text = containers.get(key)?.doubt;
    return text === undefined ? [] : [{ table: '', chain: '', text }];
  });
  return doubts.length === 0
    ? outcome
    : { ...UNKNOWN, reason: 'not-understood', receivers: [receiver!], doubts, possible: ['DELIVERED', 'UNREACHABLE'], steps };
}

function isSame(one: Outcome, other: Outcome): boolean {
  const [a, b] = [one.receiver, other.receiver];
  const isAlike = one.disposition === other.disposition;
  return isAlike && (one.disposition !== 'DELIVERED' || (a?.container === b?.container && a?.kind === b?.kind && isSamePlace(a, b)));
}

function isSamePlace(a: Receiver | undefined, b: Receiver | undefined): boolean {
  return a?.address === b?.address && a?.port === b?.port;
}

function run(flight: Flight, probe: ProbeSpec): Outcome {
  if (probe.within) {
    return runLater(flight, probe, probe.within.opener);
  }
  const departure = departureOf(flight, probe);
  if (departure.kind === 'stop') {
    return stopped(flight, departure, 'original');
  }
  const { outcome, listener } = connect(flight, departure, { isProxied: false, oneWay: probe.oneWay === true });
  if (!listener || outcome.disposition !== 'DELIVERED') {
    return outcome;
  }
  const { address, port } = listener.target;
  const second = departureFromHost(flight, { ...probe, family: address.includes(':') ? 'ipv6' : 'ipv4', to: address, port });
  if (second.kind === 'stop') {
    return stopped(flight, second, 'original');
  }
  flight.connection = undefined;
  if (flight.steps) flight.note('proxy', second.packet, `a new connection to ${address}:${port}`);
  return connect(flight, second, { isProxied: true, oneWay: false }).outcome;
}

/**
 * A packet of an established connection: the walk opens that connection first, in both directions. It does not ask whether an answer to this packet
 * comes back.
 */
function runLater(flight: Flight, probe: ProbeSpec, opener: ProbeSpec): Outcome {
  const first = run(flight, opener);
  if (first.disposition !== 'DELIVERED' || first.receiver?.proxied) {
    return stopped(flight, unreachable('no-connection'), 'original');
  }
  const departure = laterDeparture(flight, probe);
  return departure.kind === 'stop'
    ? stopped(flight, departure, 'original')
    : connect(flight, departure, { isProxied: false, oneWay: true }).outcome;
}

/** One connection, in both directions; and the proxy of the daemon that listens where it arrived. */
function connect(
  flight: Flight,
  { station, packet }: Departure,
  { isProxied, oneWay }: { readonly isProxied: boolean; readonly oneWay: boolean },
): { outcome: Outcome; listener?: ProxyListener } {
  if (flight.steps) flight.note('start', packet, wordsOf(station));
  const { source, sourcePort, destination, destinationPort } = packet;
  const there = send(flight, station, packet);
  if (there.kind === 'stop') {
    return { outcome: stopped(flight, there, 'original') };
  }
  if (flight.steps) flight.note('end', packet, wordsOf(there));
  const receiver = receiverOf(flight, there, packet, isProxied);
  const listener = there.kind === 'host' && !isProxied ? listenerAt(flight, packet) : undefined;
  const answer = answerTo(packet);
  if (!answer || oneWay) {
    return { outcome: delivered(flight, receiver), listener };
  }
  const back = sendAnswer(flight, there, answer);
  if (back.kind === 'stop') {
    return { outcome: stopped(flight, back, 'reply', receiver) };
  }
  const isAsked = answer.source === destination && answer.sourcePort === destinationPort;
  const isMine = answer.destination === source && answer.destinationPort === sourcePort && isSameStation(station, back);
  if (flight.steps) flight.note('end', answer, wordsOf(back));
  return isAsked && isMine
    ? { outcome: delivered(flight, receiver), listener }
    : { outcome: stopped(flight, unreachable('answer-astray'), 'reply', receiver) };
}

function listenerAt({ host }: Flight, packet: Packet): ProxyListener | undefined {
  return packet.hasPorts ? host.proxyAt(packet.family, packet.protocol, packet.destination, packet.destinationPort) : undefined;
}

/** Outside is one place: the host does not know which machine has an address there. */
function isSameStation(one: Station, other: Station): boolean {
  return one.kind === other.kind && (one.kind !== 'container' || (other.kind === 'container' && one.container === other.container));
}

function receiverOf({ host }: Flight, station: Station, packet: Packet, proxied: boolean): Receiver {
  return {
    kind: station.kind,
    container: station.kind === 'container' ? station.container.key : undefined,
    interface: station.kind === 'container' ? station.attachment.interface : station.kind === 'outside' ? station.interface : undefined,
    address: host.textOf(packet.family, packet.destination),
    port: packet.destinationPort,
    source: host.textOf(packet.family, packet.source),
    proxied,
  };
}

const NO_DOUBTS: readonly RulePlace[] = [];
const NO_STEPS: readonly Step[] = [];
const ONE: Readonly<Record<Disposition, readonly Disposition[]>> = {
  DELIVERED: ['DELIVERED'],
  DROPPED: ['DROPPED'],
  UNREACHABLE: ['UNREACHABLE'],
  UNKNOWN: ALL,
};

function delivered(flight: Flight, receiver: Receiver): Outcome {
  const disposition = 'DELIVERED';
  return {
    disposition,
    direction: 'original',
    reason: 'arrived',
    receiver,
    decidedBy: undefined,
    doubts: NO_DOUBTS,
    possible: ONE[disposition],
    steps: flight.steps ?? NO_STEPS,
  };
}

function stopped(flight: Flight, stop: Stop, direction: 'original' | 'reply', receiver?: Receiver): Outcome {
  const { disposition, reason, place, doubts = NO_DOUBTS } = stop;
  return {
    disposition,
    direction,
    reason,
    receiver,
    decidedBy: place,
    doubts,
    possible: ONE[disposition],
    steps: flight.steps ?? NO_STEPS,
  };
}

function wordsOf(station: Station): string {
  switch (station.kind) {
    case 'container':
      return `container ${station.container.key} at ${station.attachment.interface}`;
    case 'host':
      return 'the host';
    case 'outside':
      return `outside at ${station.interface}`;
  }
}
