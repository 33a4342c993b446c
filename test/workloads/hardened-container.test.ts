import { Token } from 'cdktf';
import { Construct } from 'constructs';
import {
  Capability,
  ContainerImage,
  ContainerSysctl,
  ContainerUser,
  DataVolume,
  HardenedContainerProps,
  HealthCheck,
  ISegment,
  Peer,
  Port,
  RestartPolicy,
  VolumeMount,
} from '../../src';
import { LateContainer } from '../../src/private/bindings';
import type { ErrorCode } from '../../src/private/errors';
import { expectError } from '../support/errors';
import { IMAGE, Program } from '../support/programs';

/** The resource of one container with these props, in a segment of its own. */
function container(props: Partial<HardenedContainerProps> = {}, daemon = {}) {
  const program = new Program(daemon);
  program.container('Web', program.segment('Front'), props);
  return program.synth().container();
}

function refused(props: object, code: ErrorCode, says: string[]): void {
  const program = new Program();
  const front = program.segment('Front');
  expectError(() => program.container('Web', front, props), code, { path: 'app/Web', says });
  expect(program.stack.node.tryFindChild('Web')).toBeUndefined();
}

describe('by default', () => {
  test('everything is hardened; this is the whole resource', () => {
    const program = new Program();
    program.container('Web', program.segment('Front'));
    expect(program.synth().container()).toEqual({
      provider: 'docker',
      name: 'app-web',
      hostname: 'app-web',
      image: IMAGE.text,
      user: '10001:10001',
      init: true,
      capabilities: { drop: ['ALL'] },
      security_opts: ['no-new-privileges:true'],
      privileged: false,
      read_only: true,
      ipc_mode: 'private',
      tmpfs: { '/tmp': 'rw,noexec,nosuid,nodev,size=64m,mode=1777' },
      mounts: [{ type: 'bind', source: `/run/bulkhead/stamp-${program.daemon.daemonId}`, target: '/.bulkhead-guard', read_only: true }],
      memory: 256,
      memory_swap: 256,
      cpu_period: 100000,
      cpu_quota: 100000,
      ulimit: [{ name: 'nofile', soft: 1024, hard: 4096 }],
      log_driver: 'json-file',
      log_opts: { 'max-size': '10m', 'max-file': '3' },
      restart: 'unless-stopped',
      stop_timeout: 10,
      destroy_grace_seconds: 10,
      sysctls: { 'net.ipv4.ip_forward': '0' },
      labels: [{ label: 'bulkhead.settings', value: expect.stringMatching(/^[0-9a-f]{12}$/) }],
      dns: ['127.0.0.1'],
      networks_advanced: [{ name: expect.stringContaining('docker_network.Front'), ipv4_address: '10.20.0.2' }],
    });
  });

  test('the image of a registry is a resource that survives the container', () => {
    const program = new Program();
    const reference = `registry.example.com:5000/shop/web@sha256:${'a'.repeat(64)}`;
    program.container('Web', program.segment('Front'), { image: ContainerImage.fromRegistry(reference) });
    const synthesized = program.synth();
    expect(synthesized.resource('docker_image')).toEqual({ provider: 'docker', name: reference, keep_locally: true });
    expect(synthesized.container().image).toMatch(/^\$\{docker_image\.Web_Image_[0-9A-F]{8}\.image_id\}$/);
  });

  test('the default child is the container: overrides of single arguments arrive', () => {
    const program = new Program();
    const web = program.container('Web', program.segment('Front'));
    const resource = web.node.defaultChild as LateContainer;
    expect(resource).toBeInstanceOf(LateContainer);
    resource.addOverride('stdin_open', true);
    resource.addOverride('networks_advanced.0.gw_priority', 10);
    expect(program.synth().container()).toMatchObject({
      stdin_open: true,
      networks_advanced: [{ gw_priority: 10, ipv4_address: '10.20.0.2' }],
    });
  });
});

