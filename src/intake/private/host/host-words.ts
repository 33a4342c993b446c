import type { QuestionEnd } from './question-ends';
import { ownerOf } from './rule-owner';
import { Disposition } from '../../../reachability/disposition';
import { chainText, placeText } from '../../../reachability/private/explain';
import type { ExplanationWords } from '../../../reachability/private/explanation-text';
import type { Outcome, Step } from '../../../reachability/private/walk/outcome';
import { causeOf } from '../../../reachability/private/words';

/** An answer about a host in words. @param bridges those of Docker's networks */
export function hostWords(
  outcome: Outcome,
  from: QuestionEnd,
  to: QuestionEnd,
  port: string,
  bridges: ReadonlySet<string>,
): ExplanationWords {
  const { disposition, decidedBy, doubts, receiver } = outcome;
  const verb = { DELIVERED: 'reaches', DROPPED: 'does not reach', UNREACHABLE: 'does not reach', UNKNOWN: 'may or may not reach' }[
    disposition
  ];
  const place = decidedBy && `${chainText(decidedBy)} (${placeText(decidedBy)}; ${ownerOf(decidedBy, bridges)})`;
  const accepting = acceptingStep(outcome);
  const doubted = doubts.map((doubt) => `${placeText(doubt)}${doubt.rule === undefined ? '' : ` in ${chainText(doubt)}`}`).join('; ');
  const isElsewhere = receiver?.container !== undefined && receiver.container !== to.text ? `, where ${receiver.container} answers` : '';
  const why = {
    DELIVERED: accepting?.place
      ? `${chainText(accepting.place)} lets it through: ${placeText(accepting.place)} (${ownerOf(accepting.place, bridges)})`
      : 'no rule drops it',
    DROPPED: place ? `${place} drops it` : 'a rule drops it',
    UNREACHABLE: causeOf(outcome),
    UNKNOWN: `the answer depends on ${doubted}`,
  }[disposition];
  const remedy = {
    DELIVERED:
      'to close it, drop it in a chain that is asked before, such as mangle FORWARD or DOCKER-USER for containers and INPUT for the host',
    DROPPED: decidedBy
      ? `to open it, put a rule that accepts it before this one in ${decidedBy.table} ${decidedBy.chain}, or take this one away`
      : 'change that rule',
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

/** The last rule that accepts the packet, else the policy of the last chain that filters. */
function acceptingStep({ steps }: Outcome): Step | undefined {
  const there = [...steps].reverse().filter(({ place, direction }) => place !== undefined && direction === 'original');
  return (
    there.find(({ what }) => what.startsWith('accept')) ??
    there.find(({ what, place }) => what === 'policy accept' && place!.table !== 'nat')
  );
}
