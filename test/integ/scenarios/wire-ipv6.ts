// IPv6 beside IPv4 on a wire: who reaches whom in both families, and what a router that announces itself can do: nothing, unless it was asked for.
import { BridgeSegment, Cidr, HardenedContainer, HostShim, MacvlanSegment, Peer, Port } from '../../../src';
import { viewOf } from '../../../src/reachability/private/view-of';
import type { Checks } from '../harness/checks';
import { Deployment, type Program } from '../harness/deployment';
import { type Actor, ask, containerActor, judge, type Ports, type Question, serveAll, type Target } from '../harness/matrix';
import { comparePredictions } from '../harness/wire-predictions';
import type { EngineId } from '../lab/cache';
import { sleep } from '../lab/exec';
import { type Lab, withLab } from '../lab/lab';
import { NET } from '../lab/network';
import { Probes } from '../lab/probe';

const PORTS: Ports = { tcp: [8080, 9090, 9100], udp: [5353], icmp: true };
const STATIONS = ['app-camera', 'app-recorder'];
const NAMES = [...STATIONS, 'app-web', 'app-silent', 'app-old'];
/** What routers announce: who has an address of it, or a route from a router, believed one. */
const ANNOUNCED = '2001:db8:bad::';
const BELIEVED = /2001:db8:bad:|proto ra/;
/** A second interface of the host, with a cable to lanB: its wire has IPv4 alone. */
const SECOND = 'eth1';
const FAR = 'eth9';

interface Shape {
  readonly withShim?: boolean;
  readonly believes?: boolean;
}

function programOf({ withShim, believes }: Shape): Program {
  return ({ stack, daemon, image }) => {
    const lan = new MacvlanSegment(stack, 'Lan', {
      daemon,
      reason: 'devices of the LAN find them by broadcast',
      parent: 'eth0',
      ipv4Block: Cidr.parse(NET.lan),
      ipv4Gateway: NET.router,
      ipRange: Cidr.parse('192.0.2.64/26'),
      ipv6Block: Cidr.parse(NET.lan6),
      ipv6Gateway: NET.router6,
      ipv6Range: Cidr.parse('2001:db8:1::4:0/112'),
      ipv6DhcpRange: { first: '2001:db8:1::1000', last: '2001:db8:1::1fff' },
      reservedAddresses: [NET.lanA, NET.lanA6, '2001:db8:1::4:fff0'],
      ...(believes && { acceptRouterAdvertisements: true }),
    });
    const second = new MacvlanSegment(stack, 'Second', {
      daemon,
      reason: 'devices of another LAN, which has no IPv6',
      parent: SECOND,
      ipv4Block: Cidr.parse('198.51.100.0/24'),
      ipv4Gateway: '198.51.100.1',
      ipRange: Cidr.parse('198.51.100.64/26'),
    });
    const front = new BridgeSegment(stack, 'Front', { daemon });
    const container = (id: string, segment: MacvlanSegment | BridgeSegment) => new HardenedContainer(stack, id, { segment, image });
    const camera = container('Camera', lan);
    container('Recorder', lan);
    const [web] = ['Web', 'Silent'].map((id) => container(id, front));
    // One has IPv6 on both of its interfaces, the other one on one of two.
    web.connections.allowTo(camera, Port.tcp(8080));
    web.connections.allowTo(container('Old', second), Port.tcp(8080));
    if (withShim) {
      new HostShim(stack, 'Shim', { segment: lan });
      camera.connections.allowFrom(Peer.host(), Port.tcp(8080));
      camera.connections.allowTo(Peer.host(), Port.tcp(9100));
    }
  };
}

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    lab.inNs('host', ['ip', 'link', 'add', SECOND, 'type', 'veth', 'peer', 'name', FAR, 'netns', `${lab.id}-lanB`]);
    lab.inNs('host', ['ip', 'link', 'set', SECOND, 'up']);
    lab.inNs('lanB', ['ip', 'link', 'set', FAR, 'up']);
    const deployment = new Deployment(lab, programOf({}), { daemon: { dualStack: true, additionalHostAddresses: [NET.host6] } });
    deployment.up();
    probe(checks, lab, deployment, {});
    announcements(checks, lab);
    for (const shape of [{ withShim: true }, { believes: true }]) {
      deployment.change(programOf(shape));
      if (shape.believes) {
        announcements(checks, lab, STATIONS);
      } else {
        probe(checks, lab, deployment, shape);
      }
      const plan = deployment.plan();
      checks.shown(`${JSON.stringify(shape)}: the plan after apply is empty`, !plan.changes, plan.text);
    }
    deployment.destroy();
  });
}

