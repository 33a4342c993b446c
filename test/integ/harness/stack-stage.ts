// A whole stack on a host: its secrets put, its images stood in for, applied, healthy, every flow that it declares used and everything else tried, planned
// again, and up again after restarts of the engine.
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Checks } from './checks';
import { Deployment, HOST_ADDRESS, type Program } from './deployment';
import { needService, serviceTar } from './generate-images';
import { type Lowered, lowerUlimits, tellLowered, ulimitsHold } from './machine-limits';
import { type Actor, ask, containerActor, gateways, judge, type Ports, type Question, routeFrom, type Target } from './matrix';
import { predictor } from './predict';
import { importStandIn, prepareStandIns, type StandIn } from './stand-ins/stand-in';
import type { HardenedDaemonProps } from '../../../src';
import { isInside } from '../../../src/firewall/private/blocks';
import type { Topology } from '../../../src/topology/private/topology';
import { until } from '../lab/exec';
import { buildWireguard } from '../lab/gobuild';
import type { Lab, Where } from '../lab/lab';
import { NET } from '../lab/network';
import { type Listener, Probes } from '../lab/probe';

/** Images under names of HAProxy are Debian's own HAProxy, without a stand-in's entry point. */
const HAPROXY = /^haproxy:/;

export interface Staged {
  readonly checks: Checks;
  readonly lab: Lab;
  readonly standIns: readonly StandIn[];
  readonly deployment: StackDeployment;
  /** Before the apply, on the host: what the user has to bring beside secrets. */
  readonly bring?: (lab: Lab) => void;
  /** UDP ports whose servers answer only who has a key. */
  readonly keyed?: readonly number[];
  /** What only a client of its protocol can show. */
  readonly uses?: (given: Used) => void;
}

/** What is made before the scenarios of a run, once for all of them. */
export async function prepareStage(standIns: readonly StandIn[]): Promise<void> {
  needService('haproxy');
  await buildWireguard();
  prepareStandIns(standIns);
}

export interface Used {
  readonly checks: Checks;
  readonly lab: Lab;
  readonly what: string;
}

/** A deployment whose engine may lose live-restore on the way. */
export class StackDeployment extends Deployment {
  readonly settings: { -readonly [K in keyof HardenedDaemonProps]?: HardenedDaemonProps[K] };
  /** Ulimits of the program that this machine does not permit. */
  lowered: readonly Lowered[] = [];

  constructor(lab: Lab, program: Program, dualStack = false) {
    const settings = { dualStack, liveRestore: false };
    super(lab, program, { daemon: settings });
    this.settings = settings;
  }

  get programFile(): string {
    return path.join(this.stackDir, 'cdk.tf.json');
  }

  override synth(program?: Program): void {
    super.synth(program);
    this.lowered = lowerUlimits(this.lab, this.programFile);
  }

  get topology(): Topology {
    return this.daemon._declarations.store.derived().topology;
  }

  /** Names of the images that the program pulls. */
  get images(): string[] {
    const json = JSON.parse(fs.readFileSync(this.programFile, 'utf8')) as { resource: { docker_image?: object } };
    return [...new Set(Object.values(json.resource.docker_image ?? {}).map(({ name }: { name: string }) => name))];
  }
}

function stage({ checks, lab, standIns, deployment, bring }: Staged, what: string): void {
  deployment.synth();
  deployment.install();
  lab.startEngine();
  deployment.watch();
  tellLowered(checks, what, deployment.lowered);
  const { images } = deployment;
  const used = standIns.filter(({ names }) => names.some((name) => images.includes(name)));
  const known = [...used.flatMap(({ names }) => names)];
  const missing = images.filter((name) => !known.includes(name) && !HAPROXY.test(name));
  checks.check('there is a stand-in for each image', missing.length === 0, missing.join());
  prepareStandIns(used);
  used.forEach((standIn, index) => importStandIn(lab, standIn, index));
  for (const name of images.filter((each) => HAPROXY.test(each))) lab.importImage(name, serviceTar('haproxy'));
  for (const name of deployment.topology.secrets ?? []) {
    const put = lab.host(['/usr/local/sbin/bulkhead-secret', 'put', name], { input: `a-value-of-${name}` });
    checks.check(`the host keeps the secret ${name}`, put.code === 0, put.stderr);
  }
  bring?.(lab);
  // The resolver on the LAN of these programs.
  new Probes(lab).begin({ ns: 'inet' }, 'dns', 'serve', { addresses: ['0.0.0.0'] });
  deployment.apply();
}

