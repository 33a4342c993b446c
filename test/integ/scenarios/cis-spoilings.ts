// Ways to spoil a container of the program that a look by labels, by spelling or by what is not there would take for the program's own.
import { PATHS } from '../../../src/host/private/constants';
import type { Checks } from '../harness/checks';
import type { Lab } from '../lab/lab';

/** The capabilities that reach beyond a container, as a hand may write them: the engine keeps the spelling. */
const CAPABILITIES =
  'SYS_ADMIN sys_module Sys_Ptrace SYS_RAWIO DAC_READ_SEARCH NET_ADMIN SYS_TIME SYS_BOOT SYSLOG MAC_ADMIN MAC_OVERRIDE AUDIT_CONTROL CAP_NET_RAW cap_sys_nice SYS_RESOURCE IPC_LOCK LINUX_IMMUTABLE MKNOD SYS_CHROOT SYS_TTY_CONFIG LEASE WAKE_ALARM'.split(' '); // prettier-ignore

interface Spoiling {
  readonly what: string;
  readonly control: string;
  /** Options of `docker create` for a container of the name app-web. */
  readonly options: readonly string[];
  /** Words that the line must hold. */
  readonly says?: readonly string[];
  /** Whether the container runs: then the kernel is asked. */
  readonly runs?: boolean;
  /** Without it the line is FAIL. */
  readonly state?: 'SKIP' | 'PASS';
}

const SPOILINGS: readonly Spoiling[] = [
  { what: 'all capabilities, in small letters', control: '5.4', options: ['--cap-drop', 'all', '--cap-add', 'all'], says: ['has ALL'] },
  { what: 'only some capabilities dropped', control: '5.4', options: ['--cap-drop', 'NET_RAW'], says: ['keeps capabilities'] },
  {
    what: 'all dropped in small letters, harmless ones added',
    control: '5.4',
    options: ['--cap-drop', 'all', '--cap-add', 'chown'],
    state: 'PASS',
  },
  { what: 'root as 00', control: '4.1', options: ['--user', '00'] },
  { what: 'root as +0:5', control: '4.1', options: ['--user', '+0:5'] },
  { what: 'a name, which the image may give any number', control: '4.1', options: ['--user', 'somebody'] },
  { what: 'an AppArmor profile switched off, the old spelling', control: '5.2', options: ['--security-opt', 'apparmor:unconfined'] },
  { what: 'no AppArmor in this kernel', control: '5.2', options: [], state: 'SKIP' },
  { what: 'a label of SELinux without limits', control: '5.3', options: ['--security-opt', 'label=type:spc_t'] },
  { what: 'a mount of what lies in a sensitive place', control: '5.6', options: ['-v', '/etc/docker:/x'] },
  { what: 'a mount by a link', control: '5.6', options: ['-v', '/tmp/link:/x'] },
  { what: 'a volume that stands for a place of the host', control: '5.6', options: ['-v', 'trap:/x'] },
  { what: 'the socket by its folder', control: '5.32', options: ['-v', '/run:/x'] },
  { what: 'the socket by a link of another name', control: '5.32', options: ['-v', '/tmp/plain:/x'] },
  { what: 'a range of host ports', control: '5.8', options: ['-p', '100-101:100-101'], says: ['100'] },
  { what: 'every exposed port', control: '5.9', options: ['-P', '--expose', '80'] },
  { what: 'all addresses, written at length', control: '5.14', options: ['-p', '[0:0:0:0:0:0:0:0]:82:82'] },
  { what: 'a container restarted without end, also after a user stopped it', control: '5.15', options: ['--restart', 'always'] },
  { what: 'a container restarted without end, as declared', control: '5.15', options: ['--restart', 'unless-stopped'], state: 'SKIP' },
  { what: 'retries without a count', control: '5.15', options: ['--restart', 'on-failure'] },
  { what: 'devices by a rule', control: '5.18', options: ['--device-cgroup-rule', 'a *:* rwm'] },
  {
    what: 'a profile of seccomp of somebody',
    control: '5.22',
    options: ['--security-opt', 'seccomp=/tmp/allow.json'],
    state: 'SKIP',
  },
  {
    what: 'privileges by the last of two options',
    control: '5.26',
    options: ['--security-opt', 'no-new-privileges', '--security-opt', 'no-new-privileges=0'],
  },
  { what: 'a health check that is switched off', control: '5.27', options: ['--no-healthcheck'] },
  { what: 'an image whose name looks like a digest', control: '5.28', options: ['--name-as-digest'] },
  { what: 'the network of a container of the host', control: '5.10', options: ['--network', 'container:on-host'], runs: true },
  { what: 'the processes of the host by another container', control: '5.16', options: ['--pid', 'container:on-host'], runs: true },
];

