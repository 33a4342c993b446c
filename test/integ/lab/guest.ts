// A second kernel, for what the machine's own may lack: VLAN tags, ipvlan, ESP, IPVS, SCTP. Debian packs Linux as a program that any user may start
// (user-mode Linux), with all its modules. It sees the machine's files and writes to its own memory alone, so nothing of it is left when it ends.
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import { cacheDir, once } from './cache';
import { unpackPackage } from './debian';
import { IN_GUEST, run } from './exec';
import { quoted } from '../../../src/private/shell-word';

const PROJECT = path.resolve(__dirname, '../../..');
const PACKAGE = 'user-mode-linux';
const NO_PACKAGE = `apt has no package ${PACKAGE}`;

const MODULES = [
  ...['ipv6', 'bridge', 'br_netfilter', 'veth', 'dummy', 'macvlan', 'ipvlan', '8021q', 'vxlan', 'sctp', 'vrf'],
  ...['esp4', 'xfrm_user', 'xfrm_algo', 'authenc', 'gcm', 'ghash-generic', 'ctr', 'seqiv', 'echainiv', 'ip_vs', 'ip_vs_rr'],
  ...['xt_policy', 'xt_bpf', 'xt_u32', 'xt_ipvs', 'xt_conntrack', 'xt_addrtype', 'nf_tables'],
  ...['filter', 'nat', 'mangle', 'raw'].flatMap((table) => [`iptable_${table}`, `ip6table_${table}`]),
];

const folder = () => path.join(cacheDir(), `${PACKAGE}-1`);

/** Whether this kernel has what the guest is for. */
export function hasModules(): boolean {
  const links = ['link d name v type vlan id 5', 'link d name i type ipvlan', 'name x type vxlan id 5 dev d dstport 4789'];
  const tries = ['ip link add d type dummy', ...links.map((words) => `ip link add ${words}`), 'cat /proc/net/xfrm_stat', 'ls /proc/sys/net/ipv4/vs', 'ls /proc/sys/net/sctp']; // prettier-ignore
  return run(['unshare', '--net', 'sh', '-c', tries.join(' && ')]).code === 0;
}

/** Why this machine can have no second kernel, if that is so. */
export function whyNoGuest(): string | undefined {
  if (process.arch !== 'x64') return `Debian has ${PACKAGE} for x86-64 alone`;
  return fs.existsSync(folder()) ? undefined : NO_PACKAGE;
}

/** Where no package is to be had nothing is made, and `whyNoGuest` says so. */
export async function makeGuest(): Promise<boolean> {
  if (process.arch !== 'x64' || fs.existsSync(folder())) return false;
  return once(folder(), async (temporary) => {
    if (!(await unpackPackage(PACKAGE, temporary))) throw new Error(NO_PACKAGE);
    fs.rmSync(path.join(temporary, 'usr/share'), { recursive: true, force: true });
  }).catch((error: Error) => {
    if (error.message !== NO_PACKAGE) throw error;
    return false;
  });
}

// The machine's files, read-only, lie under a layer in memory, which becomes the root. What is mounted at the end must be seen as it is, since the layer
// hides nothing of the machine but /tmp and /run. $KERNEL, $CACHE, $PROJECT, $MODULES and $JOB stand in the head.
const INIT = `
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
modules=$KERNEL/usr/lib/uml/modules/$(uname -r)
mount -t tmpfs tmpfs /mnt && mkdir /mnt/machine /mnt/upper /mnt/work /mnt/root
insmod "$modules/kernel/fs/overlayfs/overlay.ko"
mount -t hostfs -o / hostfs /mnt/machine
mount -t overlay -o lowerdir=/mnt/machine,upperdir=/mnt/upper,workdir=/mnt/work overlay /mnt/root
cd /mnt/root
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t devtmpfs devtmpfs dev
mkdir -p dev/pts dev/shm
mount -t devpts devpts dev/pts
for dir in dev/shm tmp run; do mount -t tmpfs tmpfs $dir; done
for dir in "$CACHE" "$PROJECT"; do mkdir -p ".$dir"; mount -t hostfs -o "$dir" hostfs ".$dir"; done
mkdir -p "lib/modules/$(uname -r)" mnt/old
mount -t hostfs -o "$modules" hostfs "lib/modules/$(uname -r)"
pivot_root . mnt/old
cd "$PROJECT"
for module in $MODULES; do modprobe "$module" || echo "no module $module"; done
ip link set lo up
# As on every Docker host; a new namespace starts with what the first one has.
echo 1 > /proc/sys/net/ipv4/ip_forward
(eval "$JOB")
echo o > /proc/sysrq-trigger
sleep 60
`;

/** Runs a command of the project in the guest; every line that it prints is told. */
export function runInGuest(
  argv: readonly string[],
  tell: (line: string) => void,
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<void> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'bulkhead-guest-'));
  const settings = Object.entries({ ...process.env, ...env }).filter(([key]) => key.startsWith('BULKHEAD_')) as [string, string][];
  const own = { HOME: os.homedir(), PATH: process.env.PATH!, LANG: 'C.UTF-8', BULKHEAD_CACHE: cacheDir(), [IN_GUEST]: '1' };
  const assigned = Object.entries({ ...Object.fromEntries(settings), ...own }).map(([key, text]) => `${key}=${quoted(text)}`);
  const head = {
    KERNEL: folder(),
    CACHE: cacheDir(),
    PROJECT,
    MODULES: MODULES.join(' '),
    JOB: `${['env', ...assigned, ...argv.map(quoted)].join(' ')} 2>&1`,
  };
  const init = path.join(dir, 'init');
  const lines = Object.entries(head).map(([key, text]) => `${key}=${quoted(text)}`);
  fs.writeFileSync(init, `#!/bin/sh\n${lines.join('\n')}\n${INIT}`, { mode: 0o755 });
  const words = [
    'mem=6G',
    'root=/dev/root',
    'rootfstype=hostfs',
    'rootflags=/',
    'ro',
    `init=${init}`,
    'con0=null,fd:1',
    'con=null',
    'quiet',
  ];
  return new Promise((resolve) => {
    // A group of its own, so that all of it can be ended: each process of the guest is one of the machine.
    // First when there is a processor to be had: it uses one at most, and is slow enough. Without the right to it, nice says so and goes on.
    const child = spawn('nice', ['-n', '-10', path.join(folder(), 'usr/bin/linux.uml'), ...words], {
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    });
    createInterface({ input: child.stdout, crlfDelay: Infinity }).on('line', tell);
    const kill = () => {
      try {
        process.kill(-child.pid!, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    };
    process.once('exit', kill);
    signal?.addEventListener('abort', kill, { once: true });
    child.on('error', (error) => tell(error.message));
    child.on('close', () => {
      process.off('exit', kill);
      kill();
      fs.rmSync(dir, { recursive: true, force: true });
      resolve();
    });
  });
}
