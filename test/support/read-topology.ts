import type { EngineFacts } from '../../src/topology/private/engine-facts';
import type { Topology } from '../../src/topology/private/topology';

/** The other way: what a tool makes of `topology.json`. That this can be written shows that nothing which the proof needs is left out. */
export function readTopology(text: string): { topology: Topology; engine: EngineFacts } {
  const json = JSON.parse(text);
  const member = ({ nominal, ...rest }: any) => ({ ...rest, ...(nominal && { isNominal: true }) });
  const described = ({ description, ...rest }: any) => ({ ...rest, origin: description });
  const topology = {
    daemon: json.daemon.path,
    daemonId: json.daemon.id,
    bridgePrefix: json.daemon.bridgePrefix,
    hostAddresses: json.daemon.hostAddresses,
    egressExclusions: json.egressExclusions,
    networks: json.networks.map(({ name, interContainerTraffic: icc, members, ...rest }: any) => ({
      ...rest,
      networkName: name,
      icc,
      members: members.map(member),
    })),
    wires: json.unfilteredNetworks.map(({ name, acceptsAdvertisements, routedBlocks, hostInterface, members, ...rest }: any) => ({
      ...rest,
      kind: 'wire',
      networkName: name,
      advertisements: acceptsAdvertisements,
      routed: routedBlocks,
      shim: hostInterface && { interface: hostInterface.name, address: hostInterface.address, routes: hostInterface.routes },
      members: members.map(member),
    })),
    wirePairs: json.unfilteredPairs.map(({ network, ...rest }: any) => ({ wire: network, ...described(rest) })),
    existing: json.existingNetworks.map(({ name, members, others, defaultRouteOf, pairs, ...rest }: any) => ({
      ...rest,
      kind: 'existing',
      networkName: name,
      members: members.map(member),
      foreignContainers: others.map(({ path, ipv4, known }: any) => ({ key: path, ipv4, isKnown: known })),
      gatewayOf: defaultRouteOf,
      pairs: pairs.map(described),
    })),
    workloads: json.workloads.map(
      ({ resolvers, makesOwnFrames: _, networkSharedBy: sharers, holdsEngineSocket: holdsSocket, ...rest }: any) => ({
        ...rest,
        sharers,
        dns: resolvers,
        holdsSocket,
      }),
    ),
    engineAccess: json.engineAccess?.map(({ may, ...rest }: any) => ({ ...rest, text: may })),
    pairs: json.pairs.map(described),
    egress: json.egress.map(described),
    hostFlows: json.hostFlows.map(described),
    publications: json.publications.map(({ chosenByEngine, ...rest }: any) => ({ ...described(rest), isChosen: chosenByEngine })),
    segmentless:
      json.withoutSegment.length === 0 ? undefined : json.withoutSegment.map(({ network, ...rest }: any) => ({ ...rest, mode: network })),
    swarm: json.swarm && swarm(json.swarm),
  };
  const { version, firewall, settings } = json.engine;
  const engine = {
    version,
    settings,
    engineFirewall: firewall,
    ...(json.daemon.guard === 'none' ? {} : { guardBackend: json.daemon.guard }),
  };
  return { topology: topology as unknown as Topology, engine };
}

function swarm({ encryptsIngress, ...rest }: any): any {
  return { ...rest, sealsIngress: encryptsIngress };
}
