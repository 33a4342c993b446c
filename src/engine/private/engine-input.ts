import type { EngineEndpoint, EngineInput, EngineNetwork, IngressPort } from './docker-rules/input';
import { groupBy } from '../../private/multimap';
import type { EngineFacts } from '../../topology/private/engine-facts';
import { DEFAULT_BRIDGE } from '../../topology/private/senders';
import { GATEWAY_BRIDGE } from '../../topology/private/swarm';
import type { ExistingPlan, Member, NetworkPlan, PublicationPlan, Topology } from '../../topology/private/topology';

const DEFAULT_NETWORK: EngineNetwork = {
  bridge: DEFAULT_BRIDGE.bridge,
  internal: false,
  icc: false,
  masquerade: true,
  trustedInterfaces: [],
  ipv4: { block: DEFAULT_BRIDGE.block, gateway: DEFAULT_BRIDGE.gateway, mode: 'nat' },
  endpoints: [],
  links: [],
};

/** A topology as input of its engine's model. */
export function engineInput(topology: Topology, { version, settings, engineFirewall }: EngineFacts): EngineInput {
  const isByIngress = ({ swarmMode }: PublicationPlan) => swarmMode === 'ingress';
  const publications = groupBy(
    topology.publications.filter((plan) => !isByIngress(plan)),
    ({ workload }) => workload,
  );
  const ingressPorts = topology.publications.filter(isByIngress).flatMap(ingressPortsOf);
  return {
    version,
    firewall: engineFirewall,
    daemon: settings,
    networks: [
      DEFAULT_NETWORK,
      ...topology.existing.map(existingNetwork),
      ...topology.networks.map((network) => engineNetwork(network, publications)),
    ],
    ...(ingressPorts.length > 0 && { swarm: { gatewayBridge: GATEWAY_BRIDGE, ingressPorts } }),
  };
}

/** The ingress sandbox has the ports of all services; here each service has the address that represents its tasks. */
function ingressPortsOf({ address, hostPort: { protocol, first, last } }: PublicationPlan): IngressPort[] {
  return protocol === 'icmp' ? [] : Array.from({ length: last - first + 1 }, (_, offset) => ({ protocol, port: first + offset, address }));
}

function engineNetwork(
  { bridge, kind, internal, icc, ipv4, ipv6, members }: NetworkPlan,
  publications: ReadonlyMap<string, readonly PublicationPlan[]>,
): EngineNetwork {
  return {
    bridge,
    internal,
    icc,
    masquerade: true,
    trustedInterfaces: [],
    ipv4: { block: ipv4.block, gateway: ipv4.gateway, mode: 'nat' },
    ...(ipv6 && { ipv6: { block: ipv6.block, gateway: ipv6.gateway, mode: 'nat' as const } }),
    // The gateway network has the access to the outside, and with it every publication.
    endpoints: members.map((member) =>
      kind === 'gateway' ? engineEndpoint(member, true, publications.get(member.workload) ?? []) : engineEndpoint(member, false, []),
    ),
    links: [],
  };
}

/** As Docker creates a network without options, which Terraform checks. What unmanaged containers publish there is not known. */
function existingNetwork({ bridge, internal, ipv4, members, foreignContainers, gatewayOf }: ExistingPlan): EngineNetwork {
  const ours = new Set(gatewayOf);
  const endpointAt = (address: string, leads: boolean): EngineEndpoint => ({
    ipv4: address,
    isGateway: { ipv4: leads, ipv6: false },
    ports: [],
  });
  return {
    bridge,
    internal,
    icc: true,
    masquerade: true,
    trustedInterfaces: [],
    ipv4: { ...ipv4, mode: 'nat' },
    endpoints: [
      ...members.map((member) => endpointAt(member.ipv4, ours.has(member.workload))),
      ...foreignContainers.map((foreignContainer) => endpointAt(foreignContainer.ipv4, !internal)),
    ],
    links: [],
  };
}

function engineEndpoint({ ipv4, ipv6 }: Member, isGateway: boolean, publications: readonly PublicationPlan[]): EngineEndpoint {
  return {
    ipv4,
    ...(ipv6 !== undefined && { ipv6 }),
    isGateway: { ipv4: isGateway, ipv6: isGateway && ipv6 !== undefined },
    ports: publications.flatMap(({ hostAddress, hostPort, targetPort, isChosen }) =>
      targetPort.protocol === 'icmp'
        ? []
        : [
            {
              protocol: targetPort.protocol,
              hostAddress,
              hostPort: { first: hostPort.first, last: hostPort.last },
              targetPort: { first: targetPort.first, last: targetPort.last },
              ...(isChosen && { isChosen }),
            },
          ],
    ),
  };
}
