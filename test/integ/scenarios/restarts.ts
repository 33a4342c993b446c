// What runs again by itself: after a restart of the engine with live restore and without, a reboot, crashes, a start that fails for a while, and a guard that
// is away meanwhile; what stays down: what a user stopped, and tasks that have ended. Replicas under one name are in it, since a restart must bring all back.
import * as fs from 'node:fs';
import { FIREWALL, sh, UnwatchedDeployment, waitFor } from './attacks-stage';
import {
  BridgeSegment,
  HardenedContainer,
  type HardenedContainerProps,
  Port,
  Reachability,
  ReplicaGroup,
  RestartPolicy,
  VolumeMount,
} from '../../../src';
import type { Checks } from '../harness/checks';
import type { Program } from '../harness/deployment';
import type { EngineId } from '../lab/cache';
import { sleep, until } from '../lab/exec';
import { type Lab, withLab } from '../lab/lab';
import { Probes } from '../lab/probe';

export const engines: readonly EngineId[] = ['20.10', '28.5', '29'];

const DATA = '/srv/restarts';
const HTTP = Port.tcp(8080);
const SLEEP = ['sleep', '100000'];

/** Fails seven times at once, and then runs: what waits for a database does so. */
const failing = (id: string): Partial<HardenedContainerProps> => ({
  volumes: [VolumeMount.hostPath(`${DATA}/${id}`, '/data', { readOnly: false })],
  command: ['sh', '-c', 'n=$(cat /data/n 2>/dev/null || echo 0); echo $((n + 1)) >/data/n; [ "$n" -ge 7 ] || exit 1; exec sleep 100000'],
});

const program: Program = ({ stack, daemon, image }) => {
  const [front, back] = ['Front', 'Back'].map((id) => new BridgeSegment(stack, id, { daemon }));
  const container = (id: string, props: Partial<HardenedContainerProps> = {}) =>
    new HardenedContainer(stack, id, { segment: front, image, ...props });
  // The image's own command ends with exit code 0 when it is told to.
  container('Polite');
  container('Deaf', { command: ['sh', '-c', "trap '' TERM; while :; do sleep 1; done"], stopTimeoutSeconds: 1 });
  container('Stopped');
  container('Counted', { restartPolicy: RestartPolicy.onFailure(5) });
  container('Task', { restartPolicy: RestartPolicy.NO, command: ['true'] });
  container('Waits', failing('waits'));
  container('Gives-up', { ...failing('gives-up'), restartPolicy: RestartPolicy.onFailure(5) });
  container('Own', { init: false, command: SLEEP, stopTimeoutSeconds: 1 });
  container('Quits', {
    stopSignal: 'SIGQUIT',
    volumes: [VolumeMount.hostPath(`${DATA}/quits`, '/data', { readOnly: false })],
    command: ['sh', '-c', 'for s in QUIT TERM; do trap "echo $s >/data/signal; exit 0" $s; done; while :; do sleep 1 & wait; done'],
  });
  const api = new ReplicaGroup(stack, 'Api', { segment: back, image, replicas: 3, defaultPort: HTTP });
  container('Client').connections.allowTo(api);
};

const REPLICAS = ['app-api-1', 'app-api-2', 'app-api-3'];
/** What runs again after everything. */
const ALWAYS = ['app-polite', 'app-deaf', 'app-waits', 'app-own', 'app-quits', 'app-client', ...REPLICAS];

interface Stage {
  readonly lab: Lab;
  readonly checks: Checks;
  readonly deployment: UnwatchedDeployment;
}

