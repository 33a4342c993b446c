// Names as a way out of every kind of segment: who asks for names of an attacker's zone, by Docker's resolver or by himself, and which name servers hear of it.
import { arrived, eachResolver, listenEverywhere, named, type Promised, type Round, type ServerName, ZONE } from './attacks-2-dns-stage';
import { apply, sh, UnwatchedDeployment } from './attacks-stage';
import { BridgeSegment, Cidr, HardenedContainer, type ISegment, MacvlanSegment, Peer, Port } from '../../../src';
import type { Checks } from '../harness/checks';
import { HOST_ADDRESS, isAtLeast, type Program } from '../harness/deployment';
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
/** Who hears of what a container of ours asks: Docker's resolver passes on what `app-asker` asks alone, and by itself it gets where its egress leads. */
function expected(asker: string, way: string, server: ServerName): boolean {
  if (asker === 'app-asker') return server === 'lanA' && /^(embedded|conf|lanA4)/.test(way);
  return DIRECT[asker] === 'declared' && /^(lanA4|inet4)/.test(way) && way.startsWith(server);
}
const promised = (isUnguarded: boolean): Promised => ({
  expected,
  isLoose: (asker) => isUnguarded || DIRECT[asker] === 'not promised',
});
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
  // Before 28 an engine asks from the container's own network, where the guard sees it; but a resolver on the host's loopback it asks from the host.
  const isShut: Round['isShut'] = (resolvers) => resolvers[0] === NET.internet && !isAtLeast(deployment.daemon, '28.0');
  const round = { promised: promised(false), isShut };
  eachResolver(checks, lab, deployment, { ...round, where: 'HardenedDaemon', askers: OURS, networks: ['app-front', 'app-front-gw'] });
  sh(lab, 'for t in iptables ip6tables; do for c in FORWARD INPUT OUTPUT; do $t -w 10 -t mangle -D $c -j BULKHEAD-$c; done; done');
  const open = listenEverywhere(lab, named('any'));
  const [four, six] = ['inet4', 'inet6'].map((way) => arrived(open, 'app-any', way).length);
  checks.shown('control, without the guard: what a container asks by itself arrives over IPv4', four > 0, JSON.stringify(open));
  // Before 27 no gateway has a route over IPv6, and nothing is translated.
  if (isAtLeast(deployment.daemon, '27.0')) checks.shown('control, without the guard: and over IPv6', six > 0, JSON.stringify(open));
  apply(lab);
  makeTheirs(lab);
  deployment.change(withTheirs);
  eachResolver(checks, lab, deployment, { ...round, isShut: undefined, ...ofOthers('HardenedDaemon') });
}

function unguarded(checks: Checks, lab: Lab, deployment: UnguardedDeployment): void {
  deployment.up();
  const round = { promised: promised(true) };
  eachResolver(checks, lab, deployment, { ...round, where: 'UnguardedDaemon', askers: OURS, networks: ['app-front', 'app-front-gw'] });
  makeTheirs(lab);
  deployment.synth(withTheirs);
  deployment.apply();
  eachResolver(checks, lab, deployment, { ...round, ...ofOthers('UnguardedDaemon') });
}

const ofOthers = (daemon: string) => ({ where: `${daemon}, networks of others`, askers: GUESTS, networks: ['theirs', 'theirs-shut'] });
