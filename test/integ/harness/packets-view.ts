// A host as the walk sees it: rules by the model of the engine, networks and publications by the plan, and of the live host only the kernel's switches.
import type { HostPlan, TopologyPlan } from './engine-topology';
import type { Switches } from './packets-switches';
import { dockerRules } from '../../../src/engine/private/docker-rules/docker-rules';
import type { EngineEndpoint, EngineInput, EngineNetwork, EngineSubnet } from '../../../src/engine/private/docker-rules/input';
import type {
  Attachment,
  ContainerView,
  HostInterface,
  HostView,
  ProxyListener,
  Route,
} from '../../../src/reachability/private/walk/host-view';
import type { Family } from '../../../src/topology/private/terms';
import { NET } from '../lab/network';

export const UPLINK = 'eth0';
const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];

export interface Endpoint extends EngineEndpoint {
  readonly container: string;
  readonly network: EngineNetwork;
}

export function viewOfHost(plan: HostPlan, topology: TopologyPlan, input: EngineInput, switches: Switches): HostView {
  const endpoints = endpointsOf(topology, input);
  return {
    rules: { ipv4: dockerRules(input, 'ipv4'), ipv6: dockerRules(input, 'ipv6') },
    interfaces: [
      { name: 'lo', kind: 'loopback', addresses: ['127.0.0.1/8', '::1/128'] },
      {
        name: UPLINK,
        kind: 'uplink',
        addresses: [`${NET.host}/24`, `${NET.host2}/24`, `${NET.host6}/64`, `${NET.host62}/64`],
        routeLocalnet: switches.routeLocalnet.has(UPLINK),
      },
      ...input.networks.map((network) => bridgeOf(network, switches)),
    ],
    routes: [...input.networks.flatMap(routesTo), ...defaultRoutes()],
    containers: containersOf(topology, endpoints, switches),
    proxies: plan.userlandProxy ? heldPorts(plan, endpoints) : [],
    forwarding: switches.forwarding,
  };
}

/** Those of the input in their order, with the names of their containers. */
export function endpointsOf(topology: TopologyPlan, input: EngineInput): Endpoint[] {
  return input.networks.flatMap((network) => {
    const members = topology.containers.filter(({ networks }) => networks.includes(network.bridge));
    return network.endpoints.map((endpoint, i) => ({ ...endpoint, container: members[i].name, network }));
  });
}

/** The network's own address; one that is isolated from its host has none there. */
export function gatewayOf(subnet: EngineSubnet | undefined): string | undefined {
  return subnet === undefined || subnet.mode === 'isolated' ? undefined : subnet.gateway;
}

function bridgeOf({ bridge, ipv4, ipv6 }: EngineNetwork, switches: Switches): HostInterface {
  return {
    name: bridge,
    kind: 'bridge',
    addresses: [ipv4, ipv6].flatMap((subnet) => {
      const gateway = gatewayOf(subnet);
      return gateway === undefined ? [] : [`${gateway}/${subnet!.block.split('/')[1]}`];
    }),
    filtersFrames: switches.filtersFrames.get(bridge),
    hairpin: switches.hairpin.has(bridge),
    routeLocalnet: switches.routeLocalnet.has(bridge),
  };
}

function routesTo({ bridge, ipv4, ipv6 }: EngineNetwork): Route[] {
  return [ipv4, ipv6].flatMap((subnet) => (gatewayOf(subnet) === undefined ? [] : [{ block: subnet!.block, interface: bridge }]));
}

function defaultRoutes(): Route[] {
  return [
    { block: '0.0.0.0/0', interface: UPLINK, gateway: NET.router },
    { block: '::/0', interface: UPLINK, gateway: NET.router6 },
  ];
}

function containersOf(topology: TopologyPlan, endpoints: readonly Endpoint[], { defaultRoutes: led }: Switches): ContainerView[] {
  const leads = (container: string, address: string | undefined) => address !== undefined && led.get(container)!.has(address);
  return topology.containers.map(({ name }) => ({
    key: name,
    attachments: endpoints
      .filter(({ container }) => container === name)
      .map(({ network, ipv4, ipv6 }): Attachment => ({
        interface: network.bridge,
        kind: 'bridge',
        ...(ipv4 !== undefined && { ipv4 }),
        ...(ipv6 !== undefined && { ipv6 }),
        isGateway: { ipv4: leads(name, ipv4), ipv6: leads(name, ipv6) },
      })),
  }));
}

/**
 * Ports that the engine listens on, for docker-proxy or for nobody. What is published for both families of a container that has no IPv6 is carried over
 * from one to the other, which only the proxy can.
 */
export function heldPorts({ userlandProxy }: HostPlan, endpoints: readonly Endpoint[]): ProxyListener[] {
  return endpoints.flatMap((endpoint) =>
    heldFamilies(endpoint)
      .filter((family) => userlandProxy || endpoint[family] !== undefined)
      .flatMap((family) => heldFor(endpoint, family)),
  );
}

function heldFor(endpoint: Endpoint, family: Family): ProxyListener[] {
  const { container, ports } = endpoint;
  const inFamily = ports.filter(({ hostAddress }) => hostAddress === undefined || hostAddress.includes(':') === (family === 'ipv6'));
  return inFamily.flatMap(({ protocol, hostAddress = family === 'ipv4' ? '0.0.0.0' : '::', hostPort, targetPort }) =>
    Array.from({ length: hostPort.last - hostPort.first + 1 }, (_, i) => ({
      protocol,
      address: hostAddress,
      port: hostPort.first + i,
      target: { container, address: (endpoint[family] ?? endpoint.ipv4)!, port: targetPort.first + i },
    })),
  );
}

/** Where the network is routed, nobody needs a port of the host. IPv6 counts as translated where the network has none. */
function heldFamilies({ network, isGateway }: Endpoint): Family[] {
  return network.internal ? [] : FAMILIES.filter((family) => isGateway[family] && network[family]?.mode !== 'routed');
}
