import { ContainerSysctl, Device, EngineVersion, type HardenedContainerProps, type HardenedDaemonProps, LogDriver } from '../../src';
import { daemonJson } from '../../src/daemon/private/daemon-json';
import type { LateContainer } from '../../src/private/bindings';
import type { ErrorCode } from '../../src/private/errors';
import { expectError } from '../support/errors';
import { Program } from '../support/programs';

function container(props: Partial<HardenedContainerProps>, daemon: Partial<HardenedDaemonProps> = {}) {
  const program = new Program(daemon);
  program.container('Web', program.segment('Front'), props);
  return program.synth().container();
}

const refused = (code: ErrorCode, props: Partial<HardenedContainerProps>, says: string[]) =>
  expectError(() => container(props), code, { path: 'app/Web', says });

const REASON = 'it makes a tunnel of its own';

describe('logs', () => {
  test.each<[what: string, driver: LogDriver | undefined, name: string, options: object | undefined]>([
    ['nothing said', undefined, 'json-file', { 'max-size': '10m', 'max-file': '3' }],
    ['files', LogDriver.jsonFile(), 'json-file', { 'max-size': '10m', 'max-file': '3' }],
    ['more of them', LogDriver.jsonFile({ files: 5, compress: true }), 'json-file', { 'max-size': '10m', 'max-file': '5', 'compress': 'true' }], // prettier-ignore
    ['files of the engine', LogDriver.local({ compress: false }), 'local', { 'max-size': '10m', 'max-file': '3', compress: 'false' }],
    ['one file of the engine', LogDriver.local({ files: 1 }), 'local', { 'max-size': '10m', 'max-file': '1', compress: 'false' }],
    ['all marks', LogDriver.journald({ tag: 'a {{.Name}}/{{ .ID }}' }), 'journald', { tag: 'a {{.Name}}/{{ .ID }}' }],
    ['the journal', LogDriver.journald(), 'journald', undefined],
    ['the journal with a tag', LogDriver.journald({ tag: '{{.Name}}' }), 'journald', { tag: '{{.Name}}' }],
    ['a server', LogDriver.syslog('tcp+tls://logs.example.com:6514', { facility: 'local0', format: 'rfc5424' }), 'syslog', { 'syslog-address': 'tcp+tls://logs.example.com:6514', 'syslog-facility': 'local0', 'syslog-format': 'rfc5424' }], // prettier-ignore
    ['nowhere', LogDriver.none({ reason: 'it prints what customers write' }), 'none', undefined],
  ])('%s', (_, logDriver, name, options) => {
    const resource = container({ logDriver });
    expect([resource.log_driver, resource.log_opts]).toEqual([name, options]);
  });

  test('the size of files is that of the limits', () => {
    const props = { logDriver: LogDriver.local(), limits: { logMebibytes: 7 } };
    expect(container(props).log_opts).toEqual({ 'max-size': '7m', 'max-file': '3' });
  });

  test.each(['udp://192.0.2.20:514', 'tcp://[2001:db8::1]:514', 'tcp+tls://logs:6514', 'udp://127.0.0.1:514'])(
    '%s is a server',
    (address) => {
      expect(LogDriver.syslog(address)._syslogAddress).toBe(address);
    },
  );

  test.each([
    'logs.example.com:514',
    'http://logs:514',
    'udp://logs',
    'udp://:514',
    'udp://logs:0',
    'udp://logs:65536',
    'unix:///dev/log',
    'udp://1.2.3:514',
    'udp://-a:514',
    'udp://[::g]:514',
    'udp://a b:514',
    'udp://user@logs:514',
  ])('%s is none', (address) =>
    expectError(() => LogDriver.syslog(address), 'LogOption', { says: [`'${address}'`, 'udp, tcp or tcp+tls'] }),
  );

  test.each<[what: string, make: () => unknown, code: ErrorCode]>([
    ['no files', () => LogDriver.jsonFile({ files: 0 }), 'LogOption'],
    ['one file that is compressed', () => LogDriver.local({ files: 1, compress: true }), 'LogOption'],
    ['a facility', () => LogDriver.syslog('udp://a:1', { facility: 'local8' }), 'LogOption'],
    ['a format', () => LogDriver.syslog('udp://a:1', { format: 'json' }), 'LogOption'],
    ['a tag with a line', () => LogDriver.journald({ tag: 'a\nb' }), 'ControlCharacter'],
    ...['{{.Nmae}}', '{{.Name', '.Name}}', '{{}}', '{{{{.Name}}}}'].map((tag): [string, () => unknown, ErrorCode] => [`the tag ${tag}`, () => LogDriver.journald({ tag }), 'LogOption']), // prettier-ignore
    ['no reason', () => LogDriver.none({ reason: 'short' }), 'ReasonTooShort'],
  ])('%s is refused', (_, make, code) => expectError(make, code));

  test('a limit that has no effect is refused', () => {
    refused('LogLimit', { logDriver: LogDriver.journald(), limits: { logMebibytes: 5 } }, ["'journald' writes no file", 'remove it']);
  });

  test('a container as the server is refused', () => {
    refused('LogOption', { logDriver: LogDriver.syslog('udp://10.20.0.5:514') }, ['10.20.0.5', '10.20.0.0/16']);
  });

  test('a name in its place is refused', () => refused('PropertyShape', { logDriver: 'journald' as never }, ["'logDriver'"]));
});

