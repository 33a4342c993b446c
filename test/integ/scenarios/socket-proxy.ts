// The engine's API through a SocketProxy: Docker's own client gets what it is allowed and nothing else, tricks in bytes are refused before the engine sees them, who
// is not a client gets no answer, and the proxy finds the engine again after each kind of restart.
import * as fs from 'node:fs';
import * as path from 'node:path';
import {
  BridgeSegment,
  ContainerImage,
  HardenedContainer,
  type HardenedContainerProps,
  Port,
  RestartPolicy,
  SocketAccess,
  SocketProxy,
} from '../../../src';
import type { Checks } from '../harness/checks';
import { Deployment, type Program } from '../harness/deployment';
import { needService, serviceTar } from '../harness/generate-images';
import { ALLOWED_TEXTS, REFUSED_TEXTS } from '../harness/socket-texts';
import { UnguardedDeployment } from '../harness/unguarded-deployment';
import type { EngineId } from '../lab/cache';
import { run as command, type RunResult, until } from '../lab/exec';
import { type Lab, withLab } from '../lab/lab';

export const engines: readonly EngineId[] = ['20.10', '26.1', '28.5', '29'];

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T14'];

const PORT = 2375;
const REASON = 'the board has a button for that';
const RAW = path.join(__dirname, '../lab/raw_http.py');
const NONE = `sha256:${'0'.repeat(64)}`;

interface Options {
  /** Number of the socket's group; root without it. */
  readonly socketGroup?: number;
  /** Calls that the board gets or loses. */
  readonly withoutBoard?: boolean;
  /** Whether the stranger is placed beside the proxy. */
  readonly hasNeighbour?: boolean;
}

export async function prepare(): Promise<void> {
  needService('haproxy');
}

/** A reverse proxy that watches containers, a board that shows much and restarts one, one with a flow and no calls, and one without either. */
const programOf =
  (lab: Lab, { socketGroup, withoutBoard = false, hasNeighbour = false }: Options): Program =>
  ({ stack, daemon, image }) => {
    const known = lab.engine.running ? lab.host(['docker', 'image', 'inspect', '--format', '{{.Id}}', 'haproxy:1']).stdout.trim() : '';
    const back = new BridgeSegment(stack, 'Engine', { daemon });
    const front = new BridgeSegment(stack, 'Front', { daemon });
    const restartPolicy = RestartPolicy.UNLESS_STOPPED;
    const container = (id: string, props: Partial<HardenedContainerProps> = {}) =>
      new HardenedContainer(stack, id, { segment: front, image, restartPolicy, ...props });
    const proxy = new SocketProxy(stack, 'Socket', { segment: back, image: ContainerImage.fromId(known || NONE), socketGroup });
    const traefik = container('Traefik');
    const board = container('Board');
    const worker = container('Worker', { environment: { COLOUR: 'canary' } });
    proxy.allow(traefik, SocketAccess.containers(), SocketAccess.events());
    if (!withoutBoard) {
      proxy.allow(
        board,
        SocketAccess.containerList(),
        SocketAccess.images(),
        SocketAccess.info(),
        SocketAccess.networks(),
        SocketAccess.volumes(),
      );
      proxy.allow(board, SocketAccess.restart(worker, { reason: REASON }), SocketAccess.logs({ reason: REASON }), SocketAccess.stats());
    }
    container('Flow').connections.allowTo(proxy.container, Port.tcp(PORT));
    container('Stranger', hasNeighbour ? { segment: back } : {});
  };

/** Docker's client in the network of a container, which takes the version of the API that the proxy's answer tells. */
class Clients {
  constructor(private readonly lab: Lab) {}

  /** The address of the proxy on the network that a container shares with it. */
  addressOf(name = 'app-socket'): string {
    return this.lab.docker('inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}', name).trim().split(' ')[0];
  }