interface State {
  readonly Name: string;
  readonly RestartCount: number;
  readonly State: { readonly Status: string; readonly ExitCode: number; readonly Error: string; readonly Health?: { readonly Status: string; readonly Log: readonly { readonly Output: string }[] } };
} // prettier-ignore

const namesOf = ({ topology }: StackDeployment) => [...topology.workloads, ...(topology.segmentless ?? [])].map(({ name }) => name);

function statesOf(lab: Lab, deployment: StackDeployment): State[] {
  return JSON.parse(lab.docker('inspect', ...namesOf(deployment))) as State[];
}

const isWell = ({ State: { Status, Health } }: State) => Status === 'running' && (Health === undefined || Health.Status === 'healthy');

function illness(lab: Lab, state: State): string {
  const name = state.Name.slice(1);
  const { stdout, stderr } = lab.host(['docker', 'logs', '--tail', '12', name]);
  const last = state.State.Health?.Log?.at(-1)?.Output ?? '';
  return `--- ${name}: ${state.State.Status} ${state.State.Health?.Status ?? ''} exit ${state.State.ExitCode}, ${state.RestartCount} restarts ${state.State.Error}\n${stdout}${stderr}health: ${last}`;
}

/** The whole play of a stack that is not on the host yet. */
export function play({ what, dualStack = false, ...staged }: Staged & { readonly what: string; readonly dualStack?: boolean }): void {
  const { checks, lab, deployment, keyed = [] } = staged;
  const began = Date.now();
  stage(staged, what);
  healthy(checks, lab, deployment, `${what}: after the apply`);
  withoutRestarts(checks, lab, deployment, what);
  ulimitsHold(checks, lab, deployment.programFile, what, namesOf(deployment));
  replansEmpty(checks, deployment, `${what}: after the apply`);
  if (deployment.topology.wires.length > 0) onWire(checks, lab, deployment, what);
  else packets({ checks, lab, what }, deployment, dualStack, keyed);
  staged.uses?.({ checks, lab, what });
  verified(checks, lab, deployment, what);
  restarts(checks, lab, deployment, what);
  deployment.destroy();
  checks.say(`${what}: ${((Date.now() - began) / 1000).toFixed(0)} s`);
}

/** Every container runs, and is healthy where it has a check. */
function healthy(checks: Checks, lab: Lab, deployment: StackDeployment, when: string, seconds = 180): void {
  let states: State[] = [];
  const began = Date.now();
  const all = until(() => (states = statesOf(lab, deployment)).every(isWell), seconds * 1000);
  const checked = states.filter(({ State: { Health } }) => Health !== undefined).length;
  checks.shown(
    `${when}: ${states.length} containers run, ${checked} of them healthy by their check`,
    all,
    () =>
    states.filter((state) => !isWell(state)).map((state) => illness(lab, state)).join('\n'), // prettier-ignore
  );
  checks.say(`${when}: ${((Date.now() - began) / 1000).toFixed(0)} s`);
}

/** No container ended on its way: what had to wait, waited. */
function withoutRestarts(checks: Checks, lab: Lab, deployment: StackDeployment, what: string): void {
  const ended = statesOf(lab, deployment).filter(({ RestartCount }) => RestartCount > 0);
  checks.shown(`${what}: no container ended on its way`, ended.length === 0, () => ended.map((state) => illness(lab, state)).join('\n'));
}

function replansEmpty(checks: Checks, deployment: StackDeployment, when: string): void {
  const plan = deployment.plan();
  checks.shown(`${when}: the plan is empty`, !plan.changes, plan.text);
}

// --- packets ---------------------------------------------------------------------------------------------------------------------------

/** The ends of a range. */
const portsIn = ({ first, last }: { readonly first: number; readonly last: number }) => [...new Set([first, last])];

/** Every port that the program names, and two that it does not. */
function portsOf({ pairs, egress, hostFlows, publications }: Topology): Ports {
  const specs = [...pairs, ...egress, ...hostFlows].map(({ port }) => port);
  const all = [...specs, ...publications.flatMap(({ hostPort, targetPort }) => [hostPort, targetPort])];
  const of = (protocol: string, more: readonly number[]) => [
    ...new Set([...all.filter((each) => each.protocol === protocol).flatMap(portsIn), ...more]),
  ];
  return { tcp: of('tcp', [22, 9999]), udp: of('udp', [9999]), icmp: true };
}

const has = (port: { protocol: string; first: number; last: number }, q: Question) => port.protocol === q.proto && port.first <= q.port && q.port <= port.last; // prettier-ignore

