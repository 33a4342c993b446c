import { bridgesIn, blocksNamed, blocksOf, chainOf, negative, outsidesIn, ownAddressesIn, positive, TUNNEL } from './named-in-rules';
import { bitsOf, formatAddress, parseAddress } from '../../../addressing/private/ip';
import { blockOf, isInside } from '../../../firewall/private/blocks';
import type { HostRules } from '../../../firewall/private/host-rules';
import type { IpProtocol, Rule } from '../../../firewall/private/ir';
import type { ContainerView, HostInterface, HostView, ProxyListener, Route } from '../../../reachability/private/walk/host-view';
import type { Family } from '../../../topology/private/terms';

/** A bridge network, as far as rules tell. */
export interface RuledNetwork {
  readonly bridge: string;
  readonly isInternal: boolean;
  readonly ipv4?: string;
  readonly ipv6?: string;
}

/** A port that Docker translates. */
export interface RuledPublication {
  readonly family: Family;
  readonly protocol: Extract<IpProtocol, 'tcp' | 'udp' | 'sctp'>;
  /** Undefined where it is published on every address. */
  readonly hostAddress?: string;
  readonly hostPort: number;
  readonly target: string;
  /** The container that has the address, by its name where that is known. */
  readonly container: string;
  readonly targetPort: number;
  readonly bridge: string;
  /** The engine translates it for a container, and docker-proxy may serve it. */
  readonly isDockers?: true;
}

export interface RuledHost {
  readonly view: HostView;
  readonly networks: readonly RuledNetwork[];
  readonly publications: readonly RuledPublication[];
  /** Interfaces to the outside, the likeliest way to the world first. */
  readonly outsides: readonly string[];
}

/** Stands for the interface to the outside where no rule names one. */
export const UNNAMED = 'uplink';

const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];

/**
 * The host that the rules describe, as far as they do: bridges with their blocks, containers that rules name, publications, ways to the outside.
 * Addresses of bridges are taken to be the first of their block, as Docker chooses them.
 */
export function hostFromRules(rules: Readonly<Record<Family, HostRules>>): RuledHost {
  const bridges = [...new Set(FAMILIES.flatMap((family) => bridgesIn(rules[family])))];
  const networks = bridges.map((bridge) => networkOf(bridge, rules));
  const publications = FAMILIES.flatMap((family) => publicationsIn(rules[family], networks));
  const named = outsidesIn([rules.ipv4, rules.ipv6], new Set(bridges));
  const outsides = named.length > 0 && !TUNNEL.test(named[0]) ? named : [UNNAMED, ...named];
  const userlandProxy = hasProxy(rules.ipv4, rules.ipv6);
  const view: HostView = {
    rules,
    interfaces: [
      { name: 'lo', kind: 'loopback', addresses: ['127.0.0.1/8', '::1/128'] },
      ...outsides.map((name, i) => uplink(name, i === 0 ? ownAddresses(rules, networks) : [])),
      ...networks.map((network) => bridgeOf(network, userlandProxy)),
    ],
    routes: [...networks.flatMap(routesTo), ...defaultRoutes(outsides[0])],
    containers: containersOf(rules, networks, publications),
    proxies: userlandProxy ? publications.filter(({ family, isDockers }) => family === 'ipv4' && isDockers === true).map(listenerOf) : [],
    forwarding: { ipv4: true, ipv6: true },
  };
  return { view, networks, publications, outsides };
}

export function defaultRoutes(name: string): Route[] {
  return [
    { block: '0.0.0.0/0', interface: name },
    { block: '::/0', interface: name },
  ];
}

function networkOf(bridge: string, rules: Readonly<Record<Family, HostRules>>): RuledNetwork {
  const [ipv4, ipv6] = [blocksOf(rules.ipv4, bridge), blocksOf(rules.ipv6, bridge)];
  const blocks = {
    ipv4: ipv4.block ?? guessedBlock(bridge, rules.ipv4) ?? (bridge === 'docker0' ? '172.17.0.0/16' : undefined),
    ipv6: ipv6.block ?? guessedBlock(bridge, rules.ipv6),
  };
  return { bridge, isInternal: ipv4.isInternal || ipv6.isInternal, ...blocks };
}

