// A host with more than one line: a station behind the second one, by its own name and by forged ones, addresses that the program does not name, and
// tables that send packets by other ways than they came. What is undeclared stays closed, and what is declared lives, or it is said why not.
import { EVERY_ADDRESS, frameSender, open, sh, UnwatchedDeployment } from './attacks-stage';
import { Crowd, crowdProgram, PORTS } from './crowd';
import { type Explained, type Way, waysOf } from './lines-ways';
import { makeSecondLine, SECOND, STRANGER } from './second-line';
import { type HardenedContainer, Peer, Port } from '../../../src';
import { UPLINK } from '../../../src/reachability/private/view-of';
import type { Checks } from '../harness/checks';
import { HOST_ADDRESS, isAtLeast, type Program } from '../harness/deployment';
import { compare, Field } from '../harness/forged-field';
import { Flows, PORTS as FORGED_PORTS, program as forgedProgram } from '../harness/forged-flows';
import type { Position } from '../harness/forged-tries';
import { type Actor, type Answer, routeFrom, type Target } from '../harness/matrix';
import type { EngineId } from '../lab/cache';
import { type Lab, withLab } from '../lab/lab';
import { NET } from '../lab/network';

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T01', 'T05', 'T40', 'T41', 'T42', 'T50'];

/** Of so many undeclared flows one is asked at a time, others each time. */
const SHARE = 5;
const DAEMON = {
  ...EVERY_ADDRESS,
  additionalHostAddresses: [...EVERY_ADDRESS.additionalHostAddresses, SECOND.host, SECOND.host6],
};
/** Addresses that the host has and the program does not name, by interface. */
const UNNAMED: Readonly<Record<string, readonly string[]>> = {
  eth0: ['192.0.2.77/24', '2001:db8:1::77/64'],
  [SECOND.device]: ['198.51.100.77/24', '2001:db8:2::77/64'],
  lo: ['203.0.113.77/32', '2001:db8:77::77/128'],
};
const bare = (address: string) => address.split('/')[0];
const UNNAMED_ADDRESSES = Object.values(UNNAMED).flat().map(bare);
const NAMED_ADDRESSES = [HOST_ADDRESS, ...DAEMON.additionalHostAddresses];
const EVERYWHERE = 8445;
const PUBLISHED = [443, 8441, 8442, 8444];
const [LAN_A, LAN_B] = (['lanA', 'lanB'] as const).map((ns): Actor => {
  const addresses = ns === 'lanA' ? [NET.lanA, NET.lanA6] : [NET.lanB, NET.lanB6];
  return { name: ns, where: { ns }, endpoints: addresses.map((address) => ({ network: 'lan', address })) };
});

/** What the crowd has, and a port for everybody on one address of each line, on another one, and on all. */
const program: Program = (given) => {
  crowdProgram(given);
  const out = given.stack.node.findChild('Out') as HardenedContainer;
  const publish = (port: number, hostAddress: string) =>
    out.publish(Port.tcp(port), {
      targetPort: Port.tcp(8443),
      hostAddress,
      sources: [hostAddress.includes(':') ? Peer.anyIpv6() : Peer.anyIpv4()],
    });
  publish(8441, HOST_ADDRESS);
  publish(8442, NET.host2);
  publish(EVERYWHERE, '0.0.0.0');
  publish(8444, SECOND.host);
  if (!isAtLeast(given.daemon, '27.0')) return;
  publish(8441, NET.host6);
  publish(8442, NET.host62);
  publish(8444, SECOND.host6);
};

const published = (addresses: readonly string[], tcp: readonly number[]): Target[] =>
  addresses.map((address) => ({ name: 'published', address, ports: { tcp, udp: [], icmp: false } }));

export function run(engine: EngineId, checks: Checks): void {
  checks.step('forged by the second line', () => withLab(engine, (lab) => forged(checks, lab)));
  checks.step('asked by every line', () => withLab(engine, (lab) => asked(checks, lab)));
}

// --- in the names of others -------------------------------------------------------------------------------------------------------------

