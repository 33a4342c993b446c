// Three hosts on one switch become a swarm, from one program: services reach each other across nodes by name and by membership alone, what the nodes have
// for each other is shut to a fourth machine, every node holds to the publication, and a node that is lost takes no service with it.
//
// A small machine's kernel has neither ESP nor IPVS, which the scenario `sealed-swarm` is for. So the networks that carry data are unencrypted for a reason, beside an encrypted one that is only made; most
// names resolve to tasks, and ports are published on the nodes that have a task.
import * as fs from 'node:fs';
import * as path from 'node:path';
import {
  forged,
  fromElsewhere,
  onGatewayNetwork,
  otherEngine,
  type Published,
  foreignContainers,
  withoutTheGuard,
} from './swarm-publications';
import { hardening, names, storage } from './swarm-services';
import { asks, listen, PUBLISHED, setTheStage, type Stage, tasksOf, WORKERS } from './swarm-stage';
import { type HardenedDaemon, Port, Reachability } from '../../../src';
import type { Checks } from '../harness/checks';
import { HOST_ADDRESS } from '../harness/deployment';
import type { EngineId } from '../lab/cache';
import { until } from '../lab/exec';
import { Lab } from '../lab/lab';
import { NET } from '../lab/network';
import { Probes } from '../lab/probe';

const TOKEN = 'SWMTKN-1-';

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T01', 'T30', 'T31', 'T32', 'T41', 'T44', 'T50'];

export function run(engine: EngineId, checks: Checks): void {
  const labs: Lab[] = [];
  try {
    const first = new Lab(engine);
    labs.push(first);
    WORKERS.forEach((last) => labs.push(new Lab(engine, { id: first.id, last })));
    otherEngine(checks, labs[2]);
    const stage = setTheStage(labs);
    secrets(checks, stage);
    reach(checks, stage);
    nodePorts(checks, stage);
    publications(checks, stage);
    encryption(checks, stage);
    hardening(checks, stage);
    storage(checks, stage);
    names(checks, stage);
    again(checks, stage);
    loss(checks, stage);
    unchanged(checks, stage, 'after the loss of a node');
    stage.deployment.destroy();
  } finally {
    labs.reverse().forEach((lab) => lab.teardown());
  }
}

function secrets(checks: Checks, { labs, deployment, said }: Stage): void {
  const [manager, worker] = labs;
  const state = fs.readFileSync(path.join(deployment.dir, 'terraform.tfstate'), 'utf8');
  const logs = labs.map((lab) => lab.engine.logText()).join('');
  const [token, key] = [
    ['swarm', 'join-token', '-q', 'worker'],
    ['swarm', 'unlock-key', '-q'],
  ].map((argv) => manager.docker(...argv));
  checks.shown(
    'the token is in no file of the program, no state, no log',
    !`${state}${logs}${said.join('')}`.includes(token) && token.startsWith(TOKEN),
  );
  checks.shown(
    'there is a key to unlock managers, and nobody printed it',
    key.startsWith('SWMKEY-') && !`${logs}${said.join('')}`.includes(key),
  );
  const told = worker.host(['bulkhead-swarm', 'start']);
  checks.shown('a node that is one already changes nothing', told.code === 0 && told.stdout === '', told.stdout + told.stderr);
  const joined = worker.mustHost('joining again', ['bulkhead-swarm', 'join'], { input: token });
  checks.shown('joining again changes nothing', joined.includes('nothing changed'), joined);
  const wrong = worker.host(['bulkhead-swarm', 'join'], { input: "x'; touch /tmp/here" });
  checks.shown('and what is no token is never used as one', wrong.code === 0 && wrong.stdout.includes('nothing changed'), wrong.stderr);
}

function reach(checks: Checks, stage: Stage): void {
  listen(stage);
  const { web, api, vault, lone } = stage.services;
  const [apiTask] = tasksOf(stage, api.dnsName);
  const [vaultTask] = tasksOf(stage, vault.dnsName);
  const [loneTask] = tasksOf(stage, lone.dnsName);
  const webTasks = tasksOf(stage, web.dnsName);
  checks.shown('a task of the front on each node', new Set(webTasks.map(({ lab }) => lab)).size === 3);
  for (const task of webTasks) {
    const where = task.lab === apiTask.lab ? 'on its own node' : 'across nodes';
    checks.shown(`web reaches api by name ${where}`, asks(task, api.dnsName, 8080).includes('api'));
  }
  const proof = Reachability.ofSwarm(stage.cluster);
  const questions = [
    { from: apiTask, source: api, to: vault, port: 5432 },
    { from: webTasks[0], source: web, to: api, port: 9090 },
    { from: apiTask, source: api, to: web, port: 9090 },
    { from: webTasks[0], source: web, to: vault, port: 5432 },
    { from: loneTask, source: lone, to: web, port: 8080 },
    { from: vaultTask, source: vault, to: api, port: 9090 },
    { from: loneTask, source: lone, to: vault, port: 9090 },
  ];
  for (const { from, source, to, port } of questions) {
    const isOpen = asks(from, to.dnsName, port) !== '';
    const predicted = proof.canReach(source, to, Port.tcp(port));
    checks.shown(`${source.dnsName} -> ${to.dnsName} tcp/${port} is ${predicted ? 'open' : 'shut'}, as predicted`, isOpen === predicted);
  }
  const excess = proof.undeclaredFlows().map(({ source, destination }) => `${source} > ${destination}`);
  checks.shown(
    'and what is open beyond what was declared is told',
    ['app/Web > app/Api', 'app/Vault > app/Lone'].every((pair) => excess.includes(pair)) && !excess.includes('app/Web > app/Vault'),
    excess.join('; '),
  );
  for (const [name, task] of [
    ['a service', vaultTask],
    ['one that publishes', webTasks[0]],
  ] as const) {
    const { outcome } = new Probes(task.lab).one({ container: task.id }, { proto: 'tcp', dst: NET.lanA, port: 9100, timeoutMs: 700 });
    checks.shown(`${name} has no way out`, outcome !== 'open' && outcome !== 'refused', outcome);
  }
}

