import type { QuestionEnd } from './question-ends';
import { ownerOf } from './rule-owner';
import { Disposition } from '../../../reachability/disposition';
import type { Deciders } from '../../../reachability/private/deciders';
import { chainText, placeText } from '../../../reachability/private/explain';
import type { ExplanationWords } from '../../../reachability/private/explanation-text';
import type { Outcome, RulePlace } from '../../../reachability/private/walk/outcome';
import { causeOf } from '../../../reachability/private/words';

/** An answer about a host in words. @param deciders undefined where no packet was asked about; @param bridges those of Docker's networks */
export function hostWords(
  outcome: Outcome,
  deciders: Deciders | undefined,
  from: QuestionEnd,
  to: QuestionEnd,
  port: string,
  bridges: ReadonlySet<string>,
): ExplanationWords {
  const { disposition, decidedBy, doubts, receiver } = outcome;
  const verb = { DELIVERED: 'reaches', DROPPED: 'does not reach', UNREACHABLE: 'does not reach', UNKNOWN: 'may or may not reach' }[
    disposition
  ];
  const told = (place: RulePlace) => `${chainText(place)} (${placeText(place)}; ${ownerOf(place, bridges)})`;
  const [deciding, ...others] = deciders?.places ?? [];
  const more = others.map(told).join(', then ');
  const doubted = doubts.map((doubt) => `${placeText(doubt)}${doubt.rule === undefined ? '' : ` in ${chainText(doubt)}`}`).join('; ');
  const isElsewhere = receiver?.container !== undefined && receiver.container !== to.text ? `, where ${receiver.container} answers` : '';
  const why = {
    DELIVERED:
      deciding === undefined
        ? 'no rule drops it'
        : `${chainText(deciding)} lets it through: ${placeText(deciding)} (${ownerOf(deciding, bridges)})${more && `; without that, ${more} would`}`,
    DROPPED: deciding === undefined ? 'a rule drops it' : `${told(deciding)} drops it${more && `; without that, ${more} would`}`,
    UNREACHABLE: causeOf(outcome),
    UNKNOWN: `the answer depends on ${doubted}`,
  }[disposition];
  const remedy = {
    DELIVERED:
      'to close it, drop it in a chain that is asked before, such as mangle FORWARD or DOCKER-USER for containers and INPUT for the host',
    DROPPED: deciders === undefined || deciding === undefined ? 'change that rule' : wayOpen(deciders),
    UNREACHABLE: 'no rule decides: change routes, addresses or networks',
    UNKNOWN: 'find out what the named rules or settings do, or take the missing texts',
  }[disposition];
  return {
    disposition: Disposition[disposition],
    summary: `${from.text} ${verb} ${to.text} on ${port}${isElsewhere}: ${why}${outcome.direction === 'reply' ? ' (the reply)' : ''}.`,
    decidedBy: decidedBy && placeText(decidedBy),
    remedy: `${remedy}.`,
  };
}

/** What opens a dropped packet's way, as far as the model shows it. */
function wayOpen({ places, without }: Deciders): string {
  const [{ table, chain }] = places;
  const way =
    places.length === 1
      ? `to open it, put a rule that accepts it before this one in ${table} ${chain}, or take this one away`
      : `to open it, let it through at each of these: ${places.map(chainText).join(', ')}`;
  if (without.disposition === 'DELIVERED') return way;
  return `${way}; it would still not be sure to arrive: ${without.disposition === 'UNREACHABLE' ? causeOf(without) : 'further rules decide'}`;
}
