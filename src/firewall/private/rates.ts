import { digestOf } from './digest';
import type { IpProtocol, Match, Rule, SourceSet } from './ir';
import { RETURN, rule, type Scope } from './matches';
import { isCovered } from './normalize';
import { LABELS } from './own-names';
import type { RateSpec } from '../../topology/private/terms';

/*
 * Rates of publications. Flows between workloads have one source each, and their rules accept no other source. A client of a publication may write
 * any address into its packets, so the guard keeps data for each source only for as many sources as there is room for:
 *
 *  - A TCP connection counts when its handshake is complete. Until then its packets only open it: the container's kernel answers each SYN, by SYN
 *    cookies if there are many, and a sender that forges its address never sees the answer. The connection carries a label from its first packet on,
 *    and another label when it was accepted; without the second label the guard does not treat it as established.
 *  - For protocols without a handshake, every first packet counts.
 *  - The guard puts a source that counts into a set of limited size, and looks up only sources in that set in the kernel's table of rates. That table
 *    drops every packet when it is full, so it must have more room than the set. Sources for which the set has no room share one rate.
 */

/** The connection was opened under a rate, and has not been let in yet unless it carries the other label, too. */
const OPENED = { kind: 'ct-label', label: LABELS[0] } as const;
const LET_IN = { kind: 'ct-label', label: LABELS[1] } as const;
/** SYN and RST; not packets that claim to belong to a connection. */
const OPENING: Match = { kind: 'tcp-flags', mask: ['SYN', 'RST', 'ACK'], set: ['ACK'], negate: true };
/** Beyond the handshake. A status, not a state: new kernels also report ESTABLISHED when the client answers with a wrong number. */
const COMPLETE = { kind: 'ct-status', status: 'assured' } as const;
const INCOMPLETE: Match = { ...COMPLETE, negate: true };
/** Connection tracking reuses a known connection when its ends open it again after a RST of the container: then that counts, too. */
const NO_SYN: readonly Match[] = [
  { kind: 'protocol', protocol: 'tcp' },
  { kind: 'tcp-flags', mask: ['SYN'], set: [] },
];

/** All addresses of one owner of an IPv6 network are one source: providers give a /56 to a household, and a /64 to a server. */
const IPV6_SOURCE_LENGTH = 56;
/** Four times as many as the set has: a source may stay in the table a while after it has left the set. */
const PLACES = 262_144;
/** A regular client is added once a minute, not once a second. */
const SHORTEST_STAY = 60;
const LONGEST_STAY = 2_147_483;
/** Old kernels search a full set from end to end for each new entry. */
const PUT: Match = { kind: 'limit', amount: 1_000, per: 'second', burst: 1_000 };
/** The most that the kernel counts by this match. */
const WITHOUT_ROOM: Match = { kind: 'limit', amount: 10_000, per: 'second', burst: 10_000 };

const SECONDS = { second: 1, minute: 60, hour: 3_600, day: 86_400 } as const;

/** The rate of a permission for all sources, as its rule carries it until `countRates` expands it. */
export function rateOfMany(scope: Scope, spec: RateSpec | undefined, plan: readonly unknown[]): Match[] {
  if (spec === undefined) {
    return [];
  }
  const sourceLength = scope.family === 'ipv6' ? { sourceLength: IPV6_SOURCE_LENGTH } : {};
  const name = `bh${digestOf(JSON.stringify([plan, spec.amount, spec.per, spec.burst, sourceLength]), 8)}`;
  return [{ kind: 'rate-per-source', name, rate: spec, ...sourceLength, places: PLACES }];
}

export interface CountedRules {
  readonly rules: readonly Rule[];
  readonly sets: readonly SourceSet[];
  /** Whether connections are labelled. */
  readonly isLabelled: boolean;
}

export function countRates(scope: Scope, permissions: readonly Rule[]): CountedRules {
  const rated = permissions.flatMap((permission) => withoutRate(permission) ?? []);
  const free = permissions.filter((permission) => withoutRate(permission) === undefined);
  const openings = neededOpenings(rated.filter(isTcp), free);
  const sets = new Map(rated.map(({ rate }) => [rate.name, setOf(scope, rate)]));
  return {
    rules: [
      ...openings.map(({ origin, place }) => rule(origin, RETURN, [...place, OPENING, INCOMPLETE, { ...OPENED, set: true }])),
      ...permissions.flatMap((permission) => {
        const counted = withoutRate(permission);
        return counted === undefined ? [permission] : countedRules(counted, sets.get(counted.rate.name)!.name);
      }),
    ],
    sets: [...sets.values()],
    isLabelled: openings.length > 0,
  };
}

/** What distinguishes packets of an established connection from those that the rate must still accept: one list of matches for each state. */
export function waysToStand({ isLabelled }: CountedRules): readonly Match[][] {
  return isLabelled ? [[{ ...OPENED, negate: true }], [...NO_SYN, LET_IN]] : [[]];
}

interface Rated {
  readonly origin: string;
  /** All matches of the permission but its rate. */
  readonly place: readonly Match[];
  readonly rate: Match & { readonly kind: 'rate-per-source' };
}

function withoutRate({ origin, matches }: Rule): Rated | undefined {
  const rate = matches.find((match) => match.kind === 'rate-per-source');
  return rate && { origin, place: matches.filter((match) => match !== rate), rate };
}

function isTcp({ place }: Rated): boolean {
  return protocolOf(place) === 'tcp';
}

function protocolOf(place: readonly Match[]): IpProtocol | undefined {
  return place.find((match) => match.kind === 'protocol')?.protocol;
}

/** An opening that other openings cover has no effect: each permission checks what is accepted. */
function neededOpenings(rated: readonly Rated[], free: readonly Rule[]): Rated[] {
  const asRule = ({ origin, place }: Rated) => rule(origin, RETURN, place);
  const kept = new Set(rated);
  for (const opening of rated) {
    kept.delete(opening);
    if (!isCovered(asRule(opening), [...free, ...[...kept].map(asRule)])) {
      kept.add(opening);
    }
  }
  return [...kept].sort((a, b) => rated.indexOf(a) - rated.indexOf(b));
}

function countedRules({ origin, place, rate }: Rated, set: string): Rule[] {
  const [counts, lets] = protocolOf(place) === 'tcp' ? [[...place, COMPLETE], [{ ...LET_IN, set: true }]] : [place, []];
  const known = { kind: 'in-set', set, fields: ['src'] } as const;
  const unknown = { ...known, negate: true } as const;
  return [
    rule(origin, { kind: 'add-source', set }, [...counts, unknown, PUT]),
    rule(origin, RETURN, [...counts, known, rate, ...lets]),
    rule(origin, RETURN, [...counts, unknown, WITHOUT_ROOM, ...lets]),
  ];
}

function setOf({ family }: Scope, { name, rate: { amount, per, burst }, sourceLength }: Rated['rate']): SourceSet {
  // Longer than the table of rates remembers it.
  const seconds = Math.min(Math.max(SHORTEST_STAY, Math.ceil((burst * SECONDS[per]) / amount) + 2), LONGEST_STAY);
  return {
    name: `bh${family === 'ipv4' ? 4 : 6}-rate-${name.slice(2)}`,
    seconds,
    ...(sourceLength === undefined ? {} : { sourceLength }),
  };
}
