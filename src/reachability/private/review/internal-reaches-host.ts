import { chainOf, matchOf, type Review } from './reviewed';

/** An internal network has no way out, and a way to the host: what goes there is INPUT, where Docker writes nothing. */
export const internalReachesHost: Review = ({ rules }) => {
  const internal = ['DOCKER-ISOLATION-STAGE-1', 'DOCKER-INTERNAL']
    .flatMap((name) => chainOf(rules, 'filter', name)?.rules ?? [])
    .filter(({ verdict, matches }) => verdict.kind === 'drop' && matches.some((match) => match.kind === 'destination' && match.negate))
    .flatMap((rule) => matchOf(rule, 'in-interface')?.name ?? []);
  const input = chainOf(rules, 'filter', 'INPUT');
  const isShut = (bridge: string) =>
    input?.base?.policy === 'drop' ||
    input?.rules.some((rule) => {
      const from = matchOf(rule, 'in-interface');
      return rule.verdict.kind === 'drop' && from !== undefined && (from.prefix ? bridge.startsWith(from.name) : bridge === from.name);
    });
  return [...new Set(internal)]
    .filter((bridge) => !isShut(bridge))
    .map((bridge) => ({
      code: 'InternalReachesHost',
      family: rules.family,
      rule: `internal network on ${bridge}`,
      sentence: `Its containers reach every service of the host that listens on all addresses, at the address of the bridge; drop packets that enter through ${bridge} in INPUT.`,
    }));
};
