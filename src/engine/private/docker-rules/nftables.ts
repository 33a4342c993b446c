import { type Binding, publicationText } from './bindings';
import type { EngineEndpoint, EngineLink, EngineNetwork, EngineSubnet } from './input';
import { RuleMaker } from './rule-maker';
import {
  ACCEPT,
  addressType,
  destination,
  dnat,
  DROP,
  ESTABLISHED,
  fromPort,
  input as into,
  jump,
  MASQUERADE,
  notDestination,
  notInput,
  notOutput,
  notSource,
  output,
  protocol,
  source,
  toPort,
} from './words';
import { isLoopback } from '../../../firewall/private/blocks';
import type { BaseChain } from '../../../firewall/private/host-rules';
import type { Match, Verdict } from '../../../firewall/private/ir';

const TABLE = 'nft:docker-bridges';
const DNAT = 'nat-prerouting-and-output';
const RAW = 'raw-PREROUTING';
const BASES: Readonly<Record<string, BaseChain>> = {
  'filter-FORWARD': { hook: 'forward', type: 'filter', priority: 0, policy: 'accept' },
  'nat-OUTPUT': { hook: 'output', type: 'nat', priority: -100, policy: 'accept' },
  'nat-POSTROUTING': { hook: 'postrouting', type: 'nat', priority: 100, policy: 'accept' },
  'nat-PREROUTING': { hook: 'prerouting', type: 'nat', priority: -100, policy: 'accept' },
  [RAW]: { hook: 'prerouting', type: 'filter', priority: -300, policy: 'accept' },
};

/** Chains of one network. `in` is for packets to its containers, `out` for packets from them. */
const filterIn = (bridge: string) => `filter-forward-in__${bridge}`;
const filterOut = (bridge: string) => `filter-forward-out__${bridge}`;
const natIn = (bridge: string) => `nat-postrouting-in__${bridge}`;
const natOut = (bridge: string) => `nat-postrouting-out__${bridge}`;

/**
 * Engines with nftables have separate tables. The chain of the destination network runs first and, for a network that is not internal, makes the
 * final decision. There is no chain for an administrator's rules, the engine never turns forwarding on, and sets no policy.
 */
export class NftablesMaker extends RuleMaker {
  protected override dropsForwarded(): boolean {
    return false;
  }

  protected override start(): void {
    for (const [name, base] of Object.entries(BASES)) {
      this.tables.create(TABLE, name, base);
    }
    const toLocal = addressType('destination', 'local');
    const notLoopback = this.input.daemon.userlandProxy ? [notDestination(this.family === 'ipv4' ? '127.0.0.0/8' : '::1')] : [];
    this.tables.append(TABLE, 'nat-PREROUTING', [toLocal], jump(DNAT), 'published ports');
    this.tables.append(TABLE, 'nat-OUTPUT', [...notLoopback, toLocal], jump(DNAT), 'published ports, from the host itself');
    this.tables.create(TABLE, DNAT);
  }

  protected override networks(): void {
    const networks = this.input.networks.filter((network) => network[this.family] !== undefined);
    this.hook('filter-FORWARD', networks, output, filterIn);
    this.hook('filter-FORWARD', networks, into, filterOut);
    this.hook('nat-POSTROUTING', networks, into, natOut);
    this.hook('nat-POSTROUTING', networks, output, natIn);
    networks.forEach((network) => this.network(network));
  }

  /** The engine refuses to be part of a swarm. */
  protected override swarm(): void {}

  private internalNetwork({ bridge, icc }: EngineNetwork): void {
    const why = `internal network ${bridge}`;
    this.tables.append(TABLE, filterIn(bridge), [notInput(bridge)], DROP, `${why}: nothing comes in`);
    this.tables.append(TABLE, filterIn(bridge), [], icc ? ACCEPT : DROP, `${why}: containers may ${icc ? '' : 'not '}talk to each other`);
    this.tables.append(TABLE, filterOut(bridge), [notOutput(bridge)], DROP, `${why}: nothing leaves`);
  }

  private network(network: EngineNetwork): void {
    const { bridge } = network;
    const subnet = network[this.family]!;
    for (const chain of [natIn(bridge), natOut(bridge)]) {
      this.tables.create(TABLE, chain);
    }
    for (const chain of [filterIn(bridge), filterOut(bridge)]) {
      this.tables.append(TABLE, chain, [ESTABLISHED], ACCEPT, `network ${bridge}: answers`);
    }
    if (network.internal) {
      this.internalNetwork(network);
    } else {
      this.openNetwork(network, subnet);
    }
  }

  private openNetwork(network: EngineNetwork, subnet: EngineSubnet): void {
    const { bridge, icc } = network;
    const { acceptMark } = this.input.daemon;
    const why = `network ${bridge}`;
    const towards = (matches: readonly Match[], verdict: Verdict, what: string) =>
      this.tables.append(TABLE, filterIn(bridge), matches, verdict, `${why}${what}`);
    if (subnet.mode === 'routed') {
      towards([protocol(this.family === 'ipv4' ? 'icmp' : 'ipv6-icmp')], ACCEPT, ', routed: ICMP');
    }
    if (acceptMark) {
      towards([{ kind: 'mark', ...acceptMark }], ACCEPT, ': marked packets');
    }
    this.links(network);
    towards([into(bridge)], icc ? ACCEPT : DROP, `: containers may ${icc ? '' : 'not '}talk to each other`);
    this.nat(network, subnet);
    this.members(network);
    if (subnet.mode === 'nat-unprotected') {
      towards([], ACCEPT, ', unprotected: every port');
    } else {
      towards([], DROP, ': what is not published');
    }
    this.tables.append(TABLE, filterOut(bridge), [], ACCEPT, `${why}: containers may leave it`);
  }

