/* eslint-disable no-console -- a report on the terminal */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { renderInstallScript } from '../../../src/host/private/render-install-script';
import { sampleInput } from '../../host/sample';

/**
 * The units under a systemd that runs: `npx tsx test/integ/host-files/booted-check.ts` as root, on a machine with systemd, iptables, ipset, conntrack and
 * nft. systemd is the first process of namespaces of its own, with an overlay of this machine as its root; nothing outside is touched.
 */
const BOOT = `set -e
mount --make-rprivate /
mount -t tmpfs tmpfs "$1/m"
mkdir "$1/m/up" "$1/m/work" "$1/m/root"
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
  ln -sf /dev/null "$root/etc/systemd/system/$unit"
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

/** Runs inside; each line of expect is one check. The watch looks every ten seconds. */
const CHECKS = `
guard=/usr/local/sbin/bulkhead-firewall
expect() { if eval "$2" >/check/said 2>&1; then echo "ok   $1"; else echo "FAIL $1"; cat /check/said; fi; }
spoil() { iptables -t mangle -F; echo 0 >/proc/sys/net/ipv4/ip_forward; }
ip link set lo up
expect 'it installs' 'sh /check/install.sh'
expect 'the guard and the watch are up' 'systemctl is-active bulkhead-firewall bulkhead-watch bulkhead-check.timer && $guard check'
watch=$(systemctl show -p MainPID --value bulkhead-watch)
expect 'the watch has three capabilities and a filter' 'grep -qx "CapEff:.0000000000013000" /proc/$watch/status && grep -qx "Seccomp:.2" /proc/$watch/status'
inside() { nsenter -t "$watch" -m sh -c "$1"; }
expect 'it writes what it must' 'inside ": >/run/x && echo 1 >/proc/sys/net/ipv4/ip_forward"'
for file in /etc/x /root/x /usr/local/sbin/x /proc/sys/kernel/panic; do expect "it cannot write $file" "! inside 'echo 1 >$file'"; done
spoil
sleep 15
expect 'the watch heals rules and sysctls' '$guard check'
ip link add bh-new type bridge
sleep 3
expect 'the watch sets the switches of a new bridge' '[ "$(cat /sys/class/net/bh-new/bridge/nf_call_iptables)" = 1 ]'
systemctl stop bulkhead-watch bulkhead-check.timer
spoil
expect 'spoiled, the check finds it' '! $guard check'
expect 'the check unit heals alone' 'systemctl start bulkhead-check.service && $guard check'
$guard remove
expect 'the firewall unit makes it from nothing' 'systemctl restart bulkhead-firewall.service && $guard check'
systemctl start bulkhead-watch
kill -9 "$(systemctl show -p MainPID --value bulkhead-watch)"
sleep 4
expect 'a watch that was killed comes back' 'systemctl is-active bulkhead-watch'
: >/check/done
kill -9 -1
`;

function main(): number {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'booted-'));
  fs.mkdirSync(path.join(folder, 'm'));
  const put = (name: string, text: string) => fs.writeFileSync(path.join(folder, name), text);
  put('boot.sh', BOOT);
  put('checks.sh', CHECKS);
  put('install.sh', renderInstallScript(sampleInput()));
  // It never ends by itself once systemd runs: the end of the checks is looked for.
  const script = `unshare -mnpuiC --fork --kill-child sh ${folder}/boot.sh ${folder} </dev/null >${folder}/console 2>&1 & one=$!
for _ in $(seq 150); do [ -e ${folder}/done ] && break; kill -0 $one 2>/dev/null || break; sleep 1; done; kill -9 $one 2>/dev/null; wait $one 2>/dev/null`;
  spawnSync('sh', ['-c', script], { stdio: 'ignore' });
  const log = fs.existsSync(path.join(folder, 'log')) ? fs.readFileSync(path.join(folder, 'log'), 'utf8') : '';
  const whole = fs.existsSync(path.join(folder, 'done'));
  if (!whole) console.log(`FAIL it did not come to its end\n${fs.readFileSync(path.join(folder, 'console'), 'utf8').slice(-2000)}`);
  console.log(log);
  const count = (word: string) => log.split('\n').filter((line) => line.startsWith(word)).length;
  const failed = count('FAIL') + (whole ? 0 : 1);
  console.log(`${count('ok')} passed, ${failed} failed`);
  fs.rmSync(folder, { recursive: true, force: true });
  return failed;
}

process.exit(main() === 0 ? 0 : 1);
