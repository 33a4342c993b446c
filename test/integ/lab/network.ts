// The wires of a lab: a Docker host, two LAN clients and a router with a stand-in for the internet, joined by one switch. Further labs may have their
// hosts on the switch of the first.
import { must } from './exec';

/** Addresses that scenarios name. */
export const NET = {
  lan: '192.0.2.0/24',
  lan6: '2001:db8:1::/64',
  host: '192.0.2.10',
  /** Another address of the same host, on which nothing should answer that was published on the first. */
  host2: '192.0.2.11',
  lanA: '192.0.2.20',
  lanB: '192.0.2.21',
  router: '192.0.2.1',
  internet: '203.0.113.7',
  host6: '2001:db8:1::10',
  host62: '2001:db8:1::11',
  lanA6: '2001:db8:1::20',
  lanB6: '2001:db8:1::21',
  router6: '2001:db8:1::1',
  internet6: '2001:db8:ffff::7',
} as const;

export type NsName = 'host' | 'lanA' | 'lanB' | 'inet';
export const NAMESPACES: readonly NsName[] = ['host', 'lanA', 'lanB', 'inet'];

// `net.ipv4.ip_forward` of the host is not set here: the engine and the code under test do that. A new namespace starts with the value
// that the machine's first namespace has (0 on most machines, 1 on a Docker host), so a scenario that depends on it must look.
// $1 names the lab, $2 the lab whose switch it is on.
const JOIN = `
set -e
id=$1 sw=$2-sw
quiet() { nsenter --net=/run/netns/$1 sh -c 'for f in all default; do echo 0 > /proc/sys/net/ipv6/conf/$f/accept_dad; done; echo "0 2147483647" > /proc/sys/net/ipv4/ping_group_range'; }
join() { # name v4... : a namespace with eth0 on the switch
  ns=$id-$1; port=$1-\${id##*-}; shift
  ip netns add $ns
  quiet $ns
  ip -n $ns link add eth0 type veth peer name $port netns $sw
  ip -n $sw link set $port master br0 up
  ip -n $ns link set lo up
  ip -n $ns link set eth0 up
  for last in "$@"; do
    ip -n $ns addr add 192.0.2.$last/24 dev eth0
    ip -n $ns addr add 2001:db8:1::$last/64 dev eth0 nodad
  done
}
routed() { ip -n $id-$1 route add default via ${NET.router}; ip -n $id-$1 -6 route add default via ${NET.router6}; }
`;

const ALL = `${JOIN}
ip netns add $sw
ip -n $sw link add br0 type bridge forward_delay 0 mcast_snooping 0
ip -n $sw link set br0 up
nsenter --net=/run/netns/$sw sh -c 'for f in /proc/sys/net/bridge/bridge-nf-call-*; do [ ! -e $f ] || echo 0 > $f; done'
join inet 1
join host 10 11
join lanA 20
join lanB 21
ip -n $id-inet addr add ${NET.internet}/32 dev lo
ip -n $id-inet addr add ${NET.internet6}/128 dev lo nodad
nsenter --net=/run/netns/$id-inet sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding'
for n in host lanA lanB; do routed $n; done
`;

/** A host beside that of another lab: on its switch, with the last number of its address. */
export interface Beside {
  readonly id: string;
  readonly last: number;
}

export function makeNetwork(id: string, beside?: Beside): void {
  if (beside === undefined) must('making the namespaces', ['sh', '-c', ALL, 'sh', id, id]);
  else must('making a host beside another', ['sh', '-c', `${JOIN}join host ${beside.last}\nrouted host\n`, 'sh', id, beside.id]);
}
