import type { Facts, FlowFact, PeerFact, SegmentFact, WorkloadFact } from './facts';
import type { Memberships } from './memberships';
import type { Problem } from './problem';
import type { ExistingPlan, ForeignContainer, Member, Topology } from './topology';
import { formatAddress, parseBlock } from '../../addressing/private/ip';
import { forges } from '../../hardening/private/capabilities';
import { groupBy } from '../../private/multimap';

/** The network of a flow's end, and whether Bulkhead creates the container. A whole unmanaged network represents its containers. */
export interface FlowEnd {
  readonly segment: SegmentFact;
  readonly isOurs: boolean;
}

/** How a flow wants to run. */
export interface FlowWish {
  readonly isLimited: boolean;
  readonly isConduit: boolean;
}

/**
 * Why a flow with an unmanaged network or container cannot run; undefined if it can, or if no end is unmanaged. An end without a network is the host
 * or the outside.
 */
export function existingRefusal(
  source: FlowEnd | PeerFact['kind'],
  destination: FlowEnd | PeerFact['kind'],
  wish: FlowWish,
): string | undefined {
  const ends = [source, destination].filter((end): end is FlowEnd => typeof end !== 'string');
  const atTheirs = ends.filter(({ segment }) => segment.existing !== undefined);
  if (atTheirs.length === 0) return undefined;
  const [ours, theirs] = [true, false].map((wanted) => ends.filter(({ isOurs }) => isOurs === wanted));
  if (ours.length === 0) {
    return 'Bulkhead manages neither end, so it can neither open nor close this flow; remove it';
  }
  const [{ segment: place }] = atTheirs;
  if (ends.length === 1) return refusalAlone(place, source === 'host' || destination === 'host', wish);
  if (wish.isConduit && theirs.length === 0) return undefined;
  if (wish.isConduit) {
    return `one end is a container that Bulkhead does not manage, so Bulkhead cannot attach it to a conduit; remove 'conduit'`;
  }
  if (theirs.length > 0) {
    const { segment } = theirs[0];
    const isThere = ours[0].segment.path === segment.path;
    if (!isThere && !segment.existing!.isJoinable) {
      return `it would use '${segment.networkName}', which Bulkhead does not manage: the managed end would become a member, and every container attached there would reach it on every port; give the reason to accept this in 'joinReason' of '${segment.path}', or let the other end connect to a published port`;
    }
    return wish.isLimited ? unlimited(segment) : undefined;
  }
  if (atTheirs.length === 2) {
    const isOne = source === destination || ends[0].segment.path === ends[1].segment.path;
    if (isOne) return wish.isLimited ? unlimited(place) : undefined;
    return `both ends are in networks that Bulkhead does not manage, and they share no other network; declare the flow with 'conduit: true'`;
  }
  const other = ends.find(({ segment }) => segment.existing === undefined)!;
  return other.segment.wire === undefined
    ? undefined
    : `one end is in '${place.networkName}', which Bulkhead does not manage, and the other in a LAN segment (macvlan, ipvlan); a flow attaches a container to neither; declare the flow with 'conduit: true'`;
}

function refusalAlone(place: SegmentFact, isWithHost: boolean, { isLimited }: FlowWish): string | undefined {
  if (isWithHost) {
    return `the host and the members of '${place.networkName}' reach each other on every port, and Bulkhead does not restrict this; remove the flow, or place the workload in a BridgeSegment`;
  }
  if (place.existing!.internal) {
    return `'${place.networkName}' is internal, and Bulkhead gives its members no other network with access to the outside; place the workload in a BridgeSegment`;
  }
  return isLimited ? unlimited(place) : undefined;
}

function unlimited({ networkName }: SegmentFact): string {
  return `Bulkhead has no rules in '${networkName}', so it cannot limit a rate there; remove 'rate'`;
}

/** What shows only when everything is declared. */
export interface PlannedExisting {
  readonly plans: readonly ExistingPlan[];
  readonly problems: readonly Problem[];
}

