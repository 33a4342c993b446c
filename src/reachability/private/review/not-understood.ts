import { chainOf, type Review } from './reviewed';
import type { HostRules } from '../../../firewall/private/host-rules';

/** Parts of the dump that cannot be read: silence about them would say that they are in order. */
export const notUnderstood: Review = ({ rules }) => {
  const { family } = rules;
  const lines = rules.notUnderstood.map((line) => ({
    code: 'LineNotUnderstood',
    family,
    rule: line,
    sentence:
      'Bulkhead cannot read this line, so the review does not cover it; check it by hand, or pass the whole output of iptables-save.',
  }));
  return [...withoutFilter(rules), ...lines, ...unreadRules(rules)];
};

function withoutFilter(rules: HostRules): ReturnType<Review> {
  if (chainOf(rules, 'filter', 'FORWARD') !== undefined) return [];
  return [
    {
      code: 'NoFilterTable',
      family: rules.family,
      rule: 'the table filter',
      sentence:
        'The text has no chain FORWARD of the table filter, so the review cannot say what reaches containers; pass the whole output of iptables-save, run as root.',
    },
  ];
}

function unreadRules({ family, chains }: HostRules): ReturnType<Review> {
  return chains.flatMap(({ table, rules }) =>
    rules.flatMap(({ matches, verdict, origin }) => {
      const parts = [...matches, verdict].flatMap((part) => (part.kind === 'unknown' ? [`'${part.text}'`] : []));
      if (parts.length === 0) return [];
      return [
        {
          code: 'RuleNotUnderstood',
          family,
          rule: `${table}: ${origin}`,
          sentence: `The part ${parts.join(' and ')} cannot be read, so the review does not cover the rule; check it by hand.`,
        },
      ];
    }),
  );
}
