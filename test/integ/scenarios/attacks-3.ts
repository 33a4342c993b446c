// An hour of attacks beside every list: errors about connections of others, sources from bridges with names of their own, data before a handshake, and
// ports that look like a publication's.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { apply, FIREWALL, macOf, memberships, sh, UnwatchedDeployment, waitFor } from './attacks-stage';
import { BridgeSegment, Capability, ConnectionRate, ContainerUser, HardenedContainer, Peer, Port } from '../../../src';
import type { Checks } from '../harness/checks';
import { HOST_ADDRESS, type Program } from '../harness/deployment';
import type { EngineId } from '../lab/cache';
import { sleep } from '../lab/exec';
import { type Lab, withLab } from '../lab/lab';
import { NET } from '../lab/network';
import { Probes } from '../lab/probe';

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T24', 'T31', 'T33', 'T35', 'T53'];

const RATE = 5;
const SYNS = 100;

const program: Program = ({ stack, daemon, image }) => {
  const container = (id: string, capabilities: Capability[] = []) =>
    new HardenedContainer(stack, id, {
      segment: new BridgeSegment(stack, `${id}Net`, { daemon }),
      image,
      capabilities,
      ...(capabilities.length > 0 && { user: ContainerUser.root({ reason: 'pings need raw sockets, which only root opens' }) }),
    });
  const [out, pub, rated] = ['Out', 'Pub', 'Rated'].map((id) => container(id));
  const forger = container('Forger', [Capability.of('NET_RAW', { reason: 'sends pings of its own making' })]);
  out.connections.allowTo(Peer.anyIpv4(), Port.udpRange(1024, 65535));
  forger.connections.allowTo(Peer.address(NET.lanB), Port.udp(7));
  pub.publish(Port.udp(20000), { hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] });
  pub.publish(Port.udp(20001), { hostAddress: HOST_ADDRESS, sources: [Peer.address(NET.lanA)] });
  const rate = ConnectionRate.perMinute(RATE);
  rated.publish(Port.tcp(443), { targetPort: Port.tcp(8443), hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()], rate });
};

interface Stage {
  readonly lab: Lab;
  readonly checks: Checks;
  readonly probes: Probes;
}

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const deployment = new UnwatchedDeployment(lab, program);
    deployment.up();
    // The more open case: no look at reverse paths, and what no rule decides goes on.
    sh(lab, 'for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 >$f; done; iptables -w 10 -P FORWARD ACCEPT');
    const stage = { lab, checks, probes: new Probes(lab) };
    for (const ns of ['lanA', 'lanB'] as const) stage.probes.serve({ ns }, [{ proto: 'udp', address: '0.0.0.0', port: 9999, token: ns }]);
    stage.probes.serve({ container: 'app-pub' }, [{ proto: 'udp', address: '0.0.0.0', port: 20000, token: 'pub' }]);
    for (const step of [errors, foreignContainers, fastOpen, sharedPorts]) checks.step(step.name, () => step(stage));
    const told = lab.host([FIREWALL, 'check']);
    checks.shown('the guard is as it was applied', told.code === 0, told.stdout);
  });
}

/** A container that makes its own packets, about connections of the host and of another container with the LAN. */
function errors({ lab, checks, probes }: Stage): void {
  const forger = gatewayOf(lab, 'app-forger');
  const frame = {
    device: forger.device,
    dstMac: macOf(lab, forger.bridge),
    src: forger.address,
    type: 3,
    code: 3,
    count: 3,
    intervalMs: 50,
  };
  const out = gatewayOf(lab, 'app-out').address;
  const ofOut = () => {
    const talk = probes.start({ container: 'app-out' }, 'talk', { dst: NET.lanB, port: 9999, sport: 41_001 });
    const sniffer = probes.start({ ns: 'lanB' }, 'sniff', { direction: 'in', proto: 'icmp', text: 'attack' });
    const inner = { src: NET.lanB, dst: out, sport: 9999, port: 41_001 };
    probes.attack({ container: 'app-forger', held: true }, 'icmp-error', { ...frame, dst: NET.lanB, inner });
    sleep(200);
    talk.stop();
    return sniffer.stop<{ total: number }>().total;
  };
  const ofHost = () => refusals(lab, checks, probes, { ...frame, dst: HOST_ADDRESS });
  const [told, refused] = [ofOut(), ofHost()];
  checks.shown("no error about another container's connection reaches its peer", told === 0, `${told} arrived`);
  checks.shown("no error about the host's own connection reaches it", refused === 0, `${refused}`);
  for (const [chain, place] of [
    ['BULKHEAD-FORWARD', '! -o bh-+'],
    ['BULKHEAD-INPUT', ''],
  ] as const) {
    sh(lab, `iptables -w 10 -t mangle -I ${chain} 1 -i bh-+ ${place} -p icmp -m conntrack --ctstate RELATED -j RETURN`);
  }
  checks.shown('control: without these it does', ofOut() > 0);
  checks.shown('control: and the host hears that its peer is gone', ofHost() > 0);
  apply(lab);
}