/** Of a network whose packets no rule translates: a block of the size that Docker takes, around a container that rules name. */
function guessedBlock(bridge: string, rules: HostRules): string | undefined {
  const [member] = membersOf(bridge, rules);
  if (member === undefined) return undefined;
  const length = rules.family === 'ipv6' ? 64 : member.startsWith('172.') ? 16 : member.startsWith('192.168.') ? 20 : 24;
  const { value } = parseAddress(member);
  const size = 2n ** BigInt(bitsOf(rules.family) - length);
  return `${formatAddress(rules.family, value - (value % size))}/${length}`;
}

/** Containers that Docker's own lines put on a bridge. */
function membersOf(bridge: string, rules: HostRules): string[] {
  const accepts = (chainOf(rules, 'filter', 'DOCKER')?.rules ?? []).filter(
    ({ verdict, matches }) =>
      verdict.kind === 'accept' && matches.some((match) => match.kind === 'out-interface' && !match.negate && match.name === bridge),
  );
  const direct = (chainOf(rules, 'raw', 'PREROUTING')?.rules ?? []).filter(
    (rule) => rule.verdict.kind === 'drop' && negative(rule, 'in-interface').some(({ name }) => name === bridge),
  );
  const translated = (chainOf(rules, 'nat', 'DOCKER')?.rules ?? []).flatMap((rule) =>
    rule.verdict.kind === 'dnat' && negative(rule, 'in-interface').some(({ name }) => name === bridge) ? (rule.verdict.address ?? []) : [],
  );
  const named = [...accepts, ...direct].flatMap((rule) => positive(rule, 'destination').flatMap(({ block }) => single(block) ?? []));
  return [...new Set([...named, ...translated])];
}

function single(block: string): string | undefined {
  const [address, length] = block.split('/');
  return length === undefined || Number(length) === (block.includes(':') ? 128 : 32) ? address : undefined;
}

/** Of Docker itself, of Swarm, and what people translate to a container by hand; the first line for a port counts. */
export function publicationsIn(rules: HostRules, networks: readonly RuledNetwork[]): RuledPublication[] {
  const chains = rules.chains.filter(({ table }) => table === 'nat');
  const found = chains.flatMap((chain) =>
    chain.rules.flatMap((rule) =>
      publicationOf(rule, rules, networks).map((made) => ({ ...made, ...(chain.name === 'DOCKER' && { isDockers: true as const }) })),
    ),
  );
  const named = new Map<string, RuledPublication>();
  for (const each of found) {
    const key = `${each.protocol} ${each.hostAddress ?? ''} ${each.hostPort}`;
    if (!named.has(key)) named.set(key, each);
  }
  return [...named.values()];
}

function publicationOf(rule: Rule, rules: HostRules, networks: readonly RuledNetwork[]): RuledPublication[] {
  const { verdict } = rule;
  const { family } = rules;
  const [port] = positive(rule, 'destination-port');
  const [protocol] = positive(rule, 'protocol');
  if (verdict.kind !== 'dnat' || verdict.address === undefined || port === undefined || protocol === undefined) return [];
  const target = verdict.address;
  const bridge =
    networks.find(({ bridge: name }) => membersOf(name, rules).includes(target))?.bridge ??
    networks.find((network) => network[family] !== undefined && isInside(target, network[family]))?.bridge;
  if (bridge === undefined || !isPublished(protocol.protocol)) return [];
  const hostAddress = positive(rule, 'destination').flatMap(({ block }) => single(block) ?? [])[0];
  const made = {
    family,
    protocol: protocol.protocol,
    target,
    container: target,
    bridge,
    ...(hostAddress !== undefined && { hostAddress }),
  };
  return [{ ...made, hostPort: port.first, targetPort: verdict.first ?? port.first }];
}

function isPublished(protocol: IpProtocol): protocol is RuledPublication['protocol'] {
  return protocol === 'tcp' || protocol === 'udp' || protocol === 'sctp';
}

/** Docker keeps its proxy out of the translation: only then the line of OUTPUT spares loopback. Without that line it runs, as it does by default. */
function hasProxy(...all: readonly HostRules[]): boolean {
  const lines = all.flatMap((rules) =>
    (chainOf(rules, 'nat', 'OUTPUT')?.rules ?? []).filter(({ verdict }) => verdict.kind === 'jump' && verdict.chain === 'DOCKER'),
  );
  return lines.length === 0 || lines.some((rule) => negative(rule, 'destination').length > 0);
}

