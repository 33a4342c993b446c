// The Docker host: a process that keeps a mount namespace whose root is an overlay over a cached Debian tree. dockerd starts and restarts
// inside it, so that live-restore finds its mounts again, and what a scenario installs never reaches the cached tree.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { LabError, patient, run, sleep, type RunOptions, type RunResult } from './exec';
import { alive, background, inCgroup, netnsFile } from './names';
import { NET } from './network';

// $1 root  $2 lower layers  $3 upper  $4 work  $5 the folder that becomes /lab
// /sys is mounted anew so that /sys/class/net shows this namespace's links; `pivot_root`, since import of an image fails under a chroot.
// Of /proc/sys only net/ can be written: that part is per namespace, all the rest belongs to the real machine.
const SCRIPT = `
set -e
mount -t overlay overlay -o "lowerdir=$2,upperdir=$3,workdir=$4" "$1"
mount --rbind /proc "$1/proc"
mount --bind /proc/sys "$1/proc/sys"
mount -o remount,bind,ro "$1/proc/sys"
mount --bind /proc/sys/net "$1/proc/sys/net"
mount -t sysfs sysfs "$1/sys"
mount --rbind /sys/fs/cgroup "$1/sys/fs/cgroup"
mount --rbind /dev "$1/dev"
mount -t tmpfs -o mode=755 tmpfs "$1/run"
if [ -d /lib/modules ]; then mkdir -p "$1/usr/lib/modules"; mount --rbind /lib/modules "$1/usr/lib/modules"; fi
mkdir -p "$1/lab" "$1/.old"
mount --bind "$5" "$1/lab"
cd "$1"
pivot_root . .old
exec chroot . sh -c 'umount -l /.old && rmdir /.old && mkdir -p /run/lock && : > /lab/.ready && exec sleep infinity'
`;

// There is no systemd in the tree, and the lab plays it for the engine's start. What install scripts ask of it is noted and granted.
const SYSTEMCTL = '#!/bin/sh\necho "$*" >> /lab/systemctl.log\nexit 0\n';
// On a kernel without modules everything that there is, is built in; the real modprobe would fail for want of /lib/modules.
const MODPROBE = '#!/bin/sh\n[ -d "/lib/modules/$(uname -r)" ] || exit 0\nexec /sbin/modprobe "$@"\n';

// Debian's iptables speaks nf_tables; where the kernel has none for IP, the older one is put before it.
const LEGACY_TABLES = `nft -c add table ip probe 2>/dev/null && exit 0
for name in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
  ln -s /usr/sbin/xtables-legacy-multi "/usr/local/sbin/$name"
done`;

export class Holder {
  readonly pid: number;

  constructor(
    private readonly id: string,
    runDir: string,
    readonly labDir: string,
    layers: readonly string[],
    private readonly env: NodeJS.ProcessEnv,
  ) {
    const [root, upper, work] = ['root', 'upper', 'work'].map((name) => path.join(runDir, name));
    for (const dir of [root, upper, work, labDir]) fs.mkdirSync(dir, { recursive: true });
    this.write(upper, 'etc/resolv.conf', `nameserver ${NET.internet}\n`);
    this.write(upper, 'etc/hostname', 'dockerhost\n');
    this.write(upper, 'etc/hosts', '127.0.0.1 localhost\n::1 localhost\n127.0.1.1 dockerhost\n');
    if (!layers.some((layer) => fs.existsSync(path.join(layer, 'usr/bin/systemctl')))) {
      this.write(upper, 'usr/local/bin/systemctl', SYSTEMCTL, 0o755);
    }
    this.write(upper, 'usr/local/sbin/modprobe', MODPROBE, 0o755);

    const argv = ['nsenter', `--net=${netnsFile(id, 'host')}`, '--', 'unshare', '--mount', '--propagation', 'private'];
    argv.push('sh', '-c', SCRIPT, 'sh', root, layers.join(':'), upper, work, labDir);
    const log = path.join(runDir, 'holder.log');
    this.pid = background(id, argv, log, 'starting the host');
    for (let waited = 0; !fs.existsSync(path.join(labDir, '.ready')); waited += 10) {
      if (waited > patient(10_000) || !alive(this.pid)) throw new LabError('making the host', argv, fs.readFileSync(log, 'utf8'));
      sleep(10);
    }
    this.run(['sh', '-c', LEGACY_TABLES]);
  }

  private write(upper: string, name: string, text: string, mode = 0o644): void {
    const file = path.join(upper, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text, { mode });
  }

  /** Words that enter the host: its files, its network. */
  enter(argv: readonly string[]): string[] {
    return ['nsenter', `--mount=/proc/${this.pid}/ns/mnt`, `--net=${netnsFile(this.id, 'host')}`, '--', ...argv];
  }

  hostEnv(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    return { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/tmp', LANG: 'C.UTF-8', ...this.env, ...extra };
  }

  run(argv: readonly string[], options: RunOptions = {}): RunResult {
    return run(inCgroup(this.id, this.enter(argv)), { ...options, env: this.hostEnv(options.env) });
  }

  /** Starts something in the host that outlives the call. */
  background(argv: readonly string[], logFile: string, step: string, env: NodeJS.ProcessEnv = {}): number {
    return background(this.id, this.enter(argv), logFile, step, this.hostEnv(env));
  }

  read(file: string): string | undefined {
    const result = this.run(['cat', file]);
    return result.code === 0 ? result.stdout : undefined;
  }
}
