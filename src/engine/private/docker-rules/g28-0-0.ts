import { type Binding, publicationText } from './bindings';
import { DOCKER, FORWARD, STAGE_1, STAGE_2 } from './g20';
import { Rules27 } from './g27';
import type { EngineNetwork, EngineSubnet } from './input';
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

/**
 * 28.0.0 alone: what nobody published is closed whatever the policy of FORWARD, and neighbours cannot go round a publication. FORWARD asks a set for
 * the networks; each network's own rules are appended.
 */
export class Rules2800 extends Rules27 {
  protected override get version(): string {
    return '28.0.0';
  }

  /** Where the rules stand that let containers out. */
  protected get leaving(): string {
    return FORWARD;
  }

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
    this.startForward();
    this.userChain();
  }

  /** The chains that every forwarded packet passes, in their order. */
  protected startForward(): void {
    this.tables.create('filter', STAGE_1);
    this.tables.create('filter', STAGE_2);
    const open = this.input.networks.filter(({ internal }) => !internal).flatMap((network) => network[this.family]?.block ?? []);
    this.tables.set(SETS[this.family], open);
    const toOpen: Match = { kind: 'in-set', set: SETS[this.family], fields: ['dst'] };
    this.tables.append('filter', FORWARD, [toOpen, ESTABLISHED], ACCEPT, 'answers');
    this.tables.append('filter', FORWARD, [], jump(STAGE_1), 'networks are kept apart');
    this.tables.append('filter', FORWARD, [toOpen], jump(DOCKER), 'published ports');
  }

  protected override network(network: EngineNetwork): void {
    const subnet = network[this.family];
    if (subnet && network.internal) {
      this.internalNetwork(network, subnet);
    } else if (subnet) {
      this.openNetwork(network, subnet);
    }
  }

  protected override openNetwork(network: EngineNetwork, subnet: EngineSubnet): void {
    this.nat(network, subnet);
    this.place(network);
    this.defaultVerdict(network, subnet);
    this.icc(network);
    this.isolate(network);
    if (subnet.mode === 'routed') {
      this.reachRouted(network);
    }
  }

  /** How a packet finds the network's part of DOCKER: here by the set. */
  protected place(_network: EngineNetwork): void {}

  protected defaultVerdict({ bridge }: EngineNetwork, { mode }: EngineSubnet): void {
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

  protected override icc({ bridge, icc, internal }: EngineNetwork): void {
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

  protected override isolate({ bridge }: EngineNetwork): void {
    const why = `network ${bridge} is kept apart from the others`;
    this.tables.append('filter', STAGE_1, [into(bridge), notOutput(bridge)], jump(STAGE_2), why);
    this.tables.insert('filter', STAGE_2, [output(bridge)], DROP, why);
  }

  /** A routed network is open to the others as it is to the rest of the world. */
  protected reachRouted({ bridge }: EngineNetwork): void {
    const why = `network ${bridge}, routed`;
    this.tables.insert('filter', STAGE_1, [output(bridge)], RETURN, `${why}: not kept apart`);
    this.tables.insert('filter', STAGE_1, [into(bridge), ESTABLISHED], ACCEPT, `${why}: answers`);
  }

  protected override skipsDnat({ masquerade }: EngineNetwork, { mode }: EngineSubnet): boolean {
    return mode === 'routed' || (masquerade && this.input.daemon.userlandProxy);
  }

  /** A link-local source cannot be answered after translation; docker-proxy serves it. */
  protected override portSources(): Match[] {
    return this.family === 'ipv6' ? [notSource('fe80::/10')] : [];
  }

  protected override portAccept(network: EngineNetwork, { mode }: EngineSubnet, binding: Binding): void {
    if (mode !== 'nat-unprotected') {
      this.tables.insert(
        'filter',
        DOCKER,
        this.toContainer(network, binding),
        ACCEPT,
        `network ${network.bridge}: ${publicationText(binding)}`,
      );
    }
  }

  protected override portToSelf(network: EngineNetwork, subnet: EngineSubnet, binding: Binding): void {
    if (!this.input.daemon.userlandProxy) {
      super.portToSelf(network, subnet, binding);
    }
  }

  protected override portChecksum(network: EngineNetwork, binding: Binding): void {
    if (this.input.daemon.sctpChecksum) {
      super.portChecksum(network, binding);
    }
  }

  protected override port(network: EngineNetwork, subnet: EngineSubnet, binding: Binding): void {
    super.port(network, subnet, binding);
    this.portDirect(network, subnet, binding);
    this.portLoopback(network, subnet, binding);
  }

  /** Nobody reaches a published port by the container's own address. */
  protected portDirect({ bridge }: EngineNetwork, { mode }: EngineSubnet, binding: Binding): void {
    if (mode === 'nat') {
      const matches = [destination(binding.target), notInput(bridge), protocol(binding.protocol), toPort(binding.targetPort)];
      this.tables.append('raw', 'PREROUTING', matches, DROP, `network ${bridge}: ${publicationText(binding)}, not past the publication`);
    }
  }

  /** What is published on a loopback address is not for neighbours; an IPv6 one cannot be routed to anyway. */
  protected portLoopback({ bridge }: EngineNetwork, { mode }: EngineSubnet, binding: Binding): void {
    const { hostAddress, hostPort } = binding;
    if (this.family === 'ipv4' && mode !== 'routed' && hostAddress !== undefined && isLoopback(hostAddress)) {
      const matches = [destination(hostAddress), notInput('lo'), protocol(binding.protocol), toPort(hostPort)];
      this.tables.append('raw', 'PREROUTING', matches, DROP, `network ${bridge}: ${publicationText(binding)}, for the host only`);
    }
  }
}
