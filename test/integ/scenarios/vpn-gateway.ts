// A WireGuard server in a container: a client on the LAN comes in by its publication, and reaches what flows of the gateway name, and nothing else. Nobody can use
// it as a router from inside, and an address of another one does not help it. The kernel here has no WireGuard, so wireguard-go runs over /dev/net/tun.
import * as path from 'node:path';
import { memberships, waitFor } from './attacks-stage';
import {
  BridgeSegment,
  Capability,
  ContainerImage,
  ContainerNetwork,
  ContainerSysctl,
  ContainerUser,
  Device,
  HardenedContainer,
  Peer,
  Port,
  Reachability,
  VolumeMount,
} from '../../../src';
import type { Checks } from '../harness/checks';
import { Deployment, HOST_ADDRESS, type Program } from '../harness/deployment';
import { needService, serviceTar } from '../harness/generate-images';
import { ask, containerActor, judge, type Ports, type Question, serveAll } from '../harness/matrix';
import { predictor } from '../harness/predict';
import { newKey, serverSettings, startClient, TUNNEL, type TunnelKeys } from '../harness/wireguard';
import type { EngineId } from '../lab/cache';
import { sleep } from '../lab/exec';
import { buildWireguard } from '../lab/gobuild';
import { type Lab, withLab } from '../lab/lab';
import { NET } from '../lab/network';
import { type Probe, Probes } from '../lab/probe';

export const engines: readonly EngineId[] = ['26.1', '28.5', '29'];

const GATEWAY = 'app-vpn';
const BEHIND = 'app-behind';
const NAMES = [GATEWAY, 'app-db', 'app-web', 'app-other'];
const PORTS: Ports = { tcp: [5432, 8080], udp: [5353], icmp: true };
const CONFIG = '/srv/vpn/wg0.conf';
const VPN = Port.udp(51820);

export async function prepare(): Promise<void> {
  await buildWireguard();
  needService('vpn');
}

/** What the entry points of public images do: an interface, its peers, its address, and the address of the gateway for whatever leaves. */
const ENTRY_POINT = [
  'set -e; mkdir -p /run/wireguard; wireguard-go -f wg0 & program=$!',
  'until ip link show wg0 >/dev/null 2>&1; do sleep 0.1; done; wg setconf wg0 /config/wg0.conf',
  `ip address add ${TUNNEL.gateway}/24 dev wg0; ip link set wg0 up; iptables -t nat -A POSTROUTING ! -o wg0 -j MASQUERADE; wait $program`,
].join('; ');

const programOf =
  (lab: Lab): Program =>
  ({ stack, daemon, image }) => {
    const known = lab.engine.running ? lab.host(['docker', 'image', 'inspect', '--format', '{{.Id}}', 'vpn:1']).stdout.trim() : '';
    const segment = (id: string) => new BridgeSegment(stack, id, { daemon });
    const back = segment('Back');
    const vpn = new HardenedContainer(stack, 'Vpn', {
      segment: segment('Tunnel'),
      image: ContainerImage.fromId(known || `sha256:${'0'.repeat(64)}`),
      entrypoint: ['sh', '-c', ENTRY_POINT],
      command: [],
      user: ContainerUser.root({ reason: 'makes an interface and its routes' }),
      capabilities: [Capability.of('NET_ADMIN', { reason: 'makes the interface of the tunnel' })],
      devices: [Device.of('/dev/net/tun', { reason: 'the tunnel ends in a program' })],
      sysctls: [ContainerSysctl.ipv4Forwarding(), ContainerSysctl.of('net.ipv4.conf.all.src_valid_mark', '1')],
      tmpfsMebibytes: { '/run': 4 },
      volumes: [VolumeMount.hostPath('/srv/vpn', '/config')],
    });
    const db = new HardenedContainer(stack, 'Db', { segment: back, image });
    const web = new HardenedContainer(stack, 'Web', { segment: back, image });
    new HardenedContainer(stack, 'Other', { segment: back, image });
    const behind = new HardenedContainer(stack, 'Behind', {
      network: ContainerNetwork.container(vpn, { reason: 'its traffic takes the tunnel' }),
      image,
    });
    vpn.publish(VPN, { hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] });
    vpn.connections.allowTo(db, Port.tcp(5432));
    vpn.connections.allowTo(Peer.address(NET.internet), Port.tcp(8080));
    behind.connections.allowTo(web, Port.tcp(8080));
  };

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const [server, client] = [newKey(), newKey()];
    lab.writeFile(CONFIG, serverSettings({ server, client, port: VPN.first }), '400');
    const deployment = new Deployment(lab, programOf(lab));
    deployment.synth();
    deployment.install();
    lab.startEngine();
    deployment.watch();
    lab.importImage('vpn:1', serviceTar('vpn'));
    (deployment as unknown as { imageId: string }).imageId = lab.importImage();
    deployment.apply();
    const plan = deployment.plan();
    checks.shown('the plan after apply is empty', !plan.changes, plan.text);
    const isUp = waitFor(
      () => lab.host(['docker', 'exec', GATEWAY, 'ip', '-4', 'address', 'show', 'wg0']).stdout.includes(TUNNEL.gateway),
      20_000,
    );
    checks.shown('the gateway has its interface', isUp !== undefined, lab.host(['docker', 'logs', GATEWAY]).stderr);
    checks.step('among containers', () => inside(lab, checks, deployment));
    checks.step('clients', () => clients(lab, checks, { server, client }));
    checks.step('as a router', () => asRouter(lab, checks));
    checks.step('with another address', () => otherAddress(lab, checks));
    checks.step('verify.sh', () => verified(lab, checks, path.join(deployment.hostFiles, 'verify.sh')));
    deployment.destroy();
  });
}

