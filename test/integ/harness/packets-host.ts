// The surroundings of a host whose packets are watched: neighbours that know where its containers are.
import { DEFAULT_BRIDGE, type TopologyPlan } from './engine-topology';
import { LOOPBACK_OUTSIDER, LOOPBACKS, OUTSIDERS } from './packets-questions';
import { sleep } from '../lab/exec';
import type { Lab } from '../lab/lab';
import { NET } from '../lab/network';

const BLOCKS = ['10.0.0.0/8', '172.29.0.0/16'];
const BLOCKS_6 = ['fd00::/8'];

// A neighbour that is after the host's loopback addresses has to give up its own.
const ROUTE_LOOPBACK = `
echo 1 > /proc/sys/net/ipv4/conf/eth0/route_localnet
ip addr del 127.0.0.1/8 dev lo
for address in "$@"; do ip route add "$address/32" via ${NET.host}; done`;

/** Without these routes no neighbour would reach a container, nor answer one whose address is not translated. */
export function routeToContainers(lab: Lab): void {
  for (const ns of OUTSIDERS) {
    BLOCKS.forEach((block) => lab.inNs(ns, ['ip', 'route', 'add', block, 'via', NET.host]));
    BLOCKS_6.forEach((block) => lab.inNs(ns, ['ip', '-6', 'route', 'add', block, 'via', NET.host6]));
  }
  lab.inNs(LOOPBACK_OUTSIDER, ['sh', '-c', ROUTE_LOOPBACK, 'sh', ...LOOPBACKS]);
}

const REMOVE_BRIDGES = `
for name in $(ip -o link show type bridge | cut -d: -f2); do
  [ "$name" = ${DEFAULT_BRIDGE} ] || ip link del "$name"
done`;

/** A new host's engine forgets the networks of the old one, but their bridges keep addresses and routes that the new ones may want. */
export function removeOldBridges(lab: Lab): void {
  lab.inNs('host', ['sh', '-c', REMOVE_BRIDGES]);
}

/**
 * Ends those first that are linked to others: where the other one is gone already, engines leave the rules of the link behind. Returns what is left
 * to change.
 */
export function removeLinked(lab: Lab, before: TopologyPlan | undefined, topology: TopologyPlan): TopologyPlan | undefined {
  const gone = before?.containers.filter((one) => one.links.length > 0 && !topology.containers.includes(one)) ?? [];
  if (gone.length > 0) {
    lab.docker('rm', '-f', ...gone.map(({ name }) => name));
  }
  return before && { ...before, containers: before.containers.filter((one) => !gone.includes(one)) };
}

const TENTATIVE = `
ip -6 addr show tentative
for pid in "$@"; do nsenter --net=/proc/$pid/ns/net ip -6 addr show tentative; done`;
const PATIENCE = 15_000;

/** Until then nobody may use an address: the kernel still asks whether somebody else has it. */
export function waitForAddresses(lab: Lab, { containers }: TopologyPlan): void {
  const pids = containers.map(({ name }) => String(lab.containerPid(name)));
  for (const until = Date.now() + PATIENCE; ; sleep(100)) {
    const left = lab.inNs('host', ['sh', '-c', TENTATIVE, 'sh', ...pids]).stdout.trim();
    // An interface without a wire keeps asking, a network without containers is one.
    if (!left.split('\n').some((line) => line.includes('scope global'))) {
      return;
    }
    if (Date.now() > until) {
      throw new Error(`addresses that may not be used yet:\n${left}`);
    }
  }
}
