import { can } from '../../engine/private/capabilities';
import type { Problem } from '../../topology/private/problem';
import type { PortSpec } from '../../topology/private/terms';
import type { Topology } from '../../topology/private/topology';

/**
 * Flows that no rule drops but that carry no data: for a published SCTP port, engines before 28 fill in an IP checksum in every answer from that
 * port, but SCTP has a different checksum. Only a translated answer, such as that of the publication itself, gets the right checksum again.
 *
 * @see https://github.com/moby/moby/issues/47952
 */
export function brokenChecksums({ pairs, publications }: Topology, version: string): Problem[] {
  if (can(version, 'keepsSctpChecksum')) return [];
  const told = pairs.flatMap(({ family, port, origin }) =>
    publications
      .filter((published) => published.family === family && port.protocol === 'sctp' && overlap(published.targetPort, port))
      .map(({ workload }): [string, Problem] => [
        `${workload}\n${origin}`,
        {
          code: 'SctpChecksum',
          path: workload,
          message: `engine ${version} corrupts the replies of a published SCTP port to other containers, so '${origin}' would not work; publish from another port of the container ('targetPort'), or use engine 28 or later`,
        },
      ]),
  );
  return [...new Map(told).values()];
}

function overlap(a: PortSpec, b: PortSpec): boolean {
  return a.protocol === b.protocol && a.first <= b.last && b.first <= a.last;
}