function probe(checks: Checks, lab: Lab, deployment: Deployment, { withShim }: Shape): void {
  const what = withShim ? 'with a shim' : 'without a shim';
  const { topology } = deployment.daemon._declarations.store.derived();
  const shim = topology.wires.find(({ segment }) => segment === 'app/Lan')!.shim?.address;
  const containers = NAMES.map((name) => containerActor(lab, name));
  const families = (name: string, network: string) =>
    containers
      .find((actor) => actor.name === name)!
      .endpoints.filter((one) => one.network === network)
      .map(({ address }) => (address.includes(':') ? 'ipv6' : 'ipv4'))
      .sort()
      .join();
  const found = STATIONS.map((name) => families(name, 'app-lan')).join(' and ');
  checks.shown(`${what}: stations have an address of each family`, found === 'ipv4,ipv6 and ipv4,ipv6', found);
  checks.check(`${what}: where there is no IPv6, nobody has any`, families('app-old', 'app-second') === 'ipv4');
  const host: Actor = { name: 'host', where: { host: true }, endpoints: [] };
  const outside: Actor[] = (['lanA', 'inet'] as const).map((ns) => ({ name: ns, where: { ns }, endpoints: [] }));
  const insiders = new Set(NAMES);
  const probes = serveAll(lab, [...containers, host, ...outside], PORTS);
  const others = (name: string, addresses: readonly (string | undefined)[]): Target[] =>
    addresses.flatMap((address) => (address === undefined ? [] : [{ name, address, ports: PORTS, only: insiders }]));
  const targets: Target[] = [
    ...containers.flatMap(({ name, endpoints }) => endpoints.map(({ address }) => ({ name, address, ports: PORTS }))),
    ...others('host', [NET.host, NET.host6, shim]),
    ...others('lanA', [NET.lanA, NET.lanA6]),
    ...others('inet', [NET.internet, NET.internet6]),
  ];
  const answers = ask(probes, [...containers, host, ...outside], targets, truth(containers, shim), 600);
  judge(checks, what, answers);
  comparePredictions(checks, what, viewOf(topology, deployment.daemon._declarations.store.engine), answers);
}

/** What the declarations and the nature of a wire say, worked out by hand. */
function truth(containers: readonly Actor[], shim: string | undefined): (q: Question) => boolean {
  const addresses = (name: string, network: string) =>
    containers
      .find((actor) => actor.name === name)!
      .endpoints.filter((one) => one.network === network)
      .map(({ address }) => address);
  const stations = new Set(STATIONS.flatMap((name) => addresses(name, 'app-lan')));
  const onWire = new Set([...stations, NET.lanA, NET.lanA6, NET.internet, NET.internet6]);
  const declared = new Set([
    ...['app-camera', 'app-old'].flatMap((name) => addresses(name, 'app-front').map((address) => `app-web ${address} tcp/8080`)),
    // The shim has IPv4 alone.
    ...addresses('app-camera', 'app-lan').flatMap((address) => (shim && !address.includes(':') ? [`host ${address} tcp/8080`] : [])),
    ...(shim ? [`app-camera ${shim} tcp/9100`] : []),
  ]);
  return ({ source, address, proto, port }) => {
    if (declared.has(`${source} ${address} ${proto}/${port}`)) return true;
    const isOnWire = STATIONS.includes(source) || source === 'lanA' || source === 'inet';
    return isOnWire && onWire.has(address);
  };
}

/** Routers announce themselves on both wires; who is named believes them, and nobody else does. */
function announcements(checks: Checks, lab: Lab, believers: readonly string[] = []): void {
  const probes = new Probes(lab);
  const foreignContainer = (name: string, network: string) => lab.docker('run', '-d', '--name', name, '--network', network, 'lab:1');
  foreignContainer('stranger', 'app-lan');
  foreignContainer('deaf', 'app-second');
  foreignContainer('hearing', 'app-second');
  lab.inContainer('hearing', ['sh', '-c', 'echo 0 > /proc/sys/net/ipv6/conf/eth0/disable_ipv6']);
  for (const [ns, device] of [
    ['inet', 'eth0'],
    ['lanB', FAR],
  ] as const) {
    const { sent } = probes.attack({ ns }, 'router', { device, prefix: ANNOUNCED, count: 8, intervalMs: 150 });
    checks.check(`${ns} announces itself`, sent === 8);
  }
  sleep(1_500);
  const seen = (name: string) => {
    const script =
      'ip -6 -o addr; ip -6 route; for i in /proc/sys/net/ipv6/conf/eth*; do echo $i $(cat $i/accept_ra $i/disable_ipv6); done';
    return lab.inContainer(name, ['sh', '-c', script]).stdout;
  };
  for (const name of NAMES) {
    const text = seen(name);
    const isBeliever = believers.includes(name);
    checks.shown(
      `${name} ${isBeliever ? 'believes' : 'does not believe'} a router that announces itself`,
      BELIEVED.test(text) === isBeliever,
      text,
    );
  }
  checks.shown('control: a container attached by hand believes it', BELIEVED.test(seen('stranger')), seen('stranger'));
  checks.shown('on a wire without IPv6 not even that one does', !BELIEVED.test(seen('deaf')), seen('deaf'));
  checks.shown(
    'control: with the switch that the engine sets for that turned back it does',
    BELIEVED.test(seen('hearing')),
    seen('hearing'),
  );
  lab.docker('rm', '--force', 'stranger', 'deaf', 'hearing');
}
