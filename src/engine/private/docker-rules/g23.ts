import { FORWARD, Rules20, USER } from './g20';
import type { EngineNetwork, EngineSubnet } from './input';
import { DROP, input as into, notDestination, notInput, notOutput, notSource, output, RETURN } from './words';

/** 23.0 to 26.1, as 24.0.6 and later have it: DOCKER-USER for IPv6, and internal networks that let their own IPv6 neighbour discovery through. */
export class Rules23 extends Rules20 {
  protected override get version(): string {
    return '23.0';
  }

  protected override userChain(): void {
    this.tables.append('filter', USER, [], RETURN, "the administrator's rules end here");
    this.tables.jumpFirst('filter', FORWARD, USER, "the administrator's rules");
  }

  protected override internalWalls(network: EngineNetwork, subnet: EngineSubnet, chain: string): void {
    if (this.family === 'ipv4') {
      super.internalWalls(network, subnet, chain);
      return;
    }
    const { bridge } = network;
    const why = `internal network ${bridge}`;
    this.tables.insert('filter', chain, [notDestination(subnet.block), into(bridge), notOutput(bridge)], DROP, `${why}: nothing leaves`);
    this.tables.insert('filter', chain, [notSource(subnet.block), notInput(bridge), output(bridge)], DROP, `${why}: nothing comes in`);
  }
}
