// What a container may use, and what it has besides files and networks.
import { type Bad, type Draw, ODD, REASON } from './draw';
import { ContainerSysctl, Device, LogDriver, type Ulimit } from '../../../src';

const numbers = (code: string, ...values: unknown[]): Bad[] => values.map((value): Bad => [value, code, JSON.stringify(value)]);

export function drawLimits(draw: Draw): void {
  draw.one('limits.memoryMebibytes', {
    good: [16, 64, 100, 256, 1024, 1_048_576],
    bad: numbers('MemoryLimit', 15, 0, -1, 64.5, 1_048_577, '64', NaN, Infinity),
    told: (value, facts) => (facts.memory = value),
  });
  draw.one('limits.cpuMillis', {
    good: [10, 250, 1000, 1500, 1_024_000],
    bad: numbers('CpuLimit', 9, 0, -1, 0.5, 1_024_001, '1'),
    told: (value, facts) => (facts.cpuMillis = value),
  });
  draw.one('limits.sharedMemoryMebibytes', {
    good: [1, 6, 80, 1000],
    bad: numbers('SharedMemory', 0, -1, 1.5, 1_048_577),
    told: (value, facts) => (facts.sharedMemory = value),
  });
  drawUlimits(draw);
}

/** Hard limits are within those of the machine, which only a process with CAP_SYS_RESOURCE may raise. */
const ULIMITS: readonly Ulimit[] = [
  { limitName: 'nofile', soft: 512, hard: 2048 },
  { limitName: 'nofile', soft: 4096, hard: 4096 },
  { limitName: 'nproc', soft: 4000, hard: 5000 },
  { limitName: 'memlock', soft: 32_768, hard: 65_536 },
  { limitName: 'memlock', soft: 0, hard: 0 },
  { limitName: 'core', soft: 0, hard: 0 },
  { limitName: 'stack', soft: 8_388_608, hard: 16_777_216 },
  { limitName: 'fsize', soft: 1_000_000_000, hard: 9_007_199_254_740_991 },
  { limitName: 'cpu', soft: 10_000, hard: 20_000 },
  { limitName: 'data', soft: 1_000_000_000, hard: 1_000_000_000 },
  { limitName: 'locks', soft: 10, hard: 20 },
  { limitName: 'msgqueue', soft: 1000, hard: 2000 },
  { limitName: 'nice', soft: 0, hard: 0 },
  { limitName: 'rss', soft: 1000, hard: 2000 },
  { limitName: 'rtprio', soft: 0, hard: 0 },
  { limitName: 'rttime', soft: 1000, hard: 2000 },
  { limitName: 'sigpending', soft: 100, hard: 200 },
];

function drawUlimits(draw: Draw): void {
  const chosen = draw.random.some(ULIMITS, draw.random.int(0, 4));
  const names = chosen.map(({ limitName }) => limitName);
  const isTwice = new Set(names).size < names.length;
  const bad: Ulimit[] = [
    { limitName: 'files', soft: 1, hard: 1 },
    { limitName: 'NOFILE', soft: 1, hard: 1 },
    { limitName: 'RLIMIT_NOFILE', soft: 1, hard: 1 },
    { limitName: '', soft: 1, hard: 1 },
    { limitName: 'core', soft: 2, hard: 1 },
    { limitName: 'core', soft: -1, hard: -1 },
    { limitName: 'nproc', soft: 1.5, hard: 2 },
    { limitName: 'memlock', soft: -1, hard: 65_536 },
    { limitName: 'nofile', soft: 1, hard: 2_147_483_648 },
  ];
  draw.one<Ulimit[]>('limits.ulimits', {
    often: 0.25,
    good: [chosen],
    bad: [
      ...bad.map((ulimit): Bad => [[ulimit], 'UlimitValue', ulimit.limitName]),
      [[{ limitName: 'core', soft: 1 }], 'PropertyMissing', 'hard'],
      [{ nofile: 1024 }, 'PropertyShape', 'ulimits'],
    ],
    told: (ulimits, facts) => ulimits.forEach(({ limitName, soft, hard }) => (facts.ulimits[limitName] = [soft, hard])),
  });
  if (draw.props.has('limits.ulimits') && isTwice) draw.refuse('UlimitValue', 'twice');
}

