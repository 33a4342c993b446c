import { type Review, userRules } from './reviewed';

/** A line of log for each packet of every container: an attacker fills the disk, and the log says nothing. */
export const logWithoutLimit: Review = ({ rules }) =>
  userRules(rules).flatMap((rule) => {
    const isLimited = rule.matches.some(
      ({ kind }) => kind === 'limit' || kind === 'rate-per-source' || kind === 'unknown' || kind === 'ct-state',
    );
    if (rule.verdict.kind !== 'log' || isLimited) return [];
    return [
      {
        code: 'LogWithoutLimit',
        family: rules.family,
        rule: rule.origin,
        sentence:
          'It writes a line for each packet that it matches, so a sender of many packets fills the log; add -m limit --limit 10/minute, and put it right before the drop that it logs.',
      },
    ];
  });
