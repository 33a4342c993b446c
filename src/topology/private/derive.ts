import { planExisting } from './existing';
import type { DaemonFact, Facts, SegmentFact } from './facts';
import { forgeableSources, forgersAmongOthers } from './forgeable';
import { hostEntryProblems } from './host-entries';
import { gatewayKey } from './keys';
import { type Memberships, memberships } from './memberships';
import { overlayProblems, overlayRequests, planOverlayPairs, planOverlays } from './overlays';
import { planEgress, planHostFlows, planPairs, planPublications } from './plans';
import type { Problem, Warning } from './problem';
import { resolversOf } from './resolvers';
import { secondRoutes } from './routed-wires';
import { seenProcesses } from './seen-processes';
import { shadowedNames } from './shadowed-names';
import { planGateway, planSwarm, servicesOnNode, swarmRequests } from './swarm';
import type { NetworkPlan, Topology, WorkloadPlan } from './topology';
import { planWirePairs, planWires, wireProblems, wireRequest } from './wires';
import { allocate } from '../../addressing/private/allocate';
import type { Allocation, AllocationRequest, LockedDaemon, SegmentRequest } from '../../addressing/private/allocation';
import { singleBlock } from '../../addressing/private/ip';
import { METADATA_ADDRESSES } from '../../hardening/private/metadata-addresses';

export interface Derived {
  readonly topology: Topology;
  readonly allocation: Allocation;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Warning[];
  readonly members: Memberships;
}

/** The name of every Bulkhead bridge starts so, and no other interface of the host may: the closing rules of the guard match the prefix. */
export const BRIDGE_PREFIX = 'bh-';

/** A segment with a bridge has a gateway network, too. */
type BridgedFact = SegmentFact & { readonly gatewayNetworkName: string };

/** Facts and locked addresses → the whole topology. Pure: the same facts give the same topology, in whatever order they were declared. */
export function derive(facts: Facts, locked: LockedDaemon): Derived {
  const members = memberships(facts);
  const segments = [...facts.segments].sort(byPath);
  const explicit = new Map(facts.workloads.map((w) => [`${w.segment}\n${w.path}`, w]));
  const dualStack = facts.daemon.ipv6Pool !== undefined;

  const request: AllocationRequest = {
    daemon: facts.daemon.path,
    ipv4Pools: [...facts.daemon.addressPools],
    ipv6Pool: facts.daemon.ipv6Pool,
    foreign: [
      ...facts.daemon.foreignBlocks,
      // A network around the address of the host would cut it off from its LAN.
      ...facts.daemon.hostAddresses.map((address) => ({ label: 'address of the host', block: singleBlock(address) })),
      ...segments.filter(({ existing }) => existing).map(({ path, ipv4Block }) => ({ label: path, block: ipv4Block! })),
    ],
    segments: [
      ...swarmRequests(facts),
      ...segments.flatMap((segment): SegmentRequest[] => {
        if (segment.existing) return [];
        if (segment.overlay) return overlayRequests(segment, members);
        if (segment.wire) return [wireRequest(segment, segment.wire, facts, members)];
        const inside = [...(members.segments.get(segment.path) ?? [])].sort();
        const atGateway = [...(members.gateways.get(segment.path) ?? [])].sort();
        const home = {
          key: segment.path,
          bridgeName: segment.bridgeName,
          ipv4: { explicitBlock: segment.ipv4Block, prefixLength: segment.prefixLength },
          ...(dualStack && { ipv6: { explicitBlock: segment.ipv6Block } }),
          members: inside.map((key) => {
            const own = explicit.get(`${segment.path}\n${key}`);
            return { key, explicitIpv4: own?.ipv4Address, explicitIpv6: own?.ipv6Address };
          }),
        };
        const gateway = {
          key: gatewayKey(segment.path),
          ipv4: { prefixLength: segment.prefixLength },
          ...(dualStack && { ipv6: {} }),
          members: atGateway.map((key) => ({ key })),
        };
        return atGateway.length > 0 ? [home, gateway] : [home];
      }),
    ],
  };
  const allocation = allocate(request, locked);

  const bridged = segments.filter((segment): segment is BridgedFact => !segment.wire && !segment.overlay && !segment.existing);
  const own: NetworkPlan[] = bridged.flatMap((segment) => {
    const make = (kind: 'segment' | 'gateway'): NetworkPlan[] => {
      const key = kind === 'gateway' ? gatewayKey(segment.path) : segment.path;
      const given = allocation.segments[key];
      if (given === undefined) {
        return [];
      }
      const joined = (kind === 'gateway' ? members.gateways : members.segments).get(segment.path) ?? new Set<string>();
      return [
        {
          key,
          segment: segment.path,
          kind,
          networkName: kind === 'gateway' ? segment.gatewayNetworkName : segment.networkName,
          bridge: given.bridge,
          internal: kind === 'segment',
          // Its members are members of the segment: if the segment is open among them, so is this network.
          icc: segment.icc,
          ipv4: given.ipv4,
          ipv6: given.ipv6,
          members: [...joined]
            .sort()
            .filter((workload) => given.members[workload] !== undefined)
            .map((workload) => ({ workload, ...given.members[workload], home: members.home.get(workload) === segment.path })),
        },
      ];
    };
    return [...make('segment'), ...make('gateway')];
  });

  const networks = [...own, ...planGateway(facts, allocation)];
  const wires = [...planWires(segments, facts, members, allocation), ...planOverlays(segments, members, allocation)];
  const existing = planExisting(facts, members);
  const hostFlows = planHostFlows(facts, members, networks, wires);
  const ours = facts.workloads.filter(({ isTheirs }) => !isTheirs);
  const dns = { problems: [] as Problem[], warnings: [] as Warning[] };
  const places = { members, hostFlows, networks: [...networks, ...wires, ...existing.plans] };
  const workloads: WorkloadPlan[] = [...ours].sort(byPath).map((fact) => ({
    path: fact.path,
    name: fact.name,
    segment: fact.segment,
    dns: resolversOf(fact, facts, places, dns),
    ...(fact.capabilities && { capabilities: fact.capabilities }),
    ...(fact.sharers && { sharers: fact.sharers, sharedCapabilities: fact.sharedCapabilities }),
    ...(fact.forwards && { forwards: fact.forwards }),
    ...(fact.devices && { devices: fact.devices }),
    ...(fact.user && { user: fact.user }),
    ...(fact.holdsSocket && { holdsSocket: true }),
    ...(fact.secrets && { secrets: fact.secrets }),
    ...(fact.config && { config: fact.config }),
  }));
  workloads.push(...servicesOnNode(facts));

  const topology: Topology = {
    daemon: facts.daemon.path,
    daemonId: facts.daemon.id,
    bridgePrefix: BRIDGE_PREFIX,
    hostAddresses: [...facts.daemon.hostAddresses],
    egressExclusions: [
      ...poolsOf(facts.daemon),
      ...outsidePools(networks, facts),
      ...existing.plans.map(({ ipv4 }) => ipv4.block),
      ...METADATA_ADDRESSES.map(({ block }) => block),
    ],
    networks,
    wires,
    existing: existing.plans,
    wirePairs: [...planWirePairs(facts, members, wires), ...planOverlayPairs(facts, members, wires)],
    workloads,
    pairs: planPairs(facts, members, networks),
    egress: planEgress(facts, members, networks),
    hostFlows,
    publications: planPublications(facts, networks),
    ...(facts.segmentless && facts.segmentless.length > 0 && { segmentless: [...facts.segmentless].sort(byPath) }),
    ...(facts.engineAccess && facts.engineAccess.length > 0 && { engineAccess: facts.engineAccess }),
    ...hostDirectoriesOf(facts),
    ...monitoredOf(facts),
    ...(facts.secrets && facts.secrets.length > 0 && { secrets: facts.secrets.map(({ name }) => name).sort() }),
    ...(facts.swarm && { swarm: planSwarm(facts.swarm, allocation) }),
  };
  const problems = [
    ...policyProblems(facts),
    ...wireProblems(facts, members),
    ...secondRoutes(facts, members),
    ...overlayProblems(wires),
    ...existing.problems,
    ...allocation.problems,
    ...dns.problems,
    ...hostEntryProblems(ours, networks, wires),
    ...shadowedNames(facts.workloads, [...networks, ...wires, ...existing.plans]),
    ...forgeableSources(facts, topology),
    ...forgersAmongOthers(facts, topology),
    ...seenProcesses(facts),
  ];
  return { topology, allocation, problems, warnings: dns.warnings, members };
}

