import { SOCKETS } from './sockets';
import {
  Capability,
  Cidr,
  ContainerImage,
  ContainerNetwork,
  ContainerSysctl,
  ContainerUser,
  DataVolume,
  EncryptedOverlay,
  HardenedContainer,
  HealthCheck,
  Peer,
  Port,
  Reachability,
  RestartPolicy,
  SwarmCluster,
  VolumeMount,
  WorkloadGroup,
} from '../../../src';
import { IMAGE, newDaemon, type Program } from '../../support/programs';
import { newNode } from '../../support/swarms';
import { type Entry, program, told, value } from '../entry';
import { STARTS } from './starts';

const HTTP = Port.tcp(8080);
const DIGEST = `nginx@sha256:${'a'.repeat(64)}`;
const AT_START = ContainerUser.rootAtStart({ reason: 'the entry point makes its folders' });
const REASON = 'it watches the interfaces of the host';

/** A container with properties that are refused, and as the message says; what is looked at is its resource. */
export function container(
  code: Entry['code'],
  says: string[],
  follow: string,
  bad: object,
  mended: object,
  check: (resource: any) => unknown = () => true,
): Entry {
  return program(code, told('app/Web', says, follow), (p, isMended) => {
    p.container('Web', p.segment('Front'), isMended ? mended : bad);
    return (s) => check(Object.values<any>(s.json.resource.docker_container)[0]);
  });
}

/** The same without a segment. */
function segmentless(
  code: Entry['code'],
  says: string[],
  follow: string,
  make: (p: Program, isMended: boolean) => HardenedContainer,
): Entry {
  return program(code, told('app/Agent', says, follow), (p, isMended) => {
    make(p, isMended);
    return (s) => s.names('docker_container').includes('app-agent');
  });
}

function agent(p: Program, props: object): HardenedContainer {
  return new HardenedContainer(p.stack, 'Agent', { image: IMAGE, ...props });
}

const host = (p: Program) => ({ daemon: p.daemon, network: ContainerNetwork.host({ reason: REASON }) });
const none = (p: Program) => ({ daemon: p.daemon, network: ContainerNetwork.none({ reason: 'it only reads a volume' }) });
const mounted = ({ mounts }: any) => mounts.map(({ source }: any) => source);
const ulimit = (soft: number) => ({ limits: { ulimits: [{ limitName: 'nofile', soft, hard: 1024 }] } });
const dns = (options: object) => ({ dns: options });

