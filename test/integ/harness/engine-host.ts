// An engine set up as a plan says, topology after topology, and what it then is in the words of the model.
import {
  type ContainerPlan,
  DEFAULT_BRIDGE,
  type HostPlan,
  isSince,
  type NetworkPlan,
  type PortPlan,
  type SubnetPlan,
  type TopologyPlan,
} from './engine-topology';
import type { EngineEndpoint, EngineInput, EngineLink, EngineNetwork, EngineSubnet } from '../../../src/engine/private/docker-rules/input';
import type { Family } from '../../../src/topology/private/terms';
import type { Lab } from '../lab/lab';

const OPTION = 'com.docker.network.bridge';
const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];
const DEFAULT_BLOCKS = { ipv4: '172.29.0.0/16', ipv6: 'fd00:d0c::/64' } as const;
const DEFAULT_GATEWAYS = { ipv4: '172.29.0.1', ipv6: 'fd00:d0c::1' } as const;

/** As a host is that never had an engine. The image stays. */
const CLEAR = `
for save in iptables ip6tables; do
  for table in raw mangle nat filter; do $save -t $table -F; $save -t $table -X; done
  for chain in INPUT FORWARD OUTPUT; do $save -P $chain ACCEPT; done
done
nft flush ruleset
ip link del ${DEFAULT_BRIDGE} 2>/dev/null
rm -rf /lab/data/network /etc/systemd/system/docker.service.d
echo "$1" > /proc/sys/net/ipv4/ip_forward
for name in all default; do echo "$2" > /proc/sys/net/ipv6/conf/$name/forwarding; done
iptables -P FORWARD "$3"
ip6tables -P FORWARD "$4"
true`;

/** Ends the engine that runs, clears up after it, and starts one with these settings. */
export function startHost(lab: Lab, plan: HostPlan): void {
  if (lab.engine.running) {
    lab.mustHost('removing all containers', ['sh', '-c', 'old=$(docker ps -aq); [ -z "$old" ] || docker rm -f $old']);
    lab.stopEngine();
  }
  const { forwardingBefore, forwardPolicyBefore } = plan;
  const values = [
    ...FAMILIES.map((family) => (forwardingBefore[family] ? '1' : '0')),
    ...FAMILIES.map((family) => forwardPolicyBefore[family].toUpperCase()),
  ];
  lab.mustHost('clearing the host', ['sh', '-c', CLEAR, 'sh', ...values]);
  lab.writeFile('/etc/docker/daemon.json', JSON.stringify(daemonJson(plan)));
  if (plan.withoutRawRules) {
    const text = '[Service]\nEnvironment=DOCKER_INSECURE_NO_IPTABLES_RAW=1\n';
    lab.writeFile('/etc/systemd/system/docker.service.d/raw.conf', text);
  }
  lab.startEngine();
}

function daemonJson(plan: HostPlan): Record<string, unknown> {
  const bridge = plan.defaultBridge;
  const mark = plan.acceptMark;
  return {
    iptables: plan.iptables,
    ip6tables: plan.ip6tables,
    'userland-proxy': plan.userlandProxy,
    'ip-forward': plan.ipForward,
    ...(isSince(plan, '27.0') ? {} : { experimental: true }),
    ...(plan.ipForwardNoDrop ? { 'ip-forward-no-drop': true } : {}),
    ...(plan.allowDirectRouting ? { 'allow-direct-routing': true } : {}),
    ...(mark ? { 'bridge-accept-fwmark': mark.mask === 0xffffffff ? `${mark.value}` : `${mark.value}/${mark.mask}` } : {}),
    ...(bridge
      ? {
          bip: `${DEFAULT_GATEWAYS.ipv4}/16`,
          icc: bridge.icc,
          'ip-masq': bridge.masquerade,
          ...(bridge.ipv6 ? { ipv6: true, 'fixed-cidr-v6': DEFAULT_BLOCKS.ipv6 } : {}),
        }
      : { bridge: 'none' }),
  };
}