  docker(name: string, ...words: string[]): RunResult {
    const net = `--net=/proc/${this.lab.containerPid(name)}/ns/net`;
    const own = this.lab.spec.api;
    return this.lab.host([
      'nsenter',
      net,
      'env',
      `DOCKER_API_VERSION=${own}`,
      'docker',
      '-H',
      `tcp://${this.addressOf()}:${PORT}`,
      ...words,
    ]);
  }

  raw(name: string, texts: Record<string, string>): Record<string, { readonly answer: string; readonly error?: string }> {
    const input = JSON.stringify({ to: this.addressOf(), port: PORT, seconds: 3, texts });
    const { stdout } = this.lab.inContainer(name, ['python3', RAW], { input, timeout: 300_000 });
    return JSON.parse(stdout) as Record<string, { answer: string }>;
  }

  /** The same, at the engine itself: what the texts would do without the proxy. */
  past(texts: Record<string, string>): Record<string, { readonly answer: string }> {
    const input = JSON.stringify({ unix: this.lab.dockerHost.replace('unix://', ''), seconds: 3, texts });
    return JSON.parse(command(['python3', RAW], { input, timeout: 300_000 }).stdout) as Record<string, { answer: string }>;
  }
}

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const deployment = new Deployment(lab, programOf(lab, {}));
    bring(lab, deployment);
    const clients = new Clients(lab);
    replansEmpty(checks, 'as root without capabilities', deployment);
    allowed(checks, lab, clients);
    refused(checks, lab, clients);
    strangers(checks, clients);
    verified(checks, lab, deployment);
    restarts(checks, lab, clients);

    const socketGroup = Number(lab.mustHost('asking for the group of the socket', ['stat', '-c', '%g', '/run/docker.sock']));
    lab.mustHost('a group for the socket', ['chgrp', '998', '/run/docker.sock']);
    deployment.change(programOf(lab, { socketGroup: 998, withoutBoard: true }));
    answers(checks, clients, 'after a change of its group', 'app-traefik');
    const users = lab.docker('top', 'app-socket', '-eo', 'uid,pid,comm');
    checks.shown('with its group the proxy has no process of root', /^ *10001 +\d+ +haproxy/m.test(users) && !/^ *0 /m.test(users), users);
    const board = clients.docker('app-board', 'ps');
    checks.shown('who is a client no more gets nothing', board.code !== 0 && !board.stdout.includes('app-'), board.stdout + board.stderr);
    replansEmpty(checks, 'with the group of the socket', deployment);
    lab.mustHost('the group as it was', ['chgrp', `${socketGroup}`, '/run/docker.sock']);
    deployment.change(programOf(lab, { socketGroup: 4711 }));
    const log = () => lab.host(['docker', 'logs', '--tail', '1', 'app-socket']).stderr;
    until(() => log().includes('socketGroup'), 20_000);
    checks.shown('a wrong group is told in the log', log().includes(`belongs to group ${socketGroup}`), log());
    deployment.destroy();
  });

  withLab(engine, (lab) => {
    const deployment = new Deployment(lab, programOf(lab, {}), { daemon: { liveRestore: false } });
    bring(lab, deployment);
    const clients = new Clients(lab);
    answers(checks, clients, 'without live-restore', 'app-traefik');
    lab.restartEngine();
    answers(checks, clients, 'after a restart of an engine that ends its containers', 'app-traefik');
    replansEmpty(checks, 'after that restart', deployment);
  });

  withLab(engine, (lab) => {
    const deployment = new UnguardedDeployment(lab, programOf(lab, { hasNeighbour: true }));
    lab.startEngine();
    lab.importImage('haproxy:1', serviceTar('haproxy'));
    lab.stopEngine();
    deployment.up();
    const clients = new Clients(lab);
    answers(checks, clients, 'without the guard', 'app-traefik');
    const neighbour = clients.raw('app-stranger', { ping: ALLOWED_TEXTS.ping });
    checks.shown('without the guard HAProxy alone keeps a neighbour out', neighbour.ping.answer === '', neighbour.ping.answer);
    const host = lab.host(['docker', '-H', `tcp://${clients.addressOf()}:${PORT}`, 'ps']);
    checks.shown('and the host', host.code !== 0, host.stdout);
  });
}

