import { matchOf, type Review, sparesAnswers, userRules } from './reviewed';

/** `--ctorigdstport` belongs to the connection, so it matches answers as well: those of containers that asked the same port elsewhere. */
export const originalPortBothWays: Review = ({ rules }) => {
  const all = userRules(rules);
  const spared = all.findIndex(sparesAnswers);
  return all.flatMap((rule, i) => {
    const original = matchOf(rule, 'ct-original');
    const isDrop = rule.verdict.kind === 'drop' || rule.verdict.kind === 'reject';
    if (original?.first === undefined || !isDrop || matchOf(rule, 'ct-direction') || (spared >= 0 && spared < i)) return [];
    return [
      {
        code: 'OriginalPortBothWays',
        family: rules.family,
        rule: rule.origin,
        sentence: `It also drops replies: when a container connects to port ${original.first} elsewhere, the replies belong to a connection of that original port; add --ctdir ORIGINAL.`,
      },
    ];
  });
};
