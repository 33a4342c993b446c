// What is published of a swarm, asked by everybody who should not get it: machines of the LAN with their own and with forged sources, other nodes, tasks,
// and containers of others on a node. In mode HOST a task has the port, in mode INGRESS the sandbox of its node; the guard has the same rules for both.
import * as path from 'node:path';
import { OPEN, PUBLISHED, serviceOn, type Task } from './swarm-stage';
import {
  Cidr,
  EncryptedOverlay,
  EndpointMode,
  EngineVersion,
  type HardenedDaemon,
  type IDaemon,
  Peer,
  Port,
  PublishMode,
  Reachability,
  SwarmCluster,
} from '../../../src';
import { UPLINK } from '../../../src/reachability/private/view-of';
import type { ProbeSource } from '../../../src/reachability/private/walk/outcome';
import { walk } from '../../../src/reachability/private/walk/walk';
import type { Checks } from '../harness/checks';
import { declaredVersion, Deployment, type Program } from '../harness/deployment';
import { patient, sleep } from '../lab/exec';
import type { Lab, Unit, Where } from '../lab/lab';
import { NET } from '../lab/network';
import { Probes } from '../lab/probe';

export interface Published {
  readonly labs: readonly Lab[];
  readonly addresses: readonly string[];
  /** What watches over each host. */
  readonly watches: Unit[];
  readonly daemons: readonly IDaemon[];
  /** Tasks of the service that publishes. */
  readonly tasks: () => readonly Task[];
  readonly gatewayBlock: string;
}

/** Everybody, and no node but the asked one's own processes, by the ways that a connection takes. */
export function fromElsewhere(checks: Checks, { labs, addresses, daemons, tasks }: Published): void {
  labs.forEach((lab, index) => {
    const to = addresses[index];
    const ask = (from: Lab, where: Where, port: number, timeoutMs = 1500) =>
      new Probes(from).one(where, { proto: 'tcp', dst: to, port, timeoutMs }).outcome;
    const predicted = (from: ProbeSource, port: number) => disposition(daemons[index], from, to, port) === 'DELIVERED';
    const outside = (address: string): ProbeSource => ({ kind: 'outside', interface: UPLINK, address });
    const other = (index + 1) % labs.length;
    const asked: [string, string, ProbeSource, number][] = [
      [`another node`, ask(labs[other], { host: true }, PUBLISHED), outside(addresses[other]), PUBLISHED],
      [`another node, where all may,`, ask(labs[other], { host: true }, OPEN, 4000), outside(addresses[other]), OPEN],
      [`a process of the node`, ask(lab, { host: true }, PUBLISHED, 4000), { kind: 'host' }, PUBLISHED],
    ];
    for (const [who, outcome, source, port] of asked) {
      const isOpen = predicted(source, port);
      checks.shown(
        `${who} ${isOpen ? 'reaches' : 'does not reach'} ${to}:${port}, as the proof says`,
        (outcome === 'open') === isOpen,
        outcome,
      );
    }
    for (const task of tasks()) {
      const outcome = ask(task.lab, { container: task.id }, OPEN);
      checks.shown(`a task of ${task.lab.id} does not reach ${to}:${OPEN}`, outcome !== 'open' && outcome !== 'refused', outcome);
    }
  });
}

function disposition(daemon: IDaemon, from: ProbeSource, to: string, port: number): string {
  return walk(Reachability.of(daemon)._proof.view, { family: 'ipv4', from, to, protocol: 'tcp', port }).disposition;
}

interface Shot {
  readonly src: string;
  readonly dst: string;
  readonly port: number;
}

