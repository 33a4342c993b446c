import { FORWARD, USER } from './g20';
import { Rules2801 } from './g28-0-1';
import type { EngineEndpoint, EngineNetwork, EngineSubnet } from './input';
import { ACCEPT, destination, DROP, input as into, notInput } from './words';

/** 28.2 to 28.5: no packet from elsewhere reaches the address of a container, whether it publishes anything or not. */
export class Rules282 extends Rules2801 {
  protected override get version(): string {
    return '28.2';
  }

  /** Empty, where nobody else made it: 28.2.2 and later. */
  protected override userChain(): void {
    this.tables.create('filter', USER);
    this.tables.jumpFirst('filter', FORWARD, USER, "the administrator's rules");
  }

  protected override endpoint(network: EngineNetwork, subnet: EngineSubnet, endpoint: EngineEndpoint): void {
    const target = endpoint[this.family];
    const { allowDirectRouting, withoutRawRules } = this.input.daemon;
    if (target === undefined || subnet.mode !== 'nat' || allowDirectRouting || withoutRawRules) {
      return;
    }
    const { bridge, trustedInterfaces } = network;
    const why = `network ${bridge}: container ${target}`;
    for (const name of trustedInterfaces) {
      this.tables.append('raw', 'PREROUTING', [destination(target), into(name)], ACCEPT, `${why} trusts ${name}`);
    }
    this.tables.append('raw', 'PREROUTING', [destination(target), notInput(bridge)], DROP, `${why}, not past its publications`);
  }

  /** The container's own rule does it. */
  protected override portDirect(): void {}
}
