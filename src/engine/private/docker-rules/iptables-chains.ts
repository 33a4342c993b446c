import { type Binding, publicationText } from './bindings';
import { addIngress, INGRESS } from './ingress';
import type { EngineEndpoint, EngineNetwork, EngineSubnet, SwarmState } from './input';
import { DOCKER, FORWARD, IptablesMaker, STAGE_1, STAGE_2 } from './iptables';
import {
  ACCEPT,
  destination,
  DROP,
  ESTABLISHED,
  input as into,
  jump,
  notInput,
  notOutput,
  notSource,
  output,
  protocol,
  RETURN,
  toPort,
} from './words';
import { isLoopback } from '../../../firewall/private/blocks';
import type { Match } from '../../../firewall/private/ir';

const SETS = { ipv4: 'docker-ext-bridges-v4', ipv6: 'docker-ext-bridges-v6' } as const;
const DOCKER_FORWARD = 'DOCKER-FORWARD';
const ANSWERS = 'DOCKER-CT';
const BRIDGES = 'DOCKER-BRIDGE';
const INTERNAL = 'DOCKER-INTERNAL';

/**
 * From 28 on: unpublished ports are closed whatever the policy of FORWARD is, and neighbours cannot bypass a publication. The engine appends the
 * rules of each network.
 */
export class ChainsMaker extends IptablesMaker {
  /** Where the rules stand that let containers out. */
  private readonly leaving = this.rules.layout === 'set' ? FORWARD : DOCKER_FORWARD;
  /** The chain that closes internal networks, and separates the others if anything does. */
  private readonly walls = this.rules.isolation === 'none' ? INTERNAL : STAGE_1;

  /** Per family, and only where the engine itself turned forwarding on, which it does with the first network that needs it. */
  protected override dropsForwarded(): boolean {
    const { ipForward, ipForwardNoDrop, forwardingBefore } = this.input.daemon;
    const needed = this.input.networks.some((network) => network[this.family] !== undefined);
    return this.isOn() && needed && ipForward && !ipForwardNoDrop && !forwardingBefore[this.family];
  }

  protected override start(): void {
    this.tables.create('nat', DOCKER);
    this.hookNat();
    this.tables.create('filter', DOCKER);
    this.tables.create('filter', this.walls);
    if (this.rules.isolation !== 'none') {
      this.tables.create('filter', STAGE_2);
    }
    if (this.rules.layout === 'set') {
      this.startSet();
    } else {
      this.startChains();
    }
    this.userChain();
  }

  /** FORWARD looks up every packet in a set of all blocks. */
  private startSet(): void {
    const open = this.input.networks.filter(({ internal }) => !internal).flatMap((network) => network[this.family]?.block ?? []);
    this.tables.set(SETS[this.family], open);
    const toOpen: Match = { kind: 'in-set', set: SETS[this.family], fields: ['dst'] };
    this.tables.append('filter', FORWARD, [toOpen, ESTABLISHED], ACCEPT, 'answers');
    this.tables.append('filter', FORWARD, [], jump(this.walls), 'networks are kept apart');
    this.tables.append('filter', FORWARD, [toOpen], jump(DOCKER), 'published ports');
  }

  /** The chains that every forwarded packet passes, in their order. */
  private startChains(): void {
    for (const chain of [ANSWERS, BRIDGES]) {
      this.tables.create('filter', chain);
    }
    this.tables.jumpFirst('filter', FORWARD, DOCKER_FORWARD, 'all networks');
    this.tables.append('filter', DOCKER_FORWARD, [], jump(ANSWERS), 'answers');
    this.tables.append('filter', DOCKER_FORWARD, [], jump(this.walls), 'networks are kept apart');
    this.tables.append('filter', DOCKER_FORWARD, [], jump(BRIDGES), 'published ports');
  }

