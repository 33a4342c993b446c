import type { Review } from './reviewed';
import { shadowedRules } from '../shadowed';

/** Rules were appended to DOCKER-USER, behind the RETURN that engines up to 28.2.1 end it with. */
export const rulesAfterReturn: Review = ({ rules }) =>
  shadowedRules(rules)
    .filter(({ chain, by }) => chain.name === 'DOCKER-USER' && by.some((i) => chain.rules[i].verdict.kind === 'return'))
    .map(({ chain, index }) => ({
      code: 'RuleAfterReturn',
      family: rules.family,
      rule: chain.rules[index].origin,
      sentence: 'It comes after a RETURN that matches its packets, so it never runs; insert it (-I) instead of appending it (-A).',
    }));
