import { type Endpoint, type EngineContainer, type EngineNetwork, gatewayEndpoint, type PublishedPort } from './engine-objects';
import { type HostNote, missing } from './host-note';
import type { HostTexts } from './host-texts';
import { at, readJson } from './json-text';
import type { Listener } from './listeners';
import { can } from '../../../engine/private/capabilities';
import type { Attachment, ContainerView, ProxyListener } from '../../../reachability/private/walk/host-view';
import type { Family } from '../../../topology/private/terms';

interface Engine {
  readonly networks: readonly EngineNetwork[];
  readonly containers: readonly EngineContainer[];
  readonly listeners?: readonly Listener[];
}

/** Containers with a network of their own; a container that shares one counts under the name of its owner. */
export function containersIn({ networks, containers }: Engine, version?: string): ContainerView[] {
  const isOld = version !== undefined && !can(version, 'noInternalRoute');
  const networkOf = finder(networks);
  return containers
    .filter(({ isRunning, mode }) => isRunning && mode === undefined)
    .map((container): ContainerView => {
      const unknown = container.endpoints.find((endpoint) => networkOf(endpoint) === undefined);
      return {
        key: container.name,
        attachments: attachmentsOf(container, networkOf, isOld),
        ...(unknown && { doubt: `what network '${unknown.network}' of container '${container.name}' is` }),
      };
    });
}

type Find = (endpoint: Endpoint) => EngineNetwork | undefined;

function finder(networks: readonly EngineNetwork[]): Find {
  const byId = new Map(networks.filter(({ id }) => id !== '').map((network) => [network.id, network]));
  const byName = new Map(networks.map((network) => [network.name, network]));
  return ({ network, networkId }) => byId.get(networkId) ?? byName.get(network);
}

function attachmentsOf(container: EngineContainer, networkOf: Find, isOld: boolean): Attachment[] {
  const gatewayIn = (family: Family) =>
    gatewayEndpoint(container, family, networkOf) ?? (isOld ? gatewayEndpoint(container, family, () => undefined) : undefined);
  const gateways = { ipv4: gatewayIn('ipv4'), ipv6: gatewayIn('ipv6') };
  return container.endpoints.flatMap((endpoint): Attachment[] => {
    const network = networkOf(endpoint);
    if (network === undefined) return [];
    const { driver, interface: name } = network;
    const kind = driver === 'bridge' || driver === 'macvlan' || driver === 'ipvlan' ? driver : 'overlay';
    const { ipv4, ipv6 } = endpoint;
    const isGateway = { ipv4: gateways.ipv4 === endpoint, ipv6: gateways.ipv6 === endpoint };
    return [{ interface: name ?? network.name, kind, ...(ipv4 !== undefined && { ipv4 }), ...(ipv6 !== undefined && { ipv6 }), isGateway }];
  });
}

const ANY: Readonly<Record<string, Family>> = { '0.0.0.0': 'ipv4', '::': 'ipv6' };

/** What listens on the host for publications: `docker-proxy`, or the engine itself, which then passes nothing on. */
export function proxiesOf(engine: Engine, texts: HostTexts, notes: HostNote[]): ProxyListener[] {
  const { containers, listeners } = engine;
  if (publishedIn(containers).length === 0) return [];
  if (listeners === undefined && texts['daemon-json'] === undefined) {
    notes.push(missing('daemon-json', 'docker-proxy is taken to run, as it does by default'));
  }
  const isOn = at(readJson(texts, 'daemon-json'), 'userland-proxy') !== false;
  return listenersFor(engine, (port) =>
    listeners === undefined || port.protocol === 'sctp' ? isOn : listeners.some((each) => isFor(each, port)),
  );
}

/** One listener for each published port for which there is one. */
export function listenersFor({ networks, containers }: Engine, isThere: (port: PublishedPort) => boolean): ProxyListener[] {
  return publishedIn(containers).flatMap(({ container, port }) => {
    const target = isThere(port) ? targetOf(container, port, finder(networks)) : undefined;
    return target === undefined ? [] : [{ protocol: port.protocol, address: port.hostAddress, port: port.hostPort, target }];
  });
}

function publishedIn(containers: readonly EngineContainer[]): { container: EngineContainer; port: PublishedPort }[] {
  return containers.filter(({ isRunning }) => isRunning).flatMap((container) => container.ports.map((port) => ({ container, port })));
}

function isFor({ protocol, address, port, program }: Listener, published: PublishedPort): boolean {
  const isProxy = program === undefined || program.startsWith('docker-proxy') || program.startsWith('rootlessport');
  return isProxy && protocol === published.protocol && port === published.hostPort && address === published.hostAddress;
}

/** A proxy of IPv6 leads to a container without IPv6 over IPv4. */
function targetOf(
  container: EngineContainer,
  { hostAddress, targetPort }: PublishedPort,
  networkOf: Find,
): ProxyListener['target'] | undefined {
  const family = ANY[hostAddress] ?? (hostAddress.includes(':') ? 'ipv6' : 'ipv4');
  const address = gatewayEndpoint(container, family, networkOf)?.[family] ?? gatewayEndpoint(container, 'ipv4', networkOf)?.ipv4;
  return address === undefined ? undefined : { container: container.name, address, port: targetPort };
}