/** The station sends in the name of everybody else, inside of flows that stand and beside them. */
function forged(checks: Checks, lab: Lab): void {
  makeSecondLine(lab);
  open(lab);
  const host = { dualStack: true, additionalHostAddresses: [NET.host6, SECOND.host, SECOND.host6] };
  const deployment = new UnwatchedDeployment(lab, forgedProgram, { daemon: host });
  deployment.up();
  const flows = new Flows(lab, deployment.daemon);
  routeFrom(lab, ['lanA']);
  const mac = sh(lab, `cat /sys/class/net/${SECOND.device}/address`).trim();
  // No rule names a line of the host, so that both are one to the walk.
  const station: Position = { name: STRANGER.name, where: STRANGER.where, way: 'frame', device: SECOND.peer, mac, by: UPLINK };
  // Beside it a container of others, whose tries have a way of their own into the host.
  const positions = [station, frameSender(lab, 'stranger', 'bridge', 'docker0')];
  const field = new Field(lab, deployment, { tries: flows.tries, flows: flows.flows, ports: FORGED_PORTS, tcp: [5353, 5454], positions });
  // Every source is believed: what the walk says of an outside is what comes by any line.
  judgeForged(checks, 'rp_filter 0', compare(checks, 'rp_filter 0', field));
  for (const value of [2, 1]) {
    sh(lab, `for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo ${value} >$f; done`);
    const tries = field.tries();
    judgeForged(checks, `rp_filter ${value}`, { tries, arrived: field.shoot(tries).arrived });
  }
  open(lab);
  controlForged(checks, field);
}

function judgeForged(checks: Checks, what: string, { tries, arrived }: ReturnType<typeof compare>): void {
  const own = tries.filter(({ position }) => position.name === STRANGER.name);
  for (const one of own.filter(({ isJudged }) => isJudged)) {
    checks.check(`${what}: by the second line ${one.what} is closed`, arrived.get(one.id) === 0, `${one.src} > ${one.dst}: ${arrived.get(one.id)} arrived`); // prettier-ignore
  }
  const through = own.filter(({ id }) => (arrived.get(id) ?? 0) > 0);
  const strange = through.filter(({ what: text }) => !/^(egress|published|host-resolver)-/.test(text));
  checks.check(`${what}: nothing arrives but in the name of who is outside`, strange.length === 0, strange.map((one) => one.what).join());
  checks.say(`${what}: ${own.length} tries by the second line, ${through.length} arrived: ${through.map((one) => one.what).join(', ')}`);
}

/** Without the chain at the entrance they arrive. */
function controlForged(checks: Checks, field: Field): void {
  const edit = (script: string) => sh(field.lab, `for t in iptables ip6tables; do ${script}; done`);
  edit(
    '$t -w 10 -t raw -I BULKHEAD-ENTER 1 -j RETURN; $t -w 10 -t mangle -I BULKHEAD-FORWARD 1 -j RETURN; $t -w 10 -I FORWARD 1 -j ACCEPT',
  );
  const tries = field.tries().filter(({ position, isJudged }) => isJudged && position.name === STRANGER.name);
  const { arrived } = field.shoot(tries);
  for (const isSix of [false, true]) {
    const through = tries.filter(({ id, dst }) => dst.includes(':') === isSix && arrived.get(id)! > 0);
    checks.shown(`control, the guard open: forged over ${isSix ? 'IPv6' : 'IPv4'}, ${through.length} arrive`, through.length > 0);
  }
  edit('$t -w 10 -t raw -D BULKHEAD-ENTER 1; $t -w 10 -t mangle -D BULKHEAD-FORWARD 1; $t -w 10 -D FORWARD 1');
}

// --- by its own name --------------------------------------------------------------------------------------------------------------------

function asked(checks: Checks, lab: Lab): void {
  makeSecondLine(lab);
  const crowd = new Crowd(lab, checks, { share: SHARE, program, daemon: DAEMON });
  for (const block of [SECOND.block, SECOND.block6, ...UNNAMED.lo]) {
    lab.inNs('lanA', ['ip', 'route', 'replace', block, 'via', block.includes(':') ? NET.host6 : NET.host]);
  }
  checks.step('a second line', () => secondLine(crowd));
  checks.step('addresses', () => nobodyNamed(checks, crowd));
  for (const way of waysOf(lab)) {
    for (const rpFilter of way.isAsymmetric ? [0, 1, 2] : [0]) {
      checks.step(`${way.what}, rp_filter ${rpFilter}`, () => ways(checks, crowd, way, rpFilter));
    }
  }
  crowd.healed('after all of that');
  judge(checks, crowd, 'after all of that', everybody(crowd));
  crowd.notLockedOut('after all of that');
}