type Sysctl = readonly [name: string, value: string, make?: () => ContainerSysctl];

export function drawSysctls(draw: Draw): void {
  const { random, facts } = draw;
  const good: Sysctl[] = [
    ['net.core.somaxconn', '1', () => ContainerSysctl.somaxconn(1)],
    ['net.core.somaxconn', '65535', () => ContainerSysctl.somaxconn(65_535)],
    ['net.ipv4.ip_unprivileged_port_start', '1024', () => ContainerSysctl.unprivilegedPortStart(1024)],
    ['net.ipv4.tcp_keepalive_time', '32767', () => ContainerSysctl.tcpKeepaliveSeconds(32_767)],
    ['kernel.shmmax', '9007199254740991', () => ContainerSysctl.shmmaxBytes(Number.MAX_SAFE_INTEGER)],
    ['kernel.shmmax', '1', () => ContainerSysctl.shmmaxBytes(1)],
    ['kernel.msgmax', '65536'],
    ['kernel.sem', '250 32000 100 128'],
    ['net.ipv4.ip_local_port_range', '20000 30000'],
    ['net.ipv4.tcp_fin_timeout', '30'],
    ['fs.mqueue.msg_max', '20'],
  ];
  const bad: Bad[] = [
    [['vm.swappiness', '10'], 'SysctlNotNamespaced', 'vm.swappiness'],
    [['kernel.hostname', 'x'], 'SysctlNotNamespaced', 'kernel.hostname'],
    [['net.ipv4.ip_forward', '1'], 'SysctlGuarded', 'net.ipv4.ip_forward'],
    [['net.ipv4.conf.all.accept_redirects', '1'], 'SysctlGuarded', 'net.ipv4.conf.all.accept_redirects'],
    [['net.core.somaxconn', 'a;b'], 'SysctlValue', 'a;b'],
    [['net.core.somaxconn', ''], 'SysctlValue', 'net.core.somaxconn'],
    [['net.core.somaxconn', '1\n2'], 'ControlCharacter', 'net.core.somaxconn'],
    [['x', 'x', () => ContainerSysctl.somaxconn(0)], 'SysctlValue', '0'],
    [['x', 'x', () => ContainerSysctl.tcpKeepaliveSeconds(1.5)], 'SysctlValue', '1.5'],
    [['x', 'x', () => ContainerSysctl.unprivilegedPortStart(65_536)], 'SysctlValue', '65536'],
  ];
  if (!random.chance(0.25)) return;
  const usable = good.filter(([name]) => facts.network !== 'host' || !name.startsWith('net.'));
  const chosen = random.some(usable, random.int(1, 4));
  const all = [...chosen.slice(1), draw.value([chosen[0]], bad)];
  const twice = all.find(([name, value]) => all.some((other) => other[0] === name && other[1] !== value));
  if (twice !== undefined) draw.refuse('SysctlValue', twice[0]);
  all.forEach(([name, value]) => (facts.sysctls[name] = value));
  if (facts.network === 'host' && random.chance(0.1)) {
    all.push(good[0]);
    draw.refuse('HostNetworkRefused', 'net.core.somaxconn');
  }
  draw.props.set('sysctls', () => all.map(([name, value, make]) => (make ?? (() => ContainerSysctl.of(name, value)))()));
}

