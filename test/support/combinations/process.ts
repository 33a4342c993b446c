// What runs in a container, and as whom.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { type Bad, type Draw, ODD, REASON } from './draw';
import { Capability, ContainerUser, EnvironmentFile, HealthCheck, type HealthCheckOptions, RestartPolicy } from '../../../src';

const LARGEST = 2_147_483_647;

export function drawUser(draw: Draw): void {
  const numbers = [1, 1000, 10001, 65534, LARGEST];
  draw.one<readonly [number, number | undefined]>('user', {
    often: 0.3,
    good: numbers.flatMap((uid) => [[uid, undefined] as const, [uid, 0] as const, [uid, 500] as const]),
    bad: [
      [[0], 'RootUser', '0'],
      ...[-1, 1.5, LARGEST + 1].map((uid): Bad => [[uid], 'UserNumber', `${uid}`]),
      [[NaN], 'UserNumber', 'null'],
      [['10001'], 'UserNumber', '10001'],
      [[1000, -1], 'UserNumber', '-1'],
    ],
    make: ([uid, gid]) => ContainerUser.of(uid, gid),
    told: ([uid, gid = uid], facts) => (facts.user = { mode: 'fixed', uid, gid }),
  });
  if (draw.props.has('user') || !draw.random.chance(0.35)) return drawCapabilities(draw);
  const mode = draw.random.pick(['start', 'root'] as const);
  draw.facts.user = { mode, uid: 0, gid: 0 };
  const reason = draw.value([REASON, 'ten chars!'], [['too short', 'ReasonTooShort'], ['', 'ReasonTooShort'], ['a reason\nof two lines', 'ControlCharacter', 'reason']]); // prettier-ignore
  const startSeconds = draw.value([undefined, 1, 86_400], mode === 'start' ? [[0, 'UserNumber'], [86_401, 'UserNumber'], [1.5, 'UserNumber']] : []); // prettier-ignore
  draw.props.set('user', () => (mode === 'start' ? ContainerUser.rootAtStart({ reason, startSeconds }) : ContainerUser.root({ reason })));
  drawCapabilities(draw);
}