/** Turns one topology into another. */
export function changeTopology(lab: Lab, before: TopologyPlan | undefined, topology: TopologyPlan): void {
  const gone = <T extends { readonly name: string }>(old: readonly T[] = [], now: readonly T[]) => old.filter((one) => !now.includes(one));
  const added = <T extends { readonly name: string }>(old: readonly T[] = [], now: readonly T[]) => now.filter((one) => !old.includes(one));
  const containers = added(before?.containers, topology.containers);
  const onDefault = ({ networks }: ContainerPlan) => networks[0] === DEFAULT_BRIDGE;
  // A link wants the container that it leads to.
  const turns = [containers.filter(onDefault), ...containers.filter((one) => !onDefault(one)).map((one) => [one])];
  const lines = [
    'set -e',
    atOnce(gone(before?.containers, topology.containers).map(({ name }) => `docker rm -f ${name}`)),
    atOnce(gone(before?.networks, topology.networks).map(({ name }) => `docker network rm ${name}`)),
    ...added(before?.networks, topology.networks).map(networkCommand),
    atOnce(turns.filter((turn) => turn.length > 0).map((turn) => `( ${turn.flatMap(containerCommands).join(' && ')} )`)),
  ];
  lab.mustHost(`making ${topology.seed}`, ['sh', '-c', lines.join('\n')], { timeout: 120_000 });
}

/** The engine waits more than it works. */
function atOnce(commands: readonly string[]): string {
  return ['all=', ...commands.map((command) => `${command} & all="$all $!"`), 'for one in $all; do wait $one; done'].join('\n');
}

function networkCommand(network: NetworkPlan): string {
  const { name, internal, icc, masquerade, trusted, ipv4, ipv6 } = network;
  const options: Record<string, string | undefined> = {
    [`${OPTION}.name`]: name,
    [`${OPTION}.enable_icc`]: icc ? undefined : 'false',
    [`${OPTION}.enable_ip_masquerade`]: masquerade ? undefined : 'false',
    [`${OPTION}.trusted_host_interfaces`]: trusted.length > 0 ? trusted.join(':') : undefined,
    [`${OPTION}.gateway_mode_ipv4`]: ipv4.mode === 'nat' ? undefined : ipv4.mode,
    [`${OPTION}.gateway_mode_ipv6`]: ipv6 === undefined || ipv6.mode === 'nat' ? undefined : ipv6.mode,
    'com.docker.network.host_ipv4': ipv4.sourceAddress,
    'com.docker.network.host_ipv6': ipv6?.sourceAddress,
  };
  return [
    'docker network create --driver bridge',
    ...(internal ? ['--internal'] : []),
    `--subnet ${ipv4.block}`,
    ...(ipv6 ? ['--ipv6', `--subnet ${ipv6.block}`] : []),
    ...Object.entries(options).flatMap(([key, value]) => (value === undefined ? [] : [`-o ${key}=${value}`])),
    name,
  ].join(' ');
}

function containerCommands({ name, networks, ports, exposed, links }: ContainerPlan): string[] {
  const words = [
    // The default bridge must not be named: with a name the engine takes links for those of a network of ours.
    `docker create --restart always --name ${name}${networks[0] === DEFAULT_BRIDGE ? '' : ` --network ${networks[0]}`}`,
    ...ports.map((port) => `-p ${publish(port)}`),
    ...exposed.map(({ protocol, port }) => `--expose ${port}/${protocol}`),
    ...links.map((other) => `--link ${other}`),
    'lab:1',
  ];
  return [words.join(' '), ...networks.slice(1).map((network) => `docker network connect ${network} ${name}`), `docker start ${name}`];
}

function publish({ protocol, hostAddress, host, target, count }: PortPlan): string {
  const range = (first: number) => (count === 1 ? `${first}` : `${first}-${first + count - 1}`);
  const address = hostAddress === undefined ? '' : hostAddress.includes(':') ? `[${hostAddress}]:` : `${hostAddress}:`;
  return `${address}${range(host)}:${range(target)}/${protocol}`;
}

interface Inspected {
  readonly Name: string;
  readonly NetworkSettings: {
    readonly Networks: Readonly<Record<string, { readonly IPAddress: string; readonly GlobalIPv6Address: string }>>;
  };
}

