import type {
  EngineEndpoint,
  EngineInput,
  EnginePort,
  EngineSubnet,
  GatewayMode,
  EngineNetwork as RuledNetwork,
} from '../../../engine/private/docker-rules/input';
import type { EngineSettings } from '../../../topology/private/engine-facts';
import { DEFAULT_BRIDGE } from '../../../topology/private/senders';
import type { Family } from '../../../topology/private/terms';
import { type Endpoint, type EngineContainer, type EngineNetwork, gatewayEndpoint } from '../host/engine-objects';

interface Planned {
  readonly networks: readonly EngineNetwork[];
  readonly containers: readonly EngineContainer[];
  readonly version: string;
  readonly settings: EngineSettings;
}

const OPTION = 'com.docker.network.bridge';
const MODES: readonly GatewayMode[] = ['nat', 'nat-unprotected', 'routed', 'isolated'];
/** What the engine takes for true, and for false. */
const BOOLEANS = { true: /^(1|t|true)$/i, false: /^(0|f|false)$/i };

/** Networks and containers as input of the engine's model. The default bridge goes first, as the engine makes it. */
export function engineInputFor({ networks, containers, version, settings }: Planned): EngineInput {
  const bridges = networks.filter(({ driver, interface: name }) => driver === 'bridge' && name !== undefined);
  const first = (network: EngineNetwork) => Number(network.interface !== DEFAULT_BRIDGE.bridge);
  return {
    version,
    firewall: 'iptables',
    daemon: settings,
    networks: [...bridges].sort((a, b) => first(a) - first(b)).map((network) => ruledNetwork(network, networks, containers)),
  };
}

/** How the bridge of a network is a gateway for a family, by its options. */
export function modeIn({ options }: EngineNetwork, family: Family): GatewayMode {
  return MODES.find((mode) => mode === options[`${OPTION}.gateway_mode_${family}`]) ?? 'nat';
}

/** Options of a bridge that decide about packets, with a value that the model does not have. */
export function unreadOptions({ driver, options }: EngineNetwork): string[] {
  if (driver !== 'bridge') return [];
  const isRead = (key: string, value: string) => {
    if (key === `${OPTION}.enable_icc` || key === `${OPTION}.enable_ip_masquerade`) return BOOLEANS.true.test(value) || BOOLEANS.false.test(value); // prettier-ignore
    if (key === `${OPTION}.gateway_mode_ipv4` || key === `${OPTION}.gateway_mode_ipv6`) return MODES.some((mode) => mode === value);
    return key !== `${OPTION}.inhibit_ipv4` && key !== `${OPTION}.host_binding_ipv4`;
  };
  return Object.entries(options).flatMap(([key, value]) => (isRead(key, value) ? [] : [`${key}=${value}`]));
}

function ruledNetwork(network: EngineNetwork, networks: readonly EngineNetwork[], containers: readonly EngineContainer[]): RuledNetwork {
  const { internal, options, name } = network;
  const isOff = (key: string) => BOOLEANS.false.test(options[`${OPTION}.${key}`] ?? '');
  const [ipv4, ipv6] = [subnetOf(network, 'ipv4'), subnetOf(network, 'ipv6')];
  return {
    bridge: network.interface!,
    internal,
    icc: !isOff('enable_icc'),
    masquerade: !isOff('enable_ip_masquerade'),
    trustedInterfaces: (options[`${OPTION}.trusted_host_interfaces`] ?? '').split(':').filter((each) => each !== ''),
    ...(ipv4 && { ipv4 }),
    ...(ipv6 && { ipv6 }),
    endpoints: containers
      .filter(({ isRunning, mode }) => isRunning && mode === undefined)
      .flatMap((container) => {
        const endpoint = container.endpoints.find((each) => each.network === name);
        return endpoint === undefined ? [] : [ruledEndpoint(container, endpoint, networks)];
      }),
    links: [],
  };
}

function subnetOf(network: EngineNetwork, family: Family): EngineSubnet | undefined {
  const isOf = (text: string) => text.includes(':') === (family === 'ipv6');
  const block = network.blocks.find(isOf);
  const gateway = network.gateways.find(isOf)?.split('/')[0];
  if (block === undefined || gateway === undefined) return undefined;
  const sourceAddress = network.options[`com.docker.network.host_${family}`];
  return { block, gateway, mode: modeIn(network, family), ...(sourceAddress && { sourceAddress }) };
}

function ruledEndpoint(container: EngineContainer, endpoint: Endpoint, networks: readonly EngineNetwork[]): EngineEndpoint {
  const networkOf = ({ network }: Endpoint) => networks.find(({ name }) => name === network);
  const leads = (family: Family) => gatewayEndpoint(container, family, networkOf) === endpoint;
  const { ipv4, ipv6 } = endpoint;
  return {
    ...(ipv4 !== undefined && { ipv4 }),
    ...(ipv6 !== undefined && { ipv6 }),
    isGateway: { ipv4: leads('ipv4'), ipv6: leads('ipv6') },
    ports: container.ports.map(({ protocol, hostAddress, hostPort, targetPort }): EnginePort => ({
      protocol,
      hostAddress,
      hostPort: { first: hostPort, last: hostPort },
      targetPort: { first: targetPort, last: targetPort },
    })),
  };
}