function bring(lab: Lab, deployment: Deployment): void {
  deployment.synth();
  deployment.install();
  lab.startEngine();
  deployment.watch();
  lab.importImage('haproxy:1', serviceTar('haproxy'));
  lab.stopEngine();
  deployment.up();
}

function replansEmpty(checks: Checks, what: string, deployment: Deployment): void {
  const plan = deployment.plan();
  checks.shown(`${what} the plan is empty`, !plan.changes, plan.text);
}

/** A client gets answers, within the time that the proxy takes to notice. */
function answers(checks: Checks, clients: Clients, what: string, client: string): void {
  let last: RunResult | undefined;
  const began = Date.now();
  until(() => {
    last = clients.docker(client, 'ps', '--format', '{{.Names}}');
    return last.code === 0 && last.stdout.includes('app-socket');
  }, 60_000);
  checks.shown(`${what} the client gets answers`, last?.code === 0 && last.stdout.includes('app-socket'), `${last?.stdout}${last?.stderr}`);
  checks.say(`${what}: ${Date.now() - began} ms`);
}

function allowed(checks: Checks, lab: Lab, clients: Clients): void {
  answers(checks, clients, 'at first', 'app-traefik');
  const passes = (client: string, says: string, ...words: string[]) => {
    const { code, stdout, stderr } = clients.docker(client, ...words);
    checks.shown(`${client}: docker ${words.join(' ')}`, code === 0 && stdout.includes(says), stdout + stderr);
  };
  passes('app-traefik', 'Server', 'version');
  passes('app-traefik', 'canary', 'inspect', 'app-worker');
  passes('app-board', 'haproxy', 'images');
  passes('app-board', '"Architecture"', 'image', 'inspect', 'haproxy:1');
  passes('app-board', 'Containers', 'info');
  passes('app-board', 'app-engine', 'network', 'ls');
  passes('app-board', '', 'volume', 'ls');
  passes('app-board', 'app-worker', 'stats', '--no-stream', 'app-worker');
  const events = path.join(lab.labDir, 'events.log');
  lab.mustHost('watching events', [
    'sh',
    '-c',
    `nsenter --net=/proc/${lab.containerPid('app-traefik')}/ns/net env DOCKER_API_VERSION=${lab.spec.api} docker -H tcp://${clients.addressOf()}:${PORT} events --format '{{.Action}} {{.Actor.Attributes.name}}' >/lab/events.log 2>&1 & echo $! >/lab/events.pid`,
  ]);
  until(() => fs.existsSync(events), 5_000);
  const before = lab.docker('inspect', '--format', '{{.State.StartedAt}}', 'app-worker');
  passes('app-board', 'app-worker', 'restart', '-t', '1', 'app-worker');
  checks.shown('the worker was restarted', lab.docker('inspect', '--format', '{{.State.StartedAt}}', 'app-worker') !== before);
  const seen = () => fs.readFileSync(events, 'utf8');
  until(() => seen().includes('restart app-worker'), 10_000);
  checks.shown('events stream while they happen', seen().includes('restart app-worker'), seen);
  lab.host(['sh', '-c', 'kill "$(cat /lab/events.pid)"']);
  const raw = clients.raw('app-board', ALLOWED_TEXTS);
  for (const [name, { answer }] of Object.entries(raw)) {
    checks.check(`in bytes: ${name}`, /^HTTP\/1\.[01] (200|204) /.test(answer), answer.slice(0, 300));
  }
  checks.say(`${Object.keys(raw).length} allowed requests in bytes`);
}

