import { Network } from '@cdktf/provider-docker/lib/network';
import { Service } from '@cdktf/provider-docker/lib/service';
import {
  ConfigFile,
  ContainerImage,
  EncryptedOverlay,
  EngineVersion,
  type HardenedContainerProps,
  HealthCheck,
  Peer,
  Port,
} from '../../../src';
import { HOST_ADDRESS, Program } from '../programs';
import { SwarmProgram } from '../swarms';
import {
  accept,
  addClean,
  addNetwork,
  CLOSED_INSIDE,
  container,
  type FixPair,
  IMAGE,
  joined,
  network,
  NODE,
  ours,
  OVERLAY_OPTIONS,
  program,
  task,
} from './pair';

const PORTS = { ports: [{ internal: 8443, external: 8443, ip: HOST_ADDRESS }] };
const MODE = 'com.docker.network.bridge.gateway_mode_ipv4';
const open = { options: { ...CLOSED_INSIDE, [MODE]: 'nat-unprotected' } };
const VXLAN = { 'com.docker.network.driver.overlay.vxlanid_list': '4097' };
const overlay = { driver: 'overlay', options: OVERLAY_OPTIONS };

/** A hardened daemon, with what its settings cannot clear accepted as their fixes say. */
export function hardened(props: ConstructorParameters<typeof Program>[0] = {}): Program {
  const hostProgram = new Program({ dataPartition: true, ...props });
  ['BH-D08', 'BH-D10', 'BH-D11'].forEach((ruleId) => accept(hostProgram.daemon, ruleId));
  return hostProgram;
}

/** The same as a swarm of three. */
export function hardenedSwarm(props: ConstructorParameters<typeof SwarmProgram>[0] = {}): SwarmProgram {
  const swarm = new SwarmProgram(props, { dataPartition: true });
  [swarm.manager, ...swarm.workers].forEach((daemon) => ['BH-D08', 'BH-D10', 'BH-D11'].forEach((ruleId) => accept(daemon, ruleId)));
  return swarm;
}

function between(
  follows: readonly string[],
  left: { readonly inner?: boolean; readonly outer?: boolean; readonly accepts?: boolean },
): FixPair {
  return program(
    'BH-N04',
    follows,
    (raw, isFixed) => {
      const inner = addNetwork(raw, 'Inner', { internal: true }).id;
      const outer = addNetwork(raw, 'Outer').id;
      const names = [...(isFixed && left.inner ? [] : [inner]), ...(isFixed && left.outer ? [] : [outer])];
      const web = addClean(raw, 'Web', { networkMode: undefined, networksAdvanced: names.map((name) => ({ name })) });
      if (isFixed && left.accepts) accept(web, 'BH-N04');
    },
    { ...(left.accepts && { accepts: true }) },
  );
}

function withRaw6(engine: EngineVersion, config: object): Program {
  const { stack, daemon } = hardened({ engine });
  new Network(stack, 'Raw', { name: 'raw', options: CLOSED_INSIDE, provider: daemon._providerFor(stack), ...config });
  return { stack, daemon } as Program;
}

type Setting = Pick<HardenedContainerProps, 'environment' | 'aliases' | 'hostEntries' | 'configFiles'>;

/** Two containers of ours, the first with a setting that names something. */
function naming(
  follows: readonly string[],
  settings: (isFixed: boolean) => { readonly web?: Setting; readonly db?: Setting; readonly port?: number; readonly host?: boolean },
  more: Pick<FixPair, 'accepts'> = {},
): FixPair {
  const made = (isFixed: boolean) => {
    const host = hardened();
    const segment = host.segment('Front');
    const { web = {}, db = {}, port, host: asksHost } = settings(isFixed);
    const rest = { image: ContainerImage.fromRegistry(IMAGE), healthCheck: HealthCheck.command(['/healthy']) };
    const [first, second] = [host.container('Web', segment, { ...rest, ...web }), host.container('Db', segment, { ...rest, ...db })];
    for (const each of [first, second]) ['BH-C28', 'BH-C30'].forEach((ruleId) => accept(each, ruleId));
    if (port !== undefined) first.connections.allowTo(second, Port.tcp(port));
    if (asksHost) first.connections.allowTo(Peer.host(), Port.tcp(5432));
    if (isFixed && more.accepts) accept(first, 'BH-N09');
    return host.stack;
  };
  return ours('BH-N09', follows, made, more);
}

const url = (name: string): Setting => ({ environment: { DB_URL: `postgres://${name}/shop` } });

