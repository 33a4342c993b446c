import { dockerBridges, matchOf, type Review, sparesAnswers, userRules } from './reviewed';

/** An accept ends the FORWARD chain: what Docker would have dropped further down comes through. From 28.0 on the raw table has dropped most of it before. */
export const acceptSkipsDocker: Review = ({ can, rules }) => {
  if (can('closesUnpublished')) return [];
  const bridges = dockerBridges(rules);
  return userRules(rules).flatMap((rule) => {
    const from = matchOf(rule, 'in-interface');
    const isFromOutside = from === undefined || !bridges.has(from.name);
    const isOfOnePort = matchOf(rule, 'destination-port') !== undefined || matchOf(rule, 'destination') !== undefined;
    const looksAtConnection = rule.matches.some(({ kind }) => kind === 'ct-original' || kind === 'ct-direction');
    if (rule.verdict.kind !== 'accept' || sparesAnswers(rule) || !isFromOutside || isOfOnePort || looksAtConnection) return [];
    return [
      {
        code: 'AcceptSkipsDocker',
        family: rules.family,
        rule: rule.origin,
        sentence:
          'Before 28.0 it accepts every packet that it matches, to every port of every container, published or not, because no later rule runs; use RETURN, and let Docker decide.',
      },
    ];
  });
};
