// A second line of the host with a machine behind it, which is LAN client B's other foot.
import { netns, sh } from './attacks-stage';
import { type Actor, subnets } from '../harness/matrix';
import type { Lab } from '../lab/lab';

export const SECOND = {
  device: 'up2',
  peer: 'up2p',
  host: '198.51.100.1',
  machine: '198.51.100.2',
  host6: '2001:db8:2::1',
  machine6: '2001:db8:2::2',
} as const;

/** Makes it; the machine sends by it whatever is for a container. */
export function secondLine(lab: Lab): Actor {
  const { device, peer, host, machine, host6, machine6 } = SECOND;
  const script = `ip link add ${device} type veth peer name ${peer}; ip link set ${peer} netns "$1"
    ip addr add ${host}/24 dev ${device}; ip addr add ${host6}/64 dev ${device} nodad; ip link set ${device} up`;
  lab.inWhere({ host: true }, ['sh', '-c', script, 'sh', netns(lab, { ns: 'lanB' })]);
  lab.inNs('lanB', [
    'sh',
    '-c',
    `ip addr add ${machine}/24 dev ${peer}; ip addr add ${machine6}/64 dev ${peer} nodad; ip link set ${peer} up`,
  ]);
  for (const { Subnet } of subnets(lab)) routeTo(lab, Subnet);
  sh(lab, `echo 1 >/proc/sys/net/ipv6/conf/${device}/forwarding`);
  return { name: 'the machine on the second line', where: { ns: 'lanB' }, endpoints: [machine, machine6].map((address) => ({ network: 'second', address })) }; // prettier-ignore
}

/** Beside the route over the LAN, for who sends by the second line alone. */
function routeTo(lab: Lab, block: string): void {
  const via = block.includes(':') ? SECOND.host6 : SECOND.host;
  lab.inNs('lanB', ['ip', 'route', 'append', block, 'via', via, 'dev', SECOND.peer, 'metric', '2000']);
}
