import { type Binding, bindingsOf } from './bindings';
import type { EngineEndpoint, EngineInput, EngineLink, EngineNetwork, EngineSubnet, SwarmState } from './input';
import { RuleTables } from './rule-tables';
import { MASQUERADE, snat } from './words';
import type { HostRules } from '../../../firewall/private/host-rules';
import type { Verdict } from '../../../firewall/private/ir';
import type { Family } from '../../../topology/private/terms';

/** What engines do regardless of the firewall: the order in which they process networks and containers, and the ports that they open. */
export abstract class RuleMaker {
  protected readonly tables: RuleTables;

  constructor(
    protected readonly input: EngineInput,
    protected readonly family: Family,
    /** The first release that makes these rules. */
    since: string,
  ) {
    this.tables = new RuleTables(family, `docker ${since}`);
  }

  public build(): HostRules {
    this.tables.create('filter', 'FORWARD');
    this.tables.policy('filter', 'FORWARD', this.dropsForwarded() ? 'drop' : this.input.daemon.forwardPolicyBefore[this.family]);
    if (this.isOn()) {
      this.start();
      this.networks();
      if (this.input.swarm && this.family === 'ipv4') {
        this.swarm(this.input.swarm);
      }
    }
    return this.tables.toHostRules();
  }

  protected isOn(): boolean {
    return this.family === 'ipv4' ? this.input.daemon.iptables : this.input.daemon.ip6tables;
  }

  /** Whether the engine sets the policy of FORWARD to DROP. */
  protected abstract dropsForwarded(): boolean;

  /** What it writes before there is any network. */
  protected abstract start(): void;

  protected abstract networks(): void;

  /** What it writes for ports that the ingress of a swarm publishes. */
  protected abstract swarm(swarm: SwarmState): void;

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

  /** What it writes for a container, whether that publishes anything or not. */
  protected abstract endpoint(network: EngineNetwork, subnet: EngineSubnet, endpoint: EngineEndpoint): void;

  protected abstract opensPorts(subnet: EngineSubnet, endpoint: EngineEndpoint): boolean;

  protected abstract port(network: EngineNetwork, subnet: EngineSubnet, binding: Binding): void;

  /** Where containers may talk to each other anyway, a link makes none. */
  protected links(network: EngineNetwork): void {
    if (!network.icc) {
      network.links.filter(({ parent }) => parent.includes(':') === (this.family === 'ipv6')).forEach((link) => this.link(network, link));
    }
  }

  protected abstract link(network: EngineNetwork, link: EngineLink): void;

  /** The source address of what leaves a network. */
  protected leaveBy({ sourceAddress }: EngineSubnet): Verdict {
    return sourceAddress === undefined ? MASQUERADE : snat(sourceAddress);
  }
}