/** Packets that the rules which shut a place to everybody else have dropped. */
function dropped(lab: Lab, place: RegExp): number {
  const list = lab.mustHost('reading counters', ['iptables', '-w', '10', '-t', 'mangle', '-L', 'BULKHEAD-INPUT', '-v', '-x', '-n']);
  return list
    .split('\n')
    .filter((line) => line.includes('DROP') && place.test(line))
    .reduce((sum, line) => sum + Number(line.trim().split(/\s+/)[0]), 0);
}

const SEND = `
import socket, sys
kind, to, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, 50) if kind == 'esp' else socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(3): s.sendto(bytes(16), (to, 0 if kind == 'esp' else port))
`;

function nodePorts(checks: Checks, { labs }: Stage): void {
  const [manager] = labs;
  const addresses = [HOST_ADDRESS, ...WORKERS.map((last) => `192.0.2.${last}`)];
  const foreignContainer = new Probes(manager);
  labs.forEach((lab, index) => {
    const to = addresses[index];
    for (const port of index === 0 ? [2377, 7946] : [7946]) {
      const asked = { proto: 'tcp' as const, dst: to, port, timeoutMs: 1500 };
      const there = foreignContainer.one({ ns: 'lanB' }, asked).outcome;
      const node = new Probes(labs[(index + 1) % 3]).one({ host: true }, { ...asked, tries: 3 }).outcome;
      checks.shown(
        `tcp/${port} of ${to} is shut to a fourth machine, and open to a node`,
        there === 'timeout' && node === 'open',
        `${there} ${node}`,
      );
    }
    for (const [kind, port, place] of [
      ['udp', 7946, /udp dpt:7946/],
      ['udp', 4789, /udp dpt:4789/],
      ['esp', 0, / (esp|50) /],
    ] as const) {
      const before = dropped(lab, place);
      const sent = manager.inNs('lanB', ['python3', '-c', SEND, kind, to, String(port)]);
      const count = dropped(lab, place) - before;
      checks.shown(
        `${kind}${port === 0 ? '' : `/${port}`} of ${to} is shut to a fourth machine`,
        sent.code === 0 && count === 3,
        `${count} ${sent.stderr}`,
      );
    }
  });
}

function publications(checks: Checks, stage: Stage): void {
  const [manager] = stage.labs;
  const probes = new Probes(manager);
  const published = publishedOf(stage);
  for (const address of published.addresses) {
    const asked = { proto: 'tcp' as const, dst: address, port: PUBLISHED };
    const wanted = probes.one({ ns: 'lanA' }, { ...asked, tries: 3, timeoutMs: 3000 });
    checks.shown(`the publication answers its source at ${address}`, wanted.outcome === 'open' && wanted.token === 'web', wanted.outcome);
    const other = probes.one({ ns: 'lanB' }, { ...asked, timeoutMs: 1000 }).outcome;
    checks.shown(`and nobody else there`, other === 'timeout', other);
  }
  const [task] = tasksOf(stage, stage.services.web.dnsName);
  const { address } = onGatewayNetwork(task.lab).find(({ id }) => id === task.id)!;
  manager.inNs('lanA', ['ip', 'route', 'add', `${address}/32`, 'via', HOST_ADDRESS]);
  const direct = probes.one({ ns: 'lanA' }, { proto: 'tcp', dst: address, port: 8080, timeoutMs: 1000 }).outcome;
  checks.shown('the gateway network is shut to who routes to it', direct !== 'open' && direct !== 'refused', direct);
  const host = new Probes(task.lab).one({ container: task.id }, { proto: 'tcp', dst: HOST_ADDRESS, port: 2377, timeoutMs: 1000 }).outcome;
  checks.shown('and a task reaches no port of a node over it', host !== 'open' && host !== 'refused', host);
  const exposed = [
    ...new Set(
      Reachability.of(stage.deployment.daemon)
        .exposures()
        .map(({ workload }) => workload),
    ),
  ];
  checks.shown("and the proof of a node's rules knows what is exposed", exposed.join() === 'app/Web', exposed.join());
  fromElsewhere(checks, published);
  forged(checks, published);
  foreignContainers(checks, published);
  withoutTheGuard(checks, published);
}

