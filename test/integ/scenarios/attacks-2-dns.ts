// Names as a way out of every kind of segment: who asks for names of an attacker's zone, by Docker's resolver or by himself, and which name servers hear of it.
import {
  arrived,
  type Asker,
  type Heard,
  listenEverywhere,
  questionsOf,
  RESOLVERS,
  type ServerName,
  SERVERS,
  ZONE,
} from './attacks-2-dns-stage';
import { apply, sh, UnwatchedDeployment } from './attacks-stage';
import { BridgeSegment, Cidr, HardenedContainer, type ISegment, MacvlanSegment, Peer, Port } from '../../../src';
import type { Checks } from '../harness/checks';
import { type Deployment, HOST_ADDRESS, isAtLeast, type Program } from '../harness/deployment';
import { firewallOf, UnguardedDeployment } from '../harness/unguarded-deployment';
import type { EngineId } from '../lab/cache';
import { type Lab, withLab } from '../lab/lab';
import { NET } from '../lab/network';

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T08'];

/** Networks of others, with a way out and without. */
const THEIRS = { open: { name: 'theirs', block: '172.30.1.0/24' }, shut: { name: 'theirs-shut', block: '172.30.2.0/24' } } as const;

const program: Program = ({ stack, daemon, image }) => {
  const segment = (id: string) => new BridgeSegment(stack, id, { daemon });
  const [front, far] = ['Front', 'Far'].map(segment);
  const container = (id: string, place: ISegment = front, props: object = {}) =>
    new HardenedContainer(stack, id, { segment: place, image, ...props });
  container('Silent', front, { dns: { servers: [], searchDomains: [ZONE] } });
  container('Any').connections.allowTo(Peer.anyIpv4(), Port.tcp(80));
  container('Shown').publish(Port.tcp(443), { targetPort: Port.tcp(8443), hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] });
  container('Asker').connections.allowDnsTo(Peer.address(NET.lanA));
  const looped = container('Looped', front, { dns: { servers: ['127.0.0.53'] } });
  for (const port of [Port.udp(53), Port.tcp(53)]) looped.connections.allowTo(Peer.anyIpv4(), port);
  container('One').connections.allowTo(container('Two', far), Port.tcp(8080), { conduit: true });
  const lan = new MacvlanSegment(stack, 'Lan', {
    daemon,
    reason: 'devices of the LAN find them by broadcast',
    parent: 'eth0',
    ipv4Block: Cidr.parse(NET.lan),
    ipv4Gateway: NET.router,
    ipRange: Cidr.parse('192.0.2.64/26'),
    dhcpRange: { first: '192.0.2.128', last: '192.0.2.191' },
  });
  container('Station', lan);
};

/**
 * Ours in networks of others, which are there once the engine runs. In a program of its own: beside strangers the proof lets nobody have datagrams from
 * outside, such as answers of resolvers.
 */
const withTheirs: Program = ({ stack, daemon, image }) => {
  for (const [id, { name, block }, isInternal] of [
    ['Guest', THEIRS.open, false],
    ['Lodger', THEIRS.shut, true],
  ] as const) {
    const segment = BridgeSegment.fromSegmentAttributes(stack, `${id}s`, {
      daemon,
      networkName: name,
      ipv4Block: Cidr.parse(block),
      ipv4Gateway: block.replace(/0\/24$/, '1'),
      isInternal,
      reason: 'the old shop is made by Compose',
    });
    new HardenedContainer(stack, id, { segment, image });
  }
};

/** Whose questions by himself the report or the declared egress lets out; Docker's resolver passes on those of `app-asker` alone. */
const DIRECT: Readonly<Record<string, 'declared' | 'not promised'>> = {
  'app-looped': 'declared',
  'app-guest': 'not promised',
  'app-lodger': 'not promised',
  'app-station': 'not promised',
};
const named = (...names: string[]): Asker[] => names.map((name) => ({ name: `app-${name}`, where: { container: `app-${name}` } }));
const OURS = named('silent', 'any', 'shown', 'asker', 'looped', 'one', 'two', 'station');
const GUESTS = named('guest', 'lodger');