export function planExisting(facts: Facts, members: Memberships): PlannedExisting {
  const segments = facts.segments.filter(({ existing }) => existing !== undefined).sort((a, b) => (a.path < b.path ? -1 : 1));
  if (segments.length === 0) return { plans: [], problems: [] };
  const problems: Problem[] = [];
  const workloads = new Map(facts.workloads.map((fact) => [fact.path, fact]));
  const leading = gatewaysOf(segments, facts, members, workloads, problems);
  const plans = segments.map((segment) => planOne(segment, facts, members, workloads, leading, problems));
  return { plans, problems: [...problems, ...flowProblems(facts, members, workloads)] };
}

function planOne(
  { path, networkName, ipv4Block, existing }: SegmentFact,
  facts: Facts,
  { segments, expand }: Memberships,
  workloads: ReadonlyMap<string, WorkloadFact>,
  leading: ReadonlyMap<string, string>,
  problems: Problem[],
): ExistingPlan {
  const all = [...(segments.get(path) ?? [])].sort().map((key) => workloads.get(key)!);
  const { gateway, internal } = existing!;
  const fixed = (fact: WorkloadFact) => (fact.segment === path ? fact.ipv4Address : undefined);
  const taken = groupBy(
    all.filter((fact) => fixed(fact) !== undefined),
    (fact) => fixed(fact)!,
  );
  for (const [address, [first, ...others]] of taken) {
    others.forEach((fact) => problems.push({ code: 'AddressTaken', path: fact.path, message: `'ipv4Address' ${address} is also the address of '${first.path}'; give one of them another address, or no 'ipv4Address'` })); // prettier-ignore
  }
  const free = freeAddresses(ipv4Block!, new Set([gateway, ...taken.keys()]));
  const addressOf = (fact: WorkloadFact) => fixed(fact) ?? free.next().value;
  const members: Member[] = [];
  const foreignContainers: ForeignContainer[] = [];
  for (const fact of all) {
    const ipv4 = addressOf(fact);
    if (ipv4 === undefined) {
      problems.push({ code: 'BlockExhausted', path, message: `${ipv4Block} is too small for the ${all.length} containers that the program declares in '${networkName}'; place some of them in another network` }); // prettier-ignore
      break;
    }
    const isFixed = fixed(fact) !== undefined;
    if (fact.isTheirs) foreignContainers.push({ key: fact.path, ipv4, isKnown: isFixed });
    else members.push({ workload: fact.path, ipv4, home: fact.segment === path, ...(!isFixed && { isNominal: true }) });
  }
  for (const { path: forger } of all.filter(forges)) {
    problems.push({ code: 'ForgerAmongOthers', path: forger, message: `it has NET_RAW or NET_ADMIN, with which it can take the address of any container in '${networkName}', which Bulkhead does not manage; place it alone in a BridgeSegment` }); // prettier-ignore
  }
  const unnamed = free.next().value;
  if (unnamed !== undefined) foreignContainers.push({ key: unlistedKey(path), ipv4: unnamed, isKnown: false });
  const here = new Set([...members.map(({ workload }) => workload), ...foreignContainers.map(({ key }) => key)]);
  return {
    key: path,
    segment: path,
    kind: 'existing',
    networkName,
    bridge: `existing ${networkName}`,
    internal,
    ipv4: { block: ipv4Block!, gateway },
    members,
    foreignContainers,
    gatewayOf: members.flatMap(({ workload }) => (leading.get(workload) === path ? [workload] : [])),
    pairs: facts.flows.flatMap(({ source, destination, port, origin }) =>
      expand(source).flatMap((from) =>
        expand(destination).flatMap((to) =>
          from !== to && here.has(from) && here.has(to) ? [{ source: from, destination: to, port, origin }] : [],
        ),
      ),
    ),
  };
}

/** Keys of unmanaged containers, on all unmanaged networks. */
export function foreignContainersIn({ existing }: Pick<Topology, 'existing'>): ReadonlySet<string> {
  return new Set(existing.flatMap(({ foreignContainers }) => foreignContainers.map(({ key }) => key)));
}

