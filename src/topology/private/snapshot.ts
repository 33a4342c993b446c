import type { Derived } from './derive';
import type { Facts } from './facts';
import type { ExistingPlan, Member, NetworkPlan, Topology, WirePlan } from './topology';
import { addTo } from '../../private/multimap';

/** A workload's attachment to one network. */
export interface NetworkMembership {
  readonly network: NetworkPlan | WirePlan | ExistingPlan;
  readonly member: Member;
}

/** The derived topology of one moment, with indexes by key. */
export interface Snapshot {
  readonly revision: number;
  /** How many facts stood when it was taken. */
  readonly standing: number;
  readonly derived: Derived;
  readonly networks: ReadonlyMap<string, NetworkPlan>;
  readonly wires: ReadonlyMap<string, WirePlan>;
  readonly places: ReadonlyMap<string, readonly NetworkMembership[]>;
  readonly dns: ReadonlyMap<string, readonly string[]>;
}

/** How many facts there are; only removals from the tree reduce them. */
export function countOf({
  segments,
  workloads,
  groups,
  flows,
  publications,
  shims = [],
  segmentless = [],
  engineAccess = [],
  hostMounts = [],
  secrets = [],
}: Facts): number {
  const all = [segments, workloads, groups, flows, publications, shims, segmentless, engineAccess, hostMounts, secrets];
  return all.reduce((sum, { length }) => sum + length, 0);
}

/** Every block and name of a thousand networks asks: each is found in constant time. */
export function indexed(topology: Topology): Pick<Snapshot, 'networks' | 'wires' | 'places' | 'dns'> {
  const places = new Map<string, NetworkMembership[]>();
  for (const network of [...topology.wires, ...topology.existing, ...topology.networks]) {
    for (const member of network.members) {
      addTo(places, member.workload, { network, member });
    }
  }
  const rank = (place: NetworkMembership) => (place.network.kind === 'gateway' ? 2 : place.member.home ? 0 : 1);
  places.forEach((list) => list.sort((a, b) => rank(a) - rank(b)));
  return {
    networks: new Map(topology.networks.map((network) => [network.key, network])),
    wires: new Map(topology.wires.map((wire) => [wire.key, wire])),
    places,
    dns: new Map(topology.workloads.map((workload) => [workload.path, workload.dns])),
  };
}
