import { type Binding, bindingsOf, publicationText } from './bindings';
import { addIngress, INGRESS } from './ingress';
import type { EngineEndpoint, EngineInput, EngineLink, EngineNetwork, EngineSubnet, SwarmState } from './input';
import { RuleTables } from './rule-tables';
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
  RETURN,
  snat,
  source,
  toPort,
} from './words';
import type { HostRules } from '../../../firewall/private/host-rules';
import type { Match, Verdict } from '../../../firewall/private/ir';
import type { Family } from '../../../topology/private/topology';

export const FORWARD = 'FORWARD';
export const DOCKER = 'DOCKER';
export const USER = 'DOCKER-USER';
export const STAGE_1 = 'DOCKER-ISOLATION-STAGE-1';
export const STAGE_2 = 'DOCKER-ISOLATION-STAGE-2';
const LOCAL_DESTINATION = addressType('destination', 'local');
const LOCAL_SOURCE = addressType('source', 'local');

/**
 * The rules of 20.10, where everything hangs in FORWARD itself. Later generations are this class with some of its methods replaced, each only where
 * it differs from the generation before.
 */
export class Rules20 {
  protected readonly tables: RuleTables;

  constructor(
    protected readonly input: EngineInput,
    protected readonly family: Family,
  ) {
    this.tables = new RuleTables(family, `docker ${this.version}`);
  }

  public build(): HostRules {
    this.tables.create('filter', FORWARD);
    this.tables.policy('filter', FORWARD, this.dropsForwarded() ? 'drop' : this.input.daemon.forwardPolicyBefore[this.family]);
    if (this.isOn()) {
      this.start();
      this.networks();
      if (this.input.swarm && this.family === 'ipv4') {
        this.swarm(this.input.swarm);
      }
    }
    return this.tables.toHostRules();
  }

  protected get version(): string {
    return '20.10';
  }

  protected isOn(): boolean {
    return this.family === 'ipv4' ? this.input.daemon.iptables : this.input.daemon.ip6tables;
  }

  /** With IPv6 rules the policy is set whether the engine turned forwarding on or not. */
  protected dropsForwarded(): boolean {
    const { ipForward, forwardingBefore } = this.input.daemon;
    return this.isOn() && ipForward && (this.family === 'ipv6' || !forwardingBefore.ipv4);
  }

  protected start(): void {
    this.tables.create('nat', DOCKER);
    this.tables.create('filter', DOCKER);
    for (const stage of [STAGE_1, STAGE_2]) {
      this.tables.append('filter', stage, [], RETURN, 'networks are kept apart: nothing found');
    }
  }

  protected networks(): void {
    for (const network of this.input.networks) {
      this.network(network);
    }
    for (const network of this.input.networks) {
      this.members(network);
      this.links(network);
    }
  }

  protected swarm(swarm: SwarmState): void {
    addIngress(this.tables, swarm);
    this.tables.jumpFirst('filter', FORWARD, INGRESS, 'swarm: published ports');
    this.userChain();
  }

  protected network(network: EngineNetwork): void {
    const subnet = network[this.family];
    if (subnet && network.internal) {
      this.internalNetwork(network, subnet);
    } else if (subnet) {
      this.openNetwork(network, subnet);
    }
    if (subnet) {
      this.tables.jumpFirst('filter', FORWARD, STAGE_1, 'networks are kept apart');
    }
    if (!network.internal) {
      this.isolate(network);
    }
    this.userChain();
  }

  /** 20.10 has it for IPv4 only. */
  protected userChain(): void {
    if (this.family === 'ipv4') {
      this.tables.append('filter', USER, [], RETURN, "the administrator's rules end here");
      this.tables.jumpFirst('filter', FORWARD, USER, "the administrator's rules");
    }
  }

  protected internalNetwork(network: EngineNetwork, subnet: EngineSubnet): void {
    this.internalWalls(network, subnet, STAGE_1);
    this.icc(network);
  }

  protected internalWalls({ bridge }: EngineNetwork, { block }: EngineSubnet, chain: string): void {
    const why = `internal network ${bridge}`;
    this.tables.insert('filter', chain, [notDestination(block), into(bridge)], DROP, `${why}: nothing leaves`);
    this.tables.insert('filter', chain, [notSource(block), output(bridge)], DROP, `${why}: nothing comes in`);
  }

  protected openNetwork(network: EngineNetwork, subnet: EngineSubnet): void {
    const { bridge } = network;
    const why = `network ${bridge}`;
    this.nat(network, subnet);
    this.icc(network);
    this.tables.insert('filter', FORWARD, [into(bridge), notOutput(bridge)], ACCEPT, `${why}: containers may leave it`);
    this.hookNat();
    this.tables.insert('filter', FORWARD, [output(bridge)], jump(DOCKER), `${why}: published ports`);
    this.tables.insert('filter', FORWARD, [output(bridge), ESTABLISHED], ACCEPT, `${why}: answers`);
  }

  protected icc({ bridge, icc }: EngineNetwork): void {
    const matches = [into(bridge), output(bridge)];
    if (icc) {
      this.tables.insert('filter', FORWARD, matches, ACCEPT, `network ${bridge}: containers may talk to each other`);
    } else {
      this.tables.append('filter', FORWARD, matches, DROP, `network ${bridge}: containers may not talk to each other`);
    }
  }

