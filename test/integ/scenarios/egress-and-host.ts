// The way out and the host: only what egress names, never the metadata service or the host by accident, and names asked where egress says.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { BridgeSegment, HardenedContainer, Peer, Port } from '../../../src';
import type { Checks } from '../harness/checks';
import { Deployment, type Program } from '../harness/deployment';
import { type Actor, ask, containerActor, gateways, judge, type Ports, type Question, serveAll, type Target } from '../harness/matrix';
import type { EngineId } from '../lab/cache';
import { sleep } from '../lab/exec';
import { type Lab, withLab } from '../lab/lab';
import { NET, type NsName } from '../lab/network';
import type { Probes } from '../lab/probe';

const METADATA = '169.254.169.254';
const PORTS: Ports = { tcp: [80, 443, 5432, 9090, 9091], udp: [5353], icmp: true };
const NAMES = ['app-single', 'app-any', 'app-named', 'app-asker', 'app-hostasker', 'app-tohost', 'app-fromhost', 'app-db', 'app-silent'];

const program: Program = ({ stack, daemon, image }) => {
  const front = new BridgeSegment(stack, 'Front', { daemon });
  const back = new BridgeSegment(stack, 'Back', { daemon });
  const container = (id: string, segment = front) => new HardenedContainer(stack, id, { segment, image });
  const db = container('Db', back);
  const single = container('Single');
  const any = container('Any');
  container('Silent');
  single.connections.allowTo(Peer.address(NET.internet), Port.tcp(443));
  single.connections.allowTo(db, Port.tcp(5432));
  any.connections.allowTo(Peer.anyIpv4(), Port.tcp(80));
  container('Named').connections.allowTo(Peer.cidr(`${METADATA}/32`), Port.tcp(80));
  container('Asker').connections.allowTo(Peer.address(NET.lanA), Port.udp(53));
  container('HostAsker').connections.allowDnsTo(Peer.host());
  container('ToHost').connections.allowTo(Peer.host(), Port.tcp(9090));
  container('FromHost').connections.allowFrom(Peer.host(), Port.tcp(9090));
};

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T05', 'T07', 'T60'];

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    // The metadata service of a cloud: link-local, and the host has a way there.
    lab.inNs('inet', ['ip', 'addr', 'add', `${METADATA}/32`, 'dev', 'lo']);
    lab.mustHost('a route to the metadata service', ['ip', 'route', 'replace', METADATA, 'via', NET.router]);
    const deployment = new Deployment(lab, program, { daemon: { additionalHostAddresses: [NET.host2] } });
    deployment.up();
    lab.docker('run', '-d', '--name', 'foreign', 'lab:1');
    const probes = packets(checks, lab);
    names(checks, lab, probes);
    resolver(checks, lab);
    resolverOfHost(checks, lab);
    const plan = deployment.plan();
    checks.shown('the plan after apply is empty', !plan.changes, plan.text);
  });
}

function packets(checks: Checks, lab: Lab): Probes {
  const containers = NAMES.map((name) => containerActor(lab, name));
  const foreign = containerActor(lab, 'foreign');
  const host: Actor = { name: 'host', where: { host: true }, endpoints: [] };
  const outside: Actor[] = (['lanA', 'inet'] as const).map((ns) => ({ name: ns, where: { ns }, endpoints: [] }));
  const probes = serveAll(lab, [...containers, foreign, host, ...outside], PORTS);
  const insiders = new Set(NAMES);
  const all = new Set([...NAMES, 'host']);
  const targets: Target[] = [
    ...[...containers, foreign].flatMap(({ name, endpoints }) =>
      endpoints.map(({ address }) => ({ name, address, ports: PORTS, only: name === 'foreign' ? insiders : all })),
    ),
    ...[NET.host, NET.host2, ...gateways(lab)].map((address) => ({ name: 'host', address, ports: PORTS, only: insiders })),
    { name: 'lanA', address: NET.lanA, ports: PORTS, only: all },
    { name: 'inet', address: NET.internet, ports: PORTS, only: all },
    { name: 'metadata', address: METADATA, ports: PORTS, only: all },
  ];
  const home = (name: string, network: string) =>
    containers.find((actor) => actor.name === name)!.endpoints.find((endpoint) => endpoint.network === network)!.address;
  const config = JSON.parse(lab.docker('network', 'inspect', '--format', '{{json .IPAM.Config}}', 'app-front')) as { Gateway: string }[];
  const open = new Set([
    `app-single ${NET.internet} tcp/443`,
    `app-single ${home('app-db', 'app-back')} tcp/5432`,
    `app-any ${NET.internet} tcp/80`,
    `app-any ${NET.lanA} tcp/80`,
    `app-named ${METADATA} tcp/80`,
    `app-tohost ${config[0].Gateway} tcp/9090`,
    `host ${home('app-fromhost', 'app-front')} tcp/9090`,
  ]);
  // The host itself reaches everything outside: so the metadata service is there, and it is the guard that keeps it from containers.
  const declared = (q: Question) =>
    (q.source === 'host' && ['lanA', 'inet', 'metadata'].includes(q.target)) || open.has(`${q.source} ${q.address} ${q.proto}/${q.port}`);
  judge(checks, 'egress and host', ask(probes, [...containers, host], targets, declared));
  return probes;
}