export function run(engine: EngineId, checks: Checks): void {
  const dualStack = engine !== '20.10' && engine !== '26.1';
  if (engine !== '29-nft') {
    const host = { dualStack: true, additionalHostAddresses: [NET.host2, NET.host6] };
    checks.step('a daemon of ours', () =>
      withLab(engine, (lab) => hardened(checks, lab, new UnwatchedDeployment(lab, program, { daemon: host }))),
    );
  }
  withLab(engine, (lab) => {
    sh(lab, 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding');
    unguarded(checks, lab, new UnguardedDeployment(lab, program, { engineFirewall: firewallOf(engine), dualStack }));
  });
}

/** Networks of others, with a container of theirs that nobody gave a resolver. */
function makeTheirs(lab: Lab): void {
  for (const { name, block } of Object.values(THEIRS)) {
    const flags = name === THEIRS.shut.name ? ['--internal'] : [];
    lab.docker('network', 'create', ...flags, '--subnet', block, '--gateway', block.replace(/0\/24$/, '1'), name);
  }
}

/** Each resolver of the host in turn; with a container of others in each network, that nobody gave a resolver, as the control. */
function hardened(checks: Checks, lab: Lab, deployment: UnwatchedDeployment): void {
  deployment.up();
  eachResolver(checks, lab, deployment, 'HardenedDaemon', OURS, ['app-front', 'app-front-gw']);
  sh(lab, 'for t in iptables ip6tables; do for c in FORWARD INPUT OUTPUT; do $t -w 10 -t mangle -D $c -j BULKHEAD-$c; done; done');
  const open = listenEverywhere(lab, named('any'));
  const [four, six] = ['inet4', 'inet6'].map((way) => arrived(open, 'app-any', way).length);
  checks.shown('control, without the guard: what a container asks by itself arrives over IPv4', four > 0, JSON.stringify(open));
  // Before 27 no gateway has a route over IPv6, and nothing is translated.
  if (isAtLeast(deployment.daemon, '27.0')) checks.shown('control, without the guard: and over IPv6', six > 0, JSON.stringify(open));
  apply(lab);
  makeTheirs(lab);
  deployment.change(withTheirs);
  eachResolver(checks, lab, deployment, 'HardenedDaemon, networks of others', GUESTS, ['theirs', 'theirs-shut']);
}

function unguarded(checks: Checks, lab: Lab, deployment: UnguardedDeployment): void {
  deployment.up();
  eachResolver(checks, lab, deployment, 'UnguardedDaemon', OURS, ['app-front', 'app-front-gw']);
  makeTheirs(lab);
  deployment.synth(withTheirs);
  deployment.apply();
  eachResolver(checks, lab, deployment, 'UnguardedDaemon, networks of others', GUESTS, ['theirs', 'theirs-shut']);
}

function eachResolver(
  checks: Checks,
  lab: Lab,
  deployment: Deployment,
  where: string,
  askers: readonly Asker[],
  networks: readonly string[],
): void {
  const others = byHand(lab, deployment, networks);
  for (const [name, resolvers] of Object.entries(RESOLVERS)) {
    const what = `${where}, ${name}`;
    restartWith(lab, resolvers, [...askers, ...others]);
    judge(checks, what, listenEverywhere(lab, askers), askers, where.startsWith('Unguarded'));
    const control = listenEverywhere(lab, others);
    const out = others.filter((other) => arrived(control, other.name, 'embedded').length > 0).map((other) => other.name);
    // Before 28 an engine asks from the container's own network, where the guard sees it; but a resolver on the host's loopback it asks from the host.
    const isShut = where === 'HardenedDaemon' && resolvers[0] === NET.internet && !isAtLeast(deployment.daemon, '28.0');
    checks.shown(
      `control, ${what}: what a container without a resolver of its own asks Docker's ${isShut ? 'is closed by the guard' : 'arrives outside'}`,
      out.length > 0 !== isShut,
      JSON.stringify(control),
    );
    checks.say(`control, ${what}: by Docker's resolver it leaves from ${out.join(', ')}`);
  }
  lab.docker('rm', '-f', ...others.map(({ name }) => name));
}

/** A container of others in each network that has one of ours, with no resolver but the host's. */
function byHand(lab: Lab, deployment: Deployment, networks: readonly string[]): Asker[] {
  const six = isAtLeast(deployment.daemon, '27.0');
  return networks.map((network, index): Asker => {
    const name = `byhand-${network}`;
    // Before 27 an engine finds no address by itself in a range that ends where a /64 does.
    const config = lab.docker('network', 'inspect', '--format', '{{json .IPAM.Config}}', network);
    const v6 = (JSON.parse(config) as { Subnet: string }[]).find(({ Subnet }) => Subnet.includes(':'));
    const address = six || !v6 ? [] : ['--ip6', v6.Subnet.replace(/::?\/\d+$/, `::9${index}`)];
    lab.docker('run', '-d', '--name', name, '--network', network, ...address, 'lab:1');
    return { name, where: { container: name } };
  });
}

/** The engine reads the resolvers of the host when a container starts. */
function restartWith(lab: Lab, resolvers: readonly string[], askers: readonly Asker[]): void {
  lab.writeFile('/etc/resolv.conf', resolvers.map((address) => `nameserver ${address}\n`).join(''));
  lab.docker('restart', '-t', '0', ...askers.map(({ name }) => name));
}

/** Who hears of what a container of ours asks: Docker's resolver passes on what `app-asker` asks alone, and by itself it gets where its egress leads. */
function expected(asker: string, way: string, server: ServerName): boolean {
  if (asker === 'app-asker') return server === 'lanA' && /^(embedded|conf|lanA4)/.test(way);
  return DIRECT[asker] === 'declared' && /^(lanA4|inet4)/.test(way) && way.startsWith(server);
}

/** What arrives is what is expected; ways of which nobody promises anything are told. */
function judge(checks: Checks, what: string, heard: Heard, askers: readonly Asker[], isUnguarded: boolean): void {
  const told = new Map<string, number>();
  for (const { name } of askers) {
    for (const { way, servers } of questionsOf(heard, name)) {
      const byResolver = /^(embedded|conf)/.test(way);
      if (!byResolver && (isUnguarded || DIRECT[name] === 'not promised')) {
        if (servers.length > 0) told.set(name, (told.get(name) ?? 0) + 1);
        continue;
      }
      const wrong = servers.filter((server) => !expected(name, way, server));
      checks.check(`${what}: ${name} by ${way}: nobody hears of it who should not`, wrong.length === 0, wrong.join());
      if (SERVERS.some((server) => expected(name, way, server)) && !/search|PTR/.test(way)) {
        checks.check(`${what}: ${name} by ${way}: who may be asked hears of it`, servers.length > 0, way);
      }
    }
  }
  const count = askers.reduce((sum, { name }) => sum + questionsOf(heard, name).length, 0);
  const loose = told.size > 0 ? `; arrived where nothing is promised: ${JSON.stringify(Object.fromEntries(told))}` : '';
  checks.say(`${what}: ${count} questions of ${askers.length} containers${loose}`);
}