/** What either client must not do, in words of Docker's client and in bytes. */
function refused(checks: Checks, lab: Lab, clients: Clients): void {
  const state = () => lab.docker('ps', '-a', '--no-trunc', '--format', '{{.ID}} {{.Names}} {{.Image}}').split('\n').sort().join('\n');
  const before = state();
  lab.host(['sh', '-c', 'echo x >/lab/file']);
  const ways: readonly (readonly string[])[] = [
    ['create', 'haproxy:1', 'true'],
    ['run', '--privileged', '-v', '/:/host', 'haproxy:1', 'true'],
    ['exec', 'app-worker', 'id'],
    ['start', 'app-worker'],
    ['stop', 'app-traefik'],
    ['restart', 'app-traefik'],
    ['kill', 'app-worker'],
    ['rm', '-f', 'app-worker'],
    ['rename', 'app-worker', 'x'],
    ['update', '--memory', '1g', 'app-worker'],
    ['cp', 'app-worker:/etc/passwd', '-'],
    ['cp', '/lab/file', 'app-worker:/tmp/x'],
    ['export', 'app-worker'],
    ['save', 'haproxy:1'],
    ['top', 'app-worker'],
    ['diff', 'app-worker'],
    ['attach', '--no-stdin', 'app-worker'],
    ['commit', 'app-worker', 'x'],
    ['pull', 'haproxy:2'],
    ['rmi', '-f', 'haproxy:1'],
    ['tag', 'haproxy:1', 'x'],
    ['build', '-'],
    ['network', 'create', 'x'],
    ['network', 'connect', 'bridge', 'app-worker'],
    ['volume', 'create', 'x'],
    ['system', 'df'],
    ['system', 'prune', '-f'],
    ['swarm', 'init'],
    ['swarm', 'join-token', 'worker'],
    ['swarm', 'unlock-key'],
    ['secret', 'ls'],
    ['config', 'ls'],
    ['service', 'ls'],
    ['node', 'ls'],
    ['plugin', 'ls'],
  ];
  for (const client of ['app-traefik', 'app-board']) {
    const passed = ways.filter((words) => {
      const { code, stdout, stderr } = clients.docker(client, ...words);
      return code === 0 || !/does not pass this call|received 403|broken pipe|connection reset/i.test(stdout + stderr);
    });
    checks.shown(
      `${client}: ${ways.length} commands of Docker's client are refused`,
      passed.length === 0,
      passed.map((words) => words.join(' ')).join(', '),
    );
  }
  const cross: readonly (readonly [string, ...string[]])[] = [
    ['app-board', 'inspect', 'app-worker'],
    ['app-board', 'events'],
    ['app-traefik', 'images'],
    ['app-traefik', 'volume', 'ls'],
    ['app-traefik', 'logs', 'app-worker'],
    ['app-traefik', 'restart', 'app-worker'],
    ['app-traefik', 'network', 'ls'],
  ];
  for (const [client, ...words] of cross) {
    const { code, stdout, stderr } = clients.docker(client, ...words);
    checks.shown(
      `${client} has no 'docker ${words.join(' ')}'`,
      stderr.includes('does not pass this call') && ['', '[]'].includes(stdout.trim()),
      `${code} ${stdout}${stderr}`,
    );
  }
  for (const client of ['app-traefik', 'app-board']) {
    const raw = clients.raw(client, REFUSED_TEXTS);
    for (const [name, { answer }] of Object.entries(raw)) {
      // Every answer of the engine, an error too, names its API.
      const heads = answer.split(/(?=HTTP\/1\.[01] )/);
      const isOurs = (head: string) =>
        head === '' || (/^HTTP\/1\.[01] (400|403|408|501) /.test(head) && !/^(api-version|server):/im.test(head));
      // A second request behind an allowed one.
      const rest = /^HTTP\/1\.1 200/.test(heads[0]) && name.startsWith('behind') ? heads.slice(1) : heads;
      checks.check(`${client}, in bytes: ${name}`, rest.every(isOurs), answer.slice(0, 300));
    }
    checks.say(`${client}: ${Object.keys(raw).length} refused requests in bytes`);
  }
  checks.shown('no container was made, ended or changed by any of it', state() === before, () => `${before}\n${state()}`);
  if (lab.engineId === '20.10') {
    // What the body of a start may hold in an old version of the API.
    lab.docker('create', '--name', 'bodied', 'haproxy:1', 'sleep', '60');
    const { start } = clients.past({ start: REFUSED_TEXTS['start with settings'].replace('app-worker', 'bodied') });
    const now = lab.docker('inspect', '--format', '{{.HostConfig.Privileged}}', 'bodied');
    checks.shown(
      'past the proxy the body of a start makes a container privileged',
      now.startsWith('true'),
      `${now} ${start.answer.slice(0, 200)}`,
    );
    lab.docker('rm', '-f', 'bodied');
  }
  const past = clients.past({ archive: REFUSED_TEXTS.archive, export: REFUSED_TEXTS['an export'] });
  checks.shown(
    'past the proxy the same bytes copy a file out',
    /^HTTP\/1\.1 200/.test(past.archive.answer),
    past.archive.answer.slice(0, 200),
  );
}

