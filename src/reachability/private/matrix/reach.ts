import { answeredPortsOf, type Atom, atomsOf, type Listener, sourcePortsOf, tellsPorts, toldProtocols, UNNAMED } from './port-atoms';
import { EVERY_PORT, NO_PORTS, type PortSet, union } from './port-set';
import { pairKey, type RuleFacts } from './rule-facts';
import { needsNoAnswer } from '../../../topology/private/senders';
import type { Family } from '../../../topology/private/terms';
import type { Outcome, ProbeSource, ProbeSpec, Receiver } from '../walk/outcome';

/** All packets from one source to one address that reach a receiver. */
export interface Arrival {
  readonly receiver: Party;
  /** Requested address and ports. */
  readonly address: string;
  readonly asked: PortSet;
  /** Ports on which they arrive: others where a publication translates. */
  readonly ports: PortSet;
  /** False if a rule that the model does not understand may decide otherwise. */
  readonly certain: boolean;
}

/** The possible parties at an end, as text: the key of a container, the host, or the outside. */
export type Party = { readonly kind: 'container'; readonly key: string } | { readonly kind: 'host' } | { readonly kind: 'outside' };

export interface Question {
  readonly family: Family;
  readonly from: ProbeSource;
  /** Undefined where the host chooses. */
  readonly source?: string;
  readonly to: string;
  /** The receiver, if nothing translates. */
  readonly owner: Party;
  /** The other possible receivers, if something may translate. */
  readonly others: readonly Party[];
  /** What listens for the engine on the host. */
  readonly listeners?: readonly Listener[];
  /** The source is not the sender's: no answer comes back to it. */
  readonly oneWay?: true;
}

export type Walk = (probe: ProbeSpec) => Outcome;

/** Rules that may decide, in both directions. */
export interface Concerned {
  readonly there: readonly RuleFacts[];
  readonly back: readonly RuleFacts[];
}

/** Everything that arrives from a source at an address. Only the ports of the rules count here; each piece of the ports is walked once. */
export function reach(question: Question, { there, back }: Concerned, walk: Walk): Arrival[] {
  const { family, from, source, to, oneWay, listeners } = question;
  const arrivals = new Map<string, Arrival>();
  const pair = pairKey(source ?? '', to);
  const sourcePorts = sourcePortsOf(there);
  let answered: readonly number[] | undefined;
  const answeredPorts = () => (answered ??= answeredPortsOf(back));
  // What is closed for a protocol that no rule names is closed for every other that none names.
  const told = endsThere(walk({ family, from, to, protocol: UNNAMED })) ? toldProtocols(there, pair) : undefined;
  for (const atom of atomsOf(there, back, pair, family, listeners)) {
    const { protocol, first, last, probe } = atom;
    if (told?.has(protocol) === false || (oneWay && !needsNoAnswer(protocol))) continue;
    const tried = probe.port === undefined ? [undefined] : [...sourcePorts];
    // A list that grows: where an answer is lost, the ports that rules let answers through to are tried, too.
    for (const sourcePort of tried) {
      const ask = (port = probe.port) =>
        walk({ family, from, to, ...probe, port, ...(sourcePort !== undefined && { sourcePort }), ...(oneWay && { oneWay }) });
      const outcome = ask();
      if (outcome.disposition !== 'DELIVERED' && outcome.disposition !== 'UNKNOWN') {
        const isLost = outcome.direction === 'reply' && probe.port !== undefined && tried.length === sourcePorts.length;
        if (isLost) tried.push(...answeredPorts());
        continue;
      }
      const certain = outcome.disposition === 'DELIVERED';
      for (const receiver of receiversOf(outcome, question)) {
        const key = JSON.stringify([receiver, certain]);
        const known = arrivals.get(key);
        arrivals.set(key, {
          receiver,
          address: to,
          asked: union(known?.asked ?? NO_PORTS, { ...NO_PORTS, [protocol]: [[first, last]] }),
          ports: union(
            known?.ports ?? NO_PORTS,
            mayMove(outcome) ? EVERY_PORT : { ...NO_PORTS, [protocol]: [arrivedAt(atom, outcome, ask)] },
          ),
          certain,
        });
      }
    }
  }
  return [...arrivals.values()];
}

/**
 * Whether every packet ends on its way there. A packet that is dropped before a rule distinguishes ports is dropped whatever its port is, and one
 * packet represents all.
 */
export function isShut({ family, from, source, to }: Question, there: readonly RuleFacts[], walk: Walk): boolean {
  const facts = there.filter(({ decides }) => decides);
  const first = walk({ family, from, to, protocol: UNNAMED });
  if (!endsThere(first)) return false;
  if (rankOf(first) < Math.min(...facts.filter(tellsPorts).map(({ chain }) => RANKS[chain.table] ?? 0))) return true;
  const sourcePorts = sourcePortsOf(facts);
  return atomsOf(facts, [], pairKey(source ?? '', to), family).every(({ probe }) =>
    (probe.port === undefined ? [undefined] : sourcePorts).every((sourcePort) =>
      endsThere(walk({ family, from, to, ...probe, ...(sourcePort !== undefined && { sourcePort }) })),
    ),
  );
}

/** Tables of iptables in the order in which a forwarded packet may be dropped there, as far as it is the same for all hooks. */
const RANKS: Readonly<Record<string, number>> = { raw: 1, mangle: 2, nat: 2, filter: 3 };

/** If no rule decides, routing does: after everything before it. */
function rankOf({ decidedBy }: Outcome): number {
  return decidedBy === undefined ? RANKS.nat + 0.5 : (RANKS[decidedBy.table] ?? Infinity);
}

function endsThere({ disposition, direction }: Outcome): boolean {
  return (disposition === 'DROPPED' || disposition === 'UNREACHABLE') && direction === 'original';
}

/** A rule that is not understood may translate to any port; an unknown LAN segment does not. */
function mayMove({ disposition, doubts }: Outcome): boolean {
  return disposition === 'UNKNOWN' && (doubts.length === 0 || doubts.some(({ rule }) => rule !== undefined));
}

/** Ports that the packets of an atom arrive on: a translation moves all of them alike, or puts all on one. */
function arrivedAt({ first, last, probe }: Atom, { receiver }: Outcome, ask: (port: number) => Outcome): readonly [number, number] {
  if (probe.port === undefined || receiver === undefined || receiver.port === probe.port) return [first, last];
  const end = first === last ? receiver.port : (ask(last).receiver?.port ?? receiver.port);
  return end === receiver.port ? [end, end] : [receiver.port - (probe.port - first), end];
}

/** The receiver. If it may be any party, the packet counts for all possible receivers. */
function receiversOf({ disposition, receiver, receivers }: Outcome, { owner, others }: Question): readonly Party[] {
  if (disposition === 'DELIVERED') return [partyOf(receiver!)];
  return receivers?.map(partyOf) ?? [owner, ...others];
}

function partyOf({ kind, container }: Receiver): Party {
  return kind === 'container' ? { kind, key: container! } : { kind };
}
