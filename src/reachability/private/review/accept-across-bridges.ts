import { dockerBridges, matchOf, type Review, userRules } from './reviewed';

/** From 28.2 on packets from elsewhere to a container are dropped in the raw table, long before DOCKER-USER. */
export const acceptAcrossBridges: Review = ({ can, rules }) => {
  const bridges = dockerBridges(rules);
  if (!can('closesContainers')) return [];
  return userRules(rules).flatMap((rule) => {
    const [from, to] = [matchOf(rule, 'in-interface')?.name, matchOf(rule, 'out-interface')?.name];
    if (
      rule.verdict.kind !== 'accept' ||
      from === undefined ||
      to === undefined ||
      from === to ||
      ![from, to].every((name) => bridges.has(name))
    ) {
      return [];
    }
    return [
      {
        code: 'AcceptAcrossBridges',
        family: rules.family,
        rule: rule.origin,
        sentence: `It opens nothing: from 28.2 on the raw table drops packets to containers of ${to} that enter through another interface; join both containers to one network, or name ${from} in com.docker.network.bridge.trusted_host_interfaces of that network.`,
      },
    ];
  });
};