const isOnSecond = (address: string) => address.startsWith('198.51.100.') || address.startsWith('2001:db8:2:');

/** The station behind the second line asks for containers, for the host on our bridges, and for what is published on any address. */
const byStation = (crowd: Crowd) =>
  crowd.askAlso([STRANGER], [...crowd.inside(), ...published(NAMED_ADDRESSES, [...PUBLISHED, EVERYWHERE])], { device: SECOND.peer });

/** It, the crowd, and LAN clients for what is published on the addresses of either line. */
const everybody = (crowd: Crowd): Answer[] => [
  ...byStation(crowd),
  ...crowd.askAlso([LAN_A], published(NAMED_ADDRESSES, [...PUBLISHED, EVERYWHERE])),
  ...crowd.askAlso([LAN_B], published(NAMED_ADDRESSES.filter((address) => !isOnSecond(address)), PUBLISHED)), // prettier-ignore
  ...crowd.ask(),
];

function judge(checks: Checks, crowd: Crowd, what: string, answers: readonly Answer[], explained: readonly Explained[] = []): void {
  crowd.closed(what, answers);
  crowd.live(what, answers, (answer) => explained.some(({ is }) => is(answer)));
  for (const { why, is } of explained) {
    const dead = answers.filter((answer) => answer.expected && !answer.observed && is(answer));
    checks.say(`${what}: explained, ${dead.length} declared flows do not live: ${why}`);
  }
}

function secondLine(crowd: Crowd): void {
  judge(crowd.checks, crowd, 'a second line', everybody(crowd));
  crowd.control('a second line', () => byStation(crowd));
}

/** Publications are open on the addresses that the program names for them, and a service of the host on the one that it is declared for. */
function nobodyNamed(checks: Checks, crowd: Crowd): void {
  const { lab } = crowd;
  const each = (action: 'add' | 'del') =>
    Object.entries(UNNAMED).forEach(
      ([device, list]) =>
      list.forEach((address) => sh(lab, `ip addr ${action} ${address} dev ${device} ${action === 'add' && address.includes(':') ? 'nodad' : ''}`)), // prettier-ignore
    );
  each('add');
  const services = UNNAMED_ADDRESSES.map((address) => ({ name: 'host', address, ports: PORTS }));
  const hosts = () => crowd.askUndeclared(crowd.containers, services);
  crowd.closed('containers at addresses of the host that nobody named', hosts());
  crowd.closed('publications at addresses of the host that nobody named', crowd.askUndeclared([LAN_A], published(UNNAMED_ADDRESSES, PUBLISHED))); // prettier-ignore
  crowd.control('addresses that nobody named', hosts);
  for (const dst of UNNAMED_ADDRESSES) {
    const one = (port: number) => crowd.probes.one({ ns: 'lanA' }, { proto: 'tcp', dst, port, timeoutMs: 2500, tries: 3 }).token;
    checks.shown(`control: the LAN reaches the host itself at ${dst}`, one(22) === 'host');
    // The wildcard is every address that the host has, whoever knows of it.
    if (!dst.includes(':')) checks.shown(`what is published on every address is open at ${dst}`, one(EVERYWHERE) === 'app-out');
  }
  each('del');
}

function ways(checks: Checks, crowd: Crowd, way: Way, rpFilter: number): void {
  const { lab } = crowd;
  const what = `${way.what}, rp_filter ${rpFilter}`;
  sh(lab, `for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo ${rpFilter} >$f; done`);
  way.begin();
  try {
    sh(lab, 'conntrack -F >/dev/null 2>&1; :');
    judge(checks, crowd, what, everybody(crowd), way.explained(rpFilter));
    if (rpFilter === 0) crowd.control(what, () => everybody(crowd));
  } finally {
    way.end();
    sh(lab, 'conntrack -F >/dev/null 2>&1; :');
  }
}
