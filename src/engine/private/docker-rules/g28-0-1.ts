import type { Binding } from './bindings';
import { DOCKER, FORWARD, STAGE_1, STAGE_2 } from './g20';
import { Rules2800 } from './g28-0-0';
import { addIngress, INGRESS } from './ingress';
import type { EngineNetwork, EngineSubnet, SwarmState } from './input';
import { ACCEPT, ESTABLISHED, jump, output } from './words';

export const DOCKER_FORWARD = 'DOCKER-FORWARD';
const ANSWERS = 'DOCKER-CT';
const BRIDGES = 'DOCKER-BRIDGE';

/** 28.0.1 to 28.1, as 28.0.2 and later have it: chains of its own instead of the set, and one jump in FORWARD. */
export class Rules2801 extends Rules2800 {
  protected override get version(): string {
    return '28.0.1';
  }

  protected override get leaving(): string {
    return DOCKER_FORWARD;
  }

  protected override startForward(): void {
    this.startWalls();
    for (const chain of [ANSWERS, BRIDGES]) {
      this.tables.create('filter', chain);
    }
    this.tables.jumpFirst('filter', FORWARD, DOCKER_FORWARD, 'all networks');
    this.tables.append('filter', DOCKER_FORWARD, [], jump(ANSWERS), 'answers');
    this.tables.append('filter', DOCKER_FORWARD, [], jump(this.walls), 'networks are kept apart');
    this.tables.append('filter', DOCKER_FORWARD, [], jump(BRIDGES), 'published ports');
  }

  /** The chain that keeps networks apart. */
  protected get walls(): string {
    return STAGE_1;
  }

  protected startWalls(): void {
    this.tables.create('filter', STAGE_1);
    this.tables.create('filter', STAGE_2);
  }

  protected override swarm(swarm: SwarmState): void {
    addIngress(this.tables, swarm);
    this.tables.jumpFirst('filter', DOCKER_FORWARD, INGRESS, 'swarm: published ports');
  }

  protected override place({ bridge }: EngineNetwork): void {
    this.tables.append('filter', ANSWERS, [output(bridge), ESTABLISHED], ACCEPT, `network ${bridge}: answers`);
    this.tables.append('filter', BRIDGES, [output(bridge)], jump(DOCKER), `network ${bridge}: published ports`);
  }

  protected override skipsDnat({ masquerade }: EngineNetwork, _subnet: EngineSubnet): boolean {
    return masquerade && this.input.daemon.userlandProxy;
  }

  protected override portDirect(network: EngineNetwork, subnet: EngineSubnet, binding: Binding): void {
    if (!this.input.daemon.withoutRawRules) {
      super.portDirect(network, subnet, binding);
    }
  }

  protected override portLoopback(network: EngineNetwork, subnet: EngineSubnet, binding: Binding): void {
    if (!this.input.daemon.withoutRawRules) {
      super.portLoopback(network, subnet, binding);
    }
  }
}
