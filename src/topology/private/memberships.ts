import type { Facts, FlowFact, PeerFact } from './facts';
import { groupBy } from '../../private/multimap';

/** The members of each network: placed by the user, joined because of a flow, or in a gateway network because of a publication or egress. */
export interface Memberships {
  readonly home: ReadonlyMap<string, string>;
  readonly segments: ReadonlyMap<string, ReadonlySet<string>>;
  readonly gateways: ReadonlyMap<string, ReadonlySet<string>>;
  /** The workloads of a peer. A segment represents the workloads placed in it, not those that joined it. */
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
  const gateways = new Map<string, Set<string>>();
  const atGateway = (workload: string) => {
    const segment = home.get(workload)!;
    gateways.set(segment, (gateways.get(segment) ?? new Set()).add(workload));
  };

  const wires = new Set(facts.segments.filter(({ wire }) => wire !== undefined).map(({ path }) => path));
  const isOnWire = (workload: string) => wires.has(home.get(workload)!);
  const existing = new Set(facts.segments.filter((segment) => segment.existing !== undefined).map(({ path }) => path));
  const theirs = new Set(facts.workloads.filter(({ isTheirs }) => isTheirs).map(({ path }) => path));
  for (const flow of facts.flows) {
    if (flow.conduit !== undefined) continue;
    const sources = expand(flow.source);
    if (flow.destination.kind === 'block') {
      // A LAN segment or an unmanaged network itself has the access to the outside.
      sources.filter((workload) => !isOnWire(workload) && !existing.has(home.get(workload)!)).forEach(atGateway);
      continue;
    }
    if (touches(flow, existing, home, expand)) {
      joinTheirs(flow, { home, segments, existing, theirs, wires, expand });
      continue;
    }
    for (const segment of destinationSegments(flow, home, expand)) {
      if (!wires.has(segment)) {
        sources.forEach((workload) => segments.get(segment)?.add(workload));
        continue;
      }
      // A flow attaches no workload to a LAN segment: the other end joins the segment of the source, where the guard filters.
      const there = expand(flow.destination).filter((workload) => home.get(workload) === segment);
      const here = new Set(sources.filter((workload) => !isOnWire(workload)).map((workload) => home.get(workload)!));
      here.forEach((place) => there.forEach((workload) => segments.get(place)?.add(workload)));
    }
  }
  for (const publication of facts.publications) {
    if (home.has(publication.workload)) {
      atGateway(publication.workload);
    }
  }
  return { home, segments, gateways, expand };
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

function touches(
  { source, destination }: FlowFact,
  existing: ReadonlySet<string>,
  home: ReadonlyMap<string, string>,
  expand: (peer: PeerFact) => readonly string[],
): boolean {
  if (existing.size === 0) return false;
  const isThere = (peer: PeerFact) =>
    (peer.kind === 'segment' && existing.has(peer.path)) || expand(peer).some((path) => existing.has(home.get(path)!));
  return isThere(source) || isThere(destination);
}

interface Joining {
  readonly home: ReadonlyMap<string, string>;
  readonly segments: ReadonlyMap<string, Set<string>>;
  readonly existing: ReadonlySet<string>;
  /** Unmanaged containers: Bulkhead does not attach these. */
  readonly theirs: ReadonlySet<string>;
  readonly wires: ReadonlySet<string>;
  expand(peer: PeerFact): readonly string[];
}

/**
 * Which end joins which network if unmanaged networks are involved. Two managed workloads meet in the managed network of the two, where the guard
 * filters; only for a flow with an unmanaged container does a managed workload join an unmanaged network.
 */
function joinTheirs({ source, destination }: FlowFact, { home, segments, existing, theirs, wires, expand }: Joining): void {
  const join = (segment: string, workload: string) => {
    if (!theirs.has(workload)) segments.get(segment)?.add(workload);
  };
  for (const [peer, other] of [
    [source, destination],
    [destination, source],
  ]) {
    if (peer.kind === 'segment' && existing.has(peer.path)) {
      expand(other).forEach((workload) => join(peer.path, workload));
      return;
    }
  }
  if (destination.kind === 'segment') expand(source).forEach((workload) => join(destination.path, workload));
  for (const from of expand(source)) {
    for (const to of expand(destination)) {
      const [here, there] = [home.get(from)!, home.get(to)!];
      if (here === there) continue;
      if (theirs.has(from) || theirs.has(to)) {
        join(theirs.has(from) ? here : there, theirs.has(from) ? to : from);
      } else if (!existing.has(here) || !existing.has(there)) {
        const isMetHere = existing.has(there) || (wires.has(there) && !wires.has(here));
        join(isMetHere ? here : there, isMetHere ? to : from);
      }
    }
  }
}
