import type { FactStore } from './fact-store';
import type { FlowFact } from './facts';

/** The order of stacks, since a flow attaches a workload of one to a network of the other. */
export function stackOrder({ source, destination }: FlowFact, store: FactStore): (readonly [dependent: string, needed: string])[] {
  const isOurs = (path: string) => store.workloadFact(path)?.isTheirs !== true;
  const sources = (source.kind === 'group' ? membersOf(source.path, store) : 'path' in source ? [source.path] : []).filter(isOurs);
  return store.segmentsOf(destination).flatMap((needed) => {
    const { wire, existing } = store.segmentFact(needed) ?? {};
    if (!wire && !existing) return sources.map((dependent) => [dependent, needed] as const);
    // In the opposite case, the workload there joins the segment of the source. An unmanaged network exists before any stack.
    const joining = workloadsIn(needed, destination, store).filter(isOurs);
    return store.segmentsOf(source).flatMap((segment) => joining.map((workload) => [workload, segment] as const));
  });
}

function workloadsIn(segment: string, peer: FlowFact['destination'], store: FactStore): string[] {
  if (peer.kind === 'workload') return [peer.path];
  const named = peer.kind === 'group' ? new Set(membersOf(peer.path, store)) : undefined;
  return store
    .workloadsIn(segment)
    .map(({ path }) => path)
    .filter((path) => named?.has(path) ?? true);
}

function membersOf(group: string, store: FactStore): readonly string[] {
  return store.groupFact(group)!.members;
}
