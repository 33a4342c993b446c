import { DOCKER_FORWARD } from './g28-0-1';
import { Rules282 } from './g28-2';
import type { EngineEndpoint, EngineNetwork, EngineSubnet } from './input';
import { ACCEPT } from './words';

const INTERNAL = 'DOCKER-INTERNAL';

/** 29 with iptables: nothing keeps the networks apart but what closes each of them to the rest of the world. */
export class Rules29Iptables extends Rules282 {
  protected override get version(): string {
    return '29.0';
  }

  protected override get walls(): string {
    return INTERNAL;
  }

  protected override startWalls(): void {
    this.tables.create('filter', INTERNAL);
  }

  protected override internalNetwork(network: EngineNetwork, subnet: EngineSubnet): void {
    this.internalWalls(network, subnet, INTERNAL);
    this.icc(network);
  }

  protected override openNetwork(network: EngineNetwork, subnet: EngineSubnet): void {
    super.openNetwork(network, subnet);
    const { acceptMark } = this.input.daemon;
    if (acceptMark) {
      this.tables.insert('filter', DOCKER_FORWARD, [{ kind: 'mark', ...acceptMark }], ACCEPT, 'marked packets, to whatever network');
    }
  }

  protected override isolate(): void {}

  protected override reachRouted(): void {}

  protected override skipsDnat(): boolean {
    return false;
  }

  /** A routed network's ports are open on every one of them, wherever the container's default route leads. */
  protected override opensPorts(subnet: EngineSubnet, endpoint: EngineEndpoint): boolean {
    return subnet.mode === 'routed' || super.opensPorts(subnet, endpoint);
  }

  /** Whatever the environment says. */
  protected override portChecksum(): void {}
}
