import { type Binding, publicationText } from './bindings';
import type { EngineEndpoint, EngineInput, EngineLink, EngineNetwork, EngineSubnet } from './input';
import type { IptablesRules } from './lines';
import { RuleMaker } from './rule-maker';
import {
  ACCEPT,
  addressType,
  destination,
  dnat,
  DROP,
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
  source,
  toPort,
} from './words';
import type { Match, Verdict } from '../../../firewall/private/ir';
import type { Family } from '../../../topology/private/terms';

export const FORWARD = 'FORWARD';
export const DOCKER = 'DOCKER';
export const STAGE_1 = 'DOCKER-ISOLATION-STAGE-1';
export const STAGE_2 = 'DOCKER-ISOLATION-STAGE-2';
const USER = 'DOCKER-USER';
const LOCAL_DESTINATION = addressType('destination', 'local');
const LOCAL_SOURCE = addressType('source', 'local');

/** The common part of all engines with iptables, wherever the rules of their networks are in the table filter. */
export abstract class IptablesMaker extends RuleMaker {
  constructor(
    input: EngineInput,
    family: Family,
    since: string,
    protected readonly rules: IptablesRules,
  ) {
    super(input, family, since);
  }

  protected override networks(): void {
    for (const network of this.input.networks) {
      this.network(network);
    }
    for (const network of this.input.networks) {
      this.members(network);
      this.links(network);
    }
  }

  protected abstract network(network: EngineNetwork): void;

  protected userChain(): void {
    if (this.rules.userChain === 'ipv4' && this.family === 'ipv6') {
      return;
    }
    if (this.rules.userChainReturns) {
      this.tables.append('filter', USER, [], RETURN, "the administrator's rules end here");
    } else {
      // Empty, unless another program created it.
      this.tables.create('filter', USER);
    }
    this.tables.jumpFirst('filter', FORWARD, USER, "the administrator's rules");
  }

  /** Neighbours ask each other by addresses outside of the block, in IPv6. */
  protected internalWalls({ bridge }: EngineNetwork, { block }: EngineSubnet, chain: string): void {
    const why = `internal network ${bridge}`;
    const across = this.family === 'ipv6' && this.rules.internalIpv6 === 'addresses and bridge';
    const leaves = [notDestination(block), into(bridge), ...(across ? [notOutput(bridge)] : [])];
    const comes = [notSource(block), ...(across ? [notInput(bridge)] : []), output(bridge)];
    this.tables.insert('filter', chain, leaves, DROP, `${why}: nothing leaves`);
    this.tables.insert('filter', chain, comes, DROP, `${why}: nothing comes in`);
  }

  /** Address translation of a network as a whole. */
  protected nat(network: EngineNetwork, subnet: EngineSubnet): void {
    const { bridge } = network;
    const why = `network ${bridge}`;
    const leave = this.family === 'ipv6' && !this.rules.sourceAddressIpv6 ? MASQUERADE : this.leaveBy(subnet);
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

  protected isRouted({ mode }: EngineSubnet): boolean {
    return this.rules.gatewayModes && mode === 'routed';
  }

  private masquerades({ masquerade }: EngineNetwork, subnet: EngineSubnet): boolean {
    return masquerade && !this.isRouted(subnet);
  }

  private skipsDnat(network: EngineNetwork, subnet: EngineSubnet): boolean {
    const { userlandProxy } = this.input.daemon;
    switch (this.rules.skipsDnat) {
      case 'translated':
        return userlandProxy && this.masquerades(network, subnet);
      case 'masqueraded or routed':
        return this.isRouted(subnet) || (network.masquerade && userlandProxy);
      case 'masqueraded':
        return network.masquerade && userlandProxy;
      case 'none':
        return false;
    }
  }

  protected hookNat(): void {
    const { userlandProxy } = this.input.daemon;
    const why = 'published ports';
    this.tables.append('nat', 'PREROUTING', [LOCAL_DESTINATION], jump(DOCKER), why);
    const notLoopback = userlandProxy ? [notDestination(this.family === 'ipv4' ? '127.0.0.0/8' : '::1/128')] : [];
    this.tables.append('nat', 'OUTPUT', [...notLoopback, LOCAL_DESTINATION], jump(DOCKER), `${why}, from the host itself`);
  }

  protected override opensPorts(_subnet: EngineSubnet, { isGateway }: EngineEndpoint): boolean {
    return isGateway[this.family];
  }

  protected override port(network: EngineNetwork, subnet: EngineSubnet, binding: Binding): void {
    this.portNat(network, subnet, binding);
    this.portAccept(network, subnet, binding);
    this.portToSelf(network, subnet, binding);
    this.portChecksum(network, binding);
  }

  private portNat({ bridge }: EngineNetwork, subnet: EngineSubnet, binding: Binding): void {
    if (this.isRouted(subnet)) {
      return;
    }
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

  /** The clients of a publication whose packets are translated; by default all clients. */
  protected portSources(): Match[] {
    return [];
  }

  protected abstract portAccept(network: EngineNetwork, subnet: EngineSubnet, binding: Binding): void;

  protected toContainer({ bridge }: EngineNetwork, { target, targetPort, protocol: name }: Binding): Match[] {
    return [destination(target), notInput(bridge), output(bridge), protocol(name), toPort(targetPort)];
  }

  protected portToSelf({ bridge }: EngineNetwork, subnet: EngineSubnet, binding: Binding): void {
    if (this.isRouted(subnet)) {
      return;
    }
    const { target, targetPort } = binding;
    const matches = [source(target), destination(target), protocol(binding.protocol), toPort(targetPort)];
    const why = `network ${bridge}: ${publicationText(binding)}, asked for by the container itself`;
    this.tables.append('nat', 'POSTROUTING', matches, MASQUERADE, why);
  }

  private portChecksum({ bridge }: EngineNetwork, binding: Binding): void {
    const { sctpChecksum } = this.rules;
    if (binding.protocol === 'sctp' && (sctpChecksum === 'always' || (sctpChecksum === 'when asked' && this.input.daemon.sctpChecksum))) {
      const matches = [protocol('sctp'), fromPort(binding.targetPort)];
      const verdict: Verdict = { kind: 'continue', text: 'CHECKSUM --checksum-fill' };
      this.tables.append('mangle', 'POSTROUTING', matches, verdict, `network ${bridge}: ${publicationText(binding)}, checksum`);
    }
  }

  protected override link({ bridge }: EngineNetwork, { parent, child, protocol: name, port }: EngineLink): void {
    const why = `network ${bridge}: link ${parent} -> ${child} ${port}/${name}`;
    const between = (from: string, to: string) => [source(from), destination(to), into(bridge), output(bridge), protocol(name)];
    this.tables.append('filter', DOCKER, [...between(parent, child), toPort(port)], ACCEPT, why);
    this.tables.append('filter', DOCKER, [...between(child, parent), fromPort(port)], ACCEPT, `${why}, answers`);
  }
}
