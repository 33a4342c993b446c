import {
  addressInAnySpelling,
  blockAround,
  contains,
  formatAddress,
  formatBlock,
  overlaps,
  parseBlock,
} from '../../../addressing/private/ip';
import { InputError } from '../../input-error';
import type { EngineContainer, EngineNetwork } from '../host/engine-objects';

/** An address in canonical form. @throws InputError */
export function addressOf(text: string, where: string): string {
  const address = addressInAnySpelling(text.split('/')[0]);
  if (address === undefined) throw new InputError(`${where}: '${text}' is not an address; write one such as 10.5.0.9`);
  return formatAddress(address.family, address.value);
}

/** A block; bits of a host in it are dropped, as older engines do. @throws InputError */
export function subnetOf(text: string, where: string): string {
  const [address, length = ''] = text.split('/');
  const read = addressInAnySpelling(address);
  const most = read?.family === 'ipv6' ? 128 : 32;
  if (read === undefined || !/^\d{1,3}$/.test(length) || Number(length) > most) {
    throw new InputError(`${where}: '${text}' is not a block of addresses; write one such as 10.5.0.0/24`);
  }
  return formatBlock(blockAround(read.family, read.value, Number(length)));
}

/** What the engine refuses to make, in sentences: the answers are then about more than what runs. */
export function refusals({ networks, containers }: { readonly networks: readonly EngineNetwork[]; readonly containers: readonly EngineContainer[] }): string[] {
  return [...takenBlocks(networks), ...takenNames(containers), ...takenPorts(containers), ...strayAddresses(networks, containers)];
} // prettier-ignore

function takenBlocks(networks: readonly EngineNetwork[]): string[] {
  const all = networks.flatMap(({ name, blocks }) => blocks.map((block) => ({ name, block, parsed: parseBlock(block) })));
  return all.flatMap(({ name, block, parsed }, i) => {
    const other = all.slice(0, i).find((each) => each.name !== name && overlaps(each.parsed, parsed));
    return other === undefined ? [] : [`${block} of network ${name} overlaps with ${other.block} of network ${other.name}, and the engine refuses to create the second`];
  });
} // prettier-ignore

function takenNames(containers: readonly EngineContainer[]): string[] {
  const names = containers.map(({ name }) => name);
  return names
    .filter((name, i) => names.indexOf(name) < i)
    .map((name) => `two containers have the name ${name}, and the engine refuses the second`);
}

function takenPorts(containers: readonly EngineContainer[]): string[] {
  const owners = new Map<string, string>();
  const found = new Set<string>();
  for (const { name, ports } of containers) {
    for (const { protocol, hostAddress, hostPort } of ports) {
      const any = hostAddress.includes(':') ? '::' : '0.0.0.0';
      const key = (address: string) => `${protocol} ${address} ${hostPort}`;
      const other = owners.get(key(hostAddress)) ?? (hostAddress === any ? undefined : owners.get(key(any)));
      if (other !== undefined && other !== name) found.add(`${name} publishes ${protocol}/${hostPort} of the host, which ${other} also publishes, and the second container does not start`); // prettier-ignore
      owners.set(key(hostAddress), owners.get(key(hostAddress)) ?? name);
    }
  }
  return [...found];
}

function strayAddresses(networks: readonly EngineNetwork[], containers: readonly EngineContainer[]): string[] {
  return containers.flatMap(({ name, endpoints }) =>
    endpoints.flatMap(({ network, ipv4, ipv6 }) => {
      const blocks = networks.find((each) => each.name === network)?.blocks.map(parseBlock) ?? [];
      return [ipv4, ipv6].flatMap((address) => {
        const read = address === undefined ? undefined : addressInAnySpelling(address);
        if (read === undefined || blocks.some((block) => contains(block, read))) return [];
        return [`${name} has the address ${address}, which is in no block of network ${network}, and the engine refuses it`];
      });
    }),
  );
}