/** A command as the container's own user. */
function inside(lab: Lab, name: string, ...argv: string[]): string {
  const result = lab.host(['docker', 'exec', name, ...argv], { timeout: 60_000 });
  return `${result.stdout}${result.stderr}`.trim();
}

function addressesIn(answer: string): string[] {
  // The resolver tells its own address first.
  return [
    ...answer
      .split('\n')
      .slice(2)
      .join('\n')
      .matchAll(/Address(?: \d+)?:\s*(\d+\.\d+\.\d+\.\d+)/g),
  ].map((match) => match[1]);
}

function names(checks: Checks, lab: Lab, probes: Probes): void {
  const answer = inside(lab, 'app-single', 'nslookup', 'app-db', '127.0.0.11');
  const found = addressesIn(answer);
  const outcomes = found.map(
    (dst) => probes.one({ container: 'app-single' }, { proto: 'tcp', dst, port: 5432, timeoutMs: 3000, tries: 3 }).outcome,
  );
  checks.shown(
    'the name of an allowed destination leads to an address on which the flow is open',
    found.length > 0 && outcomes.every((o) => o === 'open'),
    `${answer}\n${outcomes.join()}`,
  );
  const elsewhere = addressesIn(inside(lab, 'app-any', 'nslookup', 'app-db', '127.0.0.11'));
  checks.shown('the name means nothing where nothing is shared', elsewhere.length === 0, elsewhere.join());

  const knock = (port: number) => inside(lab, 'app-tohost', 'sh', '-c', `sleep 2 | nc -w 3 host.docker.internal ${port}`);
  const greeted = knock(9090);
  checks.shown('the host answers as host.docker.internal on the declared port', greeted.includes('host'), greeted);
  const refused = knock(9091);
  checks.shown('and on no other', !refused.split('\n').includes('host'), refused);
  const other = inside(lab, 'app-silent', 'nslookup', 'host.docker.internal', '127.0.0.11');
  checks.shown('whoever has no flow to the host does not know that name', addressesIn(other).length === 0, other);
}

// Answers every question for an address with 203.0.113.99, and writes down who asked for what.
const RESPONDER = `
import socket, struct, sys
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind((sys.argv[1], 53))
log = open(sys.argv[2], 'a', buffering=1)
log.write('ready\\n')
while True:
    data, peer = sock.recvfrom(2048)
    labels, at = [], 12
    while data[at]:
        labels.append(data[at + 1:at + 1 + data[at]].decode())
        at += 1 + data[at]
    log.write(peer[0] + ' ' + '.'.join(labels) + '\\n')
    kind = struct.unpack('!H', data[at + 1:at + 3])[0]
    answer = b'\\xc0\\x0c\\x00\\x01\\x00\\x01\\x00\\x00\\x00\\x3c\\x00\\x04' + bytes([203, 0, 113, 99]) if kind == 1 else b''
    head = data[:2] + b'\\x81\\x80' + data[4:6] + struct.pack('!HHH', 1 if answer else 0, 0, 0)
    sock.sendto(head + data[12:at + 5] + answer, peer)
`;