export function run(engine: EngineId, checks: Checks): void {
  for (const liveRestore of [true, false]) {
    withLab(engine, (lab) => {
      const deployment = new UnwatchedDeployment(lab, program, { daemon: { liveRestore } });
      const stage = { lab, checks, deployment };
      const folders = ['waits', 'gives-up', 'quits'].map((id) => `${DATA}/${id}`);
      lab.mustHost('folders for the containers', ['sh', '-c', `mkdir -p ${folders.join(' ')} && chmod 777 ${folders.join(' ')}`]);
      deployment.up();
      const what = liveRestore ? 'with live restore' : 'without live restore';
      checks.step(`starts, ${what}`, () => starts(stage));
      checks.step(`engine, ${what}`, () => engineRestarts(stage, liveRestore, what));
      checks.step(`reboot, ${what}`, () => reboot(stage, what));
      if (liveRestore) {
        checks.step('replicas', () => replicas(stage));
        checks.step('a crash loop', () => crashLoop(stage));
      } else {
        checks.step('the guard is away', () => guardAway(stage));
      }
    });
  }
}

const inspect = (lab: Lab, name: string, format: string) => lab.docker('inspect', '--format', format, name);
const isUp = (lab: Lab, name: string) => inspect(lab, name, '{{.State.Status}}') === 'running';
const allUp = (lab: Lab, names: readonly string[]) => until(() => names.every((name) => isUp(lab, name)), 60_000);
const states = (lab: Lab) => lab.docker('ps', '-a', '--format', '{{.Names}} {{.Status}}');

function starts({ lab, checks, deployment }: Stage): void {
  checks.shown('what fails seven times while something else starts runs in the end', allUp(lab, ALWAYS), states(lab));
  const gaveUp = () => inspect(lab, 'app-gives-up', '{{.State.Status}} {{.RestartCount}}');
  checks.shown(
    'control: with five retries it ends',
    until(() => gaveUp() === 'exited 5', 30_000),
    gaveUp(),
  );
  const task = inspect(lab, 'app-task', '{{.State.Status}} {{.State.ExitCode}} {{.RestartCount}}');
  checks.shown('a task has run once', task === 'exited 0 0', task);
  const first = ['app-own', 'app-polite'].map((name) => lab.docker('exec', name, 'cat', '/proc/1/comm'));
  checks.shown('the first process is the own one, or the init of the engine', first[0] === 'sleep' && /init/.test(first[1]), first.join());
  lab.docker('rm', '-f', 'app-gives-up');
  deployment.synth(withoutGivingUp);
  deployment.apply();
  empty(checks, deployment, 'a task that has ended is no change');
}

/** It would be started by every apply. */
const withoutGivingUp: Program = (given) => {
  program(given);
  given.stack.node.tryRemoveChild('Gives-up');
};

function engineRestarts({ lab, checks, deployment }: Stage, liveRestore: boolean, what: string): void {
  lab.docker('stop', 'app-stopped');
  const before = pidsOf(lab);
  const task = inspect(lab, 'app-task', '{{.State.StartedAt}}');
  lab.restartEngine();
  const up = allUp(lab, ALWAYS);
  checks.shown(`engine restarted ${what}: everything that should run runs`, up, states(lab));
  const after = pidsOf(lab);
  const kept = ALWAYS.filter((name) => before[name] === after[name]);
  checks.shown(`engine restarted ${what}: ${liveRestore ? 'nothing was interrupted' : 'everything was'}`, kept.length === (liveRestore ? ALWAYS.length : 0), kept.join()); // prettier-ignore
  const stopped = inspect(lab, 'app-stopped', '{{.State.Status}}');
  checks.shown(`engine restarted ${what}: what a user stopped stays down`, stopped === 'exited', stopped);
  const counted = inspect(lab, 'app-counted', '{{.State.Status}} {{.State.ExitCode}}');
  checks.shown(`engine restarted ${what}: control, on-failure:5 is ${liveRestore ? 'up' : 'down with exit code 0'}`, counted === (liveRestore ? 'running 0' : 'exited 0'), counted); // prettier-ignore
  const again = inspect(lab, 'app-task', '{{.State.StartedAt}}');
  checks.shown(`engine restarted ${what}: the task did not run again`, again === task, `${task} ${again}`);
  checks.check('what was stopped is a change', deployment.plan().changes);
  deployment.apply();
  checks.shown('the next apply starts what a user stopped', isUp(lab, 'app-stopped') && isUp(lab, 'app-counted'), states(lab));
  empty(checks, deployment, 'after that');
}

