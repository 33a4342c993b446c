import { Aspects, Lazy, TerraformStack, Testing, Token } from 'cdktf';
import {
  BridgeSegment,
  Capability,
  Cidr,
  DaemonConnection,
  DataVolume,
  Device,
  EngineVersion,
  HardenedContainer,
  HealthCheck,
  LogDriver,
  Peer,
  Port,
  VolumeMount,
} from '../../src';
import type { ErrorCode } from '../../src/private/errors';
import { expectError } from '../support/errors';
import { HOST_ADDRESS, IMAGE, METACHARACTERS, newDaemon, Program, terraformUnescape } from '../support/programs';

const HTTPS = Port.tcp(443);
const on = (hostAddress: string) => ({ hostAddress, sources: [Peer.anyIpv4()] });

/** Law 6: one program each, up to synth: wherever the mistake can be known first. */
test.each<[string, ErrorCode, string[], (program: Program) => unknown]>([
  ['an unaligned block', 'CidrHasHostBits', ['10.20.0.0/24'], () => Cidr.parse('10.20.0.5/24')],
  [
    'blocks that overlap',
    'BlockOverlap',
    ['10.20.0.0/23', '10.20.1.0/24', '[app/Edge]'],
    (p) => ['10.20.0.0/23', '10.20.1.0/24'].forEach((b, i) => p.segment(`S${i}`, { ipv4Block: Cidr.parse(b) })),
  ],
  [
    "a block of Docker's own pools",
    'BlockOverlap',
    ['172.17.0.0/24', "Docker's own"],
    (p) => p.segment('S', { ipv4Block: Cidr.parse('172.17.0.0/24') }),
  ],
  [
    'an address outside its block',
    'AddressOutsideBlock',
    ['[app/W]', '10.21.0.5'],
    (p) => p.container('W', p.segment('S'), { ipv4Address: '10.21.0.5' }),
  ],
  ['an IPv6 address', 'AddressOutsideBlock', ['[app/W]', 'fd00::5'], (p) => p.container('W', p.segment('S'), { ipv4Address: 'fd00::5' })],
  [
    'the gateway as address',
    'AddressIsGateway',
    ['[app/W]', '10.20.0.1'],
    (p) => p.container('W', p.segment('S'), { ipv4Address: '10.20.0.1' }),
  ],
  [
    "an address of Docker's range",
    'AddressInDockerRange',
    ['[app/W]', '10.20.0.250'],
    (p) => p.container('W', p.segment('S'), { ipv4Address: '10.20.0.250' }),
  ],
  [
    'one address twice',
    'AddressTaken',
    ['10.20.0.9'],
    (p) => {
      const s = p.segment('S');
      ['V', 'W'].forEach((id) => p.container(id, s, { ipv4Address: '10.20.0.9' }));
    },
  ],
  ['a bridge name too long', 'BridgeNameTooLong', ['[app/S]', '(16)'], (p) => p.segment('S', { bridgeName: 'bh-sixteen-chars' })],
  ['names that Docker takes for one', 'DuplicateName', ['[app/S_1]', 'app/S-1'], (p) => ['S-1', 'S_1'].forEach((id) => p.segment(id))],
  [
    'a container of one letter',
    'ContainerNameTooShort',
    ['[app/W]', "'x'"],
    (p) => p.container('W', p.segment('S'), { containerName: 'x' }),
  ],
  ['port 0', 'PortOutOfRange', ['got 0'], () => Port.tcp(0)],
  ['port 65536', 'PortOutOfRange', ['got 65536'], () => Port.udp(65536)],
  [
    'a publication for everybody who finds it',
    'PublishNeedsSources',
    ['[app/W]', '0.0.0.0'],
    (p) => p.container('W', p.segment('S')).publish(HTTPS, { hostAddress: '0.0.0.0' }),
  ],
  [
    'a publication where none may be',
    'SegmentForbidsPublication',
    ['[app/W]', 'inside only'],
    (p) => p.container('W', p.segment('S', { noPublicationsReason: 'inside only' })).publish(HTTPS),
  ],
  [
    'one host port twice',
    'PublicationConflict',
    ['[app/W]', 'tcp/443'],
    (p) => [1, 2].reduce((w) => (w.publish(HTTPS, on(HOST_ADDRESS)), w), p.container('W', p.segment('S'))),
  ],
  [
    'ranges that overlap',
    'PublicationConflict',
    ['tcp/8000-8010'],
    (p) => [8010, 8011].reduce((w, last) => (w.publish(Port.tcpRange(8000, last), on(HOST_ADDRESS)), w), p.container('W', p.segment('S'))),
  ],
  [
    'a wildcard over an address',
    'PublicationConflict',
    [HOST_ADDRESS],
    (p) => [HOST_ADDRESS, '0.0.0.0'].reduce((w, a) => (w.publish(HTTPS, on(a)), w), p.container('W', p.segment('S'))),
  ],
  ['an unknown engine', 'UnknownEngineVersion', ["'31.0'"], () => EngineVersion.of('31.0')],
  ['plain TCP', 'PlainTcpRefused', ['tcp://'], () => DaemonConnection.fromUrl('tcp://192.0.2.10:2375')],
  ['NET_ADMIN for no reason', 'CapabilityNeedsReason', ['CAP_NET_ADMIN'], () => Capability.of('NET_ADMIN')],
  [
    'a pool that is full',
    'PoolExhausted',
    ['10.20.0.0/24'],
    (p) => {
      const daemon = newDaemon(p.stack, { addressPool: Cidr.parse('10.20.0.0/24') }, 'Small');
      ['A', 'B'].forEach((id) => p.segment(id, { daemon }));
    },
  ],
])('%s', (_, code, says, declare) => {
  const program = new Program();
  expectError(() => { declare(program); program.synth(); }, code, { says }); // prettier-ignore
});

