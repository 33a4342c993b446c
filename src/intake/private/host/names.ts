import type { EngineContainer, EngineNetwork, PublishedPort } from './engine-objects';
import type { ContainerView } from '../../../reachability/private/walk/host-view';

/** A container, running or not. */
export interface ContainerName {
  readonly name: string;
  readonly id: string;
  readonly isRunning: boolean;
  /** Whose network it has: its own, that of the host, none, or that of the container named. */
  readonly network: 'own' | 'host' | 'none' | { readonly of: string };
  /** By name of the network. */
  readonly addresses: readonly { readonly network: string; readonly address: string }[];
  readonly ports: readonly PublishedPort[];
}

export interface NetworkName {
  readonly name: string;
  readonly driver: string;
  readonly internal: boolean;
  readonly blocks: readonly string[];
  /** Bridge of the host, or its parent interface. */
  readonly interface?: string;
}

export function containerNames(containers: readonly EngineContainer[], views: readonly ContainerView[]): ContainerName[] {
  const known = new Set(views.map(({ key }) => key));
  const named = (id: string) => containers.find((other) => other.id === id || other.name === id)?.name ?? id;
  return containers.map(({ name, id, isRunning, mode, endpoints, ports }) => ({
    name,
    id,
    isRunning,
    network: typeof mode === 'object' ? { of: named(mode.sharesWith) } : (mode ?? (known.has(name) || !isRunning ? 'own' : 'none')),
    addresses: endpoints.flatMap(({ network, ipv4, ipv6 }) =>
      [ipv4, ipv6].flatMap((address) => (address === undefined ? [] : [{ network, address }])),
    ),
    ports,
  }));
}

export function networkNames(networks: readonly EngineNetwork[]): NetworkName[] {
  return networks.map(({ name, driver, internal, blocks, interface: on }) => ({
    name,
    driver,
    internal,
    blocks,
    ...(on && { interface: on }),
  }));
}