/** Whether a socket of the host is told that its peer is gone. */
function refusals(lab: Lab, checks: Checks, probes: Probes, frame: object): number {
  const log = path.join(lab.runDir, 'refusals.log');
  const code = `import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('${HOST_ADDRESS}', 0)); s.connect(('${NET.lanB}', 9999)); s.settimeout(2)
s.send(b'talk'); s.recv(100); print('port', s.getsockname()[1], flush=True)
try: s.recv(100)
except ConnectionRefusedError: print('refused', flush=True)
except OSError: print('quiet', flush=True)`;
  fs.rmSync(log, { force: true });
  lab.backgroundIn({ host: true }, ['python3', '-c', code], log);
  const port = Number(/port (\d+)/.exec(until(log, /port \d+\n/))?.[1]);
  checks.check('the host asked, and was answered', port > 0);
  const inner = { src: HOST_ADDRESS, dst: NET.lanB, sport: port, port: 9999 };
  probes.attack({ container: 'app-forger', held: true }, 'icmp-error', { ...frame, inner });
  return /refused/.test(until(log, /refused|quiet/)) ? 1 : 0;
}

/** Containers with Docker's default capabilities on bridges of others, whatever their names: as whom one of ours asked, and as whom a publication lets in. */
function foreignContainers({ lab, checks, probes }: Stage): void {
  const bridges = { foreign0: '172.31.9', docker_gwbridge: '172.31.10', 'br-theirs': '172.31.11' };
  for (const [bridge, block] of Object.entries(bridges)) {
    lab.docker('network', 'create', '-o', `com.docker.network.bridge.name=${bridge}`, '--subnet', `${block}.0/24`, bridge);
  }
  const all = ['docker0', ...Object.keys(bridges)];
  for (const bridge of all) {
    lab.docker('run', '-d', '--name', `on-${bridge}`, '--network', bridge === 'docker0' ? 'bridge' : bridge, 'lab:1');
  }
  // Docker keeps networks apart by itself; on some engines not from what it translates.
  sh(lab, 'iptables -w 10 -I FORWARD 1 -m comment --comment lab-open -j ACCEPT');
  const frames = (bridge: string) => ({ device: 'eth0', dstMac: macOf(lab, bridge), dst: HOST_ADDRESS, count: 3, payload: 'forged' });
  const answered = (bridge: string) => {
    const talk = probes.start({ container: 'app-out' }, 'talk', { dst: NET.lanB, port: 9999, sport: 41_010 });
    probes.attack({ container: `on-${bridge}`, held: true }, 'spoof-udp', { ...frames(bridge), src: NET.lanB, sport: 9999, port: 41_010 });
    sleep(150);
    return talk.stop().total ?? -1;
  };
  const asked = (bridge: string) => {
    lab.host(['conntrack', '-D', '-p', 'udp', '--dport', '20001']);
    const sniffer = probes.start({ container: 'app-pub' }, 'sniff', { direction: 'in', proto: 'udp', text: 'forged' });
    probes.attack({ container: `on-${bridge}`, held: true }, 'spoof-udp', { ...frames(bridge), src: NET.lanA, sport: 47_000, port: 20001 });
    sleep(150);
    return sniffer.stop().total ?? -1;
  };
  const tries = all.flatMap((bridge) => [
    { what: `${bridge} answers what one of ours asked of the LAN`, count: () => answered(bridge), byName: bridge !== 'foreign0' },
    { what: `${bridge} asks a publication as a source that it lets in`, count: () => asked(bridge), byName: false },
  ]);
  for (const { what, count } of tries) {
    const total = count();
    checks.shown(`nobody on ${what}`, total === 0, `${total} arrived`);
  }
  sh(lab, 'nft flush chain inet bulkhead far');
  for (const { what, count, byName } of tries) {
    const total = count();
    checks.shown(`control, by the guard's rules alone: ${what}`, byName ? total === 0 : total > 0, `${total} arrived`);
  }
  const told = lab.host([FIREWALL, 'check']);
  checks.shown('check tells of the rule that is gone', told.code !== 0 && told.stdout.includes('tables of frames'), told.stdout);
  sh(lab, 'iptables -w 10 -D FORWARD 1');
  apply(lab);
}