  private nat(network: EngineNetwork, subnet: EngineSubnet): void {
    const { bridge } = network;
    const leave = this.leaveBy(subnet);
    if (network.masquerade && subnet.mode !== 'routed') {
      const matches = [notOutput(bridge), source(subnet.block)];
      this.tables.append(TABLE, natOut(bridge), matches, leave, `network ${bridge}: what leaves gets an address of the host`);
    }
    if (!this.input.daemon.userlandProxy) {
      const matches = [addressType('source', 'local')];
      this.tables.append(TABLE, natIn(bridge), matches, leave, `network ${bridge}: from the host, without docker-proxy`);
    }
  }

  protected override endpoint(network: EngineNetwork, { mode }: EngineSubnet, endpoint: EngineEndpoint): void {
    const target = endpoint[this.family];
    if (target !== undefined && mode === 'nat' && !this.input.daemon.allowDirectRouting) {
      const { bridge, trustedInterfaces } = network;
      const names = [bridge, ...trustedInterfaces];
      const elsewhere: Match = names.length === 1 ? notInput(bridge) : { kind: 'interface-list', which: 'in', names, negate: true };
      this.tables.append(
        TABLE,
        RAW,
        [destination(target), elsewhere],
        DROP,
        `network ${bridge}: container ${target}, not past its publications`,
      );
    }
  }

  /** A routed network's ports are open on every one of them, wherever the container's default route leads. */
  protected override opensPorts({ mode }: EngineSubnet, { isGateway }: EngineEndpoint): boolean {
    return mode === 'routed' || isGateway[this.family];
  }

  protected override port(network: EngineNetwork, subnet: EngineSubnet, binding: Binding): void {
    this.portNat(network, subnet, binding);
    this.portAccept(network, subnet, binding);
    this.portToSelf(network, subnet, binding);
    this.portLoopback(network, subnet, binding);
  }

  private portNat({ bridge }: EngineNetwork, subnet: EngineSubnet, binding: Binding): void {
    if (subnet.mode !== 'routed') {
      const verdict = dnat(binding.target, binding.targetPort);
      this.tables.append(TABLE, DNAT, this.toPublication(bridge, binding), verdict, `network ${bridge}: ${publicationText(binding)}`);
    }
  }

  private portAccept({ bridge }: EngineNetwork, { mode }: EngineSubnet, binding: Binding): void {
    if (mode !== 'nat-unprotected') {
      const matches = [destination(binding.target), protocol(binding.protocol), toPort(binding.targetPort)];
      this.tables.append(TABLE, filterIn(bridge), matches, ACCEPT, `network ${bridge}: ${publicationText(binding)}`);
    }
  }

  private portToSelf({ bridge }: EngineNetwork, { mode }: EngineSubnet, binding: Binding): void {
    if (mode !== 'routed' && !this.input.daemon.userlandProxy) {
      const { target } = binding;
      const matches = [source(target), destination(target), protocol(binding.protocol), toPort(binding.targetPort)];
      const why = `network ${bridge}: ${publicationText(binding)}, asked for by the container itself`;
      this.tables.append(TABLE, natIn(bridge), matches, MASQUERADE, why);
    }
  }

  private portLoopback({ bridge }: EngineNetwork, { mode }: EngineSubnet, binding: Binding): void {
    const { hostAddress, hostPort } = binding;
    if (this.family === 'ipv4' && mode !== 'routed' && hostAddress !== undefined && isLoopback(hostAddress)) {
      const matches = [notInput('lo'), destination(hostAddress), protocol(binding.protocol), toPort(hostPort)];
      this.tables.append(TABLE, RAW, matches, DROP, `network ${bridge}: ${publicationText(binding)}, for the host only`);
    }
  }

  protected override link({ bridge }: EngineNetwork, { parent, child, protocol: name, port }: EngineLink): void {
    const why = `network ${bridge}: link ${parent} -> ${child} ${port}/${name}`;
    const between = (from: string, to: string) => [source(from), destination(to), protocol(name)];
    this.tables.append(TABLE, filterIn(bridge), [...between(parent, child), toPort(port)], ACCEPT, why);
    this.tables.append(TABLE, filterIn(bridge), [...between(child, parent), fromPort(port)], ACCEPT, `${why}, answers`);
  }

  /** In the kernel, this is a lookup in a map; here, the jumps are separate rules, and an empty map is a rule without effect. */
  private hook(
    base: string,
    networks: readonly EngineNetwork[],
    match: (bridge: string) => Match,
    chain: (bridge: string) => string,
  ): void {
    for (const { bridge } of networks) {
      this.tables.append(TABLE, base, [match(bridge)], jump(chain(bridge)), `network ${bridge}`);
    }
    if (networks.length === 0) {
      this.tables.appendEvenTwice(TABLE, base, [], { kind: 'continue', text: '' }, 'no network yet');
    }
  }

  private toPublication(bridge: string, { hostAddress, hostPort, protocol: name }: Binding): Match[] {
    return [
      ...(this.input.daemon.userlandProxy ? [notInput(bridge)] : []),
      // A link-local source cannot be answered after translation; docker-proxy serves it.
      ...(this.family === 'ipv6' ? [notSource('fe80::/10')] : []),
      ...(hostAddress === undefined ? [] : [destination(hostAddress)]),
      protocol(name),
      toPort(hostPort),
    ];
  }
}
