import { matchOf, publications, type Review, userRules } from './reviewed';

/** `--dport` in DOCKER-USER is compared with the port of the container: the destination was translated before. */
export const hostPortAfterTranslation: Review = ({ rules }) => {
  const known = publications(rules);
  return userRules(rules).flatMap((rule) => {
    const port = matchOf(rule, 'destination-port');
    const published =
      port &&
      known.find(({ asked, target }) => port.first <= asked && asked <= port.last && !(port.first <= target && target <= port.last));
    if (!published) return [];
    return [
      {
        code: 'HostPortAfterTranslation',
        family: rules.family,
        rule: rule.origin,
        sentence: `It names port ${published.asked} of the host, but Docker has already translated it to the port of the container, ${published.target}; match --dport ${published.target}, or the original port with --ctorigdstport ${published.asked} --ctdir ORIGINAL.`,
      },
    ];
  });
};
