import type { EngineEndpoint, EnginePort } from './input';
import { isWildcard } from '../../../firewall/private/blocks';
import type { Family } from '../../../topology/private/terms';

/** One port of a container, opened in one family. */
export interface Binding {
  readonly protocol: EnginePort['protocol'];
  /** Undefined for every address of the host. */
  readonly hostAddress?: string;
  readonly hostPort: number;
  readonly target: string;
  readonly targetPort: number;
  readonly isChosen?: true;
}

/**
 * What an endpoint opens in a family, port by port. A publication without an address counts for both families. One of an address of the other
 * family makes no rules, even where docker-proxy carries it over.
 */
export function bindingsOf(endpoint: EngineEndpoint, family: Family): Binding[] {
  const target = endpoint[family];
  return target === undefined ? [] : endpoint.ports.filter((port) => isOf(port, family)).flatMap((port) => onePortEach(port, target));
}

/** For the origin of a rule. */
export function publicationText({ protocol, hostAddress, hostPort, target, targetPort, isChosen }: Binding): string {
  const port = isChosen ? '(chosen by the engine)' : `${hostPort}`;
  const from = hostAddress === undefined ? port : `${bracketed(hostAddress)}:${port}`;
  return `published port ${from}/${protocol} -> ${bracketed(target)}:${targetPort}`;
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

function isOf({ hostAddress }: EnginePort, family: Family): boolean {
  return hostAddress === undefined || hostAddress.includes(':') === (family === 'ipv6');
}

function onePortEach({ protocol, hostAddress, hostPort, targetPort, isChosen }: EnginePort, target: string): Binding[] {
  const address = hostAddress === undefined || isWildcard(hostAddress) ? {} : { hostAddress };
  return Array.from({ length: targetPort.last - targetPort.first + 1 }, (_, i) => ({
    protocol,
    ...address,
    hostPort: hostPort.first + i,
    target,
    targetPort: targetPort.first + i,
    ...(isChosen && { isChosen }),
  }));
}