function uplink(name: string, addresses: readonly string[]): HostInterface {
  return { name, kind: 'uplink', addresses: addresses.map((address) => `${address}/${address.includes(':') ? 128 : 32}`) };
}

function ownAddresses(rules: Readonly<Record<Family, HostRules>>, networks: readonly RuledNetwork[]): string[] {
  const blocks = networks.flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6]).flatMap((block) => block ?? []);
  return FAMILIES.flatMap((family) => ownAddressesIn(rules[family], blocks.filter((block) => block.includes(':') === (family === 'ipv6')))); // prettier-ignore
}

function bridgeOf({ bridge, ipv4, ipv6 }: RuledNetwork, userlandProxy: boolean): HostInterface {
  return {
    name: bridge,
    kind: 'bridge',
    addresses: [ipv4, ipv6].flatMap((block) => (block === undefined ? [] : [`${gatewayOf(block)}/${block.split('/')[1]}`])),
    filtersFrames: { ipv4: true, ipv6: true },
    hairpin: !userlandProxy,
    routeLocalnet: !userlandProxy,
  };
}

/** The first address of a block, which Docker gives to the bridge. */
export function gatewayOf(block: string): string {
  const family = block.includes(':') ? 'ipv6' : 'ipv4';
  return formatAddress(family, blockOf(block).first + 1n);
}

function routesTo({ bridge, ipv4, ipv6 }: RuledNetwork): Route[] {
  return [ipv4, ipv6].flatMap((block) => (block === undefined ? [] : [{ block, interface: bridge }]));
}

/** The name of the one container that stands for all of a network that rules do not name. */
export function anyOf(bridge: string): string {
  return `a container on ${bridge}`;
}

function containersOf(
  rules: Readonly<Record<Family, HostRules>>,
  networks: readonly RuledNetwork[],
  publications: readonly RuledPublication[],
): ContainerView[] {
  return networks.flatMap((network): ContainerView[] => {
    const { bridge, isInternal } = network;
    const isGateway = { ipv4: !isInternal, ipv6: !isInternal };
    const known = FAMILIES.flatMap((family) => {
      const block = network[family];
      const named = block === undefined ? [] : namedIn(block, rules[family]);
      const targets = publications.filter((each) => each.family === family && each.bridge === bridge).map(({ target }) => target);
      return [...new Set([...targets, ...membersOf(bridge, rules[family]), ...named])].filter(
        (address) => block !== undefined && isInside(address, block) && address !== gatewayOf(block),
      );
    });
    const attachment = (address: string) => ({ interface: bridge, kind: 'bridge' as const, isGateway, [familyOf(address)]: address });
    const containers = [...new Set(known)].map((address): ContainerView => ({ key: address, attachments: [attachment(address)] }));
    const spare = FAMILIES.flatMap((family) => (network[family] === undefined ? [] : [spareIn(network[family], known)]));
    const others = { interface: bridge, kind: 'bridge' as const, isGateway, ...Object.fromEntries(spare.map((address) => [familyOf(address), address])) }; // prettier-ignore
    return spare.length === 0 ? containers : [...containers, { key: anyOf(bridge), attachments: [others] }];
  });
}

function familyOf(address: string): Family {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}

/** Single addresses of the block that any rule names are containers: no other machine has one. */
function namedIn(block: string, rules: HostRules): string[] {
  return [...blocksNamed(rules, 'source'), ...blocksNamed(rules, 'destination')].flatMap((text) => {
    const address = single(text);
    return address !== undefined && isInside(address, block) ? [address] : [];
  });
}

/** An address that no machine is known to have. */
function spareIn(block: string, taken: readonly string[]): string {
  const family = familyOf(block);
  const { first, last } = blockOf(block);
  const end = family === 'ipv4' ? last - 1n : first + 0xfffen;
  for (let value = end; value > first + 1n; value--) {
    const address = formatAddress(family, value);
    if (!taken.includes(address)) return address;
  }
  return formatAddress(family, end);
}

function listenerOf({ protocol, hostAddress, hostPort, target, targetPort }: RuledPublication): ProxyListener {
  return { protocol, address: hostAddress ?? '0.0.0.0', port: hostPort, target: { container: target, address: target, port: targetPort } };
}