/** The key of all containers in an unmanaged network that the program does not name. */
export function unlistedKey(segment: string): string {
  return `${segment}/*`;
}

/** From the end, where the engine itself comes last. */
function* freeAddresses(text: string, taken: ReadonlySet<string>): Generator<string, undefined> {
  const { family, first, last } = parseBlock(text);
  for (let value = last - 1n; value > first; value--) {
    const address = formatAddress(family, value);
    if (!taken.has(address)) yield address;
  }
  return undefined;
}

/**
 * The unmanaged network of a workload's default route. Of several networks with access to the outside, every engine uses the first by name, whatever
 * version the Terraform provider has. A gateway network or a LAN segment must be that one: a publication works on no other, and the LAN is reachable
 * where the program says.
 */
function gatewaysOf(
  existing: readonly SegmentFact[],
  facts: Facts,
  { home, segments, gateways }: Memberships,
  workloads: ReadonlyMap<string, WorkloadFact>,
  problems: Problem[],
): ReadonlyMap<string, string> {
  const outward = existing.filter((segment) => !segment.existing!.internal);
  const byPath = new Map(facts.segments.map((segment) => [segment.path, segment]));
  const leading = new Map<string, string>();
  const candidates = new Set(outward.flatMap(({ path }) => [...(segments.get(path) ?? [])]));
  for (const workload of [...candidates].sort()) {
    if (workloads.get(workload)!.isTheirs) continue;
    const [first] = outward
      .filter(({ path }) => segments.get(path)!.has(workload))
      .sort((a, b) => compareNames(a.networkName, b.networkName));
    const place = byPath.get(home.get(workload)!);
    const own = gateways.get(place?.path ?? '')?.has(workload) ? place!.gatewayNetworkName : place?.wire ? place.networkName : undefined;
    if (own === undefined) {
      leading.set(workload, first.path);
    } else if (compareNames(first.networkName, own) < 0) {
      problems.push({
        code: 'SecondWayOut',
        path: workload,
        message: `its default route would use '${first.networkName}', which Bulkhead does not manage, instead of '${own}', through which it publishes or leaves: of several networks with access to the outside the engine takes the first by name; give '${place!.path}' a 'networkName' that sorts before '${first.networkName}'. A segment of a ThreeTierNetwork has no 'networkName': there let another workload of the segment, without publications and egress, have the flows with '${first.networkName}', and connect '${workload}' to it by a flow`,
      });
    }
  }
  return leading;
}

/** As the engine compares them: byte by byte. */
function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Members may join a group after its flows were declared. */
function flowProblems({ flows, segments }: Facts, { home, expand }: Memberships, workloads: ReadonlyMap<string, WorkloadFact>): Problem[] {
  const byPath = new Map(segments.map((segment) => [segment.path, segment]));
  const endsOf = (peer: PeerFact): (FlowEnd | PeerFact['kind'])[] => {
    if (peer.kind === 'host' || peer.kind === 'block') return [peer.kind];
    return expand(peer).flatMap((path) => {
      const segment = byPath.get(home.get(path)!);
      return segment ? [{ segment, isOurs: !workloads.get(path)!.isTheirs }] : [];
    });
  };
  const found = new Map<string, Problem>();
  for (const flow of flows.filter(({ source, destination }) => [source, destination].some(({ kind }) => kind === 'group'))) {
    for (const from of endsOf(flow.source)) {
      for (const to of endsOf(flow.destination)) {
        const reason = existingRefusal(from, to, wishOf(flow));
        const path = 'path' in flow.source ? flow.source.path : (flow.destination as { readonly path: string }).path;
        if (reason !== undefined) found.set(flow.origin, { code: 'ExistingFlow', path, message: `'${flow.origin}': ${reason}` });
      }
    }
  }
  return [...found.values()];
}

function wishOf({ rate, conduit }: Pick<FlowFact, 'rate' | 'conduit'>): FlowWish {
  return { isLimited: rate !== undefined, isConduit: conduit !== undefined };
}