/** Each by itself, under a name of the program, and what the script says of its control. */
export function spoilings(checks: Checks, lab: Lab, image: string, ask: () => { readonly text: string }): void {
  lab.docker('rm', '-f', 'app-api');
  lab.mustHost('making links', [
    'sh',
    '-c',
    'ln -sfn /etc /tmp/link; ln -sfn /run/docker.sock /tmp/plain; echo \'{"defaultAction":"SCMP_ACT_ALLOW"}\' >/tmp/allow.json',
  ]);
  lab.docker('volume', 'create', '-o', 'type=none', '-o', 'o=bind', '-o', 'device=/etc', 'trap');
  lab.docker('tag', image, 'lab/sha256:latest');
  lab.docker('run', '-d', '--name', 'on-host', '--network', 'host', '--pid', 'host', image, 'sleep', '1000');
  // A machine in a container may itself lack some, which new engines refuse to give.
  const given = CAPABILITIES.filter((name) => lab.host(['docker', 'create', '--cap-add', name, image]).code === 0);
  const all: Spoiling = {
    what: `${given.length} capabilities without prefix, in any case`,
    control: '5.4',
    options: ['--cap-drop', 'ALL', ...given.flatMap((name) => ['--cap-add', name])],
    says: given.map((name) => name.toUpperCase().replace(/^CAP_/, '')),
  };
  checks.check('this machine has most capabilities', given.length >= 10, given.join());
  for (const { what, control, options, says = [], runs, state = 'FAIL' } of [all, ...SPOILINGS]) {
    lab.docker('rm', '-f', 'app-web');
    const named = options.includes('--name-as-digest');
    const words = named ? ['lab/sha256:latest'] : [...options, image];
    lab.docker(...(runs ? ['run', '-d'] : ['create']), '--name', 'app-web', ...words, 'sleep', '1000');
    const line = lineOf(ask().text, control);
    const isSaid = line.startsWith(`${state} `) && says.every((word) => line.includes(word));
    checks.check(`${what}: ${control} is ${state}`, isSaid, line);
  }
}

/** The labels of a task on a container that no service has: they take nothing off another, and give nothing to this. */
export function forgedLabels(checks: Checks, lab: Lab, image: string, ask: () => { readonly text: string }): void {
  const before = lineOf(ask().text, '5.5');
  const labels = ['com.docker.swarm.service.name=app-web', 'com.docker.swarm.task.id=abc', 'com.docker.swarm.task.name=app-web.1.abc'];
  lab.docker('run', '-d', '--name', 'decoy', ...labels.flatMap((label) => ['--label', label]), image, 'sleep', '1000');
  const after = ask().text;
  checks.check(
    'a label of Swarm on another container silences nothing',
    before.startsWith('FAIL') && before.includes('app-web') && lineOf(after, '5.5') === before && !after.includes('decoy'),
    `${before}\n${after}`,
  );
  lab.docker('rm', '-f', 'decoy');
}

export function lineOf(text: string, control: string): string {
  return text.split('\n').find((line) => line.split(' ')[1] === control) ?? '';
}

/**
 * While the guard is applied its stamp is a link, and the containers that mount it are what they were.
 *
 * @param script where verify.sh lies on the host
 */
export function heldStamp(checks: Checks, lab: Lab, script: string): void {
  const meanwhile = `${PATHS.script} apply --quiet & apply=$!
    until find /run/bulkhead -name 'stamp-*' -type l | grep -q .; do kill -0 $apply || exit 9; done
    kill -STOP $apply
    sh ${script} | grep ' 5[.]6 '
    find /run/bulkhead -name 'stamp-*' -type l
    kill -CONT $apply
    wait $apply`;
  const { code, stdout, stderr } = lab.host(['sh', '-c', meanwhile], { timeout: 120_000 });
  checks.check(
    '5.6 passes while the guard is applied, too',
    code === 0 && /^PASS 5\.6 .*\n\S+stamp-/m.test(stdout),
    `${code} ${stdout}${stderr}`,
  );
}
