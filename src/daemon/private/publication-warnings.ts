import { publicationCost } from '../../engine/private/publication-cost';
import { groupBy } from '../../private/multimap';
import type { EngineFacts } from '../../topology/private/engine-facts';
import type { Warning } from '../../topology/private/problem';
import type { PublicationPlan, Topology } from '../../topology/private/topology';

/**
 * From this number on the cost is noticeable: a container with a thousand ports takes tens of seconds to start on engines that call iptables for
 * each.
 */
const LARGE = 100;

/** Publications of so many ports that the number of rules deserves a warning. */
export function largePublications(topology: Topology, engine: EngineFacts): Warning[] {
  return [...groupBy(topology.publications, ({ workload }) => workload)].flatMap(([workload, plans]) => {
    const ports = plans.reduce((sum, { hostPort }) => sum + hostPort.last - hostPort.first + 1, 0);
    if (ports < LARGE) return [];
    const { rules, proxies } = publicationCost(topology, engine, plans);
    return [
      {
        path: workload,
        message: `publishes ${ports} ports, for which engine ${engine.version} creates ${rules} rules and ${proxies} docker-proxy processes, one port at a time each time the container starts; publish fewer ports, or give the container an address on the LAN with a MacvlanSegment`,
      },
    ];
  });
}

/**
 * Publications of which every plan replaces the container: engines before 28 read several bindings of one container port back in reverse, whatever
 * their order was.
 */
export function unstablePublications(publications: readonly PublicationPlan[]): Warning[] {
  const seen = new Set<string>();
  const told = new Map<string, Warning>();
  for (const { workload, targetPort } of publications) {
    for (let port = targetPort.first; port <= targetPort.last; port++) {
      const key = `${workload} ${targetPort.protocol} ${port}`;
      if (seen.has(key)) {
        told.set(key, {
          path: workload,
          message: `${targetPort.protocol}/${port} is published twice, and engines before 28 report the two in another order: every plan replaces the container; publish another port of the container, or use another container`,
        });
      }
      seen.add(key);
    }
  }
  return [...told.values()];
}