describe('devices', () => {
  test('each in full, in a fixed order, and known to verify.sh', () => {
    const devices = [
      Device.of('/dev/snd', { reason: 'it plays the bell of the door', permissions: 'rwm' }),
      Device.of('/dev/net/tun', { reason: REASON }),
    ];
    const program = new Program();
    program.container('Web', program.segment('Front'), { devices });
    expect(program.synth().container().devices).toEqual([
      { host_path: '/dev/net/tun', container_path: '/dev/net/tun', permissions: 'rw' },
      { host_path: '/dev/snd', container_path: '/dev/snd', permissions: 'rwm' },
    ]);
    expect(program.topology().workloads[0].devices).toEqual(['/dev/snd', '/dev/net/tun']);
  });

  test('all graphics processors', () => {
    const resource = container({ devices: [Device.allGpus({ reason: 'it trains a model of the shop' })] });
    expect([resource.gpus, resource.devices]).toEqual(['all', undefined]);
  });

  test.each([
    ['/dev/sda', 'files of the host'],
    ['/dev/mem', 'memory'],
    ['/dev/fuse', 'CAP_SYS_ADMIN'],
    ['/dev/other', 'not one that Bulkhead knows'],
    ['/dev/net/../sda', 'not one that Bulkhead knows'],
    ['/srv/tun', "a path below '/dev'"],
    ['/dev/net/tun:/dev/x', 'not one that Bulkhead knows'],
    ['/dev/a b', "a path below '/dev'"],
  ])('%s is refused', (path, says) => expectError(() => Device.of(path, { reason: REASON }), 'DeviceRefused', { says: [path, says] }));

  test.each(['', 'x', 'wr', 'rwmm', 'R'])('permissions %j are refused', (permissions) =>
    expectError(() => Device.of('/dev/net/tun', { reason: REASON, permissions }), 'DevicePermissions'),
  );

  test('without a reason, or twice', () => {
    expectError(() => Device.of('/dev/net/tun', { reason: 'vpn' }), 'ReasonTooShort');
    refused('DeviceRefused', { devices: [1, 2].map(() => Device.of('/dev/net/tun', { reason: REASON })) }, ['twice']);
  });

  test.each<[what: string, key: string, value: unknown]>([
    ['another device', 'devices', [{ host_path: '/dev/sda' }]],
    ['another device at its place', 'devices.0', { host_path: '/dev/sda', container_path: '/dev/net/tun' }],
    ['graphics processors', 'gpus', 'all'],
    ['requests', 'device_requests', [{ driver: 'cdi' }]],
    ['rules', 'device_cgroup_rules', ['c 1:1 rwm']],
  ])('%s by an override is refused at synth, beside a declared one as well', (_, key, value) => {
    for (const devices of [undefined, [Device.of('/dev/net/tun', { reason: REASON })]]) {
      const program = new Program();
      const web = program.container('Web', program.segment('Front'), { devices });
      (web.node.defaultChild as LateContainer).addOverride(key, value);
      expectError(() => program.synth(), 'HostAccessRefused', { path: 'app/Web', says: [`'${key.split('.')[0]}'`] });
    }
  });
});

describe('another runtime', () => {
  const daemon = { runtimes: { runsc: '/usr/local/bin/runsc' } };

  test('that the daemon has', () => {
    expect(container({ runtime: 'runsc' }, daemon).runtime).toBe('runsc');
    expect(container({ runtime: 'runc' }).runtime).toBe('runc');
    expect(container({ runtime: 'io.containerd.kata.v2' }).runtime).toBe('io.containerd.kata.v2');
    expect(container({})).not.toHaveProperty('runtime');
  });

  test('is in daemon.json', () => {
    const text = daemonJson(EngineVersion.of('20.10.24'), { liveRestore: true, logMebibytes: 10, registryMirrors: [], ...daemon });
    expect(JSON.parse(text).runtimes).toEqual({ runsc: { path: '/usr/local/bin/runsc' } });
    expect(container({}, daemon)).not.toHaveProperty('runtime');
  });

  test('that nobody gave the daemon is refused', () => {
    refused('ContainerRuntime', { runtime: 'runsc' }, ["runtimes: { runsc: '/usr/local/bin/runsc' }"]);
    refused('ContainerRuntime', { runtime: 'run c' }, ["got 'run c'"]);
    refused('ContainerRuntime', { runtime: 'nvidia' }, ['Device.allGpus({ reason })']);
  });

  test.each([[{ runc: '/usr/bin/runc' }], [{ x: 'bin/x' }], [{ 'a b': '/x' }], [{ x: '/a b' }]])(
    'a daemon with %j is refused',
    (runtimes) => {
      expectError(() => new Program({ runtimes: runtimes as never }), 'ContainerRuntime', { path: 'app/Edge' });
    },
  );
});

test('VPN clients may set one parameter of the interfaces, to what it is for', () => {
  expect(ContainerSysctl.of('net.ipv4.conf.all.src_valid_mark', '1').text).toBe('1');
  expectError(() => ContainerSysctl.of('net.ipv4.conf.all.src_valid_mark', '2'), 'SysctlGuarded');
  expectError(() => ContainerSysctl.of('net.ipv4.conf.eth0.src_valid_mark', '1'), 'SysctlGuarded');
  expectError(() => ContainerSysctl.of('net.ipv4.conf.all.rp_filter', '1'), 'SysctlGuarded');
});
