import type { Facts } from './facts';
import type { Memberships } from './memberships';
import type { Problem } from './problem';

/**
 * Workloads that the engine cannot start: a member of an ipvlan that routes has a default route over its interface, and older engines fail to set a
 * second one for a bridge network.
 * @see https://github.com/moby/moby/issues/48576
 */
export function secondRoutes({ segments, daemon: { engine } }: Facts, members: Memberships): Problem[] {
  const { conflictsWithRouted, version } = engine;
  if (conflictsWithRouted === undefined) return [];
  const others = segments.filter(({ wire, overlay, existing }) =>
    wire === undefined && overlay === undefined && (conflictsWithRouted === 'all' || existing?.internal === false),
  ); // prettier-ignore
  const routed = segments.filter(({ wire }) => wire?.driver === 'ipvlan' && (wire.mode === 'l3' || wire.mode === 'l3s'));
  return routed.flatMap(({ path: segment, wire }) =>
    [...(members.segments.get(segment) ?? [])].sort().flatMap((workload): Problem[] => {
      const other = others.find(({ path }) => members.segments.get(path)?.has(workload));
      if (other === undefined) return [];
      const enough = other.existing?.internal === false ? '28.0' : '25.0';
      const message =
        `it is in '${segment}', an ipvlan of mode ${wire!.mode}, and in '${other.path}', and engine ${version} fails to start a container that has a default route in both; ` +
        `use mode l2 for '${segment}', a MacvlanSegment instead of it, or engine ${enough} or later`;
      return [{ code: 'SecondDefaultRoute', path: workload, message }];
    }),
  );
}