/** Every text prop of the API, as a piece of a program that puts the text there. */
const TEXT_PROPS: Record<string, (p: Program, text: string) => unknown> = {
  networkName: (p, t) => p.segment('S', { networkName: t }),
  bridgeName: (p, t) => p.segment('S', { bridgeName: t }),
  noPublicationsReason: (p, t) => p.segment('S', { noPublicationsReason: t }),
  containerName: (p, t) => p.container('W', p.segment('S'), { containerName: t }),
  ipv4Address: (p, t) => p.container('W', p.segment('S'), { ipv4Address: t }),
  command: (p, t) => p.container('W', p.segment('S'), { command: [t] }),
  entrypoint: (p, t) => p.container('W', p.segment('S'), { entrypoint: [t] }),
  'environment value': (p, t) => p.container('W', p.segment('S'), { environment: { A: t } }),
  'environment name': (p, t) => p.container('W', p.segment('S'), { environment: { [t]: '' } }),
  'notSecret reason': (p, t) => p.container('W', p.segment('S'), { environment: { A: '' }, notSecretReasons: { A: t } }),
  writableRootReason: (p, t) => p.container('W', p.segment('S'), { writableRootReason: t }),
  'executable tmpfs reason': (p, t) => p.container('W', p.segment('S'), { executableTmpfsReasons: { '/tmp': t } }),
  'tmpfs path': (p, t) => p.container('W', p.segment('S'), { tmpfsMebibytes: { [`/${t}`]: 1 } }),
  workingDirectory: (p, t) => p.container('W', p.segment('S'), { workingDirectory: `/${t}` }),
  aliases: (p, t) => p.container('W', p.segment('S'), { aliases: [t] }),
  'label value': (p, t) => p.container('W', p.segment('S'), { labels: { a: t } }),
  'label name': (p, t) => p.container('W', p.segment('S'), { labels: { [t]: 'a' } }),
  hostname: (p, t) => p.container('W', p.segment('S'), { hostname: t }),
  timeZone: (p, t) => p.container('W', p.segment('S'), { timeZone: t }),
  runtime: (p, t) => p.container('W', p.segment('S'), { runtime: t }),
  'path of a runtime': (p, t) => newDaemon(p.stack, { runtimes: { x: `/${t}` } }, 'Second'),
  'log tag': (p, t) => p.container('W', p.segment('S'), { logDriver: LogDriver.journald({ tag: t }) }),
  'syslog server': (p, t) => p.container('W', p.segment('S'), { logDriver: LogDriver.syslog(`udp://${t}:514`) }),
  'syslog facility': (_, t) => LogDriver.syslog('udp://a:514', { facility: t }),
  'why nothing is logged': (p, t) => p.container('W', p.segment('S'), { logDriver: LogDriver.none({ reason: `${t} and more` }) }),
  device: (_, t) => Device.of(`/dev/serial/by-id/${t}`, { reason: 'it reads the meter' }),
  'device reason': (p, t) => p.container('W', p.segment('S'), { devices: [Device.of('/dev/kvm', { reason: `${t} and more` })] }),
  'device permissions': (_, t) => Device.of('/dev/kvm', { reason: 'it reads the meter', permissions: t }),
  dns: (p, t) => p.container('W', p.segment('S'), { dns: { servers: [t] } }),
  ulimit: (p, t) => p.container('W', p.segment('S'), { limits: { ulimits: [{ limitName: t, soft: 1, hard: 1 }] } }),
  'health check word': (p, t) => p.container('W', p.segment('S'), { healthCheck: HealthCheck.command([t]) }),
  'health check line': (p, t) => p.container('W', p.segment('S'), { healthCheck: HealthCheck.shell(t) }),
  volumeName: (p, t) => new DataVolume(p.stack, 'V', { daemon: p.daemon, volumeName: t }),
  'mount source': (p, t) => p.container('W', p.segment('S'), { volumes: [VolumeMount.hostPath(`/srv/${t}`, '/x')] }),
  'mount target': (p, t) => p.container('W', p.segment('S'), { volumes: [VolumeMount.hostPath('/srv/x', `/${t}`)] }),
  'publication address': (p, t) => p.container('W', p.segment('S')).publish(HTTPS, on(t)),
  'peer block': (_, t) => Peer.cidr(t),
  'peer address': (_, t) => Peer.address(t),
  'flow description': (p, t) => p.container('W', p.segment('S')).connections.allowTo(Peer.anyIpv4(), HTTPS, { description: t }),
  'daemon address': (p, t) => newDaemon(p.stack, { hostAddress: t }, 'Second'),
  'daemon further address': (p, t) => newDaemon(p.stack, { additionalHostAddresses: [t] }, 'Second'),
  providerVersion: (p, t) => newDaemon(p.stack, { providerVersion: t }, 'Second'),
  registryMirrors: (p, t) => newDaemon(p.stack, { registryMirrors: [t] }, 'Second'),
  enginePackages: (p, t) => newDaemon(p.stack, { enginePackages: [t] }, 'Second'),
  startWithoutGuardReason: (p, t) => newDaemon(p.stack, { startWithoutGuardReason: t }, 'Second'),
  'engine version': (_, t) => EngineVersion.of(t),
  capability: (_, t) => Capability.of(t),
  'capability reason': (_, t) => Capability.of('NET_RAW', { reason: t }),
  socket: (_, t) => DaemonConnection.socket(t),
  'TLS directory': (p, t) => newDaemon(p.stack, { connection: DaemonConnection.tls({ host: 'h', certificateDirectory: t }) }, 'Second'),
};