/** First packets that say they come from somewhere else; how many of them a task gets. */
export function forged(checks: Checks, published: Published): void {
  const { labs, addresses, tasks, gatewayBlock } = published;
  const [{ lab: node, id }] = tasks();
  const index = labs.indexOf(node);
  const [to, neighbour] = [addresses[index], addresses[(index + 1) % labs.length]];
  node.mustHost('asking no route for a source', ['sh', '-c', 'for f in all eth0; do echo 0 > /proc/sys/net/ipv4/conf/$f/rp_filter; done']);
  const ofGateway = gatewayBlock.replace(/\.0\/\d+$/, '.77');
  const lan = { lab: labs[0], where: { ns: 'lanB' } } as const;
  const none = (what: string, from: Sender, shots: readonly Shot[]) => {
    const found = delivered(published, from, shots);
    checks.shown(`${what} arrives at no task`, found.sent === 3 * shots.length && found.arrived === 0, JSON.stringify(found));
  };
  const believed = delivered(published, lan, [{ src: NET.lanA, dst: to, port: PUBLISHED }]);
  checks.shown(
    'control: a source that may is believed, so what is counted is what arrives',
    believed.arrived > 0,
    JSON.stringify(believed),
  );
  none(
    'what the LAN sends as itself, as another node, and as a task',
    lan,
    [NET.lanB, neighbour, ofGateway].map((src) => ({ src, dst: to, port: PUBLISHED })),
  );
  const asTask = [{ src: ofGateway, dst: to, port: OPEN }];
  none('what the LAN sends as a task to the publication that is for everybody', lan, asTask);
  const without = unguarded(published, index, [ENTER], () => delivered(published, lan, asTask));
  checks.shown('control: without the rule of the sources it does', without.arrived > 0, JSON.stringify(without));
  none(
    'what a task sends to the publication of its node as anybody',
    { lab: node, where: { container: id } },
    [NET.lanA, NET.lanB].map((src) => ({ src, dst: to, port: OPEN })),
  );
  const past = onGatewayNetwork(node).flatMap(({ address: dst }) => [8080, PUBLISHED].map((port) => ({ dst, port })));
  for (const { dst } of past) labs[0].inNs('lanB', ['ip', 'route', 'replace', `${dst}/32`, 'via', to]);
  none(
    'what is sent past the publication',
    lan,
    [NET.lanA, ofGateway].flatMap((src) => past.map((target) => ({ src, ...target }))),
  );
}

/** Who stands on the gateway network of a node: tasks that publish, and the sandbox of the ingress. */
export function onGatewayNetwork(lab: Lab): { readonly id: string; readonly name: string; readonly address: string }[] {
  const all = JSON.parse(lab.docker('network', 'inspect', '--format', '{{json .Containers}}', 'docker_gwbridge')) as Record<
    string,
    { Name: string; IPv4Address: string }
  >;
  return Object.entries(all).map(([id, { Name, IPv4Address }]) => ({ id, name: Name, address: IPv4Address.split('/')[0] }));
}

interface Sender {
  readonly lab: Lab;
  readonly where: Where;
}

/** Sends each three times, and counts what comes to any of the tasks. */
function delivered({ tasks }: Published, from: Sender, shots: readonly Shot[]): { sent: number; arrived: number; sample: unknown } {
  const sniffers = tasks().map(({ lab, id }) => new Probes(lab).start({ container: id }, 'sniff', { direction: 'in', proto: 'tcp' }));
  let sent = 0;
  for (const shot of shots) {
    // A SYN, from a port of its own each time: one of a connection that stands would be another matter.
    const sport = 40_000 + Math.floor(Math.random() * 20_000);
    sent += new Probes(from.lab).attack(from.where, 'raw-tcp', { ...shot, sport, flags: 2, count: 3, intervalMs: 20 }).sent;
  }
  sleep(patient(400));
  const counted = sniffers.map((sniffer) => sniffer.stop<{ total: number; sample: unknown[] }>());
  return { sent, arrived: counted.reduce((sum, { total }) => sum + total, 0), sample: counted.flatMap(({ sample }) => sample.slice(0, 3)) };
}

/** Containers that somebody runs on a node beside the swarm. What they say they are is believed as it is of a machine of the LAN. */
export function foreignContainers(checks: Checks, published: Published): void {
  const {
    labs: [node],
    addresses: [to],
  } = published;
  node.docker('run', '-d', '--name', 'stranger', 'lab:1');
  const where = { container: 'stranger' };
  const { outcome } = new Probes(node).one(where, { proto: 'tcp', dst: to, port: PUBLISHED, timeoutMs: 1500 });
  checks.shown('a container of others on a node does not reach a publication that is not for it', outcome === 'timeout', outcome);
  const lied = delivered(published, { lab: node, where }, [{ src: NET.lanA, dst: to, port: PUBLISHED }]);
  checks.say(`with the address of a source that may, it is ${lied.arrived > 0 ? '' : 'not '}believed`);
  node.docker('rm', '-f', 'stranger');
}