const addressIn = (lab: Lab, name: string, other: string) => {
  const theirs = memberships(lab, other).map(({ network }) => network);
  return memberships(lab, name).find(({ network }) => theirs.includes(network))!.address;
};

function inside(lab: Lab, checks: Checks, deployment: Deployment): void {
  const actors = NAMES.map((name) => containerActor(lab, name));
  const open = new Set([`${GATEWAY} ${addressIn(lab, 'app-db', GATEWAY)} tcp/5432`, `${GATEWAY} ${addressIn(lab, 'app-web', GATEWAY)} tcp/8080`]); // prettier-ignore
  const probes = serveAll(lab, actors, PORTS);
  const targets = [
    ...actors.flatMap(({ name, endpoints }) => endpoints.map(({ address }) => ({ name, address, ports: PORTS }))),
    { name: 'host', address: HOST_ADDRESS, ports: PORTS },
  ];
  const declared = ({ source, address, proto, port }: Question) => open.has(`${source} ${address} ${proto}/${port}`);
  judge(checks, 'gateway and the rest', ask(probes, actors, targets, declared), predictor(deployment.daemon, actors));
  const proof = Reachability.of(deployment.daemon);
  const child = (id: string) => deployment.daemon.node.scope!.node.findChild(id) as HardenedContainer;
  checks.check('the proof has nothing undeclared', proof.undeclaredFlows().length === 0);
  checks.check('and tells what the gateway reaches', proof.canReach(child('Vpn'), child('Web'), Port.tcp(8080)) && !proof.canReach(child('Vpn'), child('Other'), Port.tcp(8080))); // prettier-ignore
}

