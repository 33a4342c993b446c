import type { HostTexts } from './host-texts';
import { at, entriesAt, type Json, listAt, numberAt, readList, textAt } from './json-text';
import type { Family } from '../../../topology/private/terms';

/** A network of the engine, by `docker network inspect`. */
export interface EngineNetwork {
  readonly name: string;
  readonly id: string;
  readonly driver: string;
  readonly internal: boolean;
  readonly blocks: readonly string[];
  /** Addresses of the bridge, with prefix lengths. */
  readonly gateways: readonly string[];
  /** Bridge of the host, or the parent interface of a macvlan or ipvlan; undefined where it has none. */
  readonly interface?: string;
  /** `macvlan_mode` or `ipvlan_mode`. */
  readonly mode?: string;
  readonly options: Readonly<Record<string, string>>;
}

export interface Endpoint {
  readonly network: string;
  readonly networkId: string;
  readonly ipv4?: string;
  readonly ipv6?: string;
  readonly priority: number;
}

export interface PublishedPort {
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly hostAddress: string;
  readonly hostPort: number;
  readonly targetPort: number;
}

/** A container, by `docker inspect`. */
export interface EngineContainer {
  readonly name: string;
  readonly id: string;
  readonly isRunning: boolean;
  /** `host`, `none`, or another container whose network it shares; undefined where it has networks of its own. */
  readonly mode?: 'host' | 'none' | { readonly sharesWith: string };
  readonly endpoints: readonly Endpoint[];
  readonly ports: readonly PublishedPort[];
}

const BRIDGE_NAME = 'com.docker.network.bridge.name';

export function networksOf(texts: HostTexts): readonly EngineNetwork[] | undefined {
  return readList(texts, 'docker-networks')?.flatMap((json): EngineNetwork[] => {
    const [name, id, driver] = [textAt(json, 'Name'), textAt(json, 'Id') ?? '', textAt(json, 'Driver') ?? ''];
    if (name === undefined || driver === 'host' || driver === 'null') return [];
    const options = Object.fromEntries(
      entriesAt(json, 'Options').flatMap(([key, value]) => (typeof value === 'string' ? [[key, value] as const] : [])),
    );
    return [
      {
        name,
        id,
        driver,
        internal: at(json, 'Internal') === true,
        blocks: listAt(json, 'IPAM', 'Config').flatMap((config) => textAt(config, 'Subnet') ?? []),
        gateways: listAt(json, 'IPAM', 'Config').flatMap((config) => {
          const [gateway, subnet] = [textAt(config, 'Gateway'), textAt(config, 'Subnet')];
          return gateway === undefined ? [] : `${gateway.split('/')[0]}/${subnet?.split('/')[1] ?? (gateway.includes(':') ? 128 : 32)}`;
        }),
        interface: interfaceOf(driver, id.slice(0, 12), options),
        mode: options.macvlan_mode ?? options.ipvlan_mode,
        options,
      },
    ];
  });
}

/** The name that the engine chooses if the user chose none; `short` is the start of the id. */
export function interfaceOf(driver: string, short: string, options: Readonly<Record<string, string>>): string | undefined {
  switch (driver) {
    case 'bridge':
      return options[BRIDGE_NAME] ?? `br-${short}`;
    case 'macvlan':
    case 'ipvlan':
      return options.parent ?? `dm-${short}`;
    default:
      return undefined;
  }
}

export function containersOf(texts: HostTexts): readonly EngineContainer[] | undefined {
  return readList(texts, 'docker-containers')?.flatMap((json): EngineContainer[] => {
    const [name, id] = [textAt(json, 'Name')?.replace(/^\//, ''), textAt(json, 'Id') ?? ''];
    if (name === undefined) return [];
    return [{ name, id, isRunning: isRunning(json), mode: modeOf(json), endpoints: endpointsOf(json), ports: portsOf(json) }];
  });
}

/** One that is paused still has its network. */
function isRunning(json: Json): boolean {
  return at(json, 'State', 'Running') === true || ['running', 'paused'].includes(textAt(json, 'State', 'Status') ?? '');
}

function modeOf(json: Json): EngineContainer['mode'] {
  const mode = textAt(json, 'HostConfig', 'NetworkMode') ?? '';
  if (mode === 'host' || mode === 'none') return mode;
  return mode.startsWith('container:') ? { sharesWith: mode.slice('container:'.length) } : undefined;
}

function endpointsOf(json: Json): Endpoint[] {
  return entriesAt(json, 'NetworkSettings', 'Networks').flatMap(([network, endpoint]): Endpoint[] => {
    const [ipv4, ipv6] = [textAt(endpoint, 'IPAddress'), textAt(endpoint, 'GlobalIPv6Address')];
    if (ipv4 === undefined && ipv6 === undefined) return [];
    const priority = numberAt(endpoint, 'GwPriority') ?? 0;
    return [{ network, networkId: textAt(endpoint, 'NetworkID') ?? '', ipv4, ipv6, priority }];
  });
}

function portsOf(json: Json): PublishedPort[] {
  return entriesAt(json, 'NetworkSettings', 'Ports').flatMap(([target, bindings]) => {
    const [, port, protocol] = /^(\d+)\/(tcp|udp|sctp)$/.exec(target) ?? [];
    if (protocol === undefined || !Array.isArray(bindings)) return [];
    return bindings.flatMap((binding): PublishedPort[] => {
      const hostPort = Number(textAt(binding, 'HostPort'));
      const hostAddress = textAt(binding, 'HostIp') ?? '0.0.0.0';
      return hostPort > 0 ? [{ protocol: protocol as PublishedPort['protocol'], hostAddress, hostPort, targetPort: Number(port) }] : [];
    });
  });
}

/**
 * The endpoint that the default route of a container leads over: the one of the highest priority, then one of both families, then the first by name.
 * An internal network leads nowhere.
 */
export function gatewayEndpoint(
  { endpoints }: EngineContainer,
  family: Family,
  networkOf: (endpoint: Endpoint) => EngineNetwork | undefined,
): Endpoint | undefined {
  const open = endpoints.filter((endpoint) => endpoint[family] !== undefined && networkOf(endpoint)?.internal !== true);
  const isDual = ({ ipv4, ipv6 }: Endpoint) => Number(ipv4 !== undefined && ipv6 !== undefined);
  return [...open].sort(
    (a, b) => b.priority - a.priority || isDual(b) - isDual(a) || (a.network < b.network ? -1 : Number(a.network > b.network)),
  )[0];
}
