import type { Facts, PeerFact, SegmentFact, WireFact } from './facts';
import type { Memberships } from './memberships';
import type { Problem } from './problem';
import type { WireMode } from './terms';
import type { Member, ShimPlan, WirePairPlan, WirePlan } from './topology';
import type { Allocation, SegmentRequest } from '../../addressing/private/allocation';
import { contains, parseAddress, parseBlock } from '../../addressing/private/ip';

/** What the address book has to know about a LAN segment: the block belongs to the LAN, and only a part of it is reserved for Bulkhead. */
export function wireRequest(segment: SegmentFact, wire: WireFact, facts: Facts, { segments }: Memberships): SegmentRequest {
  const placed = new Map(facts.workloads.filter((fact) => fact.segment === segment.path).map((fact) => [fact.path, fact]));
  const members = [...(segments.get(segment.path) ?? [])].sort().map((key) => {
    const own = placed.get(key);
    return { key, explicitIpv4: own?.ipv4Address, explicitIpv6: own?.ipv6Address };
  });
  const shims = shimsOf(facts, segment.path).map(({ path, ipv4Address }) => ({ key: path, explicitIpv4: ipv4Address }));
  return {
    key: segment.path,
    bridgeName: segment.bridgeName,
    ipv4: {
      explicitBlock: segment.ipv4Block,
      prefixLength: segment.prefixLength,
      ...(wire.lan && { shared: { ...wire.lan, taken: wire.taken } }),
      ...(wire.further && { further: wire.further }),
    },
    ...(segment.ipv6Block !== undefined && {
      ipv6: { explicitBlock: segment.ipv6Block, ...(wire.lan6 && { shared: { ...wire.lan6, taken: wire.taken } }) },
    }),
    members: [...members, ...shims],
  };
}

export function planWires(
  segments: readonly SegmentFact[],
  facts: Facts,
  members: Memberships,
  { segments: allocated }: Allocation,
): WirePlan[] {
  return segments.flatMap((segment): WirePlan[] => {
    const { wire, path: key, networkName } = segment;
    const given = allocated[key];
    if (wire === undefined || given === undefined) return [];
    const [shim] = shimsOf(facts, key);
    const workloads = [...(members.segments.get(key) ?? [])].sort().filter((workload) => given.members[workload] !== undefined);
    const placed = workloads.map((workload): Member => ({ workload, ...given.members[workload], home: true }));
    return [
      {
        key,
        segment: key,
        kind: 'wire',
        networkName,
        driver: wire.driver,
        mode: wire.mode,
        parent: wire.parent,
        ...(wire.vlan && { vlan: wire.vlan }),
        ipv4: given.ipv4,
        ...(given.ipv6 && { ipv6: given.ipv6, advertisements: wire.advertisements }),
        ...(isRouted(wire.mode) && { routed: [given.ipv4.block, ...(wire.further ?? []), ...(given.ipv6 ? [given.ipv6.block] : [])] }),
        members: placed,
        ...(shim && { shim: shimPlan(given.bridge, given.members[shim.path].ipv4, wire.lan!.range, placed) }),
        ...(wire.guardedBy !== undefined && { guardedBy: wire.guardedBy }),
      },
    ];
  });
}

/** Whether the host routes what members send: then they also reach its own addresses. */
export function isRouted(mode: WireMode | undefined): boolean {
  return mode === 'l3' || mode === 'l3s';
}

function shimPlan(name: string, address: string, range: string, members: readonly Member[]): ShimPlan {
  const elsewhere = members.filter(({ ipv4 }) => !contains(parseBlock(range), parseAddress(ipv4)));
  return { interface: name, address, routes: [range, ...elsewhere.map(({ ipv4 }) => `${ipv4}/32`).sort()] };
}

/** Flows whose ends are attached to one LAN segment. */
export function planWirePairs(facts: Facts, members: Memberships, wires: readonly WirePlan[]): WirePairPlan[] {
  if (wires.length === 0) return [];
  const known = new Set(wires.map(({ key }) => key));
  return facts.flows.flatMap(({ source, destination, port, ipv4Only, origin }) =>
    members.expand(source).flatMap((from) =>
      members.expand(destination).flatMap((to): WirePairPlan[] => {
        const wire = members.home.get(from)!;
        const isHere = from !== to && known.has(wire) && members.home.get(to) === wire;
        return isHere ? [{ wire, source: from, destination: to, port, ...(ipv4Only && { ipv4Only }), origin }] : [];
      }),
    ),
  );
}

/** Declarations that a LAN segment cannot carry out; they show only when everything is declared. */
export function wireProblems(facts: Facts, members: Memberships): Problem[] {
  const wires = new Map(facts.segments.flatMap(({ path, wire }) => (wire ? [[path, wire] as const] : [])));
  const crowded = [...wires].flatMap(([path, { mode }]): Problem[] => {
    const all = [...(members.segments.get(path) ?? [])].sort();
    return mode === 'passthru' && all.length > 1
      ? [{ code: 'WireCrowded', path, message: `in mode passthru the parent belongs to a single container, but the segment has ${all.length} (${all.join(', ')}); use mode bridge` }] // prettier-ignore
      : [];
  });
  const withShim = new Set((facts.shims ?? []).map(({ segment }) => segment));
  const shimless = new Map<string, Problem>();
  for (const { source, destination } of facts.flows) {
    const other = source.kind === 'host' ? destination : destination.kind === 'host' ? source : undefined;
    for (const segment of other ? homesOf(other, members) : []) {
      if (wires.has(segment) && !withShim.has(segment)) {
        shimless.set(segment, {
          code: 'HostNeedsShim',
          path: segment,
          message: `the kernel isolates a host from the containers on its interface ${wires.get(segment)!.parent}, and a flow connects the two; add a HostShim to the segment`,
        });
      }
    }
  }
  return [...crowded, ...shimless.values()];
}

function homesOf(peer: PeerFact, members: Memberships): string[] {
  return [...new Set(members.expand(peer).map((workload) => members.home.get(workload)!))];
}

function shimsOf({ shims = [] }: Facts, segment: string) {
  return shims.filter((fact) => fact.segment === segment);
}
