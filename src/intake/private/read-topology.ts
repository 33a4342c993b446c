import type { EngineFacts, GuardBackendName } from '../../topology/private/engine-facts';
import type { PeerFact } from '../../topology/private/facts';
import type { Topology } from '../../topology/private/topology';

/** What a `topology.json` says, in the terms of the proof. */
export interface ReadTopology {
  readonly topology: Topology;
  readonly engine: EngineFacts;
  readonly groups: readonly { readonly path: string; readonly members: readonly string[] }[];
}

/** JSON whose shape the schema has checked. */
type Json = any;

/** The other way round of `topologyJson()`. @param json what is valid by the schema of its version */
export function readTopology(json: Json): ReadTopology {
  const topology = {
    daemon: json.daemon.path,
    daemonId: json.daemon.id,
    bridgePrefix: json.daemon.bridgePrefix,
    hostAddresses: json.daemon.hostAddresses,
    egressExclusions: json.egressExclusions,
    networks: json.networks.map(({ name, interContainerTraffic: icc, members, ...rest }: Json) => ({
      ...rest,
      networkName: name,
      icc,
      members: members.map(member),
    })),
    wires: json.unfilteredNetworks.map(({ name, acceptsAdvertisements, routedBlocks, hostInterface, members, ...rest }: Json) => ({
      ...rest,
      kind: 'wire',
      networkName: name,
      advertisements: acceptsAdvertisements,
      routed: routedBlocks,
      shim: hostInterface && { interface: hostInterface.name, address: hostInterface.address, routes: hostInterface.routes },
      members: members.map(member),
    })),
    wirePairs: json.unfilteredPairs.map(({ network, ...rest }: Json) => ({ wire: network, ...described(rest) })),
    existing: json.existingNetworks.map(({ name, members, others, defaultRouteOf, pairs, ...rest }: Json) => ({
      ...rest,
      kind: 'existing',
      networkName: name,
      members: members.map(member),
      foreignContainers: others.map(({ path, ipv4, known }: Json) => ({ key: path, ipv4, isKnown: known })),
      gatewayOf: defaultRouteOf,
      pairs: pairs.map(described),
    })),
    workloads: json.workloads.map(workload),
    engineAccess: json.engineAccess?.map(({ may, ...rest }: Json) => ({ ...rest, text: may })),
    pairs: json.pairs.map(described),
    egress: json.egress.map(described),
    hostFlows: json.hostFlows.map(described),
    publications: json.publications.map(({ chosenByEngine, ...rest }: Json) => ({ ...described(rest), isChosen: chosenByEngine })),
    segmentless:
      json.withoutSegment.length === 0 ? undefined : json.withoutSegment.map(({ network, ...rest }: Json) => ({ ...rest, mode: network })),
    swarm: json.swarm && swarm(json.swarm),
  };
  const { version, firewall, settings } = json.engine;
  const guard: GuardBackendName | 'none' = json.daemon.guard;
  return {
    topology: topology as unknown as Topology,
    engine: { version, settings, engineFirewall: firewall, ...(guard === 'none' ? {} : { guardBackend: guard }) },
    groups: json.groups,
  };
}

/** What stands for several workloads: a segment for the workloads that were placed in it, a group for its members. */
export function expandIn({ topology, groups }: ReadTopology): (peer: PeerFact) => readonly string[] {
  const paths = new Set(topology.workloads.map(({ path }) => path));
  return (peer) => {
    switch (peer.kind) {
      case 'workload':
        return paths.has(peer.path) ? [peer.path] : [];
      case 'segment':
        return topology.workloads.filter(({ segment }) => segment === peer.path).map(({ path }) => path);
      case 'group':
        return groups.find(({ path }) => path === peer.path)?.members.filter((path) => paths.has(path)) ?? [];
      default:
        return [];
    }
  };
}

function workload({ resolvers, makesOwnFrames: _, networkSharedBy: sharers, holdsEngineSocket: holdsSocket, ...rest }: Json): Json {
  return { ...rest, sharers, dns: resolvers, holdsSocket };
}

function member({ nominal, ...rest }: Json): Json {
  return { ...rest, ...(nominal && { isNominal: true }) };
}

function described({ description, ...rest }: Json): Json {
  return { ...rest, origin: description };
}

function swarm({ encryptsIngress, ...rest }: Json): Json {
  return { ...rest, sealsIngress: encryptsIngress };
}
