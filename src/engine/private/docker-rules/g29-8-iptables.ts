import { Rules29Iptables } from './g29-iptables';
import type { SwarmState } from './input';

/** 29.8 and later with iptables: the ingress of a swarm is a container like any other, and what it publishes is an ordinary port of it. */
export class Rules298Iptables extends Rules29Iptables {
  protected override get version(): string {
    return '29.8';
  }

  protected override swarm({ gatewayBridge, ingressPorts }: SwarmState): void {
    const network = this.input.networks.find(({ bridge }) => bridge === gatewayBridge)!;
    for (const { protocol, port, address } of ingressPorts) {
      this.port(network, network.ipv4!, { protocol, hostPort: port, target: address, targetPort: port });
    }
  }
}
