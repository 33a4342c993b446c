// What is published of a swarm, asked by everybody who should not get it: machines of the LAN with their own and with forged sources, other nodes, tasks,
// and containers of others on a node. In mode HOST a task has the port, in mode INGRESS the sandbox of its node; the guard has the same rules for both.
import { OPEN, PUBLISHED, type Task } from './swarm-stage';
import { type IDaemon, Reachability } from '../../../src';
import { UPLINK } from '../../../src/reachability/private/view-of';
import type { ProbeSource } from '../../../src/reachability/private/walk/outcome';
import { walk } from '../../../src/reachability/private/walk/walk';
import { GATEWAY_BRIDGE } from '../../../src/topology/private/swarm';
import type { Checks } from '../harness/checks';
import { sleep } from '../lab/exec';
import type { Lab, Unit, Where } from '../lab/lab';
import { NET } from '../lab/network';
import { Probes } from '../lab/probe';

export interface Published {
  readonly labs: readonly Lab[];
  readonly addresses: readonly string[];
  readonly watches: readonly Unit[];
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

/** First packets that say they come from somewhere else; how many of them leave a node's host for its tasks. */
export function forged(checks: Checks, published: Published): void {
  const { labs, addresses, tasks, gatewayBlock } = published;
  const [node] = labs;
  const [to, neighbour] = addresses;
  node.mustHost('asking no route for a source', ['sh', '-c', 'for f in all eth0; do echo 0 > /proc/sys/net/ipv4/conf/$f/rp_filter; done']);
  const inside = gatewayBlock.replace(/\.0\/\d+$/, '.77');
  const sent = (src: string, port: number, from: Where = { ns: 'lanB' }) => delivered(node, from, src, [{ dst: to, port }]);
  const believed = sent(NET.lanA, PUBLISHED);
  checks.shown(
    'control: a source that may is believed, so what is counted is what arrives',
    believed.arrived > 0,
    JSON.stringify(believed),
  );
  for (const [what, src] of [
    ['the sender', NET.lanB],
    ['another node', neighbour],
    ['the gateway network', inside],
  ]) {
    const found = sent(src, PUBLISHED);
    checks.shown(`nothing with the address of ${what} arrives at a publication that is not for it`, found.sent > 0 && found.arrived === 0, JSON.stringify(found)); // prettier-ignore
  }
  const [task] = tasks().filter(({ lab }) => lab === node);
  for (const src of [NET.lanA, NET.lanB]) {
    const found = sent(src, OPEN, { container: task.id });
    checks.shown(`nothing that a task sends as ${src} arrives at the publication of its node`, found.sent > 0 && found.arrived === 0, JSON.stringify(found)); // prettier-ignore
  }
  const past = onGatewayNetwork(node).flatMap(({ address }) => [8080, PUBLISHED].map((port) => ({ dst: address, port })));
  for (const { dst } of past) node.inNs('lanB', ['ip', 'route', 'replace', `${dst}/32`, 'via', to]);
  for (const src of [NET.lanA, inside]) {
    const found = delivered(node, { ns: 'lanB' }, src, past);
    checks.shown(`nothing from ${src} arrives past the publication`, found.sent > 0 && found.arrived === 0, JSON.stringify(found));
  }
}

/** Who stands on the gateway network of a node: tasks that publish, and the sandbox of the ingress. */
export function onGatewayNetwork(lab: Lab): { readonly id: string; readonly name: string; readonly address: string }[] {
  const all = JSON.parse(lab.docker('network', 'inspect', '--format', '{{json .Containers}}', 'docker_gwbridge')) as Record<
    string,
    { Name: string; IPv4Address: string }
  >;
  return Object.entries(all).map(([id, { Name, IPv4Address }]) => ({ id, name: Name, address: IPv4Address.split('/')[0] }));
}

/** How many first packets of a source leave a node for its gateway network. */
function delivered(
  node: Lab,
  from: Where,
  src: string,
  targets: readonly { readonly dst: string; readonly port: number }[],
): { readonly sent: number; readonly arrived: number } {
  const probes = new Probes(node);
  const sniffer = probes.start({ host: true }, 'sniff', { device: GATEWAY_BRIDGE, direction: 'out', proto: 'tcp', src });
  let sent = 0;
  for (const target of targets) {
    // A SYN, from a port of its own each time: one of a connection that stands would be another matter.
    const sport = 40_000 + Math.floor(Math.random() * 20_000);
    sent += probes.attack(from, 'raw-tcp', { src, ...target, sport, flags: 2, count: 3, intervalMs: 20 }).sent;
  }
  sleep(400);
  return { sent, arrived: sniffer.stop<{ total: number }>().total };
}

/** Containers that somebody runs on a node beside the swarm. What they say they are is believed as it is of a machine of the LAN. */
export function strangers(checks: Checks, { labs: [node], addresses: [to] }: Published): void {
  node.docker('run', '-d', '--name', 'stranger', 'lab:1');
  const where = { container: 'stranger' };
  const { outcome } = new Probes(node).one(where, { proto: 'tcp', dst: to, port: PUBLISHED, timeoutMs: 1500 });
  checks.shown('a container of others on a node does not reach a publication that is not for it', outcome === 'timeout', outcome);
  const lied = delivered(node, where, NET.lanA, [{ dst: to, port: PUBLISHED }]);
  checks.say(`with the address of a source that may, ${lied.arrived} of its ${lied.sent} packets arrive`);
  node.docker('rm', '-f', 'stranger');
}

/** All of it stands on the guard: without it on one node, what was shut is open there. */
export function withoutTheGuard(checks: Checks, { labs, addresses: [to, neighbour], watches: [watch] }: Published): void {
  const [node] = labs;
  node.stopUnit(watch);
  for (const name of ['FORWARD', 'INPUT', 'OUTPUT']) node.iptables('the guard', '-t', 'mangle', '-D', name, '-j', `BULKHEAD-${name}`);
  const other = new Probes(node).one({ ns: 'lanB' }, { proto: 'tcp', dst: to, port: PUBLISHED, timeoutMs: 4000, tries: 2 }).outcome;
  const byNode = new Probes(labs[1]).one({ host: true }, { proto: 'tcp', dst: to, port: PUBLISHED, timeoutMs: 4000, tries: 2 }).outcome;
  const sources = [neighbour, NET.lanB].map((src) => delivered(node, { ns: 'lanB' }, src, [{ dst: to, port: PUBLISHED }]).arrived);
  node.mustHost('putting the guard back', ['bulkhead-firewall', 'apply']);
  node.startUnit('bulkhead-watch');
  checks.shown('control: without the guard everybody reaches the publication', other === 'open' && byNode === 'open', `${other} ${byNode}`);
  checks.shown('control: and every source is believed', sources.every((count) => count > 0), sources.join()); // prettier-ignore
  const again = new Probes(node).one({ ns: 'lanB' }, { proto: 'tcp', dst: to, port: PUBLISHED, timeoutMs: 1500 }).outcome;
  checks.shown('and with it nobody else does', again === 'timeout', again);
}