function clients(lab: Lab, checks: Checks, { server, client }: Pick<TunnelKeys, 'server' | 'client'>): void {
  const probes = new Probes(lab);
  const db = addressIn(lab, 'app-db', GATEWAY);
  const asked = (dst: string, port: number, proto: 'tcp' | 'udp' = 'tcp'): Probe => ({
    id: `${dst} ${port}`,
    proto,
    dst,
    port,
    timeoutMs: 1500,
  });
  probes.serve(
    { ns: 'inet' },
    [8080, 9090].map((port) => ({ proto: 'tcp' as const, address: NET.internet, port, token: 'internet' })),
  );
  probes.serve({ host: true }, [{ proto: 'tcp', address: '0.0.0.0', port: 8080, token: 'host' }]);
  const homes = NAMES.flatMap((name) => memberships(lab, name).map(({ address }) => address));
  lab.inNs('lanA', ['ip', 'route', 'replace', '10.20.0.0/16', 'via', NET.host]);
  const before = probes.run(
    { ns: 'lanA' },
    homes.flatMap((address) => PORTS.tcp.map((port) => asked(address, port))),
  );
  checks.shown(
    'without the tunnel the LAN reaches no container',
    before.every(({ outcome }) => outcome === 'timeout'),
    JSON.stringify(before),
  );

  startClient(lab, checks, { server, client, port: VPN.first });
  // Without these routes the probes would take the client's own way, and say nothing of the tunnel.
  for (const net of ['10.20.0.0/16', NET.internet]) {
    const { code, stderr } = lab.inNs('lanA', ['ip', 'route', 'replace', net, 'dev', 'wg0']);
    checks.check(`its way to ${net} is the tunnel`, code === 0, stderr);
  }

  const one = (dst: string, port: number, proto?: 'tcp' | 'udp') => probes.one({ ns: 'lanA' }, asked(dst, port, proto));
  const token = (dst: string, port: number) => one(dst, port).token ?? one(dst, port).outcome;
  checks.shown('a client reaches the database through the tunnel', token(db, 5432) === 'app-db', token(db, 5432));
  const web = addressIn(lab, 'app-web', GATEWAY);
  checks.shown('and what a container behind the gateway may', token(web, 8080) === 'app-web', token(web, 8080));
  checks.shown('and the machine outside that the gateway may', token(NET.internet, 8080) === 'internet', token(NET.internet, 8080));
  checks.shown('and every port of the gateway itself', token(TUNNEL.gateway, 8080) === GATEWAY, token(TUNNEL.gateway, 8080));
  const allowed = new Set([`${db} 5432`, `${web} 8080`]);
  const own = new Set(memberships(lab, GATEWAY).map(({ address }) => address));
  const others = homes.filter((address) => !own.has(address)).flatMap((address) => PORTS.tcp.map((port) => asked(address, port))).filter(({ id }) => !allowed.has(id)); // prettier-ignore
  const gateways = NAMES.flatMap((name) => memberships(lab, name).map(({ gateway }) => asked(gateway, 8080)));
  const closed = probes.run({ ns: 'lanA' }, [...others, ...gateways, asked(NET.internet, 9090), asked(db, 5353, 'udp')]);
  const leaks = closed.filter(({ outcome }) => outcome === 'open' || outcome === 'refused');
  checks.shown(`everything else is closed for it (${closed.length} probes)`, leaks.length === 0, JSON.stringify(leaks));
  const sniffed = (what: string) => {
    const sniffer = probes.start({ container: 'app-db' }, 'sniff', { direction: 'in', proto: 'tcp', port: 5432 });
    const { outcome } = one(db, 5432);
    sleep(300);
    const { total, sample } = sniffer.stop<{ total: number; sample: unknown }>();
    return { what, outcome, total, sample };
  };
  const masked = sniffed('with the address of the gateway');
  checks.shown('control: packets come to the database', masked.outcome === 'open' && masked.total > 0, JSON.stringify(masked));
  lab.docker('exec', GATEWAY, 'iptables', '-t', 'nat', '-F', 'POSTROUTING');
  const bare = sniffed('with the address of the client');
  checks.shown('what the gateway forwards with the address of its client does not arrive', bare.outcome !== 'open' && bare.total === 0, JSON.stringify(bare)); // prettier-ignore
  lab.docker('exec', GATEWAY, 'iptables', '-t', 'nat', '-A', 'POSTROUTING', '!', '-o', 'wg0', '-j', 'MASQUERADE');
  checks.shown('control: with its own address again it does', one(db, 5432).outcome === 'open');
}