/** Networks, and who is on them. */
export const NETWORKS: readonly FixPair[] = [
  container(
    'BH-N01',
    ['create a docker_network, and refer to its id in a block', "'networks_advanced'"],
    { networkMode: undefined },
    {},
    {},
    (raw, isFixed) => (isFixed ? joined(raw) : {}),
  ),
  container(
    'BH-N01',
    ["set 'network_mode' to 'none' if the container needs no network"],
    { networkMode: 'bridge' },
    { networkMode: 'none' },
  ),
  network(
    'BH-N02',
    ["set 'encrypted' to 'true' in 'options', and permit ESP (IP protocol 50) between the nodes"],
    { driver: 'overlay', options: VXLAN },
    { options: OVERLAY_OPTIONS },
  ),
  // The first option of an overlay brings the trap of all of them.
  network(
    'BH-N02',
    ["set 'encrypted' to 'true' in 'options', and permit ESP (IP protocol 50) between the nodes"],
    { driver: 'overlay', options: undefined },
    { options: { encrypted: 'true' } },
    { thereafter: ['BH-T04'] },
  ),
  ours('BH-N02', ['use an EncryptedOverlay'], (isFixed) => {
    const { stack, cluster, manager } = hardenedSwarm();
    if (isFixed) new EncryptedOverlay(stack, 'Back', { cluster });
    else new Network(stack, 'Back', { name: 'back', driver: 'overlay', options: VXLAN, provider: manager._providerFor(stack) });
    return stack;
  }),
  ...[undefined, 'nat'].map((mode) =>
    program('BH-N03', [mode ? "set it to 'nat'" : 'remove the option', 'publish the ports that are needed'], (raw, isFixed) => {
      const options = { ...CLOSED_INSIDE, ...(mode && { [MODE]: mode }) };
      const name = addNetwork(raw, 'Front', isFixed ? { options } : open).id;
      addClean(raw, 'Web', { networkMode: undefined, networksAdvanced: [{ name }], ...(isFixed && PORTS) });
    }),
  ),
  between(['remove the container from one of the two networks'], { inner: true }),
  between(['remove the container from one of the two networks'], { outer: true }),
  between(['if it is the intended gateway between them, suppress this finding with that reason'], { accepts: true }),
  network(
    'BH-N05',
    ["set 'com.docker.network.bridge.enable_icc' to 'false' in 'options', and open individual pairs with rules in DOCKER-USER"],
    { options: undefined },
    { options: CLOSED_INSIDE },
  ),
  ours('BH-N05', ['use a BridgeSegment of a HardenedDaemon, which does both'], (isFixed) => {
    const host = hardened();
    if (isFixed) host.segment('Front');
    else new Network(host.stack, 'Front', { name: 'front', provider: host.daemon._providerFor(host.stack) });
    return host.stack;
  }),
  program(
    'BH-N06',
    ["remove 'attachable'", 'run the members of the network as services'],
    (raw, isFixed) => {
      const name = addNetwork(raw, 'Back', { ...overlay, ...(!isFixed && { attachable: true }) }).id;
      const add = (id: string) => new Service(raw.stack, id, { name: id, taskSpec: task({}, { networksAdvanced: [{ name }] }) });
      add('Api');
      if (isFixed) add('Web');
      else addClean(raw, 'Web', { networkMode: undefined, networksAdvanced: [{ name }] });
    },
    { engine: NODE },
  ),
  container(
    'BH-N07',
    ["give the container its own networks in 'networks_advanced'", "remove 'network_mode'"],
    {},
    {},
    {},
    (raw, isFixed) => {
      addClean(raw, 'Other', { image: IMAGE });
      return isFixed ? joined(raw) : { networkMode: 'container:other' };
    },
  ),
  naming(["write the 'dnsName' of the other container", 'declare the flow with connections.allowTo(other, port)'], (isFixed) => ({ web: url(isFixed ? 'app-db' : 'db'), port: 5432 })), // prettier-ignore
  naming(['declare the flow with connections.allowTo(other, port)'], (isFixed) => ({
    web: url('app-db:6432'),
    port: isFixed ? 6432 : 5432,
  })),
  naming(['declare the flow with connections.allowTo(other, port)'], (isFixed) => ({
    web: { configFiles: { files: [ConfigFile.fromText('/etc/web/site', '# other:81\nreverse_proxy app-db:8080\nlisten web:80\n')] } },
    port: isFixed ? 8080 : 5432,
  })),
  naming(['for a port of the host, declare it with allowTo(Peer.host(), port)', "write 'host.docker.internal'"], (isFixed) => ({ web: url(isFixed ? 'host.docker.internal' : HOST_ADDRESS), host: isFixed })), // prettier-ignore
  naming(["to keep the name, add it to 'aliases' of the other container"], (isFixed) => ({ web: url('db'), db: isFixed ? { aliases: ['db'] } : {}, port: 5432 })), // prettier-ignore
  naming(["to keep the name, add it", "or with an address outside to 'hostEntries'"], (isFixed) => ({ web: { ...url('db'), ...(isFixed && { hostEntries: { db: '198.51.100.7' } }) } })), // prettier-ignore
  naming(['if the program does not connect there, suppress this finding with that reason'], () => ({ web: url('db') }), { accepts: true }),
  ours('BH-N08', ["remove 'ipv6' and the IPv6 blocks of 'ipam_config'"], (isFixed) => {
    const ipamConfig = [{ subnet: 'fd00:1::/64', gateway: 'fd00:1::1' }];
    return withRaw6(EngineVersion.of('26.1'), isFixed ? {} : { ipv6: true, ipamConfig }).stack;
  }),
  ours(
    'BH-N08',
    [
      'use engine 27.0 or later, which writes rules for IPv6 by default',
      "earlier engines need 'ip6tables' and 'experimental' in daemon.json",
    ],
    (isFixed) => withRaw6(isFixed ? EngineVersion.of('27.0') : EngineVersion.of('26.1'), { ipv6: true }).stack,
  ),
];