/** Containers, and what they are made of. */
export const CONTAINERS: readonly Entry[] = [
  ...STARTS,
  container(
    'InertCapability',
    ['CAP_CHOWN', '10001:10001', 'Docker gives capabilities only to root'],
    'ContainerUser.root({ reason })',
    { capabilities: [Capability.CHOWN] },
    { capabilities: [Capability.CHOWN], user: ContainerUser.root({ reason: 'the image keeps a process of root' }) },
    ({ user, capabilities }) => user === '0:0' && capabilities.add.join() === 'CAP_CHOWN',
  ),
  container(
    'RootCannotDrop',
    ['CAP_SETGID'],
    "add Capability.SETUID and Capability.SETGID to 'capabilities'",
    { user: AT_START, capabilities: [Capability.SETUID] },
    { user: AT_START, capabilities: [Capability.SETUID, Capability.SETGID] },
    ({ user }) => user === '0:0',
  ),
  container(
    'RootAtStartCapability',
    ['CAP_KILL', 'is lost when the image drops root'],
    'remove it',
    { user: AT_START, capabilities: [Capability.SETUID, Capability.SETGID, Capability.KILL] },
    { user: AT_START, capabilities: [Capability.SETUID, Capability.SETGID] },
    ({ user }) => user === '0:0',
  ),
  container(
    'ContainerName',
    ["got 'my web'"],
    '2 to 63 letters, digits, _, . or -',
    { containerName: 'my web' },
    { containerName: 'my-web' },
    ({ name }) => name === 'my-web',
  ),
  container(
    'ContainerNameTooShort',
    ["got 'x'"],
    'at least two characters',
    { containerName: 'x' },
    { containerName: 'xy' },
    ({ name }) => name === 'xy',
  ),
  container(
    'HostAccessRefused',
    ["'privileged' is refused", 'is root on the host'],
    'remove it',
    { privileged: true },
    {},
    ({ privileged }) => privileged !== true,
  ),
  program(
    'HostAccessRefused',
    told('app/Web', ["'privileged' was set by an override", 'is root on the host'], 'remove it'),
    (p, isMended) => {
      const web = p.container('Web', p.segment('Front'));
      if (!isMended) (web.node.findChild('Resource') as unknown as { addOverride(path: string, to: unknown): void }).addOverride('privileged', true); // prettier-ignore
      return (s) => s.container('app-web').privileged !== true;
    },
  ),
  container(
    'NotAnImage',
    ["'image' must be made by ContainerImage"],
    `ContainerImage.fromRegistry('${DIGEST}')`,
    { image: DIGEST },
    { image: ContainerImage.fromRegistry(DIGEST) },
  ),
  value(
    'ImageReference',
    told(undefined, "'Nginx Latest' is not an image reference", "'registry/name@sha256:<64 hexadecimal characters>'"),
    (isMended) => ContainerImage.fromRegistry(isMended ? `registry.example/${DIGEST}` : 'Nginx Latest').pulled,
  ),
  value(
    'ImageWithoutDigest',
    told(undefined, "'nginx:1.27' has no digest", "write 'name@sha256:…'"),
    (isMended) => ContainerImage.fromRegistry(isMended ? DIGEST : 'nginx:1.27').pulled,
  ),
  value(
    'ImageWithoutDigest',
    told(undefined, "'nginx:1.27' has no digest", 'or pass a tagReason'),
    (isMended) => ContainerImage.fromRegistry('nginx:1.27', isMended ? { tagReason: 'an example, digests follow' } : {}).pulled,
  ),
  value(
    'RootUser',
    told(undefined, "'uid' is 0, which is root", 'ContainerUser.of(10001)'),
    (isMended) => ContainerUser.of(isMended ? 10001 : 0).text === '10001:10001',
  ),
  container(
    'UserNumber',
    ["'user' must be made by ContainerUser"],
    'ContainerUser.of(10001)',
    { user: 'nginx' },
    { user: ContainerUser.of(10001) },
    ({ user }) => user === '10001:10001',
  ),
  container(
    'SearchDomain',
    ["got 'shop example'"],
    "or '.' alone",
    dns({ searchDomains: ['shop example'] }),
    dns({ searchDomains: ['.'] }),
    ({ dns_search }) => dns_search[0] === '.',
  ),
  container(
    'ResolverOption',
    ["'dns.options' contains 'ndots:20'"],
    'ndots:0 to ndots:15',
    dns({ options: ['ndots:20'] }),
    dns({ options: ['ndots:15'] }),
    ({ dns_opts }) => dns_opts[0] === 'ndots:15',
  ),
  container('HostEntryName', ["'hostEntries' contains 'localhost'"], 'remove it', { hostEntries: { localhost: '198.51.100.7' } }, {}),
  container(
    'HostEntryAddress',
    ["the entry 'pay.example' leads to 2001:db8::7"],
    'use a DNS server for that name',
    { hostEntries: { 'pay.example': '2001:db8::7' } },
    dns({ servers: ['127.0.0.1'] }),
  ),
  program(
    'HostEntryAddress',
    told('app/Web', ["the entry 'api' leads to 10.20.0.9", 'contains only containers'], 'use the dnsName of the workload'),
    (p, isMended) => {
      const api = p.container('Api', p.segment('Back'));
      const props = isMended ? { environment: { API: api.dnsName } } : { hostEntries: { api: '10.20.0.9' } };
      const web = p.container('Web', p.segment('Front'), props);
      web.connections.allowTo(api, HTTP);
      return (s) => s.container('app-web').env[0] === 'API=app-api' && Reachability.of(p.daemon).resolves(web, api);
    },
  ),
  container(
    'AliasName',
    ["got 'www_shop'"],
    "a DNS name of letters, digits and '-'",
    { aliases: ['www_shop'] },
    { aliases: ['www.shop'] },
    (r) => r.networks_advanced[0].aliases[0] === 'www.shop',
  ),
  value(
    'UnknownCapability',
    told(undefined, "'NET_ADMN' is not a Linux capability", 'use a name that capabilities(7) lists'),
    (isMended) => Capability.of(isMended ? 'NET_ADMIN' : 'NET_ADMN', { reason: 'it makes the tunnels' }).text === 'CAP_NET_ADMIN',
  ),
  value(
    'CapabilityNeedsReason',
    told(undefined, "'CAP_NET_ADMIN' has effects outside the container", "Capability.of('CAP_NET_ADMIN', { reason: 'why' })"),
    (isMended) => Capability.of('NET_ADMIN', isMended ? { reason: 'it makes the tunnels' } : {}).reason !== undefined,
  ),
  value(
    'SysctlNotNamespaced',
    told(undefined, "'vm.swappiness' belongs to the host", 'a container has only its own net.*'),
    (isMended) => ContainerSysctl.of(isMended ? 'net.core.somaxconn' : 'vm.swappiness', '512').text === '512',
  ),
  value(
    'SysctlGuarded',
    told(undefined, "'net.ipv4.ip_forward' is required by the guard", 'remove it'),
    (isMended) => (isMended ? [] : [ContainerSysctl.of('net.ipv4.ip_forward', '1')]).length === 0,
  ),
  value(
    'SysctlValue',
    told(undefined, "'somaxconn'", 'a whole number from 1 to 65535'),
    (isMended) => ContainerSysctl.somaxconn(isMended ? 65535 : 70000).text === '65535',
  ),
  container(
    'EnvironmentName',
    ["'MY NAME' is not a name"],
    "use letters, digits, '_', '.' and '-'",
    { environment: { 'MY NAME': 'x' } },
    { environment: { MY_NAME: 'x' } },
    ({ env }) => env[0] === 'MY_NAME=x',
  ),
  container(
    'SecretInEnvironment',
    ["'environment.CSS_TOKEN'"],
    "notSecretReasons: { CSS_TOKEN: '…' }",
    { environment: { CSS_TOKEN: 'red' } },
    { environment: { CSS_TOKEN: 'red' }, notSecretReasons: { CSS_TOKEN: 'it only names a colour' } },
    ({ env }) => env[0] === 'CSS_TOKEN=red',
  ),
  container(
    'NotSecretUnused',
    ["'notSecretReasons' contains 'TOKEN'", "not a variable of 'environment'"],
    'remove it',
    { notSecretReasons: { TOKEN: 'it only names a colour' } },
    {},
  ),
  ...SOCKETS,
  value(
    'SensitiveHostPath',
    told(undefined, "'/etc/nginx' is in '/etc'", "such as '/srv/nginx'"),
    (isMended) => VolumeMount.hostPath(isMended ? '/srv/nginx' : '/etc/nginx', '/etc/nginx').source === '/srv/nginx',
  ),
  container(
    'MountTarget',
    ["two mounts have the target '/tmp'"],
    'give each mount a different path',
    { volumes: [VolumeMount.hostPath('/srv/x', '/tmp')] },
    { volumes: [VolumeMount.hostPath('/srv/x', '/data')] },
    (r) => mounted(r).includes('/srv/x'),
  ),
  container(
    'MountTarget',
    ["'tmpfsMebibytes' is '/proc/app'", 'runc starts no container'],
    "choose another path, such as '/srv/data'",
    { tmpfsMebibytes: { '/proc/app': 1 } },
    { tmpfsMebibytes: { '/srv/data': 1 } },
    ({ tmpfs }) => Object.keys(tmpfs).join() === '/srv/data',
  ),
  container(
    'NotExecutable',
    ["'command[1]' has 131072 bytes"],
    'put the text into a file that the container mounts',
    { command: ['run', 'x'.repeat(131_072)] },
    { command: ['run', '/settings/text'], volumes: [VolumeMount.hostPath('/srv/settings', '/settings')] },
    (r) => mounted(r).includes('/srv/settings'),
  ),
  container(
    'NotExecutable',
    ["the first word of 'entrypoint' is ''"],
    'write the path of the program first',
    { entrypoint: ['', '-v'] },
    { entrypoint: ['/bin/app', '-v'] },
    (r) => r.entrypoint[0] === '/bin/app',
  ),
  container(
    'NotExecutable',
    ["'command' contains an empty word"],
    "to 'entrypoint', which takes empty words",
    { command: ['--password', ''] },
    { entrypoint: ['/bin/app', '--password', ''] },
    (r) => r.entrypoint[2] === '',
  ),
  container(
    'SysctlValue',
    ["'sysctls' sets net.core.somaxconn to '1' and to '2'"],
    'remove one of them',
    { sysctls: [ContainerSysctl.somaxconn(1), ContainerSysctl.somaxconn(2)] },
    { sysctls: [ContainerSysctl.somaxconn(2)] },
    ({ sysctls }) => sysctls['net.core.somaxconn'] === '2',
  ),
  program('VolumeName', told('app/Data', "got 'my data'", '2 to 58 letters, digits, _, . or -'), (p, isMended) => {
    new DataVolume(p.stack, 'Data', { daemon: p.daemon, volumeName: isMended ? 'my-data' : 'my data' });
    return (s) => s.names('docker_volume')[0] === 'my-data';
  }),
  program(
    'VolumeElsewhere',
    told('app/Web', ["'app-data' is on 'app/Other'", "'app/Edge'"], 'use a volume of the daemon of the container'),
    (p, isMended) => {
      const daemon = isMended ? p.daemon : newDaemon(p.stack, {}, 'Other');
      const volumes = [VolumeMount.volume(new DataVolume(p.stack, 'Data', { daemon }), '/data')];
      p.container('Web', p.segment('Front'), { volumes });
      return (s) => s.container('app-web').mounts.some(({ target }: any) => target === '/data');
    },
  ),
  value(
    'HealthCheckValue',
    told(undefined, 'a health check needs a command', "HealthCheck.command(['/healthy'])"),
    (isMended) => HealthCheck.command(isMended ? ['/healthy'] : []).test.length === 2,
  ),
  value(
    'RestartRetries',
    told(undefined, 'got 0', 'a whole number from 1 to 100'),
    (isMended) => RestartPolicy.onFailure(isMended ? 1 : 0).maxRetries === 1,
  ),
  container('UlimitValue', ['soft limit of nofile', 'got 2048'], 'a whole number from 0 to 1024', ulimit(2048), ulimit(1024), (r) =>
    r.ulimit.some((each: any) => each.soft === 1024),
  ),
  container(
    'MemoryLimit',
    ["'limits.memoryMebibytes'", 'got 6'],
    'a whole number from 16',
    { limits: { memoryMebibytes: 6 } },
    { limits: { memoryMebibytes: 16 } },
    ({ memory }) => memory === 16,
  ),
  container(
    'CpuLimit',
    ["'limits.cpuMillis'", 'got 5'],
    'a whole number from 10',
    { limits: { cpuMillis: 5 } },
    { limits: { cpuMillis: 10 } },
    ({ cpu_quota }) => cpu_quota === 1000,
  ),
  container(
    'TmpfsSize',
    ['tmpfsMebibytes of /tmp', 'got 0'],
    'a whole number from 1',
    { tmpfsMebibytes: { '/tmp': 0 } },
    { tmpfsMebibytes: { '/tmp': 1 } },
  ),
  container('StopTimeout', ['got 0'], 'a whole number from 1 to 3600', { stopTimeoutSeconds: 0 }, { stopTimeoutSeconds: 1 }),
  segmentless('NetworkChoice', ["'segment' and 'network' are both set"], 'remove one of them', (p, isMended) =>
    agent(p, { ...(isMended ? {} : { segment: p.segment('Front') }), ...host(p) }),
  ),
  segmentless('HostNetworkRefused', ["'aliases' is set"], 'remove it', (p, isMended) =>
    agent(p, { ...host(p), ...(isMended ? {} : { aliases: ['x'] }) }),
  ),
  segmentless('HostNetworkRefused', ['the program publishes tcp/8080'], 'place it in a segment', (p, isMended) => {
    const made = agent(p, isMended ? { segment: p.segment('Front') } : host(p));
    made.publish(HTTP);
    return made;
  }),
  segmentless('NoNetworkRefused', ['app/Agent is on no network'], 'place it in a segment', (p, isMended) => {
    const made = agent(p, isMended ? { segment: p.segment('Front') } : none(p));
    made.connections.allowTo(Peer.address('203.0.113.7'), HTTP);
    return made;
  }),
  program('NotAWorkload', told('app/Group', "'members' must be workloads", 'such as a HardenedContainer'), (p, isMended) => {
    const front = p.segment('Front');
    const web = p.container('Web', front);
    new WorkloadGroup(p.stack, 'Group', { members: [(isMended ? web : front) as never] });
    return (s) => s.names('docker_container').length === 1;
  }),
  program('EmptyGroup', told('app/Group', "'members'", 'must name at least one workload'), (p, isMended) => {
    const web = p.container('Web', p.segment('Front'));
    new WorkloadGroup(p.stack, 'Group', { members: isMended ? [web] : [] });
    return (s) => s.names('docker_container').length === 1;
  }),
  program('OverlayTakesServices', told('app/Web', "'segment' is an overlay", 'place the container in a BridgeSegment'), (p, isMended) => {
    const manager = newNode(p.stack, 'Node', 20);
    const cluster = new SwarmCluster(p.stack, 'Swarm', { managers: [manager], addressPool: Cidr.parse('10.64.0.0/16') });
    p.container(
      'Web',
      isMended ? p.segment('Front') : (new EncryptedOverlay(p.stack, 'Mesh', { cluster, unencryptedReason: REASON }) as never),
    );
    return (s) => s.names('docker_container').length === 1;
  }),
];