/** What the program declares, by its addresses, and nothing of the rules. */
function declaredBy(topology: Topology, actors: readonly Actor[]): (q: Question) => boolean {
  const inside = new Map(actors.filter(({ where }) => 'container' in where).map(({ name, endpoints }) => [name, new Set(endpoints.map(({ address }) => address))])); // prettier-ignore
  const isIn = (name: string, address: string) => inside.get(name)?.has(address) ?? false;
  const outside = new Map(actors.filter(({ where }) => 'ns' in where).map(({ name, endpoints }) => [name, endpoints.map(({ address }) => address)])); // prettier-ignore
  const published = topology.publications.map((each) => ({ ...each, isOpenTo: (address: string) => each.sources.some((block) => isInside(address, block)) })); // prettier-ignore
  return (q) => {
    if (inside.has(q.source)) {
      if (inside.has(q.target)) return topology.pairs.some(({ source, destination, port }) => isIn(q.source, source) && destination === q.address && has(port, q)); // prettier-ignore
      if (q.target === 'host') return topology.hostFlows.some(({ direction, address, gateway, port }) => direction === 'to-host' && isIn(q.source, address) && gateway === q.address && has(port, q)); // prettier-ignore
      const isExcluded = topology.egressExclusions.some((block) => isInside(q.address, block));
      return topology.egress.some(({ source, destination, port }) => isIn(q.source, source) && isInside(q.address, destination) && !isExcluded && has(port, q)); // prettier-ignore
    }
    if (inside.has(q.target)) {
      return q.source === 'host' && topology.hostFlows.some(({ direction, address, port }) => direction === 'to-container' && address === q.address && has(port, q)); // prettier-ignore
    }
    if (q.target !== 'host') return true;
    const publication = published.find(({ hostAddress, hostPort }) => hostAddress === q.address && has(hostPort, q));
    // The host's own ports are the administrator's, and the host reaches what it publishes.
    if (publication === undefined || q.source === 'host') return true;
    return outside.get(q.source)!.some((address) => publication.isOpenTo(address));
  };
}

/** Who serves a UDP port in a container by itself: it answers its own protocol and no other. */
const key = (name: string, { proto, port }: Pick<Listener, 'proto' | 'port'>) => `${name} ${proto}/${port}`;

/** Everything that the program declares is open, and everything else that is tried is closed; the model says the same. */
function packets({ checks, lab, what }: Used, deployment: StackDeployment, dualStack: boolean, keyed: readonly number[]): void {
  const { topology } = deployment;
  const members = new Set([...topology.networks, ...topology.wires].flatMap((network) => network.members.map(({ workload }) => workload)));
  const containers = topology.workloads.filter((each) => members.has(each.path)).map(({ name }) => containerActor(lab, name));
  const both = (ipv4: string, ipv6: string) => (dualStack ? [ipv4, ipv6] : [ipv4]);
  const place = (name: 'lanA' | 'inet', addresses: readonly string[]): Actor => ({ name, where: { ns: name }, endpoints: addresses.map((address) => ({ network: name, address })) }); // prettier-ignore
  // The router is the internet, too, and sends from its address on the LAN.
  const outsiders = [place('lanA', both(NET.lanA, NET.lanA6)), place('inet', both(NET.router, NET.router6))];
  const actors: Actor[] = [...containers, { name: 'host', where: { host: true }, endpoints: [] }, ...outsiders];
  const ports = portsOf(topology);
  const probes = new Probes(lab);
  const real = new Set<string>();
  const busy = new Set(topology.publications.flatMap(({ hostPort }) => portsIn(hostPort).map((port) => `${hostPort.protocol}/${port}`)));
  const serve = (where: Where, name: string) => {
    const listeners = ['0.0.0.0', '::'].flatMap((address) =>
      (['tcp', 'udp'] as const).flatMap((proto) => ports[proto].map((port) => ({ proto, address, port, token: name }))),
    );
    // The engine's port of a publication stays free on the host.
    const own = name === 'host' ? listeners.filter(({ proto, port }) => !busy.has(`${proto}/${port}`)) : listeners;
    for (const listener of probes.serve(where, own).skipped) real.add(key(name, listener));
  };
  actors.forEach(({ where, name }) => serve(where, name));
  routeFrom(lab, ['lanA', 'inet']);
  const inside = new Set(containers.map(({ name }) => name));
  const targetPorts = (name: string): Ports => ({
    ...ports,
    udp: ports.udp.filter((port) => !real.has(key(name, { proto: 'udp', port }))),
  });
  const nameAt = new Map(topology.workloads.map(({ path: at, name }) => [at, name]));
  const leadsToReal = (port: number) => topology.publications.some(({ workload, hostPort, targetPort }) => hostPort.protocol === 'udp' && hostPort.first === port && real.has(key(nameAt.get(workload)!, { proto: 'udp', port: targetPort.first }))); // prettier-ignore
  const targets: Target[] = [
    ...containers.flatMap((actor) => actor.endpoints.map(({ address }) => ({ name: actor.name, address, ports: targetPorts(actor.name) }))), // prettier-ignore
    ...both(HOST_ADDRESS, NET.host6).map((address) => ({ name: 'host', address, ports: { ...ports, udp: ports.udp.filter((port) => !leadsToReal(port)) } })), // prettier-ignore
    ...gateways(lab).map((address) => ({ name: 'host', address, ports, only: inside })),
    ...both(NET.lanA, NET.lanA6).map((address) => ({ name: 'lanA', address, ports: targetPorts('lanA'), only: inside })),
    ...both(NET.internet, NET.internet6).map((address) => ({ name: 'inet', address, ports: targetPorts('inet'), only: inside })),
  ];
  const expected = declaredBy(topology, actors);
  const answers = ask(probes, actors, targets, expected);
  judge(checks, what, answers, predictor(deployment.daemon, actors));
  unused(
    checks,
    what,
    topology,
    containers,
    answers.filter(({ observed }) => observed),
  );
  asked({ checks, lab, topology, containers, real, keyed });
}

