import {
  Capability,
  Cidr,
  ContainerImage,
  DataVolume,
  EncryptedOverlay,
  EndpointMode,
  EngineVersion,
  HardenedService,
  Peer,
  Placement,
  Port,
  Reachability,
  SwarmCluster,
  SwarmConfig,
  SwarmSecret,
  VolumeMount,
  UpdatePolicy,
} from '../../../src';
import { IMAGE, newStack, synth } from '../../support/programs';
import { newNode, Services, SwarmProgram } from '../../support/swarms';
import { type Entry, told, value, whole } from '../entry';

const HTTP = Port.tcp(8080);
const CLIENTS = [Peer.cidr('198.51.100.0/24')];
const SECRET = { secretName: 'db', secretId: 'a1b2c3d4e5f6g7h8i9j0k1l2m' };

/** A swarm with properties that are refused, and as the message says. */
function swarm(
  code: Entry['code'],
  says: string[],
  follow: string,
  bad: object,
  mended: object,
  node: [bad: object, mended: object] = [{}, {}],
): Entry {
  return whole(code, told('app/Swarm', says, follow), (isMended) => {
    const p = new SwarmProgram(isMended ? mended : bad, node[isMended ? 1 : 0]);
    synth(p.stack);
    return p.cluster.clusterId.length === 12;
  });
}

function overlay(
  code: Entry['code'],
  says: string[],
  follow: string,
  bad: object,
  mended: object,
  check: (mesh: EncryptedOverlay) => unknown,
  node: [bad: object, mended: object] = [{}, {}],
): Entry {
  return whole(code, told('app/Mesh', says, follow), (isMended) => {
    const p = new Services({}, node[isMended ? 1 : 0]);
    const mesh = p.overlay('Mesh', isMended ? mended : bad);
    p.service('Web', mesh);
    synth(p.stack);
    return Boolean(check(mesh));
  });
}

function service(
  code: Entry['code'],
  says: string[],
  follow: string,
  bad: object | ((p: Services) => object),
  mended: object | ((p: Services) => object),
): Entry {
  return whole(code, told('app/Web', says, follow), (isMended) => {
    const p = new Services();
    const given = isMended ? mended : bad;
    p.service('Web', p.overlay('Mesh'), typeof given === 'function' ? given(p) : given);
    return p.resource('docker_service', 'app-web') !== undefined;
  });
}

/** A flow of a service that an overlay cannot have, and another one, or none. */
function flow(says: string[], follow: string, declare: (web: HardenedService, api: HardenedService, isMended: boolean) => void): Entry {
  return whole('OverlayFlow', told('app/Web', says, follow), (isMended) => {
    const p = new Services();
    const mesh = p.overlay('Mesh');
    const [web, api] = [p.service('Web', mesh), p.service('Api', isMended && follow.includes('separate') ? p.overlay('Own') : mesh)];
    declare(web, api, isMended);
    synth(p.stack);
    return Reachability.ofSwarm(p.cluster).canReach(web, api, HTTP);
  });
}

const volume = (p: Services) => ({ volumes: [VolumeMount.volume(new DataVolume(p.stack, 'Data', { daemon: p.manager }), '/data')] });

