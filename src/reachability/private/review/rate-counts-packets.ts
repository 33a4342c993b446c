import { type Review, userRules } from './reviewed';
import type { Match } from '../../../firewall/private/ir';

/** A rate without NEW counts every packet of every connection: a download is taken for an attack. */
export const rateCountsPackets: Review = ({ rules }) =>
  userRules(rules).flatMap((rule) => {
    const isOfConnections = rule.matches.some((match) => match.kind === 'ct-state' && !match.negate && match.states.includes('NEW'));
    const isOfOpening = rule.matches.some((match) => match.kind === 'tcp-flags' && match.set.join() === 'SYN' && !match.negate);
    if (!rule.matches.some(isRate) || rule.verdict.kind === 'log' || isOfConnections || isOfOpening) return [];
    return [
      {
        code: 'RateCountsPackets',
        family: rules.family,
        rule: rule.origin,
        sentence:
          'It counts packets, not connections: a client that loads a large file exceeds it in one connection; add -m conntrack --ctstate NEW.',
      },
    ];
  });

/** iptables writes some forms of these matches that nothing of ours has; their names tell enough. */
function isRate(match: Match): boolean {
  return (
    match.kind === 'rate-per-source' ||
    match.kind === 'limit' ||
    (match.kind === 'unknown' && /^-m (hashlimit|limit|recent)\b/.test(match.text))
  );
}
