import type { FlowFact, GroupFact, SegmentFact, WorkloadFact } from './facts';

interface Declared {
  readonly segments: ReadonlyMap<string, SegmentFact>;
  readonly workloads: ReadonlyMap<string, WorkloadFact>;
  readonly groups: ReadonlyMap<string, GroupFact>;
  segmentsOf(peer: FlowFact['source']): readonly string[];
}

/** Whose stack comes after whose, since a flow puts the one into a network of the other. */
export function stackOrder({ source, destination }: FlowFact, declared: Declared): (readonly [dependent: string, needed: string])[] {
  const { segments, workloads, groups, segmentsOf } = declared;
  const isOurs = (path: string) => workloads.get(path)?.isTheirs !== true;
  const sources = (source.kind === 'group' ? groups.get(source.path)!.members : 'path' in source ? [source.path] : []).filter(isOurs);
  return segmentsOf(destination).flatMap((needed) => {
    const { wire, existing } = segments.get(needed) ?? {};
    if (!wire && !existing) return sources.map((dependent) => [dependent, needed] as const);
    // The other way round: who lives there joins the segment of the source. A network of others is there before any stack.
    const joining = workloadsIn(needed, destination, declared).filter(isOurs);
    return segmentsOf(source).flatMap((segment) => joining.map((workload) => [workload, segment] as const));
  });
}

function workloadsIn(segment: string, peer: FlowFact['destination'], { workloads, groups }: Declared): string[] {
  if (peer.kind === 'workload') return [peer.path];
  const named = peer.kind === 'group' ? new Set(groups.get(peer.path)!.members) : undefined;
  return [...workloads.values()].filter((fact) => fact.segment === segment && (named?.has(fact.path) ?? true)).map(({ path }) => path);
}
