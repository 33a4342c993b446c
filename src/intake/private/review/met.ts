import { type Place, probe, replaced } from './edits';
import type { PersonRule, PlacedRule, Way } from './person-rules';
import type { Scene } from './scene';
import { isCounter } from './words';
import type { HostRules } from '../../../firewall/private/host-rules';
import type { Match, Rule } from '../../../firewall/private/ir';
import type { Outcome, ProbeSpec, RulePlace } from '../../../reachability/private/walk/outcome';

/** What a packet makes of a rule. */
export interface Meeting {
  /** It comes to the place of the rule. */
  readonly isReached: boolean;
  /** Matches that it does not meet there. */
  readonly failing: readonly Match[];
}

/** By rules in place of it that decide nothing, one for each match: the walk's trace has those that are met. */
export function meetingOf(scene: Scene, packet: ProbeSpec, at: PlacedRule): Meeting {
  const asked = at.rule.matches.filter((match) => !isCounter(match) && match.kind !== 'unknown');
  const bare = probe([]);
  const each = asked.map((match) => ({ match, rule: probe([match]) }));
  const met = metProbes(scene, packet, replaced(scene.rules(packet.family), at, [bare, ...each.map(({ rule }) => rule), at.rule]));
  return { isReached: met.has(bare), failing: each.filter(({ rule }) => !met.has(rule)).map(({ match }) => match) };
}

/** Whether a packet meets all that is known of a rule, counters aside. */
export function isMet(scene: Scene, packet: ProbeSpec, at: PlacedRule): boolean {
  const known = probe(at.rule.matches.filter((match) => !isCounter(match)));
  // A counter that drops would stop the packet that opens the connection.
  const isLetting = at.rule.verdict.kind === 'accept' || at.rule.verdict.kind === 'return';
  const kept = packet.within === undefined || isLetting ? [at.rule] : [];
  return metProbes(scene, packet, replaced(scene.rules(packet.family), at, [known, ...kept])).has(known);
}

/** Of a later packet of a connection the steps of that one alone, if it came so far. */
function metProbes(scene: Scene, packet: ProbeSpec, rules: HostRules): ReadonlySet<Rule> {
  const { steps } = scene.walk(packet, rules, undefined, true);
  const starts = steps.flatMap(({ at }, i) => (at === 'start' ? [i] : []));
  if (packet.within !== undefined && starts.length < 2) return new Set();
  const start = packet.within === undefined ? 0 : starts[starts.length - 1];
  return new Set(
    steps.slice(start).flatMap(({ place, direction }) => (place?.rule !== undefined && direction === 'original' ? [place.rule] : [])),
  );
}

/** The first rule on a way, or the last one itself, that the packet does not meet. */
export function obstacleOn(scene: Scene, packet: ProbeSpec, rule: PersonRule, way: Way): { at: PlacedRule; meeting: Meeting } | undefined {
  for (const at of [...way.jumps, rule]) {
    const meeting = meetingOf(scene, packet, at);
    if (!meeting.isReached || meeting.failing.length > 0) return { at, meeting };
  }
  return undefined;
}

/** The rule that ended the way of a packet before it came to a place: one of the same chain, or an accept elsewhere. */
export function lettingBy(outcome: Outcome, { table, chain, index }: Place): RulePlace | undefined {
  const places = outcome.steps.flatMap(({ direction, place }) =>
    direction === 'original' && place?.table === table && place.rule !== undefined ? [place] : [],
  );
  const isEnd = ({ rule }: RulePlace, ...kinds: string[]) => kinds.includes(rule?.verdict.kind ?? '');
  const here = places.filter((place) => place.chain === chain && (place.index ?? 0) < index && isEnd(place, 'accept', 'return', 'goto'));
  return here.at(-1) ?? places.filter((place) => isEnd(place, 'accept')).at(-1);
}

export function isDelivered({ disposition }: Outcome): boolean {
  return disposition === 'DELIVERED';
}

/** In words, for what a walk said. */
export function outcomeText({ disposition, direction, decidedBy }: Outcome): string {
  const by = decidedBy === undefined ? '' : ` by ${decidedBy.table} ${decidedBy.chain}`;
  return disposition === 'DELIVERED' ? 'delivered' : `${disposition.toLowerCase()}${direction === 'reply' ? ' on the way back' : ''}${by}`;
}
