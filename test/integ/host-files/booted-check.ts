import { bootedChecks } from './boot';
import { renderInstallScript } from '../../../src/host/private/render-install-script';
import { sampleInput } from '../../host/sample';

/**
 * The units under a systemd that runs: `npx tsx test/integ/host-files/booted-check.ts` as root, on a machine with systemd, iptables, ipset, conntrack and
 * nft.
 */

/** Runs inside; each line of expect is one check. The watch looks every ten seconds. */
const CHECKS = `
guard=/usr/local/sbin/bulkhead-firewall
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
`;

process.exit(bootedChecks([CHECKS], { 'install.sh': renderInstallScript(sampleInput()) }) === 0 ? 0 : 1);