function monitoredOf({ hostMounts = [] }: Facts): Pick<Topology, 'monitored'> {
  const monitored = hostMounts.flatMap(({ path, source, monitoringReason: reason }) =>
    reason === undefined ? [] : [{ path, source, reason }],
  );
  return monitored.length === 0 ? {} : { monitored };
}

/** Each once; the declarations already checked that all containers that mount one have the same requirements. */
function hostDirectoriesOf({ hostMounts = [] }: Facts): Pick<Topology, 'hostDirectories'> {
  const plans = new Map(hostMounts.flatMap(({ source, made }) => (made ? [[source, { directory: source, ...made }] as const] : [])));
  return plans.size === 0 ? {} : { hostDirectories: [...plans.keys()].sort().map((directory) => plans.get(directory)!) };
}

/** Blocks of either family that only containers have addresses of. */
export function poolsOf({ addressPools, ipv6Pool }: DaemonFact): string[] {
  return ipv6Pool === undefined ? [...addressPools] : [...addressPools, ipv6Pool];
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

/** Blocks that a user chose outside the pools are excluded from general egress one by one. */
function outsidePools(networks: readonly NetworkPlan[], facts: Facts): string[] {
  const explicit = new Set(facts.segments.flatMap((s) => [s.ipv4Block, s.ipv6Block]));
  return networks.flatMap(({ ipv4, ipv6 }) => (ipv6 ? [ipv4.block, ipv6.block] : [ipv4.block])).filter((block) => explicit.has(block));
}

/** A workload that was placed in a segment of the tree and then removed leaves nothing behind; a missing segment is reported. */
function policyProblems(facts: Facts): Problem[] {
  const known = new Set([...facts.segments, ...facts.workloads].map(({ path }) => path));
  const homeless = facts.workloads
    .filter((w) => !known.has(w.segment))
    .map((w): Problem => ({
      code: 'SegmentGone',
      path: w.path,
      message: `its segment '${w.segment}' is no longer in the tree; place it in another one`,
    }));
  const alone = (facts.segmentless ?? []).flatMap(({ path, sharesWith }): Problem[] =>
    sharesWith === undefined || known.has(sharesWith)
      ? []
      : [
          {
            code: 'SharedNetworkRefused',
            path,
            message: `'${sharesWith}', whose network it shares, is no longer in the tree; place it in a segment, or name another container`,
          },
        ],
  );
  return [...homeless, ...alone];
}