/** Every process of every container ends, what lies in /run and the rules are gone, and the engine starts as at boot. */
function reboot({ lab, checks, deployment }: Stage, what: string): void {
  const folder = `${DATA}/quits/signal`;
  lab.mustHost('forgetting the signal', ['rm', '-f', folder]);
  lab.docker('stop', 'app-stopped');
  const pids = Object.values(pidsOf(lab));
  const shims = pids.map(parentOf);
  lab.stopEngine();
  const left = pids.filter(isAlive);
  left.forEach((pid) => process.kill(pid, 'SIGTERM'));
  sleep(1500);
  [...left, ...shims].filter(isAlive).forEach((pid) => process.kill(pid, 'SIGKILL'));
  sh(lab, 'for t in raw mangle nat filter; do iptables -w 10 -t $t -F; iptables -w 10 -t $t -X; done; rm -rf /run/bulkhead');
  lab.startEngine();
  checks.shown(`reboot ${what}: everything that should run runs`, allUp(lab, ALWAYS), states(lab));
  const guard = lab.host([FIREWALL, 'check']);
  checks.check(`reboot ${what}: the guard is in force`, guard.code === 0, guard.stdout + guard.stderr);
  const stopped = inspect(lab, 'app-stopped', '{{.State.Status}}');
  checks.shown(`reboot ${what}: what a user stopped stays down`, stopped === 'exited', stopped);
  const counted = inspect(lab, 'app-counted', '{{.State.Status}} {{.State.ExitCode}}');
  checks.say(`reboot ${what}: control, on-failure:5 is ${counted}`);
  lab.docker('stop', 'app-quits');
  const signal = lab.mustHost('the signal', ['cat', folder]).trim();
  checks.shown('the stop signal is the one of the program', signal === 'QUIT', signal);
  lab.docker('start', 'app-quits');
  deployment.apply();
  empty(checks, deployment, `after a reboot ${what}`);
}

/** The name of a group leads to all of it that runs, and each flow of the group is one of every replica. */
function replicas({ lab, checks, deployment }: Stage): void {
  const addressOf = (name: string) => inspect(lab, name, '{{(index .NetworkSettings.Networks "app-back").IPAddress}}');
  const addresses = REPLICAS.map(addressOf);
  const found = () => {
    const told = lab.host(['docker', 'exec', 'app-client', 'nslookup', 'app-api']).stdout;
    return [...told.matchAll(/10\.20\.\d+\.\d+/g)].map(([address]) => address).sort();
  };
  checks.shown('the name of the group resolves to all replicas', found().join() === [...addresses].sort().join(), found().join());
  const one = lab.host(['docker', 'exec', 'app-client', 'nslookup', 'app-api-2']).stdout;
  checks.check('and each has its own name', one.includes(addresses[1]), one);
  const probes = new Probes(lab);
  REPLICAS.forEach((name) => probes.serve({ container: name }, [HTTP.first, 9090].map((port) => ({ proto: 'tcp' as const, address: '0.0.0.0', port, token: name })))); // prettier-ignore
  const reach = (container: string, port: number) =>
    addresses.map((dst) => probes.one({ container }, { proto: 'tcp', dst, port }).outcome).join();
  checks.shown('the flow to the group is open to each', reach('app-client', 8080) === 'open,open,open', reach('app-client', 8080));
  const closed = [reach('app-client', 9090), reach('app-polite', 8080)].join();
  checks.shown('other ports and other containers are closed', !closed.includes('open'), closed);
  const proof = Reachability.of(deployment.daemon);
  const child = <T>(id: string) => deployment.daemon.node.scope!.node.findChild(id) as T;
  const [client, api] = [child<HardenedContainer>('Client'), child<ReplicaGroup>('Api')];
  checks.check('the proof says so', proof.canReach(client, api, HTTP) && !proof.canReach(client, api, Port.tcp(9090)));
  lab.docker('stop', 'app-api-3');
  checks.shown('a replica that is down has no part in the name', found().join() === addresses.slice(0, 2).sort().join(), found().join());
  lab.docker('start', 'app-api-3');
}