function publishedOf({ labs, deployment, cluster, services, watches }: Stage): Published {
  const daemon = deployment.daemon as HardenedDaemon;
  return {
    labs,
    watches,
    addresses: [HOST_ADDRESS, ...WORKERS.map((last) => `192.0.2.${last}`)],
    daemons: [daemon, ...cluster._nodes.slice(1)],
    tasks: () => tasksOf({ labs }, services.web.dnsName),
    gatewayBlock: daemon._declarations.store.derived().topology.swarm!.gateway.block,
  };
}

function encryption(checks: Checks, { labs }: Stage): void {
  const [manager] = labs;
  const option = (name: string) => manager.docker('network', 'inspect', '--format', '{{index .Options "encrypted"}}', name);
  checks.shown('an overlay is encrypted unless there is a reason', option('app-sealed') === 'true' && option('app-front') === '');
  labs.forEach((lab, index) => {
    const rules = lab.mustHost('reading rules', ['iptables-save', '-t', 'mangle']).split('\n');
    const esp = rules.filter((rule) => / -p (esp|50) /.test(rule));
    const passed = esp.filter((rule) => rule.includes('-j RETURN')).map((rule) => /-s (\S+)\/32/.exec(rule)?.[1]);
    const shut = esp.filter((rule) => rule.includes('-j DROP'));
    checks.shown(
      `node ${index + 1} passes ESP from the nodes alone`,
      passed.sort().join() === [HOST_ADDRESS, '192.0.2.12', '192.0.2.13'].join() && shut.length === 1,
      esp.join('\n'),
    );
  });
}

/** What an engine leaves behind that is stopped while it takes an overlay apart; it does so by itself now and then. */
function leaveBehind(manager: Lab, worker: Lab): void {
  const form = '{{.Id}} {{index .Options "com.docker.network.driver.overlay.vxlanid_list"}}';
  const [id, vxlanId] = manager.docker('network', 'inspect', '--format', form, 'app-front').split(' ');
  const name = `vx-${Number(vxlanId).toString(16).padStart(6, '0')}-${id.slice(0, 5)}`;
  // It may be there already, may still be in the namespace of the overlay, or may be gone with all that the engine took apart in time.
  const leave = [
    'ip link show "$2" >/dev/null 2>&1',
    'nsenter --net="$1" sh -c "ip link set vxlan0 down && ip link set vxlan0 name $2 netns $$"',
    'ip link add "$2" type vxlan id "$3" dstport 4789',
  ].join(' || ');
  const place = `/run/docker/netns/1-${id.slice(0, 10)}`;
  worker.mustHost('leaving an interface behind', ['sh', '-c', `${leave}; ip link show "$2"`, 'sh', place, name, vxlanId]);
}

/** What restarts comes back by itself, under the guard. */
function again(checks: Checks, stage: Stage): void {
  unchanged(checks, stage, 'after apply');
  const [manager, worker] = stage.labs;
  worker.stopEngine();
  leaveBehind(manager, worker);
  worker.startEngine();
  const isBack = until(() => worker.docker('info', '--format', '{{.Swarm.LocalNodeState}}') === 'active', 60_000);
  checks.shown('a worker that restarts is in the swarm again', isBack);
  const check = worker.host(['bulkhead-firewall', 'check']);
  checks.shown('and all holds there', check.code === 0, check.stdout + check.stderr);
}

function loss(checks: Checks, stage: Stage): void {
  const { api, web } = stage.services;
  const [manager] = stage.labs;
  const isSettled = () =>
    manager
      .docker('service', 'ls', '--format', '{{.Replicas}}')
      .split('\n')
      .every((text) => /^(\d+)\/\1( |$)/.test(text));
  checks.shown('all tasks run again', until(isSettled, 180_000), () =>
    manager.docker('service', 'ps', '--no-trunc', web.dnsName, api.dnsName),
  );
  const [{ lab: lost }] = tasksOf(stage, api.dnsName);
  lost.killEngine();
  lost.mustHost('cutting the wire', ['ip', 'link', 'set', 'eth0', 'down']);
  const left = { labs: stage.labs.filter((lab) => lab !== lost) };
  const moved = until(() => tasksOf(left, api.dnsName).length > 0, 120_000);
  checks.shown('the service of a lost node starts on another one', moved, () => manager.docker('service', 'ps', '--no-trunc', api.dnsName));
  const rest = { ...stage, ...left };
  listen(rest);
  const [task] = tasksOf(left, web.dnsName).filter(({ lab }) => lab === manager);
  const answered = until(() => asks(task, api.dnsName, 8080).includes('api'), 30_000);
  checks.shown('and is reached by its name as before', answered);
}

function unchanged(checks: Checks, { deployment }: Stage, when: string): void {
  const plan = deployment.plan();
  checks.shown(`the plan ${when} is empty`, !plan.changes, plan.text);
}