/** Swarms, overlays and services. */
export const SWARMS: readonly Entry[] = [
  swarm('SwarmNodes', ["'managers' is empty"], 'list at least one daemon', { managers: [] }, {}),
  swarm('DataPort', ["'dataPort' 7946 is used by Swarm"], 'use 4789', { dataPort: 7946 }, { dataPort: 4789 }),
  swarm('SwarmLiveRestore', ["'app/One' keeps containers running"], "set its 'liveRestore' to false", {}, {}, [
    { liveRestore: true },
    { liveRestore: false },
  ]),
  swarm(
    'SwarmPool',
    ["'addressPool' 10.20.0.0/16 overlaps with"],
    'choose a block that no node uses',
    { addressPool: Cidr.parse('10.20.0.0/16') },
    { addressPool: Cidr.parse('10.65.0.0/16') },
  ),
  swarm('OverlayMtu', ["'underlayMtu'", 'got 1000'], 'a whole number from 1280', { underlayMtu: 1000 }, { underlayMtu: 1280 }),
  swarm('NotADaemon', ["'managers' and 'workers' must be daemons"], 'of the class HardenedDaemon', { workers: [newStack()] }, {}),
  whole('SwarmNodes', told('app/Second', ["'app/One' is already a node of 'app/Swarm'"], 'remove it from one of the two'), (isMended) => {
    const p = new SwarmProgram();
    const managers = [isMended ? newNode(p.stack, 'Four', 14) : p.manager];
    const second = new SwarmCluster(p.stack, 'Second', { managers, addressPool: Cidr.parse('10.65.0.0/16') });
    return second.clusterId !== p.cluster.clusterId;
  }),
  whole('NotASwarm', told('app/Mesh', "'cluster' must be a SwarmCluster", 'a SwarmCluster'), (isMended) => {
    const p = new SwarmProgram();
    return new EncryptedOverlay(p.stack, 'Mesh', { cluster: (isMended ? p.cluster : p.manager) as never }).mtu === 1424;
  }),
  overlay(
    'OverlayEncryption',
    ["the engine 20.10 of 'app/One'", 'unencrypted'],
    "EngineVersion.of('20.10.24')",
    {},
    {},
    (mesh) => mesh.mtu === 1424,
    [{ engine: EngineVersion.V20_10 }, { engine: EngineVersion.of('20.10.24') }],
  ),
  overlay(
    'OverlayMtu',
    ["'mtu' 1500 does not fit into the 1500 bytes", 'leaves 1424'],
    'use a smaller value',
    { mtu: 1500 },
    { mtu: 1424 },
    (mesh) => mesh.mtu === 1424,
  ),
  overlay('VxlanId', ['got 42'], 'a whole number from 4096 to 16777215', { vxlanId: 42 }, { vxlanId: 4096 }, () => true),
  overlay(
    'SwarmPool',
    ["'ipv4Block' 10.99.0.0/24 is not part of the swarm's address pool (10.64.0.0/16)"],
    'choose a block of that pool',
    { ipv4Block: Cidr.parse('10.99.0.0/24') },
    { ipv4Block: Cidr.parse('10.64.9.0/24') },
    () => true,
  ),
  whole('VxlanIdTaken', told('app/MeshB', ["'app-meshb' and 'app-mesha'", '5000'], "give one of them another 'vxlanId'"), (isMended) => {
    const p = new Services();
    const [one, two] = [p.overlay('MeshA', { vxlanId: 5000 }), p.overlay('MeshB', { vxlanId: isMended ? 5001 : 5000 })];
    p.service('A', one);
    p.service('B', two);
    return synth(p.stack).names('docker_network').length === 2;
  }),
  flow(['a service has no egress to 203.0.113.7/32'], 'run the workload that needs egress as a HardenedContainer', (web, api, isMended) => {
    if (!isMended) web.connections.allowTo(Peer.address('203.0.113.7'), HTTP);
    web.connections.allowTo(api, HTTP);
  }),
  flow(['it cannot have a flow to or from one host'], 'publish a port', (web, api, isMended) => {
    if (isMended) web.publish(HTTP, { sources: CLIENTS });
    else web.connections.allowFrom(Peer.host(), HTTP);
    web.connections.allowTo(api, HTTP);
  }),
  flow(
    ['a conduit is a network of one host'],
    "place the two services in a separate overlay, and remove 'conduit'",
    (web, api, isMended) => {
      web.connections.allowTo(api, HTTP, isMended ? {} : { conduit: true });
    },
  ),
  service('NotAnOverlay', ["'overlay' must be an EncryptedOverlay"], 'run a HardenedContainer', { overlay: newStack() }, {}),
  service(
    'ServiceImage',
    [`'image' is the id ${IMAGE.text}`],
    "ContainerImage.fromRegistry('registry/name@sha256:…')",
    { image: IMAGE },
    { image: ContainerImage.fromRegistry(`registry.example/shop@sha256:${'b'.repeat(64)}`) },
  ),
  service(
    'ServiceValue',
    ["'onEveryNode' runs one task on each node"],
    'remove them',
    { onEveryNode: true, replicas: 3 },
    { onEveryNode: true },
  ),
  service(
    'ServiceValue',
    ['with CAP_NET_RAW a task can send from the addresses of other tasks'],
    'run it as a HardenedContainer',
    { capabilities: [Capability.of('NET_RAW', { reason: 'it sends its own pings' })] },
    {},
  ),
  service(
    'ServicePlacement',
    ["no node of 'app/Swarm' matches all of 'placements'"],
    'remove one of them',
    { placements: [Placement.MANAGERS, Placement.WORKERS] },
    { placements: [Placement.WORKERS] },
  ),
  service(
    'VolumeElsewhere',
    ["'app-data' is on 'app/One'", "tasks may run on 'app/Two'"],
    "add Placement.onNode() of 'app/One' to 'placements'",
    volume,
    (p) => ({ ...volume(p), placements: [Placement.onNode(p.manager)] }),
  ),
  service(
    'SecretInEnvironment',
    ["'environment.DB_PASSWORD'"],
    "add SwarmSecret.of({ secretName: 'db-password', secretId: '…' }) to 'secrets', and set DB_PASSWORD_FILE to '/run/secrets/db-password'",
    { environment: { DB_PASSWORD: 'hunter2' } },
    { environment: { DB_PASSWORD_FILE: '/run/secrets/db-password' }, secrets: [SwarmSecret.of({ ...SECRET, secretName: 'db-password' })] },
  ),
  whole('ServiceValue', told('app/Web', 'cannot publish tcp/8080 in mode INGRESS', 'use EndpointMode.VIP'), (isMended) => {
    const p = new Services();
    const web = p.service('Web', p.overlay('Mesh'), { endpointMode: isMended ? EndpointMode.VIP : EndpointMode.DNSRR });
    web.publish(HTTP, { sources: CLIENTS });
    return p.resource('docker_service', 'app-web').endpoint_spec.ports[0].published_port === 8080;
  }),
  value(
    'SwarmFile',
    told(undefined, "got 'db'", 'the id that docker secret create printed'),
    (isMended) => SwarmSecret.of({ ...SECRET, ...(!isMended && { secretId: 'db' }) }).target === '/run/secrets/db',
  ),
  value(
    'SwarmFile',
    told(undefined, "config 'shop' has 0 bytes", 'Swarm accepts 1 to 512000'),
    (isMended) => SwarmConfig.fromText('shop', isMended ? 'a' : '', '/etc/shop').text === 'a',
  ),
  value(
    'ServiceValue',
    told(undefined, "'parallelism'", 'a whole number from 1 to 1000'),
    (isMended) => UpdatePolicy.of({ parallelism: isMended ? 1 : 0 }).parallelism === 1,
  ),
];