export function drawLogs(draw: Draw): void {
  const { facts } = draw;
  type Log = readonly [driver: string, options: Record<string, string>, make: () => LogDriver];
  const files = { 'max-file': '3' };
  draw.one<Log>('logDriver', {
    good: [
      ['json-file', files, () => LogDriver.jsonFile()],
      ['json-file', { 'max-file': '1' }, () => LogDriver.jsonFile({ files: 1 })],
      ['json-file', { 'max-file': '100', compress: 'true' }, () => LogDriver.jsonFile({ files: 100, compress: true })],
      ['json-file', { ...files, compress: 'false' }, () => LogDriver.jsonFile({ compress: false })],
      ['local', files, () => LogDriver.local()],
      // Nothing else can be meant: the last file is never compressed.
      ['local', { 'max-file': '1', compress: 'false' }, () => LogDriver.local({ files: 1 })],
      ['local', { 'max-file': '1', compress: 'false' }, () => LogDriver.local({ files: 1, compress: false })],
      ['local', { 'max-file': '2', compress: 'true' }, () => LogDriver.local({ files: 2, compress: true })],
      ['none', {}, () => LogDriver.none({ reason: REASON })],
      ['syslog', { 'syslog-address': 'udp://192.0.2.20:5514' }, () => LogDriver.syslog('udp://192.0.2.20:5514')],
      ['syslog', { 'syslog-address': 'udp://192.0.2.20:1', 'syslog-facility': 'local7', 'syslog-format': 'rfc5424micro', tag: '{{.Name}}/{{.ID}}' }, () => LogDriver.syslog('udp://192.0.2.20:1', { facility: 'local7', format: 'rfc5424micro', tag: '{{.Name}}/{{.ID}}' })], // prettier-ignore
    ],
    bad: [
      [['x', {}, () => LogDriver.jsonFile({ files: 0 })], 'LogOption', '0'],
      [['x', {}, () => LogDriver.jsonFile({ files: 101 })], 'LogOption', '101'],
      [['x', {}, () => LogDriver.local({ files: 1, compress: true })], 'LogOption', 'compress'],
      [['x', {}, () => LogDriver.none({ reason: 'none' })], 'ReasonTooShort', 'none'],
      [['x', {}, () => LogDriver.syslog('http://192.0.2.20:514')], 'LogOption', 'http://192.0.2.20:514'],
      [['x', {}, () => LogDriver.syslog('udp://192.0.2.20')], 'LogOption', 'udp://192.0.2.20'],
      [['x', {}, () => LogDriver.syslog('udp://10.20.0.7:514')], 'LogOption', '10.20.0.7'],
      [['x', {}, () => LogDriver.syslog('udp://192.0.2.20:514', { facility: 'x' })], 'LogOption', 'x'],
      [['x', {}, () => LogDriver.syslog('udp://192.0.2.20:514', { tag: '' })], 'LogOption', 'tag'],
      [['x', {}, () => LogDriver.syslog('udp://192.0.2.20:514', { tag: '{{.Nmae}}' })], 'LogOption', '{{.Nmae}}'],
      [['x', {}, () => LogDriver.journald({ tag: '{{.Name' })], 'LogOption', '{{.Name'],
    ],
    make: ([, , make]) => make(),
    told: ([driver, options]) => (facts.log = { driver, options }),
  });
  const hasFiles = ['json-file', 'local'].includes(facts.log.driver);
  draw.one('limits.logMebibytes', { often: 0.2, good: [1, 7, 10_240], bad: numbers('LogLimit', 0, 10_241, 1.5), told: (value) => (facts.logMebibytes = value) }); // prettier-ignore
  if (hasFiles) facts.log.options = { ...facts.log.options, 'max-size': `${facts.logMebibytes}m` };
  else if (draw.props.has('limits.logMebibytes')) draw.refuse('LogLimit');
}

