import type { Facts, FlowFact, PeerFact } from './facts';
import { groupBy } from '../../private/multimap';

/** Who is where: placed by the user, joined because of a flow, or at an edge because of a publication or egress. */
export interface Memberships {
  readonly home: ReadonlyMap<string, string>;
  readonly segments: ReadonlyMap<string, ReadonlySet<string>>;
  readonly edges: ReadonlyMap<string, ReadonlySet<string>>;
  /** Workloads that a peer stands for. A segment stands for the workloads placed in it, not for those that joined it. */
  expand(peer: PeerFact): readonly string[];
}

export function memberships(facts: Facts): Memberships {
  const home = new Map(facts.workloads.map((w) => [w.path, w.segment]));
  const placed = groupBy(facts.workloads, (w) => w.segment);
  const groups = new Map(facts.groups.map((g) => [g.path, g.members.filter((member) => home.has(member))]));
  const expand = (peer: PeerFact): readonly string[] => {
    switch (peer.kind) {
      case 'workload':
        return home.has(peer.path) ? [peer.path] : [];
      case 'segment':
        return placed.get(peer.path)?.map((w) => w.path) ?? [];
      case 'group':
        return groups.get(peer.path) ?? [];
      default:
        return [];
    }
  };

  const segments = new Map(facts.segments.map((s) => [s.path, new Set<string>(placed.get(s.path)?.map((w) => w.path) ?? [])]));
  for (const { path, conduit } of facts.segments) conduit?.filter((end) => home.has(end)).forEach((end) => segments.get(path)!.add(end));
  const edges = new Map<string, Set<string>>();
  const atEdge = (workload: string) => {
    const segment = home.get(workload)!;
    edges.set(segment, (edges.get(segment) ?? new Set()).add(workload));
  };

  const wires = new Set(facts.segments.filter(({ wire }) => wire !== undefined).map(({ path }) => path));
  const isOnWire = (workload: string) => wires.has(home.get(workload)!);
  for (const flow of facts.flows) {
    if (flow.conduit !== undefined) continue;
    const sources = expand(flow.source);
    if (flow.destination.kind === 'block') {
      // On a wire the way out is the wire itself.
      sources.filter((workload) => !isOnWire(workload)).forEach(atEdge);
      continue;
    }
    for (const segment of destinationSegments(flow, home, expand)) {
      if (!wires.has(segment)) {
        sources.forEach((workload) => segments.get(segment)?.add(workload));
        continue;
      }
      // Nobody is put on a wire by a flow: the other end comes to the segment of the source, where the guard narrows.
      const there = expand(flow.destination).filter((workload) => home.get(workload) === segment);
      const here = new Set(sources.filter((workload) => !isOnWire(workload)).map((workload) => home.get(workload)!));
      here.forEach((place) => there.forEach((workload) => segments.get(place)?.add(workload)));
    }
  }
  for (const publication of facts.publications) {
    if (home.has(publication.workload)) {
      atEdge(publication.workload);
    }
  }
  return { home, segments, edges, expand };
}

/** Where destinations live, which is where flows run; a whole segment is joined even while it is empty. */
function destinationSegments(
  flow: FlowFact,
  home: ReadonlyMap<string, string>,
  expand: (peer: PeerFact) => readonly string[],
): Set<string> {
  if (flow.destination.kind === 'segment') {
    return new Set([flow.destination.path]);
  }
  return new Set(expand(flow.destination).map((workload) => home.get(workload)!));
}
