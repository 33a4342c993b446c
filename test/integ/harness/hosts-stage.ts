// A host that Bulkhead did not set up: Docker's networks and publications, a bridge made by hand with a machine on it, and a second interface outside.
import type { Random } from './generate';
import { type HostRulesPlan, isReal, type RealStyle, rulesFor, type Site, type Style } from './hosts-rules';
import { Firewalld, firewalldCommands, ufwCommands } from './real-firewalls';
import type { Lab } from '../lab/lab';
import { NET } from '../lab/network';

/** The second interface outside, with the station behind it. */
export const SIDE = {
  interface: 'eth1',
  host: '198.51.100.10',
  host6: '2001:db8:51::10',
  station: '198.51.100.20',
  station6: '2001:db8:51::20',
} as const;
/** A machine on a bridge that is none of Docker's: a container that the engine gave no network. */
export const HAND = { bridge: 'br-hand', host: '10.77.0.1', guest: '10.77.0.9', name: 'guest' } as const;
export const PORTS = [80, 443, 5432, 8080, 9000] as const;

export interface Published {
  readonly hostAddress: string;
  readonly port: number;
}

const SECOND_WIRE = `
set -e
ip -n "$1-lanB" link del eth0
ip -n "$1-host" link add ${SIDE.interface} type veth peer name ${SIDE.interface} netns "$1-lanB"
for end in "host ${SIDE.host} ${SIDE.host6}" "lanB ${SIDE.station} ${SIDE.station6}"; do
  set -- "$1" $end
  ip -n "$1-$2" link set ${SIDE.interface} up
  ip -n "$1-$2" addr add "$3/24" dev ${SIDE.interface}
  ip -n "$1-$2" addr add "$4/64" dev ${SIDE.interface} nodad
done
ip -n "$1-lanB" route add default via ${SIDE.host}
ip -n "$1-lanB" -6 route add default via ${SIDE.host6}
for ns in lanA inet; do ip -n "$1-$ns" route add 10.0.0.0/8 via ${NET.host}; ip -n "$1-$ns" route add 172.16.0.0/12 via ${NET.host}; ip -n "$1-$ns" route add 198.51.100.0/24 via ${NET.host}; ip -n "$1-$ns" -6 route add fd00::/8 via ${NET.host6}; ip -n "$1-$ns" -6 route add 2001:db8:51::/64 via ${NET.host6}; done
`;

export function secondWire(lab: Lab): void {
  const { code, stderr } = lab.inNs('host', ['sh', '-c', SECOND_WIRE, 'sh', lab.id]);
  if (code !== 0) throw new Error(`the second wire: ${stderr}`);
}

const BRIDGE = `
set -e
ip link add ${HAND.bridge} type bridge forward_delay 0
ip addr add ${HAND.host}/24 dev ${HAND.bridge}
ip link set ${HAND.bridge} up
ip link add hand0 type veth peer name inside
ip link set hand0 master ${HAND.bridge} up
ip link set inside netns "$1"
nsenter --net=/proc/$1/ns/net sh -c 'ip link set inside name eth0; ip link set eth0 up; ip addr add ${HAND.guest}/24 dev eth0; ip route add default via ${HAND.host}'
`;

export interface Stage {
  readonly containers: readonly string[];
  readonly published: readonly Published[];
}

