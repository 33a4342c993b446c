// Docker hosts from a seed, as plain data: what somebody might ask an engine for. The commands for the engine and the input of the model both start here.
import { Random } from './generate';
import type { EngineFirewall, GatewayMode } from '../../../src/engine/private/docker-rules/input';
import { compareVersions } from '../../../src/engine/private/versions';
import type { EngineSettings } from '../../../src/topology/private/engine-facts';
import { NET } from '../lab/network';

export interface HostPlan extends EngineSettings {
  readonly seed: string;
  /** Of the engine. */
  readonly version: string;
  readonly firewall: EngineFirewall;
  readonly defaultBridge?: { readonly icc: boolean; readonly masquerade: boolean; readonly ipv6: boolean };
  readonly topologies: readonly TopologyPlan[];
}

export interface TopologyPlan {
  readonly seed: string;
  readonly networks: readonly NetworkPlan[];
  readonly containers: readonly ContainerPlan[];
}

export interface NetworkPlan {
  /** Also the name of its bridge. */
  readonly name: string;
  readonly internal: boolean;
  readonly icc: boolean;
  readonly masquerade: boolean;
  readonly trusted: readonly string[];
  readonly ipv4: SubnetPlan;
  readonly ipv6?: SubnetPlan;
}

export interface SubnetPlan {
  readonly block: string;
  readonly mode: GatewayMode;
  readonly sourceAddress?: string;
}

export interface ContainerPlan {
  readonly name: string;
  /** The first is given at its creation, the others are joined before it starts. */
  readonly networks: readonly string[];
  readonly ports: readonly PortPlan[];
  readonly exposed: readonly { readonly protocol: 'tcp' | 'udp'; readonly port: number }[];
  /** Earlier containers that it is linked to. */
  readonly links: readonly string[];
}

export interface PortPlan {
  readonly protocol: 'tcp' | 'udp';
  readonly hostAddress?: string;
  readonly host: number;
  readonly target: number;
  readonly count: number;
}

export const DEFAULT_BRIDGE = 'docker0';
const ADDRESSES_4 = [undefined, undefined, NET.host, NET.host2, '127.0.0.1', '127.0.0.2', '0.0.0.0'];
const ADDRESSES_6 = [NET.host6, NET.host62, '::1', '::'];

/** Whether the engine is of a release or a later one. */
export function isSince({ version }: Pick<HostPlan, 'version'>, release: string): boolean {
  return compareVersions(version, release) >= 0;
}

/** A daemon's settings, and the topologies that it gets one after the other. */
export function makeHost(seed: string, { version, firewall }: Pick<HostPlan, 'version' | 'firewall'>, topologies: number): HostPlan {
  const random = new Random(seed);
  const nft = firewall === 'nftables';
  const isOld = !isSince({ version }, '28.0');
  const before = (family: number) => nft || random.chance(family === 4 ? 0.4 : 0.3);
  const forwardingBefore = { ipv4: before(4), ipv6: before(6) };
  const ip6tables = random.chance(0.85);
  const iptables = random.chance(0.93);
  const settings = {
    version,
    firewall,
    iptables,
    ip6tables,
    userlandProxy: random.chance(0.6),
    ipForward: random.chance(0.9),
    ipForwardNoDrop: !isOld && random.chance(0.2),
    forwardingBefore,
    forwardPolicyBefore: {
      ipv4: random.pick(['accept', 'accept', 'drop'] as const),
      ipv6: random.pick(['accept', 'accept', 'drop'] as const),
    },
    allowDirectRouting: isSince({ version }, '28.2') && random.chance(0.2),
    withoutRawRules: !isOld && random.chance(0.15),
    sctpChecksum: false,
    ...(isSince({ version }, '29.0') && random.chance(0.35)
      ? {
          acceptMark: random.pick([
            { value: 2, mask: 3 },
            { value: 1, mask: 0xffffffff },
          ]),
        }
      : {}),
  };
  // An engine refuses a bridge that needs rules which it may not make.
  const icc = !iptables || random.chance(0.7);
  const bridge = { icc, masquerade: random.chance(0.85), ipv6: random.chance(0.6) };
  const plan = { seed, ...settings, ...(random.chance(0.85) ? { defaultBridge: bridge } : {}) };
  const growth = new Growth(random, plan);
  return { ...plan, topologies: Array.from({ length: topologies }, (_, i) => growth.step(i)) };
}

type Host = Omit<HostPlan, 'topologies'>;

/** Each is the one before with something taken away and something added, in the order in which it was made. */
class Growth {
  private readonly networks: NetworkPlan[] = [];
  private containers: ContainerPlan[] = [];
  private made = 0;
  private freePort = 20_000;

  constructor(
    private readonly random: Random,
    private readonly host: Host,
  ) {}

  step(index: number): TopologyPlan {
    const removable = this.networks.filter((network) => this.mayRemove(network));
    if (removable.length > 0 && this.random.chance(this.networks.length / 6)) {
      const gone = this.random.pick(removable);
      this.networks.splice(this.networks.indexOf(gone), 1);
      this.remove((container) => container.networks.includes(gone.name));
    } else if (this.containers.length > 0 && this.random.chance(0.4)) {
      const gone = this.random.pick(this.containers);
      this.remove((container) => container === gone);
    }
    for (let i = this.random.int(index === 0 ? 1 : 0, 2); i > 0; i--) {
      this.networks.push(makeNetwork(this.random, this.host, ++this.made));
    }
    for (let i = this.random.int(0, 2); i > 0 && this.containers.length < 6; i--) {
      this.addContainer();
    }
    return { seed: `${this.host.seed}.${index}`, networks: [...this.networks], containers: [...this.containers] };
  }