  /** Address translation of a network as a whole. */
  protected nat(network: EngineNetwork, subnet: EngineSubnet): void {
    const { bridge } = network;
    const why = `network ${bridge}`;
    const leave: Verdict = subnet.sourceAddress === undefined ? MASQUERADE : snat(subnet.sourceAddress);
    if (this.masquerades(network, subnet)) {
      const matches = [source(subnet.block), notOutput(bridge)];
      this.tables.insert('nat', 'POSTROUTING', matches, leave, `${why}: what leaves gets an address of the host`);
    }
    if (this.skipsDnat(network, subnet)) {
      this.tables.insert('nat', DOCKER, [into(bridge)], RETURN, `${why}: its containers reach publications through docker-proxy`);
    }
    if (!this.input.daemon.userlandProxy) {
      this.tables.insert('nat', 'POSTROUTING', [output(bridge), LOCAL_SOURCE], leave, `${why}: from the host, without docker-proxy`);
    }
  }

  protected masquerades({ masquerade }: EngineNetwork, _subnet: EngineSubnet): boolean {
    return masquerade;
  }

  protected skipsDnat(network: EngineNetwork, subnet: EngineSubnet): boolean {
    return this.input.daemon.userlandProxy && this.masquerades(network, subnet);
  }

  protected hookNat(): void {
    const { userlandProxy } = this.input.daemon;
    const why = 'published ports';
    this.tables.append('nat', 'PREROUTING', [LOCAL_DESTINATION], jump(DOCKER), why);
    const notLoopback = userlandProxy ? [notDestination(this.family === 'ipv4' ? '127.0.0.0/8' : '::1/128')] : [];
    this.tables.append('nat', 'OUTPUT', [...notLoopback, LOCAL_DESTINATION], jump(DOCKER), `${why}, from the host itself`);
  }

  /** In both families, also where the network has addresses of one only. */
  protected isolate({ bridge }: EngineNetwork): void {
    const why = `network ${bridge} is kept apart from the others`;
    this.tables.insert('filter', STAGE_1, [into(bridge), notOutput(bridge)], jump(STAGE_2), why);
    this.tables.insert('filter', STAGE_2, [output(bridge)], DROP, why);
  }

  protected members(network: EngineNetwork): void {
    const subnet = network[this.family];
    if (!subnet || network.internal) {
      return;
    }
    for (const endpoint of network.endpoints) {
      this.endpoint(network, subnet, endpoint);
      if (this.opensPorts(subnet, endpoint)) {
        bindingsOf(endpoint, this.family).forEach((binding) => this.port(network, subnet, binding));
      }
    }
  }

  /** Nothing stands for a container that publishes nothing. */
  protected endpoint(_network: EngineNetwork, _subnet: EngineSubnet, _endpoint: EngineEndpoint): void {}

  protected opensPorts(_subnet: EngineSubnet, { isGateway }: EngineEndpoint): boolean {
    return isGateway[this.family];
  }

  protected port(network: EngineNetwork, subnet: EngineSubnet, binding: Binding): void {
    this.portNat(network, subnet, binding);
    this.portAccept(network, subnet, binding);
    this.portToSelf(network, subnet, binding);
    this.portChecksum(network, binding);
  }

  protected portNat({ bridge }: EngineNetwork, _subnet: EngineSubnet, binding: Binding): void {
    const { hostAddress, hostPort, target, targetPort } = binding;
    const matches: Match[] = [
      ...this.portSources(),
      ...(hostAddress === undefined ? [] : [destination(hostAddress)]),
      ...(this.input.daemon.userlandProxy ? [notInput(bridge)] : []),
      protocol(binding.protocol),
      toPort(hostPort),
    ];
    this.tables.append('nat', DOCKER, matches, dnat(target, targetPort), `network ${bridge}: ${publicationText(binding)}`);
  }

  protected portSources(): Match[] {
    return [];
  }

  protected portAccept(network: EngineNetwork, _subnet: EngineSubnet, binding: Binding): void {
    this.tables.append(
      'filter',
      DOCKER,
      this.toContainer(network, binding),
      ACCEPT,
      `network ${network.bridge}: ${publicationText(binding)}`,
    );
  }

  protected toContainer({ bridge }: EngineNetwork, { target, targetPort, protocol: name }: Binding): Match[] {
    return [destination(target), notInput(bridge), output(bridge), protocol(name), toPort(targetPort)];
  }

  protected portToSelf({ bridge }: EngineNetwork, _subnet: EngineSubnet, binding: Binding): void {
    const { target, targetPort } = binding;
    const matches = [source(target), destination(target), protocol(binding.protocol), toPort(targetPort)];
    this.tables.append(
      'nat',
      'POSTROUTING',
      matches,
      MASQUERADE,
      `network ${bridge}: ${publicationText(binding)}, asked for by the container itself`,
    );
  }

  protected portChecksum({ bridge }: EngineNetwork, binding: Binding): void {
    if (binding.protocol === 'sctp') {
      const matches = [protocol('sctp'), fromPort(binding.targetPort)];
      const verdict: Verdict = { kind: 'continue', text: 'CHECKSUM --checksum-fill' };
      this.tables.append('mangle', 'POSTROUTING', matches, verdict, `network ${bridge}: ${publicationText(binding)}, checksum`);
    }
  }

  /** Where containers may talk to each other anyway, a link makes none. */
  protected links(network: EngineNetwork): void {
    if (!network.icc) {
      network.links.filter(({ parent }) => parent.includes(':') === (this.family === 'ipv6')).forEach((link) => this.link(network, link));
    }
  }

  protected link({ bridge }: EngineNetwork, { parent, child, protocol: name, port }: EngineLink): void {
    const why = `network ${bridge}: link ${parent} -> ${child} ${port}/${name}`;
    const between = (from: string, to: string) => [source(from), destination(to), into(bridge), output(bridge), protocol(name)];
    this.tables.append('filter', DOCKER, [...between(parent, child), toPort(port)], ACCEPT, why);
    this.tables.append('filter', DOCKER, [...between(child, parent), fromPort(port)], ACCEPT, `${why}, answers`);
  }
}
