// A second line of the host with a machine behind it, which is LAN client B's other foot.
import { netns } from './attacks-stage';
import type { Actor } from '../harness/matrix';
import type { Lab } from '../lab/lab';

export const SECOND = {
  device: 'up2',
  peer: 'up2p',
  block: '198.51.100.0/24',
  block6: '2001:db8:2::/64',
  host: '198.51.100.1',
  machine: '198.51.100.2',
  host6: '2001:db8:2::1',
  machine6: '2001:db8:2::2',
} as const;

/** Who is behind it. */
export const STRANGER: Actor = {
  name: 'the machine on the second line',
  where: { ns: 'lanB' },
  endpoints: [SECOND.machine, SECOND.machine6].map((address) => ({ network: 'second', address })),
};

/** Makes the line, before anything is opened on its addresses. */
export function makeSecondLine(lab: Lab): void {
  const { device, peer, host, machine, host6, machine6 } = SECOND;
  const script = `set -e; ip link add ${device} type veth peer name ${peer}; ip link set ${peer} netns "$1"
    ip addr add ${host}/24 dev ${device}; ip addr add ${host6}/64 dev ${device} nodad; ip link set ${device} up`;
  must(lab, { host: true }, script, netns(lab, { ns: 'lanB' }));
  // It sends on what comes by one of its feet, as a router that has both lines does, and believes every source.
  must(
    lab,
    { ns: 'lanB' },
    `set -e; ip addr add ${machine}/24 dev ${peer}; ip addr add ${machine6}/64 dev ${peer} nodad; ip link set ${peer} up
    echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding; for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 >$f; done
    ${BOUND}`,
  );
}

/** Whoever binds to its foot there sends by it, wherever that is for; all others by the LAN, as before. */
const BOUND = `ip rule add oif ${SECOND.peer} lookup 200; ip -6 rule add oif ${SECOND.peer} lookup 200
    ip route add default via ${SECOND.host} dev ${SECOND.peer} table 200; ip -6 route add default via ${SECOND.host6} dev ${SECOND.peer} table 200`;

function must(lab: Lab, where: Actor['where'], script: string, ...args: string[]): void {
  const { code, stderr } = lab.inWhere(where, ['sh', '-c', script, 'sh', ...args]);
  if (code !== 0) throw new Error(`the second line: ${script.slice(0, 60)}: ${stderr}`);
}
