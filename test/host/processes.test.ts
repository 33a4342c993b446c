import { execFileSync } from 'node:child_process';
import * as path from 'node:path';

const PROGRAM = path.join(__dirname, '..', '..', 'src', 'host', 'verify', 'processes.awk');
/** The first process of the container, and the one of the engine that started it. */
const [FIRST, SHIM] = [100, 50];

interface Process {
  readonly pid: number;
  readonly parent?: number;
  /** Real, effective, saved and of the file system, as the host counts them. */
  readonly users: string;
  readonly held?: string;
  readonly state?: string;
}

function statusOf({ pid, parent = SHIM, users, held = '0000000000000000', state = 'S (sleeping)' }: Process): string {
  const lines = [
    'Name:\tsleep',
    `State:\t${state}`,
    `Tgid:\t${pid}`,
    `PPid:\t${parent}`,
    `Uid:\t${users.replace(/ /g, '\t')}`,
    `CapPrm:\t${held}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** What the program says of these; the container started 30 s ago. */
function told(
  mode: 'fixed' | 'start',
  processes: readonly Process[],
  { user = 10001, seconds = 20, map = '0 0 4294967295' } = {},
): string[] {
  const start = `start S ${Array.from({ length: 18 }, () => '0').join(' ')} 97000`;
  const input = [`map ${map}`, start, 'uptime 1000.00 900.00', ...processes.map(statusOf)].join('\n');
  const given = { first: FIRST, mode, user: mode === 'start' ? 0 : user, seconds, ticks: 100 };
  const words = Object.entries(given).flatMap(([name, value]) => ['-v', `${name}=${value}`]);
  return execFileSync('awk', [...words, '-f', PROGRAM], { input, encoding: 'utf8' })
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '');
}

const first = (users: string, more: Partial<Process> = {}): Process => ({ pid: FIRST, users, ...more });
const ROOT = 'has a process of root (sleep, 100)';

test.each<[string, Process[], string[]]>([
  ['all as another user', [first('999 999 999 999'), { pid: 101, parent: FIRST, users: '33 33 33 33' }], []],
  ['the first one as root', [first('0 0 0 0')], [`mark ${ROOT}`]],
  [
    'a child of one that dropped it as root',
    [first('999 999 999 999'), { pid: 101, parent: FIRST, users: '0 0 0 0' }],
    ['mark has a process of root (sleep, 101)'],
  ],
  ['one that can take root back', [first('999 999 0 999')], [`mark ${ROOT}`]],
  ['one that is root for files alone', [first('999 999 999 0')], [`mark ${ROOT}`]],
  [
    'one that kept a capability',
    [first('999 999 999 999', { held: '0000000000000080' })],
    ['mark has a process that holds capabilities (sleep, 100, CapPrm 0000000000000080)'],
  ],
  ['one that has ended', [first('999 999 999 999'), { pid: 101, parent: FIRST, users: '0 0 0 0', state: 'Z (zombie)' }], []],
  [
    'one beside it',
    [first('999 999 999 999'), { pid: 101, users: '0 0 0 0' }],
    ['doubt has a process of root (sleep, 101), which a health check or an exec of the API started'],
  ],
  [
    'a child of one beside it',
    [first('9 9 9 9'), { pid: 101, users: '9 9 9 9' }, { pid: 102, parent: 101, users: '0 0 0 0' }],
    ['doubt has a process of root (sleep, 102), which a health check or an exec of the API started'],
  ],
])('of an image that drops root: %s', (_, processes, wanted) => {
  expect(told('start', processes)).toEqual([...wanted, 'end']);
});

test('while it starts, that is no failure yet', () => {
  expect(told('start', [first('0 0 0 0')], { seconds: 31 })).toEqual([
    `doubt ${ROOT}; it started 30 s ago, and has 31 s to drop root`,
    'end',
  ]);
  expect(told('start', [first('0 0 0 0')], { seconds: 30 })).toEqual([`mark ${ROOT}`, 'end']);
});

test.each<[string, Process[], string[]]>([
  ['itself', [first('10001 10001 10001 10001')], []],
  ['root', [first('0 0 0 0')], [`mark ${ROOT}`]],
  ['root beside it', [first('10001 10001 10001 10001'), { pid: 101, users: '0 0 0 0' }], ['mark has a process of root (sleep, 101)']],
  ['another one', [first('10001 10001 7 10001')], ['mark has a process of user 7 (sleep, 100)']],
  [
    'itself with a capability',
    [first('10001 10001 10001 10001', { held: '0000000000002000' })],
    ['mark has a process that holds capabilities (sleep, 100, CapPrm 0000000000002000)'],
  ],
])('of a fixed user: %s', (_, processes, wanted) => {
  expect(told('fixed', processes)).toEqual([...wanted, 'end']);
});

test('users are those inside the container', () => {
  const map = '0 100000 65536';
  expect(told('fixed', [first('110001 110001 110001 110001')], { map })).toEqual(['end']);
  expect(told('start', [first('100000 100000 100000 100000')], { map })).toEqual([`mark ${ROOT}`, 'end']);
  expect(told('fixed', [first('0 0 0 0')], { map })).toEqual(['mark has a process of user unknown (sleep, 100)', 'end']);
});

test('of a container that is gone nothing is said, which verify.sh takes for a doubt', () => expect(told('start', [])).toEqual([]));