/** Networks, containers and publications from a seed. */
export function setUp(lab: Lab, random: Random): Stage {
  const networks = [
    { name: 'front', words: '--subnet 10.81.0.0/24' },
    { name: 'back', words: '--subnet 10.82.0.0/24 --internal' },
    ...(random.chance(0.6) ? [{ name: 'six', words: '--ipv6 --subnet 10.83.0.0/24 --subnet fd00:83::/64' }] : []),
    ...(random.chance(0.5) ? [{ name: 'shut', words: '--subnet 10.84.0.0/24 -o com.docker.network.bridge.enable_icc=false' }] : []),
  ];
  const names = ['one', 'two', 'three', 'four'];
  const published: Published[] = [];
  const containers = names.map((name, i) => {
    const ports = Array.from({ length: random.int(0, 2) }, (_, n) => {
      const hostAddress = random.pick(['', '', NET.host, SIDE.host, '127.0.0.1']);
      const port = 8100 + 10 * i + n;
      published.push({ hostAddress, port });
      return `-p ${hostAddress === '' ? '' : `${hostAddress}:`}${port}:${random.pick(PORTS)}`;
    });
    const home = random.pick([...networks.map((network) => network.name), 'bridge']);
    const more = home === 'bridge' ? [] : random.some(networks.filter((network) => network.name !== home), random.int(0, 1)); // prettier-ignore
    return [
      `docker create --name ${name} --network ${home} ${ports.join(' ')} lab:1`,
      ...more.map((network) => `docker network connect ${network.name} ${name}`),
      `docker start ${name}`,
    ].join(' && ');
  });
  const lines = [
    'set -e',
    ...networks.map(({ name, words }) => `docker network create ${words} ${name}`),
    ...containers,
    `docker run -d --name ${HAND.name} --network none lab:1`,
    'docker run -d --name onhost --network host lab:1',
    'docker create --name stopped --network front -p 8199:80 lab:1',
  ];
  lab.mustHost('setting up the host', ['sh', '-c', lines.join('\n')], { timeout: 120_000 });
  const pid = String(lab.containerPid(HAND.name));
  const { code, stderr } = lab.inNs('host', ['sh', '-c', BRIDGE, 'sh', pid]);
  if (code !== 0) throw new Error(`the bridge: ${stderr}`);
  return { containers: names, published };
}

/** The rules of somebody beside Docker's, in words for a failure, until they are taken away. */
export interface Applied {
  readonly text: string;
  readonly remove: () => void;
}

/** Docker's rules are there already; these come beside them. */
export function applyRules(lab: Lab, random: Random, style: Style, site: Site): Applied {
  lab.mustHost('keeping the rules', ['sh', '-c', 'iptables-save >/tmp/kept4; ip6tables-save >/tmp/kept6']);
  const { text, end } = isReal(style) ? runReal(lab, random, style, site) : loadWritten(lab, rulesFor(random, style, site));
  const remove = () => {
    end();
    lab.mustHost('putting the rules back', ['sh', '-c', `${FLUSH}\niptables-restore </tmp/kept4 && ip6tables-restore </tmp/kept6`]);
  };
  return { text, remove };
}

function loadWritten(lab: Lab, { ipv4, ipv6, sets }: HostRulesPlan): { text: string; end: () => void } {
  const load = (name: string, command: string, text: string) => {
    if (text === '') return;
    lab.writeFile(`/tmp/${name}`, text);
    const { code, stderr } = lab.host(['sh', '-c', `${command} < /tmp/${name}`]);
    if (code !== 0) throw new Error(`${command}: ${stderr}\n${text}`);
  };
  load('sets', 'ipset restore', sets);
  load('rules4', 'iptables-restore --noflush', ipv4);
  load('rules6', 'ip6tables-restore --noflush', ipv6);
  return { text: `${ipv4}\n${ipv6}`, end: () => undefined };
}

function runReal(lab: Lab, random: Random, style: RealStyle, site: Site): { text: string; end: () => void } {
  const told = (commands: readonly string[]) => {
    lab.mustHost(style, ['sh', '-c', ['set -e', ...commands].join('\n')], { timeout: 120_000 });
    return commands.join('\n');
  };
  if (style === 'ufw') return { text: told(ufwCommands(random, site)), end: () => told(['ufw --force reset', 'rm -f /etc/ufw/*.rules.2*']) }; // prettier-ignore
  const daemon = firewalldOf(lab);
  daemon.start(style === 'firewalld with nftables' ? 'nftables' : 'iptables');
  return {
    text: told(firewalldCommands(random, site)),
    end: () => {
      // The default zone is kept on disk.
      told(['firewall-cmd -q --set-default-zone=public']);
      daemon.stop();
    },
  };
}

const daemons = new WeakMap<Lab, Firewalld>();

function firewalldOf(lab: Lab): Firewalld {
  const daemon = daemons.get(lab) ?? new Firewalld(lab);
  daemons.set(lab, daemon);
  return daemon;
}

const FLUSH = `
for save in iptables ip6tables; do
  for table in raw mangle nat filter; do $save -t $table -F; $save -t $table -X; done
  for chain in INPUT FORWARD OUTPUT; do $save -P $chain ACCEPT; done
done
ipset destroy 2>/dev/null || :`;

/** As the engine makes it on a host that has never had one; the image stays. */
export const CLEAR = `
old=$(docker ps -aq); [ -z "$old" ] || docker rm -f $old
for name in $(docker network ls -q --filter type=custom); do docker network rm $name; done
ip link del ${HAND.bridge} 2>/dev/null
${FLUSH}
true`;