/** Data in the first packet of TCP goes past a rate, and comes with any source: a container that would take it is refused at synth. */
function fastOpen({ lab, checks }: Stage): void {
  const log = path.join(lab.runDir, 'fastopen.log');
  const listen = `import socket
s = socket.socket(); s.bind(('0.0.0.0', 8443)); s.setsockopt(6, 23, 1000); s.listen(1000)
print('ready', flush=True)
while True:
    c, a = s.accept(); c.settimeout(0.2)
    try: print(c.recv(100), flush=True)
    except OSError: pass
    c.close()`;
  lab.backgroundIn({ container: 'app-rated' }, ['python3', '-c', listen], log);
  until(log, /ready/);
  const send = `import socket, time
open('/proc/sys/net/ipv4/tcp_fastopen', 'w').write('5')
for i in range(${SYNS}):
    s = socket.socket(); s.setblocking(False)
    try: s.sendto(b'request', 0x20000000, ('${HOST_ADDRESS}', 443))
    except OSError: pass
    s.close() if i % 2 else None
time.sleep(1)`;
  const arrived = () => {
    const before = requests(log);
    lab.inNs('lanA', ['python3', '-c', send]);
    sleep(1_000);
    return requests(log) - before;
  };
  const total = arrived();
  checks.shown('of data that comes with a first packet no more is heard than the rate lets in', total <= RATE, `${total} of ${SYNS}`);
  sh(lab, `nsenter --net=/proc/${lab.containerPid('app-rated')}/ns/net sh -c 'echo 1539 >/proc/sys/net/ipv4/tcp_fastopen'`);
  const open = arrived();
  checks.shown('control: with net.ipv4.tcp_fastopen, which no program can declare, it is', open > RATE, `${open} of ${SYNS}`);
}

/**
 * Not promised, and measured: a container with a way out to a client takes the port of a publication as its own, the translation keeps it, and what the
 * client then sends to the publication from the port that was asked is an answer.
 */
function sharedPorts({ lab, checks, probes }: Stage): void {
  const ask = (sport: number) => {
    const code = `import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('0.0.0.0', ${sport})); s.settimeout(2); s.sendto(b'hello', ('${HOST_ADDRESS}', 20000))
try: print(s.recv(100).decode())
except OSError: print('nothing')`;
    return lab.inNs('lanA', ['python3', '-c', code]).stdout.trim();
  };
  const take = `import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('0.0.0.0', 20000)); s.sendto(b'x', ('${NET.lanA}', 41020))`;
  lab.inContainer('app-out', ['python3', '-c', take]);
  const sniffer = probes.start({ container: 'app-out' }, 'sniff', { direction: 'in', proto: 'udp', text: 'hello' });
  const answer = ask(41_020);
  const { total = 0 } = sniffer.stop();
  checks.say(
    `a container with a way out to the client took its port at a publication: it heard ${total}, the client ${answer}; told, not judged`,
  );
  checks.shown('a client at any other port is answered by who published', ask(41_021) === 'pub');
}

function gatewayOf(lab: Lab, name: string): ReturnType<typeof memberships>[number] {
  return memberships(lab, name).find(({ network }) => network.endsWith('-gw'))!;
}

function requests(log: string): number {
  return (fs.readFileSync(log, 'utf8').match(/request/g) ?? []).length;
}

/** What a file says once it holds the pattern, or after five seconds. */
function until(file: string, pattern: RegExp): string {
  const text = () => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '');
  waitFor(() => pattern.test(text()), 5_000);
  return text();
}
