import type { WorkloadFact } from './facts';
import type { Problem } from './problem';
import type { ExistingPlan, NetworkPlan, WirePlan } from './topology';

type Network = NetworkPlan | WirePlan | ExistingPlan;

/**
 * Aliases and host names that are names of other containers on the same network. The engine answers with the addresses of both, so a client reaches
 * one or the other; the engine also answers NAME.NETWORK, and looks it up as an alias first.
 */
export function shadowedNames(workloads: readonly WorkloadFact[], networks: readonly Network[]): Problem[] {
  const facts = new Map(workloads.map((fact) => [fact.path, fact]));
  const problems = networks.flatMap((network) => {
    if (network.kind === 'gateway') return [];
    const owners = new Map(
      network.members.flatMap(({ workload }) => {
        const name = facts.get(workload)?.name.toLowerCase();
        return name === undefined ? [] : [name, `${name}.${network.networkName.toLowerCase()}`].map((each) => [each, workload] as const);
      }),
    );
    return network.members.flatMap(({ workload, home }) => {
      const { aliases = [], hostname } = facts.get(workload) ?? {};
      const given = [
        ...(home ? aliases.map((name) => ({ code: 'AliasName' as const, what: 'alias', name })) : []),
        ...(hostname === undefined ? [] : [{ code: 'HostName' as const, what: 'host name', name: hostname }]),
      ];
      return given.flatMap(({ code, what, name }) => {
        const owner = owners.get(name.toLowerCase());
        return owner === undefined || owner === workload
          ? []
          : [{ code, path: workload, message: `the ${what} '${name}' is a name of '${owner}', which is on the same network, so the engine would answer with both or with the wrong one; use another ${what}` }]; // prettier-ignore
      });
    });
  });
  // Once, in however many networks both are.
  return [...new Map(problems.map((each) => [`${each.code} ${each.path} ${each.message}`, each])).values()];
}
