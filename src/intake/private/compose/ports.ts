import { isTreeMap, type Tree } from './yaml-tree';
import { addressInAnySpelling } from '../../../addressing/private/ip';
import { InputError } from '../../input-error';

/** A published port of a service, as the engine gets it. */
export interface ComposePort {
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly targetPort: number;
  /** Undefined for every address of the host. */
  readonly hostAddress?: string;
  /** Undefined where the engine chooses; several where it takes the first that is free. */
  readonly hostPorts?: { readonly first: number; readonly last: number };
}

/** `[ADDRESS:][PORT:]CONTAINER[/PROTOCOL]`, with ranges, or a map. @param where for messages @throws InputError for what Compose refuses */
export function composePorts(entry: Tree, where: string): ComposePort[] {
  if (isTreeMap(entry)) return [longPort(entry, where)];
  const refuse = (why: string): never => {
    throw new InputError(
      `${where}: '${String(entry)}' ${why}; write [ADDRESS:][HOST PORT:]CONTAINER PORT[/PROTOCOL], such as 127.0.0.1:8080:80`,
    );
  };
  const [ports, named = 'tcp'] = String(entry).split('/', 2);
  const protocol = protocolOf(named) ?? refuse(`has the protocol '${named}'`);
  const parts = ports.split(':');
  const [target, host = '', ...addresses] = parts.reverse();
  const written = addresses.reverse().join(':');
  const address = written.replace(/^\[(.*)\]$/, '$1');
  if (addresses.length > 0 && !isSpelled(address)) refuse(`has '${written}', which is not an address of the host`);
  if (written.includes(':') && isSpelled(written)) refuse(`has the IPv6 address ${written} without brackets, which Compose refuses`);
  const inside = rangeOf(target) ?? refuse('has no port of the container');
  const outside = host === '' ? undefined : (rangeOf(host) ?? refuse(`has '${host}', which is not a port of the host`));
  const several = inside.last - inside.first;
  const isSpread = outside !== undefined && several > 0;
  if (isSpread && outside.last - outside.first !== several) refuse('has ranges of different lengths');
  return Array.from({ length: several + 1 }, (_, i) => ({
    protocol,
    targetPort: inside.first + i,
    ...(address !== '' && { hostAddress: address }),
    ...(outside !== undefined && { hostPorts: isSpread ? { first: outside.first + i, last: outside.first + i } : outside }),
  }));
}

function longPort(entry: { [key: string]: Tree }, where: string): ComposePort {
  const text = (key: string) => (entry[key] === undefined || entry[key] === null || entry[key] === '' ? undefined : String(entry[key]));
  const refuse = (why: string): never => {
    throw new InputError(`${where}: ${why}`);
  };
  const target = rangeOf(text('target') ?? '');
  if (target === undefined || target.first !== target.last) {
    return refuse('target is not a port of the container; write a number, such as target: 80');
  }
  const published = text('published');
  const hostPorts = published === undefined || published === '0' ? undefined : (rangeOf(published) ?? refuse(`published '${published}' is not a port of the host; write a number or a range`)); // prettier-ignore
  const hostAddress = text('host_ip')?.replace(/^\[(.*)\]$/, '$1');
  if (hostAddress !== undefined && !isSpelled(hostAddress)) {
    refuse(`host_ip '${hostAddress}' is not an address of the host; write one, such as 127.0.0.1`);
  }
  const protocol =
    protocolOf(text('protocol') ?? 'tcp') ?? refuse(`protocol '${text('protocol')}' is not tcp, udp or sctp; write one of them`);
  return { protocol, targetPort: target.first, ...(hostAddress !== undefined && { hostAddress }), ...(hostPorts && { hostPorts }) };
}

function isSpelled(text: string): boolean {
  return addressInAnySpelling(text) !== undefined;
}

function protocolOf(text: string): ComposePort['protocol'] | undefined {
  return (['tcp', 'udp', 'sctp'] as const).find((each) => each === text.toLowerCase());
}

function rangeOf(text: string): { first: number; last: number } | undefined {
  const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  if (first === undefined) return undefined;
  const range = { first: Number(first), last: Number(last) };
  return range.last > 65535 || range.first > range.last ? undefined : range;
}