/** A station of the LAN: nobody stands between the two, and between it and the host the guard does. */
function onWire(checks: Checks, lab: Lab, { topology }: StackDeployment, what: string): void {
  const probes = new Probes(lab);
  const quiet = 9999;
  for (const { workload, ipv4 } of topology.wires.flatMap(({ members }) => members)) {
    const { name } = topology.workloads.find(({ path: place }) => place === workload)!;
    probes.serve({ container: name }, [{ proto: 'tcp', address: '0.0.0.0', port: quiet, token: name }]);
    const outcome = (where: Where, port: number) => probes.one(where, { proto: 'tcp', dst: ipv4, port, timeoutMs: 2000 }).outcome;
    const declared = topology.hostFlows.filter(({ address, port }) => address === ipv4 && port.protocol === 'tcp').map(({ port }) => port.first); // prettier-ignore
    const seen = [...declared, quiet].map((port) => `${port} ${outcome({ host: true }, port)}`).join();
    checks.shown(`${what}: the host reaches ${name} on what it declares, and on nothing else`, declared.length > 0 && /^(\d+ open,)+9999 (timeout|unreachable)$/.test(seen), seen); // prettier-ignore
    const lan = lab.inNs('lanA', ['python3', '-c', QUESTION, ipv4, '53', '3']).stdout;
    checks.shown(`${what}: a machine of the LAN is answered, and reaches every port`, lan.includes('answered') && outcome({ ns: 'lanA' }, quiet) === 'open', lan); // prettier-ignore
  }
}

/** Each declared pair was asked. */
function unused(checks: Checks, what: string, { pairs }: Topology, containers: readonly Actor[], open: readonly Question[]): void {
  const tcp = pairs.filter(({ port }) => port.protocol === 'tcp');
  const nameOf = (address: string) => containers.find(({ endpoints }) => endpoints.some((each) => each.address === address))?.name;
  const left = tcp.filter(({ source, destination, port }) => !open.some((q) => q.source === nameOf(source) && q.address === destination && has(port, q))); // prettier-ignore
  checks.shown(
    `${what}: each of the ${tcp.length} declared TCP pairs was used`,
    left.length === 0,
    left.map(({ origin }) => origin).join(),
  );
}

interface Asked {
  readonly checks: Checks;
  readonly lab: Lab;
  readonly topology: Topology;
  readonly containers: readonly Actor[];
  readonly real: ReadonlySet<string>;
  readonly keyed: readonly number[];
}

