import { jsonText } from './json-text';
import type { Overlays } from './overlays';
import { forges } from '../../hardening/private/capabilities';
import type { EngineFacts } from '../../topology/private/engine-facts';
import type { Facts, PeerFact } from '../../topology/private/facts';
import type { RateSpec, PortSpec } from '../../topology/private/terms';
import type {
  EgressPlan,
  PairPlan,
  ExistingPlan,
  Member,
  NetworkPlan,
  PublicationPlan,
  Topology,
  WirePlan,
  WorkloadPlan,
} from '../../topology/private/topology';

/** Increases when a field changes its meaning or is removed; a new field does not change it. */
export const TOPOLOGY_VERSION = 1;

/**
 * All input of the proof of a daemon, for programs: the members, their addresses, and the declarations. The code names each field, so that no other
 * data gets in: a topology does not contain environments and commands, and contents of files are excluded.
 */
export function topologyJson(topology: Topology, engine: EngineFacts, facts: Pick<Facts, 'flows' | 'groups'>, overlays?: Overlays): string {
  const { daemon, daemonId, bridgePrefix, hostAddresses, egressExclusions, networks, wires, existing, workloads } = topology;
  return jsonText({
    format: 'bulkhead-topology',
    version: TOPOLOGY_VERSION,
    daemon: { path: daemon, id: daemonId, guard: guardOf(engine), bridgePrefix, hostAddresses },
    engine: { ...engineOf(engine), settings: engine.settings },
    flows: facts.flows.map(flow),
    publications: topology.publications.map(publication),
    networks: networks.map(network),
    unfilteredNetworks: wires.map(unfiltered),
    existingNetworks: existing.map(existingNetwork),
    workloads: workloads.map(workload),
    groups: facts.groups.map(({ path, members }) => ({ path, members })),
    withoutSegment: (topology.segmentless ?? []).map(({ path, name, mode, sharesWith, reason, capabilities, user }) => ({
      path,
      name,
      network: mode,
      sharesWith,
      reason,
      capabilities,
      user,
    })),
    engineAccess: topology.engineAccess?.map(({ proxy, client, text, reads, writes, reason }) => ({
      proxy,
      client,
      may: text,
      reads,
      writes,
      reason,
    })),
    pairs: topology.pairs.map(openedAt),
    unfilteredPairs: topology.wirePairs.map(({ wire, ...pair }) => ({ network: wire, ...unfilteredPair(pair) })),
    egress: topology.egress.map(openedAt),
    egressExclusions,
    hostFlows: topology.hostFlows.map(({ direction, bridge, family, address, gateway, port, rate, origin }) => ({
      direction,
      bridge,
      family,
      address,
      gateway,
      port: portOf(port),
      rate: rateOf(rate),
      description: origin,
    })),
    swarm: topology.swarm && swarm(topology.swarm),
    // The rest of the file is about the host, and the proof of the host does not contain these.
    overlays: overlays?.overlays.map((plan) => ({
      segment: plan.segment,
      name: plan.networkName,
      members: plan.members.map(({ workload: path }) => path),
    })),
    flowsOnOverlays: overlays?.flows.map(flow),
  });
}

function flow({ source, destination, port, rate, ipv4Only, origin, conduit }: Facts['flows'][number]): object {
  return {
    source: peer(source),
    destination: peer(destination),
    port: portOf(port),
    rate: rateOf(rate),
    ipv4Only,
    conduit,
    description: origin,
  };
}

/** The guard's backend on the host: `iptables`, or `none` if Bulkhead has access only to the engine's API. */
export function guardOf({ guardBackend }: EngineFacts): string {
  return guardBackend ?? 'none';
}

export function engineOf({ version, engineFirewall }: EngineFacts): { readonly version: string; readonly firewall: string } {
  return { version, firewall: engineFirewall };
}

function openedAt({ bridge, family, source, destination, port, rate, origin }: PairPlan | EgressPlan): object {
  return { bridge, family, source, destination, port: portOf(port), rate: rateOf(rate), description: origin };
}