type Jump = readonly [table: string, hook: string, chain: string];
const ENTER: Jump = ['raw', 'PREROUTING', 'BULKHEAD-ENTER'];
const JUMPS: readonly Jump[] = [ENTER, ...['FORWARD', 'INPUT', 'OUTPUT'].map((hook): Jump => ['mangle', hook, `BULKHEAD-${hook}`])];

/** Without some of the guard's chains on one node, and without what would put them back at once. */
function unguarded<T>({ labs, watches }: Published, index: number, jumps: readonly Jump[], ask: () => T): T {
  const node = labs[index];
  node.stopUnit(watches[index]);
  for (const [table, hook, chain] of jumps) node.iptables('the guard', '-t', table, '-D', hook, '-j', chain);
  try {
    return ask();
  } finally {
    node.mustHost('putting the guard back', ['bulkhead-firewall', 'apply']);
    watches[index] = node.startUnit('bulkhead-watch')!;
  }
}

/** All of it stands on the guard: without it on one node, what was shut is open there. */
export function withoutTheGuard(checks: Checks, published: Published): void {
  const {
    labs: [node, second],
    addresses: [to, neighbour],
  } = published;
  const asked = { proto: 'tcp' as const, dst: to, port: PUBLISHED, timeoutMs: 4000, tries: 2 };
  const shots = [neighbour, NET.lanB].map((src) => ({ src, dst: to, port: PUBLISHED }));
  const [other, byNode, { arrived }] = unguarded(published, 0, JUMPS, () => [
    new Probes(node).one({ ns: 'lanB' }, asked).outcome,
    new Probes(second).one({ host: true }, asked).outcome,
    delivered(published, { lab: node, where: { ns: 'lanB' } }, shots),
  ]);
  checks.shown('control: without the guard everybody reaches the publication', other === 'open' && byNode === 'open', `${other} ${byNode}`);
  checks.shown('control: and every source is believed', arrived >= shots.length, String(arrived));
  const again = new Probes(node).one({ ns: 'lanB' }, { ...asked, timeoutMs: 1500, tries: 1 }).outcome;
  checks.shown('and with it nobody else does', again === 'timeout', again);
}

/** 29.8 publishes for the ingress by other rules than 29.7: with files that are for the one, the other does not start. */
export function otherEngine(checks: Checks, lab: Lab): void {
  if (!declaredVersion(lab).isAtLeast('29.8')) return;
  const filesFor = (mode: PublishMode) => {
    const program: Program = ({ stack, daemon }) => {
      const addressPool = Cidr.parse('10.64.0.0/16');
      const cluster = new SwarmCluster(stack, 'Swarm', { managers: [daemon as HardenedDaemon], addressPool });
      const service = serviceOn(stack, 'Web', new EncryptedOverlay(stack, 'Mesh', { cluster }), { endpointMode: EndpointMode.VIP });
      service.publish(Port.tcp(PUBLISHED), { sources: [Peer.anyIpv4()], mode });
    };
    const deployment = new Deployment(lab, program, { daemon: { liveRestore: false, engine: EngineVersion.of('29.7.2') } });
    deployment.synth();
    return path.join(deployment.hostFiles, 'install.sh');
  };
  const installed = lab.host(['sh', lab.copyIn(filesFor(PublishMode.INGRESS), 'install.sh')]);
  const refusal = 'the rules are for 29.0 up to, not including, 29.8';
  checks.shown('files for 29.7 are not installed beside 29.8, where the ingress publishes', installed.code !== 0 && installed.stderr.includes(refusal), installed.stderr); // prettier-ignore
  // As an upgrade would have it: the engine that they are for is there when they come, and then another.
  const earlier = '/usr/local/sbin/dockerd';
  lab.writeFile(earlier, '#!/bin/sh\necho "Docker version 29.7.2, build 1"\n', '755');
  lab.installFiles(filesFor(PublishMode.INGRESS));
  lab.mustHost('upgrading', ['rm', earlier]);
  let said = 'it started';
  try {
    lab.startEngine();
  } catch (error) {
    said = String(error);
  }
  checks.shown('and where they are, 29.8 does not start', said.includes(refusal), said);
  const stamps = lab.host(['sh', '-c', 'ls /run/bulkhead/stamp-*']).stdout;
  checks.shown('nor is there a stamp, without which no container does', stamps === '', stamps);
  lab.installFiles(filesFor(PublishMode.HOST));
  checks.shown('control: where tasks publish for themselves, both are alike', lab.host(['bulkhead-firewall', 'apply']).code === 0);
}