/** A container that ends at once goes on for ever; the engine waits longer each time, and its limits hold. */
function crashLoop({ lab, checks, deployment }: Stage): void {
  const looping: Program = (given) => {
    withoutGivingUp(given);
    const segment = given.stack.node.findChild('Front') as BridgeSegment;
    const command = ['sh', '-c', 'head -c 700000 /dev/zero | tr "\\\\0" "x" | fold -w 1000; exit 1'];
    new HardenedContainer(given.stack, 'Loop', { segment, image: given.image, command, limits: { logMebibytes: 1, memoryMebibytes: 16 } });
  };
  deployment.change(looping);
  const began = Date.now();
  const count = () => Number(inspect(lab, 'app-loop', '{{.RestartCount}}'));
  const isLong = until(() => count() > 6, 60_000);
  const seconds = (Date.now() - began) / 1000;
  checks.shown('a crash loop goes on past five restarts', isLong, `${count()} after ${seconds.toFixed(0)} s`);
  sleep(8_000);
  checks.shown(
    'the engine waits longer each time',
    count() <= 9,
    `${count()} restarts after ${((Date.now() - began) / 1000).toFixed(0)} s`,
  );
  const log = inspect(lab, 'app-loop', '{{.LogPath}}');
  const bytes = Number(lab.mustHost('the size of its logs', ['sh', '-c', `cat ${log}* | wc -c`]));
  checks.shown('its logs stay within their limit', bytes > 1_000_000 && bytes < 3.5 * 1024 * 1024, `${bytes} bytes`);
  const memory = inspect(lab, 'app-loop', '{{.HostConfig.Memory}}');
  checks.check('so does its memory', memory === `${16 * 1024 * 1024}`, memory);
  empty(checks, deployment, 'with a crash loop');
  deployment.change(withoutGivingUp);
}

/** What crashes while the stamp is away does not start, and the engine does not try again; with the guard it comes back. */
function guardAway({ lab, checks }: Stage): void {
  lab.docker('stop', 'app-stopped');
  sh(lab, 'rm -f /run/bulkhead/stamp-*');
  process.kill(lab.containerPid('app-polite'), 'SIGKILL');
  sleep(3_000);
  const down = inspect(lab, 'app-polite', '{{.State.Status}} {{.State.Error}}');
  checks.shown('what crashes without the stamp does not start again', !down.startsWith('running') && down.includes('/run/bulkhead/stamp-'), down); // prettier-ignore
  sh(lab, `${FIREWALL} apply --quiet`);
  sleep(3_000);
  checks.shown('control: with the stamp alone it stays down', !isUp(lab, 'app-polite'), states(lab));
  lab.startUnit('bulkhead-watch');
  const ms = waitFor(() => isUp(lab, 'app-polite'), 25_000);
  checks.shown('the watch starts it', ms !== undefined, `${ms} ms\n${states(lab)}`);
  const others = ['app-stopped', 'app-task'].map((name) => inspect(lab, name, '{{.State.Status}}')).join();
  checks.shown('and nothing that a user stopped or that has ended', others === 'exited,exited', others);
}

function empty(checks: Checks, deployment: UnwatchedDeployment, what: string): void {
  const plan = deployment.plan();
  checks.shown(`${what}: the plan is empty`, !plan.changes, plan.text);
}

function pidsOf(lab: Lab): Record<string, number> {
  const lines = lab.docker('inspect', '--format', '{{slice .Name 1}} {{.State.Pid}}', ...lab.docker('ps', '-q').split('\n'));
  return Object.fromEntries(lines.split('\n').map((line) => [line.split(' ')[0], Number(line.split(' ')[1])]));
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)$/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))![1]);
}

/** Also of a process that this one did not start. */
function isAlive(pid: number): boolean {
  return fs.existsSync(`/proc/${pid}`);
}
