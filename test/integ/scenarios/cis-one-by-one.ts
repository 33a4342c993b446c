// A container as ours in all, but for one thing: each way is found under its control, and found nowhere else. One run of verify.sh sees all of them.
import type { Checks } from '../harness/checks';
import type { Lab } from '../lab/lab';

interface Way {
  readonly what: string;
  /** Controls whose lines name the container, and no other does. */
  readonly controls: readonly string[];
  /** Options of `docker create`, beside those of BASE that are not in `without`. */
  readonly options?: readonly string[];
  readonly without?: readonly string[];
  /** Another name for the image. */
  readonly image?: string;
}

/** What a container of ours has. */
const BASE: readonly (readonly string[])[] = [
  ['--user', '10001:10001'],
  ['--network', 'spoilt'],
  ['--read-only'],
  ['--cap-drop', 'ALL'],
  ['--security-opt', 'no-new-privileges=true'],
  ['--memory', '64m'],
  ['--cpus', '0.5'],
  ['--pids-limit', '100'],
  ['--cgroupns', 'private'],
  ['--restart', 'on-failure:5'],
  ['--health-cmd', 'true'],
];

const TAGGED = 'lab/one-by-one:latest';
/** These no container may have, or only with a word of the program. */
const CAPABILITIES =
  'AUDIT_CONTROL AUDIT_READ BPF CHECKPOINT_RESTORE DAC_READ_SEARCH IPC_LOCK LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_RAW PERFMON SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYSLOG'.split(' '); // prettier-ignore
const PLACES =
  '/etc /etc/ssh /etc/docker /root /root/.ssh /bin /sbin /usr /usr/local/bin /lib /lib/modules /boot /dev /proc /sys /sys/fs/cgroup /home /var /var/lib /var/lib/docker /var/lib/docker/volumes /var/spool /var/spool/cron'.split(' '); // prettier-ignore
/** They hold the socket as well. */
const PLACES_WITH_SOCKET = ['/', '/run', '/var/run'];
const SOCKETS = ['/run/docker.sock', '/var/run/docker.sock', '/run//docker.sock'];

// The engine itself takes the label of SELinux off who shares processes or memory with the host.
const WAYS: readonly Way[] = [
  ...['', '0', '00', 'root', '0:0', '+0:5', 'root:10001', '0:10001'].map((user) =>
    way(`user '${user}'`, ['4.1'], ['--user', user], ['--user']),
  ),
  ...CAPABILITIES.map((name) => way(`capability ${name}`, ['5.4'], ['--cap-add', name])),
  way('no capability dropped', ['5.4'], [], ['--cap-drop']),
  way('one capability dropped', ['5.4'], ['--cap-drop', 'NET_RAW'], ['--cap-drop']),
  way('privileged', ['5.2', '5.3', '5.4', '5.5', '5.6', '5.18', '5.22'], ['--privileged']),
  ...PLACES.map((place) => way(`mount of ${place}`, ['5.6'], ['-v', `${place}:/x:ro`])),
  ...PLACES_WITH_SOCKET.map((place) => way(`mount of ${place}`, ['5.6', '5.32'], ['-v', `${place}:/x:ro`])),
  way('mount of /etc by two names', ['5.6'], ['-v', '/srv/../etc:/x']),
  way('mount by --mount', ['5.6'], ['--mount', 'type=bind,source=/etc,target=/x']),
  way('a volume that is /etc', ['5.6'], ['-v', 'one-by-one:/x']),
  ...SOCKETS.map((socket) => way(`socket ${socket}`, ['5.6', '5.32'], ['-v', `${socket}:/x`])),
  way('network of the host', ['5.10'], ['--network', 'host'], ['--network']),
  way('the default bridge', ['5.30'], [], ['--network']),
  way('processes of the host', ['5.3', '5.16'], ['--pid', 'host']),
  way('memory of the host', ['5.3', '5.17'], ['--ipc', 'host']),
  way('host name of the host', ['5.21'], ['--uts', 'host']),
  way('user namespace of the host', ['5.31'], ['--userns', 'host']),
  way('cgroups of the host', ['5.25'], ['--cgroupns', 'host'], ['--cgroupns']),
  way('another cgroup', ['5.25'], ['--cgroup-parent', '/elsewhere']),
  way('a device', ['5.18'], ['--device', '/dev/null:/dev/nothing']),
  way('devices by a rule', ['5.18'], ['--device-cgroup-rule', 'c *:* rwm']),
  way('a shared mount', ['5.20'], ['-v', '/srv:/x:shared']),
  way('a mount shared with all below', ['5.20'], ['-v', '/srv:/x:rshared']),
  way('all of /proc and /sys', ['5.6'], ['--security-opt', 'systempaths=unconfined']),
  way('no filter of system calls', ['5.22'], ['--security-opt', 'seccomp=unconfined']),
  way('no AppArmor', ['5.2'], ['--security-opt', 'apparmor=unconfined']),
  way('no label of SELinux', ['5.3'], ['--security-opt', 'label=disable']),
  way('a label of SELinux without limits', ['5.3'], ['--security-opt', 'label=type:spc_t']),
  way('privileges may be gained', ['5.26'], ['--security-opt', 'no-new-privileges=false'], ['--security-opt']),
  way('no limit of memory', ['5.11'], [], ['--memory']),
  way('no limit of processors', ['5.12'], [], ['--cpus']),
  way('a root file system to write to', ['5.13'], [], ['--read-only']),
  ...['always', 'unless-stopped', 'on-failure', 'on-failure:6'].map((policy) =>
    way(`restart ${policy}`, ['5.15'], ['--restart', policy], ['--restart']),
  ),
  way('no health check', ['5.27'], [], ['--health-cmd']),
  way('the health check switched off', ['5.27'], ['--no-healthcheck'], ['--health-cmd']),
  { ...way('an image by its tag', ['5.28'], []), image: TAGGED },
  way('a port that nobody declared', ['5.9'], ['-p', '127.0.0.1:8181:80']),
  way('a low port that nobody declared', ['5.8', '5.9'], ['-p', '127.0.0.1:81:80']),
  way('a port on every address', ['5.9', '5.14'], ['-p', '0.0.0.0:8182:80']),
  way('every exposed port', ['5.8', '5.9', '5.14'], ['-P', '--expose', '80']),
  way('no limit of the number of processes', ['5.29'], [], ['--pids-limit']),
];

