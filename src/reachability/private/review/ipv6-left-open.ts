import { dockerBridges, type Review, userRules } from './reviewed';

/** A policy in DOCKER-USER of one family only. */
export const ipv6LeftOpen: Review = ({ rules, other }) => {
  const closes = userRules(rules).some(({ verdict }) => verdict.kind === 'drop' || verdict.kind === 'reject');
  if (rules.family !== 'ipv4' || !closes || other === undefined) return [];
  const alsoCloses = userRules(other).some(({ verdict }) => verdict.kind === 'drop' || verdict.kind === 'reject');
  if (alsoCloses) return [];
  const what = dockerBridges(other).size > 0 ? 'containers have IPv6, and' : 'once a network has IPv6,';
  return [
    {
      code: 'Ipv6LeftOpen',
      family: 'ipv6',
      rule: 'ip6tables, DOCKER-USER',
      sentence: `The rules there restrict IPv4 only: ${what} none of them applies to IPv6; write the same rules with ip6tables.`,
    },
  ];
};
