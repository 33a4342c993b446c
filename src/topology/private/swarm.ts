import type { Facts, SwarmFact } from './facts';
import { hostsOf } from './nominal';
import type { NetworkPlan, SwarmPlan, WorkloadPlan } from './topology';
import type { Allocation, SegmentRequest } from '../../addressing/private/allocation';

/**
 * Interface of the network by which tasks leave their node and publications reach them. Swarm knows the network by the name `docker_gwbridge`; the
 * host's script creates it before Swarm does, with a bridge that has Bulkhead's prefix, so that the closing rules of the guard also apply to it.
 */
export const GATEWAY_BRIDGE = 'bh-gwbridge';

/** Label of a node's engine that holds the id of its daemon, so that a service can be placed on one. */
export const NODE_LABEL = 'bulkhead.daemon';

/** Docker's name of that network. */
export const GATEWAY_NETWORK = 'docker_gwbridge';

/** Size of the gateway network and of the one that Swarm makes for its ingress. */
const PREFIX_LENGTH = 24;

export function gatewayKey(swarm: string): string {
  return `${swarm}#gateway`;
}

export function ingressKey(swarm: string): string {
  return `${swarm}#ingress`;
}

/** The swarm chooses the blocks, and all of its nodes use the same. */
export function swarmRequests({ swarm }: Facts): SegmentRequest[] {
  if (swarm === undefined) return [];
  const gateway: SegmentRequest = {
    key: gatewayKey(swarm.path),
    bridgeName: GATEWAY_BRIDGE,
    ipv4: { explicitBlock: swarm.gatewayBlock, prefixLength: PREFIX_LENGTH },
    members: [],
  };
  if (swarm.own !== undefined) return [gateway];
  return [gateway, { key: ingressKey(swarm.path), ipv4: { prefixLength: PREFIX_LENGTH }, members: [] }];
}

/** The gateway network with every service that publishes: any of them may have a task here. The engine gives tasks their addresses. */
export function planGateway({ swarm, publications }: Facts, { segments }: Allocation): NetworkPlan[] {
  const given = swarm && segments[gatewayKey(swarm.path)];
  if (given === undefined) return [];
  const services = new Set(publications.filter(({ swarmMode }) => swarmMode !== undefined).map(({ workload }) => workload));
  return [
    {
      key: gatewayKey(swarm!.path),
      segment: swarm!.path,
      kind: 'gateway',
      networkName: GATEWAY_NETWORK,
      bridge: GATEWAY_BRIDGE,
      internal: false,
      icc: false,
      ipv4: given.ipv4,
      members: hostsOf(given.ipv4.block, [...services].sort(), 1),
    },
  ];
}

/** Blocks in the configuration of the nodes of a swarm. */
export function blocksOf(swarm: string, { segments }: Allocation): { gatewayBlock: string; ingressBlock: string } {
  const [gatewayBlock, ingressBlock] = [gatewayKey, ingressKey].map((keyOf) => segments[keyOf(swarm)].ipv4.block);
  return { gatewayBlock, ingressBlock };
}

/** Services are workloads of their swarm; on a node those that publish are, too. */
export function servicesOnNode({ swarm }: Facts): WorkloadPlan[] {
  return swarm?.own ? swarm.services.map((service) => ({ ...service, segment: swarm.path, dns: [] })) : [];
}

export function planSwarm(swarm: SwarmFact, { segments }: Allocation): SwarmPlan {
  const gateway = segments[gatewayKey(swarm.path)].ipv4;
  const { path, id, nodes, dataPort, autolock, sealsIngress, own, quietServices } = swarm;
  const ingressBlock = swarm.ingressBlock ?? segments[ingressKey(path)].ipv4.block;
  return {
    path,
    id,
    nodes,
    dataPort,
    autolock,
    sealsIngress,
    gateway,
    ingressBlock,
    ...(own && { own }),
    ...(own && quietServices?.length && { quietServices }),
  };
}