  /**
   * Only where the engine then leaves the host as if the network had never been. 29 with iptables has one rule for marked packets, makes it with every
   * network, and takes it away with any. Engines before 28 leave the jumps behind that the last network of a kind needed.
   */
  private mayRemove(network: NetworkPlan): boolean {
    const { acceptMark, firewall } = this.host;
    if (!isSince(this.host, '28.0')) {
      return this.networks.some((other) => other !== network && kindOf(other) === kindOf(network));
    }
    return acceptMark === undefined || firewall !== 'iptables';
  }

  /** 29 with nftables and without docker-proxy starts no container with two publications of one port. */
  private mayShareTarget(): boolean {
    return this.host.userlandProxy || this.host.firewall !== 'nftables';
  }

  /** With those that are linked to them. */
  private remove(which: (container: ContainerPlan) => boolean): void {
    const gone = this.containers.filter(which).map(({ name }) => name);
    this.containers = this.containers.filter(({ name, links }) => !gone.includes(name) && !links.some((link) => gone.includes(link)));
  }

  private addContainer(): void {
    const { random, host, networks } = this;
    const onDefault = host.defaultBridge && random.chance(0.3);
    if (!onDefault && networks.length === 0) {
      return;
    }
    const names = networks.map(({ name }) => name);
    const joined = onDefault ? [DEFAULT_BRIDGE] : random.some(names, random.chance(0.3) ? 2 : 1);
    const mine = networks.filter(({ name }) => joined.includes(name));
    const hasIpv6 = onDefault ? host.defaultBridge!.ipv6 : mine.every(({ ipv6 }) => ipv6);
    // 27 refuses a port of the host for a container of a routed network.
    const isRefused = !isSince(host, '28.0') && mine.some(({ ipv4, ipv6 }) => [ipv4, ipv6].some((subnet) => subnet?.mode === 'routed'));
    const isPublic = (onDefault || mine.some(({ internal }) => !internal)) && !isRefused;
    const others = onDefault ? this.containers.filter((other) => other.networks[0] === DEFAULT_BRIDGE).map(({ name }) => name) : [];
    this.containers.push({
      name: `c${++this.made}x`,
      networks: joined,
      ports: Array.from({ length: isPublic ? random.int(0, 4) : 0 }, () => this.makePort(hasIpv6)),
      exposed: random.chance(0.5) ? [{ protocol: 'tcp', port: 8000 + random.int(0, 2) }] : [],
      links: others.length > 0 && random.chance(0.7) ? [random.pick(others)] : [],
    });
  }

  private makePort(hasIpv6: boolean): PortPlan {
    const { random } = this;
    const count = random.chance(0.25) ? random.int(2, 4) : 1;
    const hostAddress = random.pick(hasIpv6 ? [...ADDRESSES_4, ...ADDRESSES_6] : ADDRESSES_4);
    const host = this.freePort;
    this.freePort += count;
    return {
      protocol: random.chance(0.7) ? 'tcp' : 'udp',
      ...(hostAddress === undefined ? {} : { hostAddress }),
      host,
      target: this.mayShareTarget() ? random.pick([80, 443, 5000, 8000, 9000]) : host - 10_000,
      count,
    };
  }
}

function kindOf({ internal, ipv6 }: NetworkPlan): string {
  return `${internal} ${ipv6 !== undefined}`;
}

function makeNetwork(random: Random, host: Host, index: number): NetworkPlan {
  const internal = random.chance(0.3);
  const ipv6 = random.chance(0.5);
  const name = `bt${random.int(10, 99)}-${index}`;
  // Before 25, the address for IPv4 was given to ip6tables too, which refuses it.
  const mayTranslate = isSince(host, '25.0') || !(ipv6 && host.ip6tables);
  const source4 = mayTranslate && random.chance(0.2) ? { sourceAddress: NET.host2 } : {};
  const source6 = random.chance(0.2) ? { sourceAddress: NET.host62 } : {};
  return {
    name,
    internal,
    icc: !host.iptables || random.chance(0.7),
    masquerade: random.chance(0.8),
    trusted: random.chance(0.25) ? random.some(['eth0', DEFAULT_BRIDGE, 'vpn0'], random.int(1, 2)) : [],
    ipv4: { block: `10.${index}.${random.int(0, 255)}.0/24`, mode: makeMode(random, host, internal), ...source4 },
    ...(ipv6 ? { ipv6: { block: `fd00:${index}:${random.int(1, 9)}::/64`, mode: makeMode(random, host, internal), ...source6 } } : {}),
  };
}

function makeMode(random: Random, host: Host, internal: boolean): GatewayMode {
  if (random.chance(0.5) || !isSince(host, '27.0')) {
    return 'nat';
  }
  if (!isSince(host, '28.0')) {
    return internal ? 'nat' : 'routed';
  }
  return internal ? 'isolated' : random.pick(['routed', 'nat-unprotected'] as const);
}
