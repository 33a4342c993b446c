import { formatAddress, formatBlock, type IpBlock, overlaps, parseBlock } from '../../../addressing/private/ip';
import { isInside } from '../../../firewall/private/blocks';
import type { Family } from '../../../topology/private/terms';
import type { Endpoint, EngineContainer, EngineNetwork } from '../host/engine-objects';

interface Objects {
  readonly networks: readonly EngineNetwork[];
  readonly containers: readonly EngineContainer[];
}

/** Docker's pools for networks without a block. */
const POOLS: Readonly<Record<Family, () => IpBlock[]>> = {
  ipv4: () => [
    ...Array.from({ length: 15 }, (_, i) => parseBlock(`172.${17 + i}.0.0/16`)),
    ...Array.from({ length: 16 }, (_, i) => parseBlock(`192.168.${16 * i}.0/20`)),
    // A real engine has no more; a placeholder must not fail.
    ...Array.from({ length: 256 }, (_, i) => parseBlock(`10.${i}.0.0/16`)),
  ],
  ipv6: () => Array.from({ length: 512 }, (_, i) => parseBlock(`fd00:b:d:${(i + 1).toString(16)}::/64`)),
};

const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];

/** Blocks, gateways and addresses that the description leaves to Docker are chosen as Docker does: the first that is free. */
export function withAddresses({ networks, containers }: Objects): Objects {
  const taken = networks.flatMap(({ blocks }) => blocks.map(parseBlock));
  const completed = networks.map((network): EngineNetwork => {
    const missing = FAMILIES.filter((family) => wants(network, family) && !network.blocks.some((block) => isOf(block, family)));
    const chosen = missing.map((family) => {
      const block = POOLS[family]().find((each) => !taken.some((other) => overlaps(each, other)))!;
      taken.push(block);
      return formatBlock(block);
    });
    const blocks = [...network.blocks, ...chosen];
    const without = blocks.filter((block) => !network.gateways.some((gateway) => isInBlock(gateway, block)));
    const gateways = [...network.gateways, ...(network.driver === 'bridge' ? without.map(firstOf) : [])];
    return { ...network, blocks, gateways };
  });
  return { networks: completed, containers: endpointsIn(completed, containers) };
}

function wants({ driver, options }: EngineNetwork, family: Family): boolean {
  return driver !== 'null' && (family === 'ipv4' ? options[WITHOUT_IPV4] !== 'true' : options[WANTS_IPV6] === 'true');
}

/** Key of a network that has IPv6 without a block of its own. */
export const WANTS_IPV6 = 'ipv6';

/** Key of a network that has no IPv4. */
export const WITHOUT_IPV4 = 'without_ipv4';

function isOf(text: string, family: Family): boolean {
  return text.includes(':') === (family === 'ipv6');
}

/** @param address with or without a prefix length */
export function isInBlock(address: string, block: string): boolean {
  return isInside(address.split('/')[0], block);
}

function firstOf(block: string): string {
  const { family, first, prefixLength } = parseBlock(block);
  return `${formatAddress(family, first + 1n)}/${prefixLength}`;
}

function endpointsIn(networks: readonly EngineNetwork[], containers: readonly EngineContainer[]): EngineContainer[] {
  const byName = new Map(networks.map((network) => [network.name, network]));
  const used = new Map(networks.map(({ name, gateways }) => [name, new Set(gateways.map((gateway) => gateway.split('/')[0]))]));
  for (const { network, ipv4, ipv6 } of containers.flatMap(({ endpoints }) => endpoints)) {
    for (const address of [ipv4, ipv6]) if (address !== undefined) used.get(network)?.add(address);
  }
  const next = (name: string, family: Family): string | undefined => {
    const block = byName.get(name)?.blocks.find((each) => isOf(each, family));
    if (block === undefined) return undefined;
    const { first, last } = parseBlock(block);
    // The first address of a block is the network's, and the last of IPv4 the broadcast's.
    for (let value = first + 1n; value < last; value++) {
      const address = formatAddress(family, value);
      if (used.get(name)!.has(address)) continue;
      used.get(name)!.add(address);
      return address;
    }
    return undefined;
  };
  return containers.map((container) => ({
    ...container,
    endpoints: container.endpoints.map((endpoint): Endpoint => {
      const [ipv4, ipv6] = [endpoint.ipv4 ?? next(endpoint.network, 'ipv4'), endpoint.ipv6 ?? next(endpoint.network, 'ipv6')];
      return { ...endpoint, ...(ipv4 !== undefined && { ipv4 }), ...(ipv6 !== undefined && { ipv6 }) };
    }),
  }));
}