function resolver(checks: Checks, lab: Lab): void {
  // LAN A's is the one that egress names; the internet's is the host's own resolver, and must hear nothing.
  const logs = Object.fromEntries(
    (
      [
        ['lanA', NET.lanA],
        ['inet', NET.internet],
      ] as const
    ).map(([ns, address]) => [ns, respond(lab, ns, address)]),
  ) as Record<'lanA' | 'inet', string>;
  const heard = (ns: 'lanA' | 'inet', name: string) =>
    fs
      .readFileSync(logs[ns], 'utf8')
      .split('\n')
      .filter((line) => line.includes(name));
  const control = lab.inNs('host', ['busybox', 'nslookup', 'control.example.test', NET.internet]);
  checks.check('the host reaches its own resolver', heard('inet', 'control.example.test').length > 0, control.stdout + control.stderr);

  const answer = inside(lab, 'app-asker', 'nslookup', 'asked.example.test', '127.0.0.11');
  checks.shown('a name outside is answered by the resolver that egress names', addressesIn(answer).includes('203.0.113.99'), answer);
  checks.shown('it was asked', heard('lanA', 'asked.example.test').length > 0, fs.readFileSync(logs.lanA, 'utf8'));
  checks.shown('and nobody else was', heard('inet', 'asked.example.test').length === 0, fs.readFileSync(logs.inet, 'utf8'));

  // Docker knows the names of running neighbours alone.
  inside(lab, 'app-asker', 'timeout', '4', 'nslookup', 'app-db', '127.0.0.11');
  checks.shown('the name of a container that is no neighbour is asked outside, too', heard('lanA', 'app-db').length > 0);

  for (const name of ['app-any', 'app-silent', 'app-db', 'app-tohost']) {
    const secret = `secret-of-${name}.example.test`;
    for (const server of ['127.0.0.11', NET.lanA, NET.internet, NET.host]) inside(lab, name, 'timeout', '4', 'nslookup', secret, server);
    const leaked = [...heard('lanA', secret), ...heard('inet', secret)];
    checks.shown(`${name}, without egress for names, asks nobody outside`, leaked.length === 0, leaked.join('\n'));
  }
}

/** A resolver of the host that listens at the gateway of the segment, and nowhere else. */
function resolverOfHost(checks: Checks, lab: Lab): void {
  const [{ Gateway }] = JSON.parse(lab.docker('network', 'inspect', '--format', '{{json .IPAM.Config}}', 'app-front')) as {
    Gateway: string;
  }[];
  const log = respond(lab, 'host', Gateway);
  const heard = (name: string) => fs.readFileSync(log, 'utf8').includes(name);
  const answer = inside(lab, 'app-hostasker', 'nslookup', 'own.example.test', '127.0.0.11');
  checks.shown(
    'a name outside is answered by the resolver of the host that a flow names',
    addressesIn(answer).includes('203.0.113.99'),
    answer,
  );
  checks.shown('it was asked at the gateway of the segment', heard('own.example.test'), fs.readFileSync(log, 'utf8'));
  for (const server of ['127.0.0.11', Gateway]) inside(lab, 'app-silent', 'timeout', '4', 'nslookup', 'closed.example.test', server);
  checks.shown('who has no flow to it is not heard', !heard('closed.example.test'), fs.readFileSync(log, 'utf8'));
}

function respond(lab: Lab, ns: NsName, address: string): string {
  const log = path.join(lab.runDir, `resolver-${ns}.txt`);
  lab.backgroundIn({ ns }, ['python3', '-u', '-c', RESPONDER, address, log], `${log}.err`);
  for (const until = Date.now() + 20_000; !fs.existsSync(log) || !fs.readFileSync(log, 'utf8').startsWith('ready');) {
    if (Date.now() > until) {
      throw new Error(
        `the resolver on ${address} did not start: ${fs.existsSync(`${log}.err`) ? fs.readFileSync(`${log}.err`, 'utf8') : ''}`,
      );
    }
    sleep(20);
  }
  return log;
}
