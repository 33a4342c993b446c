import { chainOf, matchOf, publications, type Review } from './reviewed';

/** A published port is translated before routing: the packet is forwarded, and INPUT is for packets to the host. */
export const inputNeverSees: Review = ({ rules }) => {
  const known = publications(rules);
  return (chainOf(rules, 'filter', 'INPUT')?.rules ?? []).flatMap((rule) => {
    const port = matchOf(rule, 'destination-port');
    const isDrop = rule.verdict.kind === 'drop' || rule.verdict.kind === 'reject';
    const published = port && known.find(({ asked }) => port.first <= asked && asked <= port.last);
    if (!isDrop || !published) return [];
    return [
      {
        code: 'InputNeverSees',
        family: rules.family,
        rule: rule.origin,
        sentence: `Port ${published.asked} is published by a container: Docker translates and forwards its packets, so they never pass INPUT; match the container's port ${published.target} in DOCKER-USER.`,
      },
    ];
  });
};