  protected override swarm(swarm: SwarmState): void {
    if (this.rules.ingress === 'ports') {
      this.ordinaryPorts(swarm);
      return;
    }
    addIngress(this.tables, swarm);
    this.tables.jumpFirst('filter', this.leaving, INGRESS, 'swarm: published ports');
    if (this.leaving === FORWARD) {
      this.userChain();
    }
  }

  /** The ingress of a swarm is a container like any other. */
  private ordinaryPorts({ gatewayBridge, ingressPorts }: SwarmState): void {
    const network = this.input.networks.find(({ bridge }) => bridge === gatewayBridge)!;
    for (const { protocol: name, port, address } of ingressPorts) {
      this.port(network, network.ipv4!, { protocol: name, hostPort: port, target: address, targetPort: port });
    }
  }

  protected override network(network: EngineNetwork): void {
    const subnet = network[this.family];
    if (subnet && network.internal) {
      this.internalWalls(network, subnet, this.walls);
      this.icc(network);
    } else if (subnet) {
      this.openNetwork(network, subnet);
    }
    if (!network.internal && (subnet || this.rules.isolation === 'both families')) {
      this.isolate(network);
    }
  }

  private openNetwork(network: EngineNetwork, subnet: EngineSubnet): void {
    const { acceptMark } = this.input.daemon;
    this.nat(network, subnet);
    this.place(network);
    this.defaultVerdict(network, subnet);
    this.icc(network);
    if (this.rules.acceptMark && acceptMark) {
      this.tables.insert('filter', DOCKER_FORWARD, [{ kind: 'mark', ...acceptMark }], ACCEPT, 'marked packets, to whatever network');
    }
  }

  /** How a packet finds the network's part of DOCKER: by the set, or by separate rules. */
  private place({ bridge }: EngineNetwork): void {
    if (this.rules.layout === 'chains') {
      this.tables.append('filter', ANSWERS, [output(bridge), ESTABLISHED], ACCEPT, `network ${bridge}: answers`);
      this.tables.append('filter', BRIDGES, [output(bridge)], jump(DOCKER), `network ${bridge}: published ports`);
    }
  }

  private defaultVerdict({ bridge }: EngineNetwork, { mode }: EngineSubnet): void {
    const why = `network ${bridge}`;
    if (mode === 'routed') {
      const icmp = protocol(this.family === 'ipv4' ? 'icmp' : 'ipv6-icmp');
      this.tables.append('filter', DOCKER, [output(bridge), icmp], ACCEPT, `${why}, routed: ICMP`);
    }
    const fromElsewhere = [notInput(bridge), output(bridge)];
    if (mode === 'nat-unprotected') {
      this.tables.append('filter', DOCKER, fromElsewhere, ACCEPT, `${why}, unprotected: every port`);
    } else {
      this.tables.append('filter', DOCKER, fromElsewhere, DROP, `${why}: what is not published`);
    }
  }

  private icc({ bridge, icc, internal }: EngineNetwork): void {
    const why = `network ${bridge}: containers may`;
    const inside = [into(bridge), output(bridge)];
    if (!icc) {
      this.tables.append('filter', this.leaving, inside, DROP, `${why} not talk to each other`);
    } else if (internal) {
      this.tables.append('filter', this.leaving, inside, ACCEPT, `${why} talk to each other`);
    } else {
      this.tables.append('filter', this.leaving, [into(bridge)], ACCEPT, `${why} leave it and talk to each other`);
    }
    if (!icc && !internal) {
      this.tables.append('filter', this.leaving, [into(bridge), notOutput(bridge)], ACCEPT, `${why} leave it`);
    }
  }

  private isolate(network: EngineNetwork): void {
    const { bridge } = network;
    if (this.rules.isolation === 'none') {
      return;
    }
    const why = `network ${bridge} is kept apart from the others`;
    this.tables.append('filter', STAGE_1, [into(bridge), notOutput(bridge)], jump(STAGE_2), why);
    this.tables.insert('filter', STAGE_2, [output(bridge)], DROP, why);
    if (network[this.family]?.mode === 'routed') {
      this.reachRouted(network);
    }
  }