const HOSTILE = [METACHARACTERS, 'a\nb', 'a\r\nb', 'a\u0000b', 'a\u001bb', 'a\u2028b', '${path.module}', '$${x}', '%{ if true }x%{ endif }', 'a"b', "a'b; reboot", '- a: b', '`id`', '$(reboot)', '"\n-A FORWARD -j ACCEPT\n"']; // prettier-ignore

/** All texts of a document as Terraform reads them; throws where Terraform would evaluate one of a user's. Our own references are taken out first. */
function textsOf(json: unknown): string[] {
  if (typeof json === 'string') return /^\$\{docker_[a-z]+\.[A-Za-z0-9_-]+\.[a-z_]+\}$/.test(json) ? [] : [terraformUnescape(json)];
  if (Array.isArray(json)) return json.flatMap(textsOf);
  return typeof json === 'object' && json !== null ? Object.entries(json).flatMap(([key, value]) => [key, ...textsOf(value)]) : [];
}

/** Reasons and descriptions do not stand in the JSON at all. */
const NOT_IN_JSON = [
  'noPublicationsReason',
  'notSecret reason',
  'writableRootReason',
  'executable tmpfs reason',
  'flow description',
  'startWithoutGuardReason',
  'capability reason',
  'why nothing is logged',
  'device reason',
  'TLS directory',
];