/** A neighbour in a conduit sends it packets for others: with all powers, which the neighbour does not even have. */
function asRouter(lab: Lab, checks: Checks): void {
  const probes = new Probes(lab);
  const forwards = lab.docker('exec', GATEWAY, 'cat', '/proc/sys/net/ipv4/ip_forward');
  checks.shown('control: the gateway forwards', forwards === '1', forwards);
  const near = memberships(lab, 'app-db').find(({ address }) => address === addressIn(lab, 'app-db', GATEWAY))!;
  const gateway = memberships(lab, GATEWAY).find(({ network }) => network === near.network)!;
  for (const [dst, listener] of [
    [addressIn(lab, 'app-web', GATEWAY), 'app-web'],
    [NET.internet, undefined],
    [TUNNEL.client, undefined],
    [memberships(lab, 'app-other')[0].address, 'app-other'],
  ] as const) {
    const there =
      listener === undefined ? undefined : probes.start({ container: listener }, 'sniff', { direction: 'in', proto: 'tcp', port: 8080 });
    const at = probes.start({ container: GATEWAY }, 'sniff', { direction: 'in', proto: 'tcp', port: 8080 });
    const { sent } = probes.attack({ container: 'app-db' }, 'raw-tcp', { device: near.device, dstMac: gateway.mac, src: near.address, dst, port: 8080, flags: 2, count: 5 }); // prettier-ignore
    sleep(400);
    const total = at.stop<{ total: number }>().total + (there?.stop<{ total: number }>().total ?? 0);
    checks.shown(`a neighbour sends it packets for ${dst}, and they come neither to it nor there`, sent === 5 && total === 0, `${sent} sent, ${total} arrived`); // prettier-ignore
  }
}

/** It may give itself any address; the guard believes one on each bridge. */
function otherAddress(lab: Lab, checks: Checks): void {
  const probes = new Probes(lab);
  const db = addressIn(lab, 'app-db', GATEWAY);
  const own = memberships(lab, GATEWAY).find(({ address }) => address === addressIn(lab, GATEWAY, 'app-db'))!;
  const free = db.replace(/\d+$/, (last) => String(Number(last) + 6));
  for (const src of [free, addressIn(lab, 'app-other', 'app-db')]) {
    lab.docker('exec', GATEWAY, 'ip', 'address', 'add', `${src}/32`, 'dev', own.device);
    const sniffer = probes.start({ container: 'app-db' }, 'sniff', { direction: 'in', proto: 'tcp', port: 5432 });
    const { outcome } = probes.one({ container: GATEWAY }, { proto: 'tcp', dst: db, port: 5432, src, device: own.device, timeoutMs: 1000 });
    sleep(300);
    const { total } = sniffer.stop<{ total: number }>();
    // The gateway masks its own packets as well, unless told.
    checks.say(`from ${src} with masquerade: ${outcome}, ${total} arrived`);
    lab.docker('exec', GATEWAY, 'iptables', '-t', 'nat', '-F', 'POSTROUTING');
    const second = probes.start({ container: 'app-db' }, 'sniff', { direction: 'in', proto: 'tcp', port: 5432 });
    const bare = probes.one({ container: GATEWAY }, { proto: 'tcp', dst: db, port: 5432, src, device: own.device, timeoutMs: 1000 });
    sleep(300);
    const arrived = second.stop<{ total: number }>().total;
    checks.shown(`from ${src}, which it gave itself, nothing arrives`, bare.outcome !== 'open' && arrived === 0, `${bare.outcome}, ${arrived} arrived`); // prettier-ignore
    lab.docker('exec', GATEWAY, 'iptables', '-t', 'nat', '-A', 'POSTROUTING', '!', '-o', 'wg0', '-j', 'MASQUERADE');
    lab.docker('exec', GATEWAY, 'ip', 'address', 'del', `${src}/32`, 'dev', own.device);
  }
}

/** What the program declares with a reason is no failure. */
function verified(lab: Lab, checks: Checks, script: string): void {
  lab.copyIn(script);
  const { stdout } = lab.host(['sh', '/lab/verify.sh']);
  const lines = stdout.split('\n').filter((line) => [GATEWAY, BEHIND].some((name) => line.includes(name)) && !line.includes('app-db'));
  checks.check('verify.sh runs', /^PASS/m.test(stdout), stdout);
  checks.check('it has nothing against the gateway', !lines.some((line) => line.startsWith('FAIL')), lines.join('\n'));
  const line = lines.find((each) => / 5\.4 /.test(each)) ?? '';
  checks.check(
    'and names it as what holds a dangerous capability by declaration',
    /^SKIP 5\.4 the program declares .*: app-vpn;/.test(line),
    stdout,
  );
}