describe('what is given arrives', () => {
  test.each<[string, Partial<HardenedContainerProps>, object]>([
    ['name', { containerName: 'shop_web.1' }, { name: 'shop_web.1', hostname: 'shop_web.1' }],
    ['command', { command: ['serve', '--port=80'] }, { command: ['serve', '--port=80'] }],
    ['entrypoint', { entrypoint: ['/bin/app', ''] }, { entrypoint: ['/bin/app', ''] }],
    ['user', { user: ContainerUser.of(70, 71) }, { user: '70:71' }],
    ['group of the same number', { user: ContainerUser.of(70) }, { user: '70:70' }],
    ['working directory', { workingDirectory: '/srv/app' }, { working_dir: '/srv/app' }],
    ['memory, and no swap on top', { limits: { memoryMebibytes: 1024 } }, { memory: 1024, memory_swap: 1024 }],
    ['a quarter of a processor', { limits: { cpuMillis: 250 } }, { cpu_period: 100000, cpu_quota: 25000 }],
    ['log size', { limits: { logMebibytes: 50 } }, { log_opts: { 'max-size': '50m', 'max-file': '3' } }],
    ['stop timeout', { stopTimeoutSeconds: 60 }, { stop_timeout: 60, destroy_grace_seconds: 60 }],
    ['a writable root', { writableRootReason: 'writes its pid beside the program' }, { read_only: false }],
    ['ulimits', { limits: { ulimits: [{ limitName: 'nproc', soft: 64, hard: 64 }] } }, { ulimit: [{ name: 'nproc' }, { name: 'nofile', soft: 1024, hard: 4096 }] }], // prettier-ignore
    ['no restart, and none by Terraform', { restartPolicy: RestartPolicy.NO }, { restart: 'no', must_run: false }],
    ['restart', { restartPolicy: RestartPolicy.UNLESS_STOPPED }, { restart: 'unless-stopped' }],
    ['restarts', { restartPolicy: RestartPolicy.onFailure(3) }, { restart: 'on-failure', max_retry_count: 3 }],
    ['static address', { ipv4Address: '10.20.0.77' }, { networks_advanced: [{ ipv4_address: '10.20.0.77' }] }],
    ['aliases', { aliases: ['www', 'Web-1'] }, { networks_advanced: [{ aliases: ['www', 'Web-1'] }] }],
  ])('%s', (_, props, expected) => expect(container(props)).toMatchObject(expected));

  test('a policy without retries writes no count', () => {
    expect(container({ restartPolicy: RestartPolicy.UNLESS_STOPPED })).not.toHaveProperty('max_retry_count');
  });

  test('health checks, in the durations that the engine reads back', () => {
    const options = { intervalSeconds: 90, timeoutSeconds: 5, retries: 4, startPeriodSeconds: 3600 };
    expect(container({ healthCheck: HealthCheck.command(['wget', '-q', 'http://127.0.0.1/'], options) }).healthcheck).toEqual({
      test: ['CMD', 'wget', '-q', 'http://127.0.0.1/'],
      interval: '1m30s',
      timeout: '5s',
      retries: 4,
      start_period: '1h0m0s',
    });
    expect(container({ healthCheck: HealthCheck.shell('test -f /ok || exit 1') }).healthcheck).toMatchObject({
      test: ['CMD-SHELL', 'test -f /ok || exit 1'],
      interval: '30s',
    });
  });

  test('capabilities: once each, sorted, in the form that the engine reads back, and ALL stays dropped', () => {
    const capabilities = [
      Capability.SETUID,
      Capability.of('chown'),
      Capability.CHOWN,
      Capability.of('sys_nice', { reason: 'pins its threads' }),
    ];
    expect(container({ user: ContainerUser.root({ reason: 'its image has no other user' }), capabilities }).capabilities).toEqual({
      drop: ['ALL'],
      add: ['CAP_CHOWN', 'CAP_SETUID', 'CAP_SYS_NICE'],
    });
  });

  test('NET_RAW is told as a warning on the construct, with its reason', () => {
    const program = new Program();
    const web = program.container('Web', program.segment('Front'), {
      user: ContainerUser.root({ reason: 'its image has no other user' }),
      capabilities: [Capability.of('NET_RAW', { reason: 'pings its upstreams' })],
    });
    expect(web.node.metadata).toEqual([
      expect.objectContaining({ type: expect.stringMatching(/warn/), data: expect.stringContaining('CAP_NET_RAW (pings its upstreams)') }),
    ]);
  });

  test('sysctls beside ours', () => {
    const sysctls = [
      ContainerSysctl.somaxconn(4096),
      ContainerSysctl.unprivilegedPortStart(1024),
      ContainerSysctl.of('kernel.msgmax', '65536'),
    ];
    expect(container({ sysctls }).sysctls).toEqual({
      'net.ipv4.ip_forward': '0',
      'net.core.somaxconn': '4096',
      'net.ipv4.ip_unprivileged_port_start': '1024',
      'kernel.msgmax': '65536',
    });
  });

  test('volumes by reference, host paths read-only unless said otherwise', () => {
    const program = new Program();
    const data = new DataVolume(program.stack, 'Data', { daemon: program.daemon });
    const volumes = [
      VolumeMount.volume(data, '/var/lib/data/'),
      VolumeMount.hostPath('/srv//certs/', '/certs'),
      VolumeMount.hostPath('/srv/up', '/up', { readOnly: false }),
    ];
    program.container('Db', program.segment('Data0'), { volumes });
    const synthesized = program.synth();
    expect(synthesized.container('app-db').mounts.slice(1)).toEqual([
      {
        type: 'volume',
        source: expect.stringMatching(/^\$\{docker_volume\.Data_[0-9A-F]{8}\.name\}$/),
        ...{ target: '/var/lib/data', read_only: false },
        volume_options: { no_copy: true },
      },
      { type: 'bind', source: '/srv/certs', target: '/certs', read_only: true },
      { type: 'bind', source: '/srv/up', target: '/up', read_only: false },
    ]);
    expect(synthesized.resource('docker_volume')).toEqual({ provider: 'docker', name: 'app-data' });
  });

  test('without a guard only with a reason, and then with a warning', () => {
    const program = new Program({ startWithoutGuardReason: 'the lab has no firewall' });
    program.container('Web', program.segment('Front'));
    expect(program.synth().container().mounts).toEqual([]);
    expect(program.daemon.node.metadata).toContainEqual(
      expect.objectContaining({ data: expect.stringContaining('the lab has no firewall') }),
    );
  });
});

