import { configOf, secretsOf } from './daemon-input';
import type { VerifiedContainer, VerifyInput } from '../../host/private/render-verify-script';
import { groupBy } from '../../private/multimap';
import type { StartUser } from '../../topology/private/facts';
import type { Topology, WorkloadPlan } from '../../topology/private/topology';

/** Containers and services of a daemon with what they may have, and their published ports, as `docker inspect` writes them: `192.0.2.10|443|8443/tcp`; Swarm binds to no address. */
export function verifyInput(
  topology: Topology,
  endless: ReadonlySet<string> = new Set(),
  imageSays: ReadonlyMap<string, readonly string[]> = new Map(),
): VerifyInput {
  const { workloads, segmentless = [], publications, swarm, monitored = [] } = topology;
  const config = configOf(topology);
  const seen = groupBy(monitored, ({ path }) => path);
  const portsOf = (path: string) => [
    ...new Set(
      publications
        .filter(({ workload }) => workload === path)
        .flatMap(({ hostAddress, hostPort: { first, last, protocol }, targetPort, swarmMode }) =>
          Array.from(
            { length: last - first + 1 },
            (_, offset) => `${swarmMode === undefined ? hostAddress : ''}|${first + offset}|${targetPort.first + offset}/${protocol}`,
          ),
        ),
    ),
  ];
  const verified = (
    {
      path,
      name,
      capabilities = [],
      devices = [],
      user,
      holdsSocket,
    }: Pick<WorkloadPlan, 'path' | 'name' | 'capabilities' | 'devices' | 'user' | 'holdsSocket'>,
    isService: boolean,
  ): VerifiedContainer => ({
    name,
    ports: portsOf(path),
    capabilities: capabilities.map((capability) => capability.replace(/^CAP_/, '')),
    devices,
    user: user === undefined ? '' : wordsOf(user),
    restart: endless.has(path) ? 'endless' : '',
    image: imageSays.get(path) ?? [],
    isService,
    ...(holdsSocket && { holdsSocket }),
    ...(seen.has(path) && { monitored: seen.get(path)!.map(({ source }) => source) }),
  });
  return {
    containers: [
      ...workloads.map((plan) => verified(plan, plan.segment === swarm?.path)),
      ...segmentless.map((fact) => verified(fact, false)),
      ...(swarm?.quietServices ?? []).map((service) => verified(service, true)),
    ],
    secrets: secretsOf(topology),
    ...(config.length > 0 && { config }),
    swarmAddress: swarm?.own?.address,
    swarmManagers: swarm?.own && swarm.nodes.filter(({ role }) => role === 'manager').length,
  };
}

function wordsOf({ text, mode, startSeconds }: StartUser): string {
  const [uid] = text.split(':');
  return mode === 'root-at-start' ? `start ${uid} ${startSeconds}` : `${mode} ${uid}`;
}