export function drawDevices(draw: Draw): void {
  type Wish = readonly (readonly [path: string, permissions: string | undefined, reason?: string])[];
  const tun = ['/dev/net/tun', undefined] as const;
  draw.one<Wish>('devices', {
    often: 0.12,
    good: [[tun], [['/dev/kvm', 'r']], [['/dev/kvm', 'rwm'], tun], [['/dev/net/tun', 'w']], []],
    bad: [
      [[['/dev/sda', 'r']], 'DeviceRefused', '/dev/sda'],
      [[['/dev/mem', 'r']], 'DeviceRefused', '/dev/mem'],
      [[['/dev/other', 'r']], 'DeviceRefused', '/dev/other'],
      [[['/etc/passwd', 'r']], 'DeviceRefused', '/etc/passwd'],
      [[['/dev/net/../sda', 'r']], 'DeviceRefused', '/dev/net/../sda'],
      [[['/dev/kvm', 'wr']], 'DevicePermissions', 'wr'],
      [[['/dev/kvm', '']], 'DevicePermissions', 'permissions'],
      [[['/dev/kvm', 'r', 'short']], 'ReasonTooShort', 'short'],
      [[tun, tun], 'DeviceRefused', 'twice'],
    ],
    make: (all) => all.map(([path, permissions, reason = REASON]) => Device.of(path, { reason, permissions })),
    told: (all, facts) => all.forEach(([path, permissions = 'rw']) => (facts.devices[path] = permissions)),
  });
}

export function drawTerminal(draw: Draw): void {
  draw.one<{ tty?: boolean; stdinOpen?: boolean }>('terminal', {
    often: 0.15,
    good: [{}, { tty: true }, { stdinOpen: true }, { tty: true, stdinOpen: true }, { tty: false, stdinOpen: false }],
    bad: [
      [{ tty: 'yes' }, 'PropertyShape', 'tty'],
      [true, 'PropertyShape', 'terminal'],
    ],
    told: ({ tty = false, stdinOpen = false }, facts) => Object.assign(facts, { tty, stdin: stdinOpen }),
  });
  draw.one('runtime', {
    often: 0.1,
    good: ['runc', 'lab-runc'],
    bad: ['runsc', 'nvidia', 'a b', '', 'RUNC', '/usr/bin/runc'].map((name): Bad => [name, 'ContainerRuntime']),
    told: (name, facts) => (facts.runtime = name),
  });
  draw.one('extraGroups', {
    often: 0.2,
    good: [[44, 5000], [2_147_483_647], [7, 7], []],
    bad: [[[0], 'UserNumber', '0'], [[5, -1], 'UserNumber', '-1'], [[2_147_483_648], 'UserNumber', '2147483648'], [[1.5], 'UserNumber', '1.5'], [['video'], 'UserNumber', 'video'], [5, 'PropertyShape', 'extraGroups']], // prettier-ignore
    told: (groups, facts) => (facts.groups = [...new Set(groups)]),
  });
}

export function drawLabels(draw: Draw): void {
  const { random } = draw;
  const pool: Record<string, string>[] = [{ odd: ODD }, { 'com.example.team': 'shop' }, { 'traefik.http.routers.web.rule': 'Host(`a.test`)' }, { EMPTY: '' }, { multi: 'a\nb' }, { ['l'.repeat(512)]: 'x'.repeat(70_000) }, { constructor: 'x' }, { long: ' blanks ' }]; // prettier-ignore
  draw.one('labels', {
    good: [Object.assign({}, ...random.some(pool, random.int(0, 4))) as Record<string, string>],
    bad: [
      ...['a b', 'a=b', '', 'é', 'com.docker.x', 'bulkhead.settings', 'BULKHEAD.x', 'io.docker', 'l'.repeat(513)].map((name): Bad => [{ [name]: 'x' }, 'LabelName', name]), // prettier-ignore
      [{ '${x}': 'y' }, 'TemplateMark', 'label'],
      [{ 'db.password': 'hunter2' }, 'SecretInLabel', 'db.password'],
      [{ a: 5 }, 'NotText', '5'],
      [{ a: 'x\0' }, 'ControlCharacter', 'a'],
      [['a=b'], 'PropertyShape', 'labels'],
    ],
    told: (labels, facts) => (facts.labels = labels),
  });
}
