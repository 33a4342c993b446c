// Names and the size of packets as a container finds them: resolver, search domains, options and hosts file, by both protocols and to nobody else; and
// interfaces of the size that was said. Terraform reads all of it back without a change.
import { BridgeSegment, HardenedContainer, Peer, Port } from '../../../src';
import type { Checks } from '../harness/checks';
import { Deployment, type Program } from '../harness/deployment';
import { type Actor, ask, containerActor, judge, type Ports, serveAll, type Target } from '../harness/matrix';
import type { EngineId } from '../lab/cache';
import { type Lab, withLab } from '../lab/lab';
import { NET } from '../lab/network';

const MTU = '1400';
const PORTS: Ports = { tcp: [53, 443, 853], udp: [53, 853], icmp: false };
const NAMES = ['app-asker', 'app-stub', 'app-plain'];

const program: Program = ({ stack, daemon, image }) => {
  const small = new BridgeSegment(stack, 'Small', { daemon, mtu: Number(MTU) });
  const usual = new BridgeSegment(stack, 'Usual', { daemon });
  const asker = new HardenedContainer(stack, 'Asker', {
    segment: small,
    image,
    dns: { searchDomains: ['corp.example.test', 'example.test'], options: ['ndots:2', 'timeout:3', 'attempts:1', 'rotate'] },
    hostEntries: { 'nas.example.test': NET.lanB, printer: NET.lanA },
  });
  asker.connections.allowDnsTo(Peer.address(NET.lanA));
  asker.connections.allowTo(Peer.host(), Port.tcp(9090));
  const stub = new HardenedContainer(stack, 'Stub', { segment: small, image, dns: { searchDomains: ['.'] } });
  stub.connections.allowDnsTo(Peer.address(NET.lanA), { tls: true });
  new HardenedContainer(stack, 'Plain', { segment: usual, image }).connections.allowTo(Peer.address(NET.lanB), Port.tcp(443));
};

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T08'];

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const deployment = new Deployment(lab, program, { daemon: { uplinkMtu: 1500 } });
    deployment.up();
    files(checks, lab);
    sizes(checks, lab);
    whoIsAsked(checks, lab);
    wire(checks, lab);
    const plan = deployment.plan();
    checks.shown('the plan after apply is empty', !plan.changes, plan.text);
    deployment.destroy();
  });
}

/** Lines of a file as the container sees it, their blanks as one. */
function linesOf(lab: Lab, name: string, file: string): string[] {
  return lab
    .docker('exec', name, 'cat', file)
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' '));
}

function wordsOf(lines: readonly string[], key: string): string[] {
  return lines.filter((line) => line.startsWith(`${key} `)).flatMap((line) => line.split(' ').slice(1));
}

function files(checks: Checks, lab: Lab): void {
  const asker = linesOf(lab, 'app-asker', '/etc/resolv.conf');
  checks.shown('search domains arrive', wordsOf(asker, 'search').sort().join() === 'corp.example.test,example.test', asker.join('\n'));
  const options = wordsOf(asker, 'options');
  checks.shown('options arrive', ['ndots:2', 'timeout:3', 'attempts:1', 'rotate'].every((word) => options.includes(word)), asker.join('\n')); // prettier-ignore
  const stub = linesOf(lab, 'app-stub', '/etc/resolv.conf');
  checks.shown("'.' leaves no search domain", wordsOf(stub, 'search').length === 0, stub.join('\n'));
  const hosts = linesOf(lab, 'app-asker', '/etc/hosts');
  for (const line of [`${NET.lanB} nas.example.test`, `${NET.lanA} printer`]) {
    checks.shown(`the hosts file has '${line}'`, hosts.includes(line), hosts.join('\n'));
  }
  checks.shown('and the host beside them', hosts.some((line) => line.endsWith(' host.docker.internal')), hosts.join('\n')); // prettier-ignore
}

/** Sizes of all interfaces but loopback. */
function mtusOf(lab: Lab, name: string): string[] {
  return lab
    .docker('exec', name, 'sh', '-c', 'for i in /sys/class/net/eth*; do cat $i/mtu; done')
    .split('\n')
    .filter((line) => line !== '');
}

function sizes(checks: Checks, lab: Lab): void {
  const small = mtusOf(lab, 'app-asker');
  checks.shown('interfaces in segment and gateway have the size that was said', small.join() === `${MTU},${MTU}`, small.join());
  const usual = mtusOf(lab, 'app-plain');
  checks.shown('elsewhere they have the usual one', usual.join() === '1500,1500', usual.join());
}

function whoIsAsked(checks: Checks, lab: Lab): void {
  const containers = NAMES.map((name) => containerActor(lab, name));
  const outside: Actor[] = (['lanA', 'lanB', 'inet'] as const).map((ns) => ({ name: ns, where: { ns }, endpoints: [] }));
  const probes = serveAll(lab, outside, PORTS);
  const targets: Target[] = [
    { name: 'lanA', address: NET.lanA, ports: PORTS },
    { name: 'lanB', address: NET.lanB, ports: PORTS },
    { name: 'inet', address: NET.internet, ports: PORTS },
  ];
  const open = new Set(['app-asker lanA udp/53', 'app-asker lanA tcp/53', 'app-stub lanA tcp/853', 'app-plain lanB tcp/443']);
  const answers = ask(probes, containers, targets, (q) => open.has(`${q.source} ${q.target} ${q.proto}/${q.port}`));
  judge(checks, 'resolvers', answers);
}

/** Why segments on a wire have no such setting. */
function wire(checks: Checks, lab: Lab): void {
  lab.docker(
    ...['network', 'create', '--driver', 'macvlan', '--opt', 'parent=eth0', '--opt', `com.docker.network.driver.mtu=${MTU}`],
    ...['--subnet', NET.lan, '--gateway', NET.router, '--ip-range', '192.0.2.96/28', 'wire'],
  );
  lab.docker('run', '-d', '--name', 'station', '--network', 'wire', 'lab:1');
  const found = mtusOf(lab, 'station');
  checks.shown('on a wire the engine ignores what it is told of sizes', found.join() === '1500', found.join());
  lab.docker('rm', '--force', 'station');
  lab.docker('network', 'rm', 'wire');
}
