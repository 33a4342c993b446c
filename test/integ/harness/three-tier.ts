// The actors of a three-tier application, and what may flow between them, said in plain words: nothing of our own model is asked.
import { HOST_ADDRESS } from './deployment';
import { type Actor, containerActor, gateways, type Ports, type Question, routeFrom, serveAll, type Target } from './matrix';
import type { Lab } from '../lab/lab';
import { NET } from '../lab/network';
import type { Probes } from '../lab/probe';

export const LAN_A = NET.lanA;
export const LAN_B = NET.lanB;
export const INTERNET = NET.internet;

/** Ports with meaning, the number of the host port among them, and some that nobody declared. */
export const PORTS: Ports = { tcp: [22, 443, 5432, 8080, 8443, 9090], udp: [53, 5432, 8080, 9090], icmp: true };

export interface ThreeTiers {
  readonly web: string;
  readonly api: string;
  readonly db: string;
}

export interface Cast {
  readonly tiers: ThreeTiers;
  readonly probes: Probes;
  readonly actors: readonly Actor[];
  readonly targets: readonly Target[];
}

/** Everybody who talks or listens, with listeners everywhere and routes that let outsiders try container addresses. */
export function cast(lab: Lab, tiers: ThreeTiers): Cast {
  const containers = [tiers.web, tiers.api, tiers.db].map((name) => containerActor(lab, name));
  const dualStack = containers.some(({ endpoints }) => endpoints.some(({ address }) => address.includes(':')));
  const both = (ipv4: string, ipv6: string) => (dualStack ? [ipv4, ipv6] : [ipv4]);
  const outside: Actor[] = [
    { name: 'host', where: { host: true }, endpoints: [] },
    { name: 'lanA', where: { ns: 'lanA' }, endpoints: both(LAN_A, NET.lanA6).map((address) => ({ network: 'lan', address })) },
    { name: 'lanB', where: { ns: 'lanB' }, endpoints: both(LAN_B, NET.lanB6).map((address) => ({ network: 'lan', address })) },
    { name: 'inet', where: { ns: 'inet' }, endpoints: both(INTERNET, NET.internet6).map((address) => ({ network: 'internet', address })) },
  ];
  const probes = serveAll(lab, [...containers, ...outside], PORTS);
  routeFrom(lab, ['lanA', 'lanB', 'inet']);
  const insiders = new Set(containers.map(({ name }) => name));
  const targets: Target[] = [
    ...containers.flatMap((actor) => actor.endpoints.map(({ address }) => ({ name: actor.name, address, ports: PORTS }))),
    ...both(HOST_ADDRESS, NET.host6).map((address) => ({ name: 'host', address, ports: PORTS })),
    ...gateways(lab).map((address) => ({ name: 'host', address, ports: PORTS, only: insiders })),
    ...both(LAN_A, NET.lanA6).map((address) => ({ name: 'lanA', address, ports: PORTS })),
    ...both(INTERNET, NET.internet6).map((address) => ({ name: 'inet', address, ports: PORTS })),
  ];
  return { tiers, probes, actors: [...containers, ...outside], targets };
}

/** LAN client A → web on the 443 of each published address of the host, web → api on 8080, api → db on 5432. Nothing else. */
export function declared(
  { tiers, actors }: Pick<Cast, 'tiers' | 'actors'>,
  published: readonly string[] = [HOST_ADDRESS],
): (q: Question) => boolean {
  const endpoints = new Map(actors.map((actor) => [actor.name, actor.endpoints]));
  const containers = [tiers.web, tiers.api, tiers.db];
  const flows = new Set([`${tiers.web} ${tiers.api} tcp/8080`, `${tiers.api} ${tiers.db} tcp/5432`]);
  const shared = (q: Question) => {
    const network = endpoints.get(q.target)?.find(({ address }) => address === q.address)?.network;
    return endpoints.get(q.source)?.some((endpoint) => endpoint.network === network) ?? false;
  };
  return (q) => {
    const inside = containers.includes(q.source);
    if (inside && containers.includes(q.target)) {
      return flows.has(`${q.source} ${q.target} ${q.proto}/${q.port}`) && shared(q);
    }
    if (q.target === 'host' && !inside) {
      // The host's own services towards its network are the administrator's: neither Docker nor the guard touches them.
      return published.includes(q.address) && q.proto === 'tcp' && q.port === 443 ? q.source === 'lanA' || q.source === 'host' : true;
    }
    return !inside && !containers.includes(q.target);
  };
}