function peer(fact: PeerFact): object {
  return { kind: fact.kind, ...('path' in fact && { path: fact.path }), ...('block' in fact && { block: fact.block }) };
}

function portOf({ protocol, first, last }: PortSpec): object {
  return { protocol, first, last };
}

function rateOf(rate: RateSpec | undefined): object | undefined {
  return rate && { amount: rate.amount, per: rate.per, burst: rate.burst };
}

function member({ workload: path, ipv4, ipv6, home, isNominal }: Member): object {
  return { workload: path, ipv4, ipv6, home, nominal: isNominal };
}

function blockOf(block: NetworkPlan['ipv4'] | undefined): object | undefined {
  return block && { block: block.block, gateway: block.gateway, dockerRange: block.dockerRange };
}

function network({ key, segment, kind, networkName, bridge, internal, icc, ipv4, ipv6, members }: NetworkPlan): object {
  return {
    key,
    segment,
    kind,
    name: networkName,
    bridge,
    internal,
    interContainerTraffic: icc,
    ipv4: blockOf(ipv4),
    ipv6: blockOf(ipv6),
    members: members.map(member),
  };
}

function unfiltered(plan: WirePlan): object {
  const { key, segment, networkName, driver, mode, parent, vlan, ipv4, ipv6, advertisements, routed, members, shim, guardedBy, overlay } =
    plan;
  return {
    key,
    segment,
    name: networkName,
    driver,
    mode,
    parent,
    vlan: vlan && { of: vlan.of, id: vlan.id },
    ipv4: blockOf(ipv4),
    ipv6: blockOf(ipv6),
    acceptsAdvertisements: advertisements,
    routedBlocks: routed,
    hostInterface: shim && { name: shim.interface, address: shim.address, routes: shim.routes },
    guardedBy,
    overlay: overlay && { kind: overlay.kind, vxlanId: overlay.vxlanId },
    members: members.map(member),
  };
}

function existingNetwork(plan: ExistingPlan): object {
  const { key, segment, networkName, bridge, internal, ipv4, members, foreignContainers, gatewayOf, pairs } = plan;
  return {
    key,
    segment,
    name: networkName,
    bridge,
    internal,
    ipv4: { block: ipv4.block, gateway: ipv4.gateway },
    members: members.map(member),
    others: foreignContainers.map(({ key: path, ipv4: address, isKnown }) => ({ path, ipv4: address, known: isKnown })),
    defaultRouteOf: gatewayOf,
    pairs: pairs.map(unfilteredPair),
  };
}

function unfilteredPair({ source, destination, port, ipv4Only, origin }: ExistingPlan['pairs'][number]): object {
  return { source, destination, port: portOf(port), ipv4Only, description: origin };
}

function workload(plan: WorkloadPlan): object {
  const { path, name, segment, dns, capabilities, sharers, sharedCapabilities, forwards, user, holdsSocket } = plan;
  return {
    path,
    name,
    segment,
    resolvers: dns,
    capabilities,
    networkSharedBy: sharers,
    sharedCapabilities,
    forwards,
    user,
    makesOwnFrames: forges(plan) || undefined,
    holdsEngineSocket: holdsSocket,
  };
}

function publication(plan: PublicationPlan): object {
  const { workload: path, bridge, family, address, hostAddress, hostPort, isChosen, targetPort, sources, rate, origin, swarmMode } = plan;
  return {
    workload: path,
    family,
    hostAddress,
    hostPort: portOf(hostPort),
    chosenByEngine: isChosen,
    targetPort: portOf(targetPort),
    sources,
    rate: rateOf(rate),
    bridge,
    address,
    swarmMode,
    description: origin,
  };
}

function swarm({ path, id, nodes, dataPort, autolock, sealsIngress, own, gateway, ingressBlock }: NonNullable<Topology['swarm']>): object {
  const node = (each: (typeof nodes)[number]) => ({ path: each.path, role: each.role, address: each.address });
  return {
    path,
    id,
    nodes: nodes.map(node),
    own: own && node(own),
    dataPort,
    autolock,
    encryptsIngress: sealsIngress,
    gateway: blockOf(gateway),
    ingressBlock,
  };
}
