// What no engine would start, or would read back in another form: refused, or written as the engine keeps it.
import { ContainerSysctl, type HardenedContainerProps, VolumeMount } from '../../src';
import type { ErrorCode } from '../../src/private/errors';
import { expectError } from '../support/errors';
import { Program } from '../support/programs';

function made(props: Partial<HardenedContainerProps>): any {
  const program = new Program();
  program.container('Web', program.segment('Front'), props);
  return program.synth().container();
}

test.each<[string, Partial<HardenedContainerProps>, object]>([
  ['a working directory', { workingDirectory: '/srv//app/' }, { working_dir: '/srv/app' }],
  ['a working directory with a colon', { workingDirectory: '/srv/a:b' }, { working_dir: '/srv/a:b' }],
  ['the root as working directory', { workingDirectory: '/' }, { working_dir: '/' }],
  ['no entry point', { entrypoint: [''] }, { entrypoint: [''] }],
  ['the longest word', { command: ['x'.repeat(131_071)] }, { command: ['x'.repeat(131_071)] }],
  ['the longest variable', { environment: { ABC: 'x'.repeat(131_067) } }, { env: [`ABC=${'x'.repeat(131_067)}`] }],
  ['a parameter twice with one value', { sysctls: [9, 9].map((each) => ContainerSysctl.somaxconn(each)) }, { sysctls: { 'net.core.somaxconn': '9', 'net.ipv4.ip_forward': '0' } }], // prettier-ignore
])('%s is kept', (_, props, wanted) => expect(made(props)).toMatchObject(wanted));

test('paths in memory are as the kernel has them', () => {
  expect(Object.keys(made({ tmpfsMebibytes: { '/run//app/': 1, '/dev/shm': 1 } }).tmpfs)).toEqual(['/dev/shm', '/run/app']);
});

const sysctls = [ContainerSysctl.somaxconn(1), ContainerSysctl.of('net.core.somaxconn', '2')];

test.each<[string, ErrorCode, Partial<HardenedContainerProps>, string[]]>([
  ['a word', 'NotExecutable', { command: ['x', 'é'.repeat(65_536)] }, ["'command[1]' has 131072 bytes", 'into a file']],
  ['a word of the entry point', 'NotExecutable', { entrypoint: ['x'.repeat(131_072)] }, ["'entrypoint[0]' has 131072 bytes"]],
  ['a variable', 'NotExecutable', { environment: { ABC: 'x'.repeat(131_068) } }, ["'environment.ABC' has 131072 bytes with its name"]],
  ['a program without a name', 'NotExecutable', { entrypoint: ['', '-v'] }, ["first word of 'entrypoint' is ''", 'write the path']],
  [
    'an empty word, which the provider refuses',
    'NotExecutable',
    { command: ['serve', ''] },
    ["'command' contains an empty word", "to 'entrypoint'"],
  ],
  ['a parameter with two values', 'SysctlValue', { sysctls }, ["net.core.somaxconn to '1' and to '2'", 'remove one']],
  [
    'more open files than Linux has',
    'UlimitValue',
    { limits: { ulimits: [{ limitName: 'nofile', soft: 1, hard: 2 ** 31 }] } },
    ['to 2147483584'],
  ],
  ['a limit that is given twice', 'UlimitValue', { limits: { ulimits: [1, 2].map((n) => ({ limitName: 'core', soft: n, hard: n })) } }, ["contains 'core' twice", 'remove one']], // prettier-ignore
  ['one path in memory twice', 'MountTarget', { tmpfsMebibytes: { '/tmp': 1, '/tmp/': 2 } }, ["two mounts have the target '/tmp'"]],
])('%s is refused', (_, code, props, says) => expectError(() => made(props), code, { path: 'app/Web', says }));

test.each(['/srv/../app', '/srv/./app', '..'])('the working directory %s is refused', (workingDirectory) =>
  expectError(() => made({ workingDirectory }), 'MountTarget', { path: 'app/Web', says: [`'${workingDirectory}'`] }),
);

const NOWHERE = ['/', '//', '/a/../b', '/./a', '/a,b', '/proc', '/proc//x', '/dev/', '/.bulkhead-guard/x'];

test.each(NOWHERE)('nothing is mounted at %s', (target) => {
  expectError(() => made({ tmpfsMebibytes: { [target]: 1 } }), 'MountTarget', { path: 'app/Web' });
  expectError(() => made({ volumes: [VolumeMount.hostPath('/srv/a', target)] }), 'MountTarget');
});

test.each(['/etc/hosts', '/etc/hostname', '/etc//resolv.conf'])('a file can be mounted at %s, and no directory', (target) => {
  expectError(() => made({ tmpfsMebibytes: { [target]: 1 } }), 'MountTarget', {
    path: 'app/Web',
    says: ['which is a file that the engine writes'],
  });
  expectError(() => made({ volumes: [VolumeMount.hostDirectory('/srv/a', target)] }), 'MountTarget');
  expect(VolumeMount.hostPath('/srv/a', target).target).toBe(target.replace('//', '/'));
});