/** Resolvers in containers: by UDP, each answers who has a flow, and nobody else. A server that wants a key answers none of these questions. */
function asked({ checks, lab, topology, containers, real, keyed }: Asked): void {
  const { pairs } = topology;
  for (const { workload, hostAddress, hostPort, targetPort, sources } of topology.publications) {
    const name = topology.workloads.find(({ path: place }) => place === workload)!.name;
    if (hostPort.protocol !== 'udp' || !real.has(key(name, { proto: 'udp', port: targetPort.first }))) continue;
    const answered = (['lanA', 'inet'] as const).map((ns) => lab.inNs(ns, ['python3', '-c', QUESTION, hostAddress, `${hostPort.first}`, '3']).stdout.includes('answered')); // prettier-ignore
    const isKeyed = keyed.includes(targetPort.first);
    const wanted = [NET.lanA, NET.router].map((address) => !isKeyed && sources.some((block) => isInside(address, block)));
    const whom = isKeyed ? 'nobody without a key' : 'whom it is published for, and nobody else';
    checks.shown(`${name} answers at udp/${hostPort.first} of the host ${whom}`, answered.join() === wanted.join(), answered.join()); // prettier-ignore
  }
  const servers = containers.flatMap((actor) => [...real].filter((each) => each.startsWith(`${actor.name} udp/`)).map((each) => ({ actor, port: Number(each.split('/')[1]) }))); // prettier-ignore
  for (const { actor, port } of servers.filter((server) => !keyed.includes(server.port))) {
    const wrong: string[] = [];
    let [open, closed] = [0, 0];
    for (const source of containers) {
      if (source === actor) continue;
      for (const { address } of actor.endpoints.filter((endpoint) => !endpoint.address.includes(':'))) {
        const isDeclared = pairs.some((pair) => pair.destination === address && pair.port.protocol === 'udp' && pair.port.first === port && source.endpoints.some((each) => each.address === pair.source)); // prettier-ignore
        const asks = lab.inContainer(source.name, ['python3', '-c', QUESTION, address, `${port}`, isDeclared ? '3' : '1']);
        const isAnswered = asks.stdout.includes('answered');
        if (isAnswered !== isDeclared) wrong.push(`${source.name} ${address}: ${asks.stdout}${asks.stderr}`);
        if (isDeclared) open++;
        else closed++;
      }
    }
    checks.shown(`${actor.name} answers questions for names on udp/${port}: ${open} sources are answered, ${closed} are not`, wrong.length === 0, wrong.join('\n')); // prettier-ignore
  }
}

const QUESTION = `
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(float(sys.argv[3]))
s.connect((sys.argv[1], int(sys.argv[2])))
s.send(b'\\x12\\x34\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0\\7example\\3com\\0\\0\\1\\0\\1')
try:
    print('answered', len(s.recv(512)))
except OSError as error:
    print('no answer', error)
`;

// --- restarts --------------------------------------------------------------------------------------------------------------------------

/**
 * Without live-restore first: an engine that starts without it and finds containers of one that had it ends them as if a user had, and `unless-stopped` leaves
 * them down.
 */
function restarts(checks: Checks, lab: Lab, deployment: StackDeployment, what: string): void {
  // A socket proxy ends by itself when the engine has a new socket.
  const proxies = new Set(deployment.topology.workloads.filter(({ holdsSocket }) => holdsSocket).map(({ name }) => name));
  const names = namesOf(deployment).filter((name) => !proxies.has(name));
  const pids = () => names.map((name) => lab.docker('inspect', '--format', '{{.State.Pid}}', name));
  const before = pids();
  lab.restartEngine();
  healthy(checks, lab, deployment, `${what}: after a restart of the engine without live-restore`);
  const between = pids();
  checks.shown(
    `${what}: which ended every container`,
    before.every((pid, index) => pid !== between[index]),
  );
  deployment.settings.liveRestore = true;
  deployment.synth();
  deployment.install();
  // The engine that ends has the old settings.
  lab.restartEngine();
  healthy(checks, lab, deployment, `${what}: after the change to live-restore`);
  const kept = pids();
  lab.restartEngine();
  healthy(checks, lab, deployment, `${what}: after a restart of the engine with live-restore`);
  checks.shown(`${what}: which interrupted nothing`, kept.join() === pids().join());
  replansEmpty(checks, deployment, `${what}: after these restarts`);
}

/** What verify.sh says of users, images, secrets and directories. */
function verified(checks: Checks, lab: Lab, deployment: StackDeployment, what: string): void {
  lab.writeFile('/lab/verify.sh', fs.readFileSync(path.join(deployment.hostFiles, 'verify.sh'), 'utf8'));
  const { stdout, stderr } = lab.host(['sh', '/lab/verify.sh'], { timeout: 180_000 });
  const lines = stdout.split('\n').filter((line) => /^(PASS|FAIL|SKIP|WARN) (4\.1|5\.\d+|image|secrets|directories)\b/.test(line));
  // A container without a check, or with a writable root, is a FAIL of the benchmark, whatever the reason.
  const failed = lines.filter((line) => line.startsWith('FAIL') && !/^FAIL 5\.(13|27) /.test(line));
  checks.shown(`${what}: verify.sh finds nothing wrong with the containers (${lines.length} lines)`, lines.length > 5 && failed.length === 0, failed.join('\n') + stderr); // prettier-ignore
}