function way(what: string, controls: readonly string[], options: readonly string[], without: readonly string[] = []): Way {
  return { what, controls, options, without };
}

/**
 * @param ask runs a copy of verify.sh that looks at these containers
 */
export function oneByOne(checks: Checks, lab: Lab, image: string, ask: (names: readonly string[]) => string): void {
  lab.docker('network', 'create', 'spoilt');
  lab.docker('volume', 'create', '-o', 'type=none', '-o', 'o=bind', '-o', 'device=/etc', 'one-by-one');
  lab.docker('tag', image, TAGGED);
  const made = WAYS.flatMap((each, i) => {
    const name = `spoilt-${i}`;
    const base = BASE.filter(([flag]) => !each.without?.includes(flag)).flat();
    const { code, stderr } = lab.host([
      'docker',
      'create',
      '--name',
      name,
      ...base,
      ...(each.options ?? []),
      each.image ?? image,
      'sleep',
      '9',
    ]);
    if (code !== 0) checks.skip(`one by one: ${each.what}`, `this engine makes no such container: ${stderr.trim().split('\n')[0]}`);
    return code === 0 ? [{ ...each, name }] : [];
  });
  lab.docker('create', '--name', 'as-ours', ...BASE.flat(), image, 'sleep', '9');
  const lines = ask([...made.map(({ name }) => name), 'as-ours']).split('\n');
  const naming = (name: string) =>
    lines.filter((line) => /^(FAIL|SKIP) \d/.test(line) && ` ${line} `.includes(` ${name} `)).map((line) => line.split(' ')[1]);
  checks.check('one by one: at least 80 ways are tried', made.length >= 80, `${made.length}`);
  checks.check('one by one: a container as ours is named nowhere', naming('as-ours').length === 0, naming('as-ours').join());
  for (const { what, controls, name } of made) {
    const found = naming(name).sort().join();
    checks.check(
      `one by one: ${what} is found by ${controls.join(', ')}`,
      found === [...controls].sort().join(),
      `named by ${found || 'none'}`,
    );
  }
  checks.say(`one by one: ${made.length} ways, each looked at under all controls`);
  lab.docker('rm', '-f', 'as-ours', ...made.map(({ name }) => name));
  lab.docker('network', 'rm', 'spoilt');
}
