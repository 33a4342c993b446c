import type { Warning } from '../../topology/private/problem';
import type { PublicationPlan } from '../../topology/private/topology';

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
          message: `${targetPort.protocol}/${port} is published twice, and engines before 28 read that back in another order: every plan replaces the container; publish from another port of it, or from another container`,
        });
      }
      seen.add(key);
    }
  }
  return [...told.values()];
}