/** The plan with the addresses that the engine gave. */
export function engineInput(lab: Lab, plan: HostPlan, topology: TopologyPlan): EngineInput {
  const names = topology.containers.map(({ name }) => name);
  const inspected = names.length > 0 ? (JSON.parse(lab.docker('inspect', ...names)) as Inspected[]) : [];
  const addresses = new Map(inspected.map(({ Name, NetworkSettings }) => [Name.slice(1), NetworkSettings.Networks]));
  const addressOf = (container: string, network: string): Partial<Record<Family, string>> => {
    const { IPAddress, GlobalIPv6Address } = addresses.get(container)![network === DEFAULT_BRIDGE ? 'bridge' : network];
    return { ...(IPAddress ? { ipv4: IPAddress } : {}), ...(GlobalIPv6Address ? { ipv6: GlobalIPv6Address } : {}) };
  };
  const endpointsOf = (network: string): EngineEndpoint[] =>
    topology.containers
      .filter(({ networks }) => networks.includes(network))
      .map((container) => ({
        ...addressOf(container.name, network),
        isGateway: isGateway(topology, container, network),
        ports: container.ports.map(({ protocol, hostAddress, host, target, count }) => ({
          protocol,
          ...(hostAddress === undefined ? {} : { hostAddress }),
          hostPort: { first: host, last: host + count - 1 },
          targetPort: { first: target, last: target + count - 1 },
        })),
      }));
  const networks = [...defaultNetwork(plan), ...topology.networks.map((network): EngineNetwork => toNetwork(network))];
  return {
    version: plan.version,
    firewall: plan.firewall,
    daemon: plan,
    networks: networks.map((network) => ({
      ...network,
      endpoints: endpointsOf(network.bridge),
      links: network.bridge === DEFAULT_BRIDGE ? linksOf(topology, addressOf) : [],
    })),
  };
}

function defaultNetwork({ defaultBridge, iptables }: HostPlan): EngineNetwork[] {
  if (!defaultBridge) {
    return [];
  }
  const { icc, masquerade, ipv6 } = defaultBridge;
  const subnet = (family: Family): EngineSubnet => ({ block: DEFAULT_BLOCKS[family], gateway: DEFAULT_GATEWAYS[family], mode: 'nat' });
  return [
    {
      bridge: DEFAULT_BRIDGE,
      internal: false,
      icc,
      masquerade: masquerade && iptables,
      trustedInterfaces: [],
      ipv4: subnet('ipv4'),
      ...(ipv6 ? { ipv6: subnet('ipv6') } : {}),
      endpoints: [],
      links: [],
    },
  ];
}

function toNetwork({ name, internal, icc, masquerade, trusted, ipv4, ipv6 }: NetworkPlan): EngineNetwork {
  const subnet = (plan: SubnetPlan): EngineSubnet => ({ ...plan, gateway: plan.block.replace(/0?\/.*$/, '1') });
  return {
    bridge: name,
    internal,
    icc,
    masquerade,
    trustedInterfaces: trusted,
    ipv4: subnet(ipv4),
    ...(ipv6 ? { ipv6: subnet(ipv6) } : {}),
    endpoints: [],
    links: [],
  };
}

/** The first network by name that leads outside; networks with both families go before those with one. */
function isGateway({ networks }: TopologyPlan, container: ContainerPlan, network: string): Record<Family, boolean> {
  if (network === DEFAULT_BRIDGE) {
    return { ipv4: true, ipv6: true };
  }
  const open = networks.filter(({ name, internal }) => container.networks.includes(name) && !internal);
  const byName = [...open].sort((a, b) => (a.name < b.name ? -1 : 1));
  const first = (among: readonly NetworkPlan[]) => among.find(({ ipv6 }) => ipv6) ?? among[0];
  return { ipv4: first(byName)?.name === network, ipv6: first(byName)?.name === network };
}

function linksOf(
  { containers }: TopologyPlan,
  addressOf: (container: string, network: string) => Partial<Record<Family, string>>,
): EngineLink[] {
  return containers.flatMap(({ name, links }) =>
    links.flatMap((other) => {
      const child = containers.find((container) => container.name === other)!;
      const [from, to] = [addressOf(name, DEFAULT_BRIDGE), addressOf(other, DEFAULT_BRIDGE)];
      const inside = [
        ...child.exposed,
        ...child.ports.flatMap(({ protocol, target, count }) => Array.from({ length: count }, (_, i) => ({ protocol, port: target + i }))),
      ];
      const distinct = [...new Map(inside.map((port) => [`${port.port}/${port.protocol}`, port])).values()];
      return distinct.map(({ protocol, port }) => ({ parent: from.ipv4!, child: to.ipv4!, protocol, port }));
    }),
  );
}
