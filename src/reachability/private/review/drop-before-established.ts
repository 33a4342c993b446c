import { dockerBridges, matchOf, type Review, sparesAnswers, userRules } from './reviewed';

/** A drop of what comes in from outside, before answers are let by, cuts containers off from everything that they ask. */
export const dropBeforeEstablished: Review = ({ rules }) => {
  const all = userRules(rules);
  const bridges = dockerBridges(rules);
  const spared = all.findIndex(sparesAnswers);
  return all.flatMap((rule, i) => {
    const from = matchOf(rule, 'in-interface');
    const isDrop = rule.verdict.kind === 'drop' || rule.verdict.kind === 'reject';
    const isOutside = from !== undefined && !bridges.has(from.name);
    const looksAtConnection = rule.matches.some(({ kind }) => kind === 'ct-state' || kind === 'ct-direction' || kind === 'ct-original');
    if (!isDrop || !isOutside || looksAtConnection || (spared >= 0 && spared < i)) return [];
    return [
      {
        code: 'DropBeforeEstablished',
        family: rules.family,
        rule: rule.origin,
        sentence:
          'It also drops the replies to connections that containers open; put -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN before it.',
      },
    ];
  });
};