test.each(Object.entries(TEXT_PROPS))('law 7: %s refuses what is hostile at once, or passes on the same bytes', (prop, put) => {
  for (const text of HOSTILE) {
    const program = new Program();
    let error: Error | undefined;
    try {
      put(program, text);
    } catch (thrown) {
      error = thrown as Error;
    }
    if (error) {
      expect(error.message).toMatch(/ \([A-Z][A-Za-z]+\)$/);
      expect(error.message.split('\n').length).toBe(1);
    } else {
      const { json } = program.synth();
      const texts = textsOf(json.resource);
      if (!NOT_IN_JSON.includes(prop)) expect(texts.some((found) => found === text || found.endsWith(text))).toBe(true);
    }
  }
});

const TOKENS: Record<string, string> = {
  string: Token.asString({ resolve: () => 'x' }),
  lazy: Lazy.stringValue({ produce: () => 'x' }),
  list: Token.asList({ resolve: () => ['x'] })[0],
};
/** These may be Terraform references: the container gets them as they come. */
const MAY_BE_LATE = ['label value', 'command', 'entrypoint', 'environment value', 'health check word', 'health check line'];

describe.each(Object.entries(TOKENS))('a %s token', (_, token) => {
  test.each(Object.entries(TEXT_PROPS).filter(([prop]) => !MAY_BE_LATE.includes(prop)))('is refused for %s', (_prop, put) => {
    expect(() => put(new Program(), token)).toThrow(/\(UnresolvedValue\)$/);
  });
});

test('a string token is what the container gets where it may be late', () => {
  const program = new Program();
  const token = Token.asString({ resolve: () => 'resolved' });
  program.container('W', program.segment('S'), { command: [token], environment: { A: `<${token}>` } });
  expect(program.synth().container()).toMatchObject({ command: ['resolved'], env: ['A=<resolved>'] });
});

test('number tokens are refused, whatever range they are in', () => {
  const token = Token.asNumber({ resolve: () => 64 });
  const limits = ['memoryMebibytes', 'cpuMillis', 'logMebibytes'];
  const props: [string, object][] = [
    ...limits.map((key): [string, object] => [key, { limits: { [key]: token } }]),
    ['stopTimeoutSeconds', { stopTimeoutSeconds: token }],
  ];
  for (const [prop, given] of props) {
    const program = new Program();
    expectError(() => program.container('W', program.segment('S'), given), 'UnresolvedValue', { path: 'app/W', says: [prop] });
  }
});

test('an aspect on the stack sees constructs, and its mistake has a code, too', () => {
  const stack = new TerraformStack(Testing.app(), 'app');
  const daemon = newDaemon(stack);
  const segment = new BridgeSegment(stack, 'S', { daemon });
  new HardenedContainer(stack, 'W', { segment, image: IMAGE });
  Aspects.of(stack).add({ visit: (node) => void (node instanceof HardenedContainer && node.connections.allowTo(node, HTTPS)) });
  expectError(() => Testing.synth(stack, true), 'FlowToSelf', { path: 'app/W' });
});
