import { dockerRules } from './docker-rules/docker-rules';
import { engineInput } from './engine-input';
import type { EngineFacts } from '../../topology/private/engine-facts';
import type { PublicationPlan, Topology } from '../../topology/private/topology';

/** The cost of publications: the engine has no rule for a range, and no proxy for one either. */
export interface PublicationCost {
  readonly rules: number;
  /** Processes of docker-proxy. */
  readonly proxies: number;
}

/** How many rules an engine adds for some publications, in both families together. */
export function publicationCost(topology: Topology, engine: EngineFacts, some: readonly PublicationPlan[]): PublicationCost {
  const without = { ...topology, publications: topology.publications.filter((plan) => !some.includes(plan)) };
  const ports = some.reduce((sum, { hostPort }) => sum + hostPort.last - hostPort.first + 1, 0);
  return { rules: ruleCount(topology, engine) - ruleCount(without, engine), proxies: engine.settings.userlandProxy ? ports : 0 };
}

function ruleCount(topology: Topology, engine: EngineFacts): number {
  const input = engineInput(topology, engine);
  return (['ipv4', 'ipv6'] as const)
    .flatMap((family) => dockerRules(input, family).chains)
    .reduce((sum, { rules }) => sum + rules.length, 0);
}