const FOR_START = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'NET_BIND_SERVICE'];
const ORDINARY = [...FOR_START, 'FSETID', 'KILL', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID'];
const REASONED = ['AUDIT_WRITE', 'IPC_LOCK', 'LEASE', 'MKNOD', 'SYS_CHROOT', 'SYS_NICE', 'SYS_TTY_CONFIG'];

function drawCapabilities(draw: Draw): void {
  const { random, facts } = draw;
  const { mode } = facts.user;
  const needed = mode === 'start' ? ['SETUID', 'SETGID'] : [];
  const more = mode === 'start' ? random.some(FOR_START, random.int(0, 4)) : random.some([...ORDINARY, ...REASONED], random.int(0, 5));
  let names = mode === 'fixed' ? [] : [...needed, ...more];
  if (mode === 'fixed') {
    names = draw.value(
      [[]],
      [
        [['CHOWN'], 'InertCapability', 'CAP_CHOWN'],
        [['NET_BIND_SERVICE', 'KILL'], 'InertCapability', 'CAP_KILL'],
      ],
    );
  } else if (mode === 'start') {
    names = draw.value([names], [[more, 'RootCannotDrop', 'CAP_SETUID'], [[...names, 'KILL'], 'RootAtStartCapability', 'CAP_KILL'], [[...names, 'SYS_NICE'], 'RootAtStartCapability', 'CAP_SYS_NICE']]); // prettier-ignore
  }
  const wild = draw.value<string[]>([[]], mode === 'fixed' ? [] : [[['FLY'], 'UnknownCapability', 'FLY'], [['SYS_ADMIN'], 'CapabilityNeedsReason', 'CAP_SYS_ADMIN'], [['ALL'], 'UnknownCapability', 'ALL']]); // prettier-ignore
  // One that is named twice is one.
  const twice = random.chance(0.1) ? names.slice(0, 1) : [];
  facts.capabilities = [...new Set(names)].sort();
  if (names.length === 0 && wild.length === 0) {
    if (random.chance(0.1)) draw.props.set('capabilities', () => []);
    return;
  }
  const spelled = (name: string) => (random.chance(0.5) ? `CAP_${name}` : name.toLowerCase());
  const all = [...names, ...twice].map((name) => [spelled(name), REASONED.includes(name) || random.chance(0.3)] as const);
  draw.props.set('capabilities', () => [
    ...all.map(([name, withReason]) => Capability.of(name, withReason ? { reason: REASON } : {})),
    ...wild.map((name) => Capability.of(name)),
  ]);
}

/** The exit status by which a program says that it got its signal. */
export const TOLD = 77;
const LOOP = (signal: string) => `trap 'exit ${TOLD}' ${signal}; while :; do sleep 3600 & wait $!; done`;
const SIGNALS: Readonly<Record<string, string>> = { SIGTERM: 'TERM', SIGINT: 'INT', SIGQUIT: 'QUIT', SIGHUP: 'HUP', SIGUSR1: 'USR1', SIGUSR2: 'USR2', SIGWINCH: 'WINCH', SIGPWR: 'PWR', SIGKILL: 'TERM', SIGRTMIN: '34', 'SIGRTMIN+1': '35', 'SIGRTMIN+15': '49' }; // prettier-ignore

export function drawProgram(draw: Draw): void {
  const { random, facts } = draw;
  draw.one('stopSignal', {
    good: Object.keys(SIGNALS),
    bad: ['TERM', '15', 'SIGSTOP', 'SIGSEGV', 'sigterm', '', 'SIGRTMIN+0', 'SIGRTMIN+16', 'SIGRTMAX'].map((name): Bad => [
      name,
      'StopSignal',
    ]),
    told: (name) => (facts.stopSignal = name),
  });
  const loop = LOOP(SIGNALS[facts.stopSignal ?? 'SIGTERM']);
  const odd = random.some([ODD, '', ' ', 'a\tb\nc', '--', '-c', 'x'.repeat(1000), '${TfToken[1]}'], random.int(0, 4));
  // The provider refuses empty words of a command, and takes those of an entry point.
  const words = odd.filter((word) => word !== '');
  const [entrypoint, command] = random.pick<readonly [string[] | undefined, string[] | undefined]>([
    [undefined, undefined],
    [undefined, ['sh', '-c', loop, ...words]],
    [
      ['/bin/busybox', 'sh'],
      ['-c', loop, ...words],
    ],
    [['sh', '-c', loop, ...odd], undefined],
    [['sh', '-c'], [loop]],
    [['sh', '-c', loop], []],
  ]);
  if (entrypoint ?? command) facts.words = [...(entrypoint ?? []), ...(command ?? [])];
  const wrong: Bad[] = [[[5], 'NotText', '5'], [['a\0'], 'ControlCharacter', 'a'], ['sh', 'PropertyShape'], [['sh', 'x'.repeat(131_072)], 'NotExecutable', '131072'], [['', 'x'], 'NotExecutable', "''"]]; // prettier-ignore
  // Whether an empty word is the program depends on the entry point of the image.
  const given = {
    entrypoint: draw.value([entrypoint], wrong),
    command: draw.value([command], [...wrong.slice(0, -1), [['sh', ''], 'NotExecutable', 'empty']]),
  };
  for (const [property, all] of Object.entries(given)) {
    if (all !== undefined) draw.props.set(property, () => all);
  }
  draw.one('workingDirectory', {
    often: 0.2,
    good: ['/', '/data', '/new/folder', '/data/', '/data//deep', '/a b', '/é'],
    bad: [['data', 'MountTarget'], ['', 'MountTarget'], ['./x', 'MountTarget'], ['/a\nb', 'ControlCharacter', 'workingDirectory'], ['/data/../x', 'MountTarget'], ['/data/./x', 'MountTarget']], // prettier-ignore
    told: (folder) => (facts.workingDirectory = folder.length > 1 ? folder.replace(/\/+/g, '/').replace(/\/$/, '') : folder),
  });
  draw.one('init', { often: 0.2, good: facts.user.mode === 'start' ? [false] : [true, false], bad: facts.user.mode === 'start' ? [[true, 'InitKeepsRoot']] : [['yes', 'PropertyShape']], told: (init) => (facts.init = init) }); // prettier-ignore
  draw.one('stopTimeoutSeconds', { good: [1, 10, 60, 61, 3600], bad: [0, 3601, 1.5, -1, '10'].map((value): Bad => [value, 'StopTimeout']), told: (seconds) => (facts.stopTimeout = seconds) }); // prettier-ignore
  drawRestart(draw);
  drawHealth(draw);
}

function drawRestart(draw: Draw): void {
  draw.one<number | string>('restartPolicy', {
    good: ['no', 'unless-stopped', 1, 5, 100],
    bad: [0, 101, 1.5].map((value): Bad => [value, 'RestartRetries']),
    make: (value) => (value === 'no' ? RestartPolicy.NO : value === 'unless-stopped' ? RestartPolicy.UNLESS_STOPPED : RestartPolicy.onFailure(value as number)), // prettier-ignore
    told: (value, facts) => (facts.restart = typeof value === 'number' ? ['on-failure', value] : [value, 0]),
  });
}

interface Health {
  readonly words: string[] | string | undefined;
  readonly options?: HealthCheckOptions;
  readonly passes?: boolean;
}

function drawHealth(draw: Draw): void {
  const times: HealthCheckOptions[] = [{}, { intervalSeconds: 1, timeoutSeconds: 10, retries: 1, startPeriodSeconds: 0 }, { intervalSeconds: 2, retries: 2 }, { intervalSeconds: 86_400, timeoutSeconds: 86_400, retries: 86_400, startPeriodSeconds: 86_400 }, { intervalSeconds: 60, startPeriodSeconds: 3600, timeoutSeconds: 61 }]; // prettier-ignore
  const options = draw.random.pick(times);
  const bad: readonly (readonly [Health, string, string])[] = [
    [{ words: [] }, 'HealthCheckValue', 'command'],
    [{ words: [''] }, 'HealthCheckValue', 'command'],
    [{ words: '' }, 'HealthCheckValue', 'command'],
    [{ words: ['true', 'a\0'] }, 'ControlCharacter', 'a'],
    [{ words: ['true'], options: { intervalSeconds: 0 } }, 'HealthCheckValue', '0'],
    [{ words: ['true'], options: { timeoutSeconds: 86_401 } }, 'HealthCheckValue', '86401'],
    [{ words: ['true'], options: { retries: 1.5 } }, 'HealthCheckValue', '1.5'],
    [{ words: ['true'], options: { startPeriodSeconds: -1 } }, 'HealthCheckValue', '-1'],
    [{ words: ['true'], options: { interval: 5 } as HealthCheckOptions }, 'UnknownProperty', 'interval'],
  ];
  draw.one<Health>('healthCheck', {
    good: [{ words: ['true'], options, passes: true }, { words: ['test', ODD, '=', ODD], options, passes: true }, { words: 'test "$((1 + 1))" = 2 && exit 0', options, passes: true }, { words: ['false'], options, passes: false }, { words: undefined }], // prettier-ignore
    bad: bad.map(([health, code, shows]): Bad => [health, code, shows]),
    make: ({ words, options: given }) =>
      words === undefined ? HealthCheck.none({ reason: REASON }) : typeof words === 'string' ? HealthCheck.shell(words, given) : HealthCheck.command(words, given), // prettier-ignore
    told: ({ words, options: given = {}, passes = true }, facts) => {
      const test = words === undefined ? ['NONE'] : typeof words === 'string' ? ['CMD-SHELL', words] : ['CMD', ...words];
      const { intervalSeconds: interval = 30, timeoutSeconds: timeout = 5, startPeriodSeconds: start = 10, retries = 3 } = given;
      facts.health = { test, interval, timeout, start, retries, passes };
    },
  });
}

const VARIABLES: readonly Readonly<Record<string, string>>[] = [
  ...[
    { A: '' },
    { 'discovery.type': 'single-node' },
    { 'A-B': 'x' },
    { ODD },
    { _u: '1' },
    { MULTI: 'a\nb\tc' },
    { LARGE: 'x'.repeat(131_000) },
  ],
  ...[
    { EQ: 'a=b=c' },
    { API_TOKEN_FILE: '/run/x' },
    { BLANKS: '  b  ' },
    { QUOTED: '"two words"' },
    { constructor: 'x' },
    { M: '${TfToken[7]}' },
  ],
];

export function drawEnvironment(draw: Draw): void {
  const { random, facts } = draw;
  const bad: Bad[] = [
    ...['1A', 'A B', '', 'A=B', 'é', '-A'].map((name): Bad => [{ [name]: 'x' }, 'EnvironmentName', name]),
    [{ DB_PASSWORD: 'hunter2' }, 'SecretInEnvironment', 'DB_PASSWORD'],
    [{ URL: 'postgres://app:hunter2@db/app' }, 'SecretInEnvironment', 'URL'],
    [{ A: 5 }, 'NotText', '5'],
    [{ A: null }, 'NotText', 'null'],
    [{ A: 'a\0b' }, 'ControlCharacter', 'A'],
    [{ 'A\n': 'b' }, 'ControlCharacter', 'variable'],
    [{ A: 'x'.repeat(131_072) }, 'NotExecutable', '131074'],
    [['A=b'], 'PropertyShape', ''],
  ];
  const chosen = Object.assign({}, ...random.some(VARIABLES, random.int(1, 5))) as Record<string, string>;
  draw.one('environment', { often: 0.5, good: [chosen], bad, told: (all) => (facts.environment = { ...all }) });
  if (draw.props.has('environment') && draw.wrong.length === 0 && random.chance(0.3)) drawFile(draw);
  if (random.chance(0.1)) {
    const reasons = draw.value([{ DB_PASSWORD: REASON }], [[{ DB_PASSWORD: 'short' }, 'ReasonTooShort', 'short'], [{ NONE: REASON, DB_PASSWORD: REASON }, 'NotSecretUnused', 'NONE']]); // prettier-ignore
    const before = draw.props.get('environment') ?? (() => ({}));
    facts.environment.DB_PASSWORD = 'not one';
    draw.props.set('environment', (made) => ({ ...(before(made) as object), DB_PASSWORD: 'not one' }));
    draw.props.set('notSecretReasons', () => reasons);
  }
  draw.one('timeZone', {
    often: 0.2,
    good: ['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5'],
    bad: ['europe/berlin', 'Mars/Base', '', '+02:00'].map((zone): Bad => [zone, 'TimeZone']),
    told: (zone) => (facts.environment.TZ = zone),
  });
  if (draw.props.has('timeZone') && draw.props.has('environment') && random.chance(0.05)) {
    const before = draw.props.get('environment')!;
    draw.props.set('environment', (made) => ({ ...(before(made) as object), TZ: 'UTC' }));
    draw.refuse('TimeZone', 'TZ');
  }
}

/** The same variables from a file, as `docker run --env-file` would read it. */
function drawFile(draw: Draw): void {
  const given = Object.entries(draw.facts.environment).filter(([, value]) => !value.includes('\n'));
  const lines = ['# a comment', '', ...given.map(([name, value]) => `${name}=${value}`), '  INDENTED=yes'];
  const text = draw.value([lines.join('\n'), lines.join('\r\n'), `\ufeff${lines.join('\n')}\n`], [[`A=b\nNAME\n`, 'EnvironmentFileLine', 'line 2'], ['A=b\nA=c', 'EnvironmentFileLine', 'line 2'], ['=x', 'EnvironmentFileLine', 'line 1']]); // prettier-ignore
  const file = draw.value(['app.env'], [['missing.env', 'EnvironmentFileMissing']]);
  draw.facts.environment = { ...Object.fromEntries(given), INDENTED: 'yes' };
  draw.props.set('environment', (made) => {
    const at = (name: string) => path.join(made.folder, `${draw.id}-${name}`);
    fs.writeFileSync(at('app.env'), text);
    return EnvironmentFile.read(at(file));
  });
}