describe('what follows from flows', () => {
  const DNS = Port.udp(53);

  test.each<[string, string[] | undefined, (string | undefined)[], string[]]>([
    ['no egress: nobody is asked', undefined, [], ['127.0.0.1']],
    ['egress on port 53 to single addresses: those, sorted', undefined, ['9.9.9.9', '1.1.1.1'], ['1.1.1.1', '9.9.9.9']],
    ['egress on port 53 to a block: nobody is named', undefined, ['1.1.1.0/24'], ['127.0.0.1']],
    ['resolvers given with egress', ['1.1.1.2'], ['1.1.1.0/24'], ['1.1.1.2']],
    ['an empty list is no list: the engine would name the resolvers of the host', [], [], ['127.0.0.1']],
  ])('dns: %s', (_, dns, egress, expected) => {
    const program = new Program();
    const web = program.container('Web', program.segment('Front'), { dns: { servers: dns } });
    egress.forEach((to) => web.connections.allowTo(to!.includes('/') ? Peer.cidr(to!) : Peer.address(to!), DNS));
    expect(program.synth().container().dns).toEqual(expected);
  });

  test('dns without egress is told at synth', () => {
    const program = new Program();
    program.container('Web', program.segment('Front'), { dns: { servers: ['9.9.9.9'] } });
    expectError(() => program.synth(), 'ResolverWithoutEgress', {
      path: 'app/Web',
      says: ['9.9.9.9', "allowTo(Peer.address('9.9.9.9'), Port.udp(53))"],
    });
  });

  test('the name of the host is there for whoever may talk to it', () => {
    const program = new Program();
    const front = program.segment('Front');
    program.container('Web', front).connections.allowTo(Peer.host(), Port.tcp(9100));
    program.container('Idle', front).connections.allowFrom(Peer.host(), Port.tcp(80));
    const { container: named } = program.synth();
    expect(named('app-web').host).toEqual([{ host: 'host.docker.internal', ip: '10.20.0.1' }]);
    expect(named('app-idle')).not.toHaveProperty('host');
  });

  test('home first, joined segments next, the gateway network last; aliases at home only', () => {
    const program = new Program();
    const [alpha, front] = [program.segment('Alpha'), program.segment('Front')];
    const web = program.container('Web', front, { aliases: ['www'] });
    web.publish(Port.tcp(80));
    web.connections.allowTo(program.container('Api', alpha), Port.tcp(8080));
    const networks = program.synth().container('app-web').networks_advanced;
    expect(networks.map((n: { name: string }) => n.name.replace(/.*docker_network\.(\w+)_[0-9A-F]{8}.*/, '$1'))).toEqual([
      'Front',
      'Alpha',
      'Front_Gateway',
    ]);
    expect(networks.map((n: { aliases?: string[] }) => n.aliases)).toEqual([['www'], undefined, undefined]);
  });

  test.each([
    ['tcp', Port.tcpRange(5000, 5002), Port.tcpRange(6000, 6002)],
    ['udp', Port.udpRange(5000, 5002), Port.udpRange(6000, 6002)],
    ['sctp', Port.sctpRange(5000, 5002), Port.sctpRange(6000, 6002)],
  ])('ports of %s are written when they are rendered, however late they were declared', (protocol, published, targetPort) => {
    const program = new Program();
    const web = program.container('Web', program.segment('Front'));
    expect(program.synth().container()).not.toHaveProperty('ports');
    web.publish(published, { targetPort });
    expect(program.synth().container().ports).toEqual(
      [0, 1, 2].map((i) => ({ ip: '127.0.0.1', external: 5000 + i, internal: 6000 + i, protocol })),
    );
  });

  test('address and name work in the environment of another', () => {
    const program = new Program();
    const front = program.segment('Front');
    const api = program.container('Api', front);
    program.container('Web', front, { environment: { API: `http://${api.dnsName}:8080`, API_IP: api.ipv4Address } });
    expect(program.synth().container('app-web').env).toEqual(['API=http://app-api:8080', 'API_IP=10.20.0.2']);
  });
});

