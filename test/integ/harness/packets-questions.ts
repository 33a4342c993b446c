// Which packets are sent on a host: everybody asks everybody, at published ports, at those beside them, and at some that nobody named.
import type { PortPlan, TopologyPlan } from './engine-topology';
import { Random } from './generate';
import { type Endpoint, gatewayOf, UPLINK } from './packets-view';
import type { EngineInput } from '../../../src/engine/private/docker-rules/input';
import type { ProbeSource, ProbeSpec } from '../../../src/reachability/private/walk/outcome';
import { NET } from '../lab/network';

export interface Question {
  /** Name of a container, or of another station. */
  readonly source: string;
  readonly to: string;
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  /** Zero for ICMP. */
  readonly port: number;
}

export type Knock = Pick<Question, 'protocol' | 'port'>;

/** Stations beside the host on its wire, with their addresses by family; `inet` sends from beyond the router. */
export const OUTSIDE: Readonly<Record<'lanA' | 'lanB' | 'inet', readonly [string, string]>> = {
  lanA: [NET.lanA, NET.lanA6],
  lanB: [NET.lanB, NET.lanB6],
  inet: [NET.internet, NET.internet6],
};
export type Outsider = keyof typeof OUTSIDE;
export const OUTSIDERS = Object.keys(OUTSIDE) as Outsider[];
const HOST_ADDRESSES = [NET.host, NET.host2, NET.host6, NET.host62];
/** A neighbour with a route for these sends them to the host, which lets them loose within itself. */
export const LOOPBACKS = ['127.0.0.1', '127.0.0.2'];
export const LOOPBACK_OUTSIDER: Outsider = 'lanB';

const STRAY: readonly Knock[] = [
  { protocol: 'tcp', port: 6001 },
  { protocol: 'udp', port: 6002 },
];
const PING: Knock = { protocol: 'icmp', port: 0 };
const MOST = 6;

export function questionsOf(topology: TopologyPlan, input: EngineInput, endpoints: readonly Endpoint[]): Question[] {
  const random = new Random(`${topology.seed} packets`);
  const gateways = input.networks.flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6].flatMap((subnet) => gatewayOf(subnet) ?? []));
  const containers = topology.containers.map(({ name }) => name);
  const list: Question[] = [];
  const put = (source: string, to: string, knocks: readonly Knock[]) => knocks.forEach((knock) => list.push({ source, to, ...knock }));

  for (const source of [...containers, 'host', ...OUTSIDERS]) {
    for (const { name, ports, exposed } of topology.containers.filter((other) => other.name !== source)) {
      const inside = [...ports.flatMap((port) => inPort(port)), ...exposed];
      const beside = ports.slice(0, 1).map(({ protocol, host }) => ({ protocol, port: host }));
      const addresses = endpoints
        .filter(({ container }) => container === name)
        .flatMap(({ ipv4, ipv6 }) => [ipv4 ?? [], ipv6 ?? []].flat());
      for (const address of addresses) {
        put(source, address, [PING, ...random.some([...inside, ...beside, ...STRAY], MOST)]);
      }
    }
    const local = source === 'host' ? [...LOOPBACKS, '::1'] : source === LOOPBACK_OUTSIDER ? LOOPBACKS : [];
    for (const port of topology.containers.flatMap(({ ports }) => ports)) {
      const at = [port.hostAddress ?? NET.host, ...random.some([...HOST_ADDRESSES, ...gateways], 3), ...random.some(local, 2)];
      const asked = at.filter((address) => !isUnspecified(address) && (local.includes(address) || !isLoopback(address)));
      for (const address of new Set(asked)) {
        put(source, address, random.some(outPort(port), 2));
      }
    }
    for (const address of [...HOST_ADDRESSES, ...random.some(gateways, 4), ...local]) {
      put(source, address, random.some([PING, ...STRAY], 2));
    }
  }
  for (const source of [...containers, 'host']) {
    for (const address of Object.values(OUTSIDE).flat()) {
      put(source, address, random.some([PING, ...STRAY], 2));
    }
    random.some(input.networks, 1).forEach(({ ipv4 }) => put(source, ipv4!.block.replace(/\d+\/.*$/, '250'), [PING]));
  }
  const without6 = new Set(containers.filter((name) => !endpoints.some(({ container, ipv6 }) => container === name && ipv6 !== undefined)));
  const askable = list.filter(({ source, to }) => !without6.has(source) || !to.includes(':'));
  return [...new Map(askable.map((question) => [textOf(question), question])).values()];
}

export function textOf({ source, to, protocol, port }: Question): string {
  return `${source} -> ${to} ${protocol}/${port}`;
}

/** The same question for the walk. Programs of containers send where their routes lead. */
export function probeOf({ source, to, protocol, port }: Question): ProbeSpec {
  const family = to.includes(':') ? 'ipv6' : 'ipv4';
  return { family, from: sourceOf(source, family), to, protocol: protocol === 'icmp' && family === 'ipv6' ? 'ipv6-icmp' : protocol, port };
}

function sourceOf(source: string, family: 'ipv4' | 'ipv6'): ProbeSource {
  if (source === 'host') {
    return { kind: 'host' };
  }
  return source in OUTSIDE
    ? { kind: 'outside', interface: UPLINK, address: OUTSIDE[source as Outsider][family === 'ipv4' ? 0 : 1], routesOnly: true }
    : { kind: 'container', key: source, routesOnly: true };
}

function inPort({ protocol, target, count }: PortPlan): Knock[] {
  return [...new Set([target, target + count - 1])].map((port) => ({ protocol, port }));
}

/** Its ends, and the first one of the other protocol. */
function outPort({ protocol, host, count }: PortPlan): Knock[] {
  const other = protocol === 'tcp' ? 'udp' : 'tcp';
  return [...new Set([host, host + count - 1])].map((port): Knock => ({ protocol, port })).concat({ protocol: other, port: host });
}

function isUnspecified(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}