  /** A routed network is as open to the other networks as it is to the outside. */
  private reachRouted({ bridge }: EngineNetwork): void {
    const why = `network ${bridge}, routed`;
    this.tables.insert('filter', STAGE_1, [output(bridge)], RETURN, `${why}: not kept apart`);
    this.tables.insert('filter', STAGE_1, [into(bridge), ESTABLISHED], ACCEPT, `${why}: answers`);
  }

  /** Whether the table raw prevents packets from bypassing publications. */
  private get guardsPublications(): boolean {
    return !(this.rules.rawSwitch && this.input.daemon.withoutRawRules);
  }

  protected override endpoint(network: EngineNetwork, { mode }: EngineSubnet, endpoint: EngineEndpoint): void {
    const target = endpoint[this.family];
    const isClosed = this.rules.direct === 'containers' && mode === 'nat' && !this.input.daemon.allowDirectRouting;
    if (target === undefined || !isClosed || !this.guardsPublications) {
      return;
    }
    const { bridge, trustedInterfaces } = network;
    const why = `network ${bridge}: container ${target}`;
    for (const name of trustedInterfaces) {
      this.tables.append('raw', 'PREROUTING', [destination(target), into(name)], ACCEPT, `${why} trusts ${name}`);
    }
    this.tables.append('raw', 'PREROUTING', [destination(target), notInput(bridge)], DROP, `${why}, not past its publications`);
  }

  protected override opensPorts(subnet: EngineSubnet, endpoint: EngineEndpoint): boolean {
    return (this.rules.routedPortsEverywhere && subnet.mode === 'routed') || super.opensPorts(subnet, endpoint);
  }

  protected override port(network: EngineNetwork, subnet: EngineSubnet, binding: Binding): void {
    super.port(network, subnet, binding);
    if (this.guardsPublications) {
      this.portDirect(network, subnet, binding);
      this.portLoopback(network, subnet, binding);
    }
  }

  /** A link-local source cannot be answered after translation; docker-proxy serves it. */
  protected override portSources(): Match[] {
    return this.family === 'ipv6' ? [notSource('fe80::/10')] : [];
  }

  protected override portAccept(network: EngineNetwork, { mode }: EngineSubnet, binding: Binding): void {
    if (mode !== 'nat-unprotected') {
      const why = `network ${network.bridge}: ${publicationText(binding)}`;
      this.tables.insert('filter', DOCKER, this.toContainer(network, binding), ACCEPT, why);
    }
  }

  protected override portToSelf(network: EngineNetwork, subnet: EngineSubnet, binding: Binding): void {
    if (!this.input.daemon.userlandProxy) {
      super.portToSelf(network, subnet, binding);
    }
  }

  /** No sender reaches a published port by the container's own address. */
  private portDirect({ bridge }: EngineNetwork, { mode }: EngineSubnet, binding: Binding): void {
    if (this.rules.direct === 'published ports' && mode === 'nat') {
      const matches = [destination(binding.target), notInput(bridge), protocol(binding.protocol), toPort(binding.targetPort)];
      this.tables.append('raw', 'PREROUTING', matches, DROP, `network ${bridge}: ${publicationText(binding)}, not past the publication`);
    }
  }

  /** A port that is published on a loopback address is not for neighbours; an IPv6 loopback address cannot be routed anyway. */
  private portLoopback({ bridge }: EngineNetwork, { mode }: EngineSubnet, binding: Binding): void {
    const { hostAddress, hostPort } = binding;
    if (this.family === 'ipv4' && mode !== 'routed' && hostAddress !== undefined && isLoopback(hostAddress)) {
      const matches = [destination(hostAddress), notInput('lo'), protocol(binding.protocol), toPort(hostPort)];
      this.tables.append('raw', 'PREROUTING', matches, DROP, `network ${bridge}: ${publicationText(binding)}, for the host only`);
    }
  }
}