describe('past the construct', () => {
  test.each<[string, string, unknown]>([
    ['privileged', 'privileged', true],
    ['privileged by an expression', 'privileged', '${var.privileged}'],
    ['the network of the host', 'network_mode', 'host'],
    ['the network of another container', 'network_mode', 'container:web'],
    ['a network by an expression', 'network_mode', '${var.mode}'],
    ['the processes of the host', 'pid_mode', 'host'],
    ['the IPC of the host', 'ipc_mode', 'host'],
    ['the users of the host', 'userns_mode', 'host'],
    ['the cgroups of the host', 'cgroupns_mode', 'host'],
    ['a device', 'devices', [{ host_path: '/dev/kmsg' }]],
    ['the socket as a volume', 'volumes', [{ host_path: '/var/run/docker.sock', container_path: '/s' }]],
    ['the socket as a mount', 'mounts.0', { type: 'bind', source: '/run/docker.sock', target: '/s' }],
    ['the socket with more behind it', 'volumes', [{ host_path: '/run/docker.sock/.', container_path: '/s' }]],
    ['the socket in an expression', 'volumes', [{ host_path: '${var.watch ? "/run/docker.sock" : "/srv"}', container_path: '/s' }]],
    ['the socket of another engine', 'volumes', [{ host_path: '/run/podman/podman.sock', container_path: '/s' }]],
    [
      'the socket behind a volume',
      'mounts.0',
      { type: 'volume', target: '/s', volume_options: { driver_options: { o: 'bind', device: '/run/containerd/containerd.sock' } } },
    ],
    [
      'the socket in a layer',
      'mounts.0',
      { type: 'volume', target: '/s', volume_options: { driver_options: { o: 'lowerdir=/srv:/run/docker.sock' } } },
    ],
  ])('%s by an override is refused at synth', (_, key, value) => {
    const program = new Program();
    const web = program.container('Web', program.segment('Front'));
    (web.node.defaultChild as LateContainer).addOverride(key, value);
    expectError(() => program.synth(), 'HostAccessRefused', {
      path: 'app/Web',
      says: [`'${key.split('.')[0].replace('mounts', 'volumes')}'`, 'remove it'],
    });
  });

  test('a file that is no socket of an engine', () => {
    const program = new Program();
    const web = program.container('Web', program.segment('Front')).node.defaultChild as LateContainer;
    web.addOverride('mounts.0', { type: 'bind', source: '/srv/docker.socks', target: '/s' });
    expect(() => program.synth()).not.toThrow();
  });

  test('the setters of the resource, too', () => {
    const program = new Program();
    const web = program.container('Web', program.segment('Front')).node.defaultChild as LateContainer;
    web.privileged = true;
    web.networkMode = 'host';
    expectError(() => program.synth(), 'HostAccessRefused', { path: 'app/Web' });
  });

  test.each(['privileged', 'networkMode', 'pidMode', 'ipcMode', 'usernsMode', 'utsMode', 'cgroupnsMode'])(
    '%s as a prop, which only other languages and casts can pass, is refused at once',
    (key) => refused({ [key]: 'host' }, 'HostAccessRefused', [`'${key}'`]),
  );
});

