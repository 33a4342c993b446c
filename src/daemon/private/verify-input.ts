import type { VerifyInput } from '../../host/private/render-verify-script';
import type { Topology } from '../../topology/private/topology';

/** Containers and services of a daemon with what they may have, and their published ports, as `docker inspect` writes them: `192.0.2.10|443|8443/tcp`; Swarm binds to no address. */
export function verifyInput({ workloads, publications, swarm }: Topology): VerifyInput {
  const containers = workloads.map(({ path, name, segment, capabilities = [] }) => {
    const ports = publications
      .filter(({ workload }) => workload === path)
      .flatMap(({ hostAddress, hostPort: { first, last, protocol }, targetPort, swarmMode }) =>
        Array.from(
          { length: last - first + 1 },
          (_, offset) => `${swarmMode === undefined ? hostAddress : ''}|${first + offset}|${targetPort.first + offset}/${protocol}`,
        ),
      );
    return {
      name,
      ports: [...new Set(ports)],
      capabilities: capabilities.map((capability) => capability.replace(/^CAP_/, '')),
      isService: segment === swarm?.path,
    };
  });
  return {
    containers,
    swarmAddress: swarm?.own?.address,
    swarmManagers: swarm?.own && swarm.nodes.filter(({ role }) => role === 'manager').length,
  };
}
