import type { PeerFact, SegmentlessFact, WorkloadFact } from './facts';

/** In the network, a workload and the containers that share its network are one, so the capabilities of one count for all. */
export function withSharers(fact: WorkloadFact, sharers: readonly SegmentlessFact[] = []): WorkloadFact {
  if (sharers.length === 0) return fact;
  return {
    ...fact,
    sharers: sharers.map(({ path }) => path).sort(),
    sharedCapabilities: [...new Set(sharers.flatMap(({ capabilities = [] }) => capabilities))].sort(),
  };
}

/** Two containers in one network namespace: each reaches every port of the other on 127.0.0.1, and no packet of that leaves it. */
export function shareNetwork(one: PeerFact, other: PeerFact): boolean {
  return one.kind === 'workload' && other.kind === 'workload' && one.path === other.path && one.sharer !== other.sharer;
}