test.each<[string, ErrorCode, object, string[]]>([
  ['name of one letter', 'ContainerNameTooShort', { containerName: 'x' }, ["'x'", 'two characters']],
  ['name with a blank', 'ContainerName', { containerName: 'a b' }, ["'a b'", '2 to 63']],
  ['name of 64', 'ContainerName', { containerName: 'a'.repeat(64) }, ['aaaa']],
  ['a user as text', 'UserNumber', { user: 'app:www' }, ['ContainerUser.of(10001)']],
  ['alias', 'AliasName', { aliases: ['a_b'] }, ["'a_b'"]],
  ['address', 'AddressSyntax', { ipv4Address: '10.20.0' }, ["'10.20.0'"]],
  ['resolver', 'AddressSyntax', { dns: { servers: ['dns.example'] } }, ["'dns.example'"]],
  ['working directory', 'MountTarget', { workingDirectory: 'srv' }, ["'srv'"]],
  ['memory too small', 'MemoryLimit', { limits: { memoryMebibytes: 15 } }, ['16', 'got 15']],
  ['memory of a fraction', 'MemoryLimit', { limits: { memoryMebibytes: 64.5 } }, ['64.5']],
  ['processor', 'CpuLimit', { limits: { cpuMillis: 9 } }, ['got 9']],
  ['log', 'LogLimit', { limits: { logMebibytes: 0 } }, ['got 0']],
  ['stop timeout', 'StopTimeout', { stopTimeoutSeconds: 3601 }, ['3601']],
  ['reason', 'ReasonTooShort', { writableRootReason: 'because' }, ['because', '10 characters']],
  ['ulimit unknown', 'UlimitValue', { limits: { ulimits: [{ limitName: 'files', soft: 1, hard: 1 }] } }, ["'files'", 'nofile']],
  ['ulimit twice', 'UlimitValue', { limits: { ulimits: [1, 2].map((n) => ({ limitName: 'nofile', soft: n, hard: n })) } }, ['twice']],
  [
    'soft above hard',
    'UlimitValue',
    { limits: { ulimits: [{ limitName: 'nofile', soft: 2, hard: 1 }] } },
    ['soft limit of nofile', 'got 2'],
  ],
  ['two mounts at one place', 'MountTarget', { volumes: [VolumeMount.hostPath('/srv/a', '/tmp')] }, ["'/tmp'", 'a different path']],
  ['a mount over the stamp', 'MountTarget', { volumes: [VolumeMount.hostPath('/srv/a', '/.bulkhead-guard')] }, ["'/.bulkhead-guard'"]],
  ['an image as text', 'NotAnImage', { image: 'nginx' }, ['ContainerImage']],
  [
    'memory as a token',
    'UnresolvedValue',
    { limits: { memoryMebibytes: Token.asNumber({ resolve: () => 64 }) } },
    ["'limits.memoryMebibytes'"],
  ],
])('refused: %s', (_, code, props, says) => refused(props, code, says));

test.each([
  ['another construct', (program: Program) => new Construct(program.stack, 'X'), 'an object of class Construct'],
  ['a daemon', (program: Program) => program.daemon, 'HardenedDaemon'],
  ['a look-alike', () => ({ networkName: 'app-front', node: { path: 'app/Front' } }), 'class Object'],
  ['nothing', () => undefined, "'segment' is required"],
])('NotASegment: %s', (_, make, shown) => {
  const program = new Program();
  const segment = make(program) as unknown as ISegment;
  expectError(() => program.container('Web', segment as never), 'NotASegment', { path: 'app/Web', says: [shown, 'BridgeSegment'] });
});

test('DuplicateName, and the refused one leaves no node', () => {
  const program = new Program();
  const front = program.segment('Front');
  program.container('W-1', front);
  expectError(() => program.container('W_1', front), 'DuplicateName', { path: 'app/W_1', says: ["'app-w-1'", "'app/W-1'"] });
  expect(program.stack.node.tryFindChild('W_1')).toBeUndefined();
  program.container('W_1', front, { containerName: 'other' });
  expect(program.synth().names('docker_container')).toEqual(['app-w-1', 'other']);
});
