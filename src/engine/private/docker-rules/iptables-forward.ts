import { type Binding, publicationText } from './bindings';
import { addIngress, INGRESS } from './ingress';
import type { EngineNetwork, EngineSubnet, SwarmState } from './input';
import { DOCKER, FORWARD, IptablesMaker, STAGE_1, STAGE_2 } from './iptables';
import { ACCEPT, DROP, ESTABLISHED, input as into, jump, notOutput, output, RETURN } from './words';

/** Before 28: all rules are in FORWARD itself, the newest network first, and the engine inserts the jumps at the top again with each network. */
export class ForwardMaker extends IptablesMaker {
  /** With IPv6 rules the policy is set whether the engine turned forwarding on or not. */
  protected override dropsForwarded(): boolean {
    const { ipForward, forwardingBefore } = this.input.daemon;
    return this.isOn() && ipForward && (this.family === 'ipv6' || !forwardingBefore.ipv4);
  }

  protected override start(): void {
    this.tables.create('nat', DOCKER);
    this.tables.create('filter', DOCKER);
    for (const stage of [STAGE_1, STAGE_2]) {
      this.tables.append('filter', stage, [], RETURN, 'networks are kept apart: nothing found');
    }
  }

  protected override swarm(swarm: SwarmState): void {
    addIngress(this.tables, swarm);
    this.tables.jumpFirst('filter', FORWARD, INGRESS, 'swarm: published ports');
    this.userChain();
  }

  protected override network(network: EngineNetwork): void {
    const subnet = network[this.family];
    if (subnet && network.internal) {
      this.internalWalls(network, subnet, STAGE_1);
      this.icc(network);
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

  private openNetwork(network: EngineNetwork, subnet: EngineSubnet): void {
    const { bridge } = network;
    const why = `network ${bridge}`;
    this.nat(network, subnet);
    this.icc(network);
    this.tables.insert('filter', FORWARD, [into(bridge), notOutput(bridge)], ACCEPT, `${why}: containers may leave it`);
    this.hookNat();
    this.tables.insert('filter', FORWARD, [output(bridge)], jump(DOCKER), `${why}: published ports`);
    this.tables.insert('filter', FORWARD, [output(bridge), ESTABLISHED], ACCEPT, `${why}: answers`);
  }

  private icc({ bridge, icc }: EngineNetwork): void {
    const matches = [into(bridge), output(bridge)];
    if (icc) {
      this.tables.insert('filter', FORWARD, matches, ACCEPT, `network ${bridge}: containers may talk to each other`);
    } else {
      this.tables.append('filter', FORWARD, matches, DROP, `network ${bridge}: containers may not talk to each other`);
    }
  }

  /** In both families, also where the network has addresses of one only. */
  private isolate({ bridge }: EngineNetwork): void {
    const why = `network ${bridge} is kept apart from the others`;
    this.tables.insert('filter', STAGE_1, [into(bridge), notOutput(bridge)], jump(STAGE_2), why);
    this.tables.insert('filter', STAGE_2, [output(bridge)], DROP, why);
  }

  /** A container that publishes nothing has no rule. */
  protected override endpoint(): void {}

  protected override portAccept(network: EngineNetwork, _subnet: EngineSubnet, binding: Binding): void {
    const why = `network ${network.bridge}: ${publicationText(binding)}`;
    this.tables.append('filter', DOCKER, this.toContainer(network, binding), ACCEPT, why);
  }
}