function strangers(checks: Checks, clients: Clients): void {
  const flow = clients.raw('app-flow', { ping: ALLOWED_TEXTS.ping, list: ALLOWED_TEXTS.list });
  checks.shown('a flow alone gets no answer', flow.ping.answer === '' && flow.list.answer === '', JSON.stringify(flow));
  const stranger = clients.raw('app-stranger', { ping: ALLOWED_TEXTS.ping });
  checks.shown('nobody else comes there', stranger.ping.error !== undefined && stranger.ping.answer === '', JSON.stringify(stranger));
}

function verified(checks: Checks, lab: Lab, deployment: Deployment): void {
  lab.writeFile('/lab/verify.sh', fs.readFileSync(path.join(deployment.hostFiles, 'verify.sh'), 'utf8'));
  const told = () => lab.host(['sh', '/lab/verify.sh'], { timeout: 120_000 }).stdout;
  const lineOf = (text: string, control: string) => text.split('\n').find((line) => line.includes(`${control} `)) ?? text;
  const text = told();
  for (const control of ['5.32', '5.6']) {
    checks.shown(`verify.sh passes ${control} with a declared proxy`, lineOf(text, control).startsWith('PASS'), lineOf(text, control));
  }
  const stopped = lab.docker('rename', 'app-worker', 'app-worker-was');
  lab.docker('create', '--name', 'app-worker', '-v', '/run/docker.sock:/run/docker.sock', 'haproxy:1', 'true');
  const spoilt = told();
  for (const control of ['5.32', '5.6']) checks.shown(`verify.sh finds the socket in another container (${control})`, lineOf(spoilt, control).startsWith('FAIL') && lineOf(spoilt, control).includes('app-worker'), lineOf(spoilt, control) + stopped); // prettier-ignore
  lab.docker('rm', 'app-worker');
  lab.docker('rename', 'app-worker-was', 'app-worker');
}

function restarts(checks: Checks, lab: Lab, clients: Clients): void {
  const started = () => lab.docker('inspect', '--format', '{{.State.StartedAt}}', 'app-traefik');
  const before = started();
  lab.docker(
    'run',
    '-d',
    '--network',
    'none',
    '--name',
    'plain',
    '-v',
    '/run/docker.sock:/run/docker.sock',
    'haproxy:1',
    'sleep',
    'infinity',
  );
  for (const turn of [1, 2]) {
    lab.restartEngine();
    answers(checks, clients, `after restart ${turn} with live-restore`, 'app-traefik');
  }
  const links = lab.docker('exec', 'plain', 'stat', '-c', '%h', '/run/docker.sock');
  checks.shown('a container that only mounts the socket has a dead one by then', links === '0', links);
  lab.docker('rm', '-f', 'plain');
  lab.killEngine();
  lab.startEngine();
  answers(checks, clients, 'after a crash of the engine', 'app-traefik');
  checks.shown('the client ran on all the while', started() === before);
  lab.mustHost('ending HAProxy', ['sh', '-c', `kill -9 $(docker top app-socket -eo pid,comm | awk '$2 == "haproxy" { print $1 }')`]);
  answers(checks, clients, 'after HAProxy was killed', 'app-traefik');
}
