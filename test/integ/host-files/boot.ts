/* eslint-disable no-console -- a report on the terminal */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

/** systemd is the first process of namespaces of its own, with an overlay of this machine as its root; nothing outside is touched. */
const BOOT = `set -e
mount --make-rprivate /
mkdir -p "$1/m/up" "$1/m/work" "$1/m/root"
root=$1/m/root
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/m/up,workdir=$1/m/work" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t tmpfs tmpfs "$root/sys/fs/cgroup"
mkdir "$root/sys/fs/cgroup/systemd"
mount -t cgroup -o none,name=systemd cgroup "$root/sys/fs/cgroup/systemd"
mount --rbind /dev "$root/dev"
for folder in run tmp; do mount -t tmpfs tmpfs "$root/$folder"; done
mkdir -p "$root/check" "$root/old"
mount --bind "$1" "$root/check"
: >"$root/etc/fstab"
for unit in systemd-udevd.service systemd-udev-trigger.service systemd-networkd.service systemd-resolved.service systemd-logind.service getty@tty1.service \\
  ssh.service cloud-init.service cloud-init-local.service cloud-config.service cloud-final.service systemd-remount-fs.service docker.service docker.socket \\
  containerd.service systemd-journal-flush.service apparmor.service nftables.service firewalld.service networking.service systemd-timesyncd.service \\
  console-getty.service dev-hugepages.mount systemd-udevd-kernel.socket systemd-udevd-control.socket; do
  # A unit that an earlier boot put there stays.
  [ -s "$root/etc/systemd/system/$unit" ] || ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
rm -f "$root/usr/sbin/dockerd" "$root/usr/bin/dockerd" "$root/usr/local/bin/dockerd"
ln -sf /lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"
printf '[Service]\\nType=oneshot\\nExecStart=/bin/sh /check/checks.sh\\nStandardOutput=file:/check/log\\nStandardError=inherit\\n' >"$root/etc/systemd/system/checks.service"
mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
ln -sf ../checks.service "$root/etc/systemd/system/multi-user.target.wants/checks.service"
cd "$root"
pivot_root . old
umount -l /old
export container=other
exec /lib/systemd/systemd --system --log-target=null --show-status=no
`;

/** Each line of `expect` is one check; the last line of a boot ends all of it. */
const HEAD = `
expect() { if eval "$2" >/check/said 2>&1; then echo "ok   $1"; else echo "FAIL $1"; cat /check/said; fi; }
`;
const END = `
: >/check/done
sync
kill -9 -1
`;

/**
 * Boots once for each text of checks, one after the other, on the same disk. The files lie in /check.
 * @returns how many checks failed
 */
export function bootedChecks(boots: readonly string[], files: Readonly<Record<string, string>>): number {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'booted-'));
  fs.mkdirSync(path.join(folder, 'm'));
  const put = (name: string, text: string) => fs.writeFileSync(path.join(folder, name), text);
  Object.entries(files).forEach(([name, text]) => put(name, text));
  put('boot.sh', BOOT);
  boots.forEach((text, index) => put(`checks-${index}.sh`, HEAD + text + END));
  // It never ends by itself once systemd runs: the end of the checks is looked for.
  put(
    'all.sh',
    `mount --make-rprivate /; mount -t tmpfs tmpfs ${folder}/m; cd ${folder}
for boot in ${boots.map((_, index) => index).join(' ')}; do
  rm -f done; cp checks-$boot.sh checks.sh
  unshare -mnpuiC --fork --kill-child sh boot.sh ${folder} </dev/null >console 2>&1 & one=$!
  for _ in $(seq 150); do [ -e done ] && break; kill -0 $one 2>/dev/null || break; sleep 1; done
  kill -9 $one 2>/dev/null; wait $one 2>/dev/null
  cat log >>logs; rm -f log; [ -e done ] || exit 1
done
: >whole`,
  );
  spawnSync('unshare', ['-m', 'sh', path.join(folder, 'all.sh')], { stdio: 'ignore' });
  const read = (name: string) => (fs.existsSync(path.join(folder, name)) ? fs.readFileSync(path.join(folder, name), 'utf8') : '');
  const log = read('logs');
  const isWhole = fs.existsSync(path.join(folder, 'whole'));
  if (!isWhole) console.log(`FAIL it did not come to its end\n${read('console').slice(-2000)}`);
  console.log(log);
  const count = (word: string) => log.split('\n').filter((line) => line.startsWith(word)).length;
  const failed = count('FAIL') + (isWhole ? 0 : 1);
  console.log(`${count('ok')} passed, ${failed} failed`);
  fs.rmSync(folder, { recursive: true, force: true });
  return failed;
}
