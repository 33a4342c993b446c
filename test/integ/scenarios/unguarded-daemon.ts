// Three tiers on an engine of which only the API is ours: what the model says is what packets do, and the report names every difference to a host with
// the guard.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { HardenedContainer, type UnguardedDaemonProps, Peer, Port, Reachability, ThreeTierNetwork } from '../../../src';
import { type PortSet, type Ranges } from '../../../src/reachability/private/matrix/port-set';
import type { Attachment, HostView } from '../../../src/reachability/private/walk/host-view';
import type { Checks } from '../harness/checks';
import { Deployment, HOST_ADDRESS, type Program, STACK } from '../harness/deployment';
import { predicted } from '../harness/generate-model';
import {
  type Actor,
  type Answer,
  ask,
  containerActor,
  gateways,
  type Ports,
  type Question,
  serveAll,
  type Target,
} from '../harness/matrix';
import { readSwitches, type Switches } from '../harness/packets-switches';
import { INTERNET, LAN_A } from '../harness/three-tier';
import { firewallOf, UnguardedDeployment } from '../harness/unguarded-deployment';
import type { EngineId } from '../lab/cache';
import { type Lab, withLab } from '../lab/lab';
import { NET } from '../lab/network';
import { type Probes, reached } from '../lab/probe';

export const engines: readonly EngineId[] = ['20.10', '26.1', '28.5', '29', '29-nft'];

/** Ports that somebody declared, on the host or inside, and some that nobody did. */
const PORTS: Ports = { tcp: [22, 443, 444, 5432, 8080, 8443, 9090], udp: [53, 8080], icmp: true };
/** Two that publish, so that their gateway network has neighbours, and one in the middle of whom nobody speaks. */
const IDS = ['Web', 'Site', 'Api', 'Idle', 'Db'];
const FLOWS = ['Web > Api tcp/8080', 'Api > Db tcp/5432'];

const program: Program = ({ stack, daemon, image }) => {
  const tiers = new ThreeTierNetwork(stack, 'Shop', { daemon });
  const web = new HardenedContainer(stack, 'Web', { segment: tiers.dmz, image });
  const site = new HardenedContainer(stack, 'Site', { segment: tiers.dmz, image });
  const api = new HardenedContainer(stack, 'Api', { segment: tiers.app, image, defaultPort: Port.tcp(8080) });
  new HardenedContainer(stack, 'Idle', { segment: tiers.app, image });
  const db = new HardenedContainer(stack, 'Db', { segment: tiers.data, image, defaultPort: Port.tcp(5432) });
  for (const [container, port] of [[web, 443] as const, [site, 444] as const]) {
    container.publish(Port.tcp(port), { targetPort: Port.tcp(8443), hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] });
  }
  web.connections.allowTo(api);
  api.connections.allowTo(db);
};

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T01'];

export function run(engine: EngineId, checks: Checks): void {
  const isNft = engine === '29-nft';
  const inside = withLab(engine, (lab) => {
    forward(lab);
    const deployment = new UnguardedDeployment(lab, program, { engineFirewall: firewallOf(engine) });
    deployment.up();
    const asking = cast(lab);
    const answers = compare(checks, 'by default', deployment, asking);
    checkReport(checks, deployment);
    checkPremise(checks, deployment, asking);
    pastRoutes(checks, deployment, asking);
    checkPlan(checks, deployment);
    if (!isNft) {
      const props: Partial<UnguardedDaemonProps> = { forwardPolicyDrop: true };
      lab.iptables('the policy of FORWARD', '-P', 'FORWARD', 'DROP');
      deployment.told(props);
      compare(checks, 'with FORWARD at DROP', deployment, asking);
      checkPlan(checks, deployment);
    }
    const reported = excessOf(deployment);
    deployment.destroy();
    const left = lab.docker('ps', '-aq') + lab.docker('network', 'ls', '-q', '--filter', 'name=app-');
    checks.shown('destroy leaves no container and no network', left === '', left);
    return { answers: placed(answers.filter(isPair), deployment), reported };
  });
  withoutProxy(engine, checks);
  // No guard of ours stands on a host whose engine uses nftables; there what was declared stands for it.
  const guarded = isNft ? inside.answers.map((one) => ({ ...one, observed: FLOWS.includes(flowOf(one)) })) : withGuard(engine, checks);
  comparePairs(checks, inside.answers, guarded, inside.reported);
}

/** A host that forwards already, so that its engine leaves the policy of FORWARD alone: the more open case. */
function forward(lab: Lab): void {
  lab.mustHost('forwarding', ['sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward']);
}

interface Asking {
  readonly switches: Switches;
  readonly actors: readonly Actor[];
  readonly targets: readonly Target[];
  readonly probes: Probes;
}

/** Everybody who talks or listens, by the names that constructs have; outsiders try container addresses by a route over the host. */
function cast(lab: Lab): Asking {
  const containers = IDS.map((id): Actor => ({ ...containerActor(lab, nameOf(id)), name: id }));
  const outside: Actor[] = [
    { name: 'host', where: { host: true }, endpoints: [] },
    { name: 'lanA', where: { ns: 'lanA' }, endpoints: [{ network: 'lan', address: LAN_A }] },
    { name: 'inet', where: { ns: 'inet' }, endpoints: [{ network: 'internet', address: INTERNET }] },
  ];
  for (const ns of ['lanA', 'inet'] as const) {
    lab.inNs(ns, ['ip', 'route', 'replace', '10.20.0.0/16', 'via', HOST_ADDRESS]);
  }
  // The internet's own packets come from its address, not from that of its router.
  lab.inNs('inet', ['ip', 'route', 'replace', NET.lan, 'dev', 'eth0', 'src', INTERNET]);
  lab.inNs('inet', ['ip', 'route', 'replace', '10.20.0.0/16', 'via', HOST_ADDRESS, 'src', INTERNET]);
  const actors = [...containers, ...outside];
  const probes = serveAll(lab, actors, PORTS);
  const insiders = new Set(IDS);
  const targets: Target[] = [
    ...containers.flatMap(({ name, endpoints }) => endpoints.map(({ address }) => ({ name, address, ports: PORTS }))),
    { name: 'host', address: HOST_ADDRESS, ports: PORTS },
    ...gateways(lab).map((address) => ({ name: 'host', address, ports: PORTS, only: insiders })),
    { name: 'lanA', address: LAN_A, ports: PORTS, only: insiders },
    { name: 'inet', address: INTERNET, ports: PORTS, only: insiders },
  ];
  const switches = readSwitches(
    lab,
    [],
    IDS.map((id) => ({ name: nameOf(id) })),
  );
  return { switches, actors, targets, probes };
}

function nameOf(id: string): string {
  return `app-${id.toLowerCase()}`;
}

/** Programs of containers send where their routes lead, which before 26 is the host also where a network is internal; a proof counts every way. */
function routed(view: HostView, { defaultRoutes }: Switches): HostView {
  const leads = (key: string, { ipv4 }: Attachment) => defaultRoutes.get(nameOf(key.slice(`${STACK}/`.length)))!.has(ipv4!);
  const containers = view.containers.map(({ key, attachments }) => ({
    key,
    attachments: attachments.map((each) => ({ ...each, isGateway: { ipv4: leads(key, each), ipv6: false } })),
  }));
  return { ...view, containers };
}

/** Every answer against the model's. */
function compare(checks: Checks, what: string, { daemon }: Deployment, asking: Asking): Answer[] {
  const view = routed(Reachability.of(daemon)._proof.view, asking.switches);
  const model = (q: Question) => predicted(view, { ...q, protocol: q.proto });
  const answers = ask(asking.probes, asking.actors, asking.targets, (q) => model(q).open);
  let wrong = 0;
  for (const answer of answers) {
    const { open, by } = model(answer);
    const isRight = answer.observed === open && (!open || answer.token === undefined || answer.token === by);
    if (!isRight) wrong++;
    checks.check(
      `${what}: ${answer.source} -> ${answer.target} ${answer.address} ${answer.proto}/${answer.port}`,
      isRight,
      () => `predicted ${open ? `open by ${by}` : 'closed'}, observed ${answer.outcome}${answer.token ? ` by ${answer.token}` : ''}`,
    );
  }
  const open = answers.filter(({ expected }) => expected).length;
  checks.say(`${what}: ${answers.length} probes, ${open} open and ${answers.length - open} closed as predicted, ${wrong} disagreements`);
  return answers;
}

function checkPlan(checks: Checks, deployment: Deployment): void {
  const plan = deployment.plan();
  checks.shown('the plan after apply is empty', !plan.changes, plan.text);
}

function checkReport(checks: Checks, deployment: UnguardedDeployment): void {
  const files = fs.readdirSync(deployment.hostFiles).sort();
  checks.check('nothing is written but reports', files.join(' ') === 'matrix.json report.md topology.json', files.join(' '));
  const report = fs.readFileSync(path.join(deployment.hostFiles, 'report.md'), 'utf8');
  const untold = deployment.unguarded.weaknesses().filter(({ sentence }) => !report.includes(sentence));
  checks.check('the report tells every weakness', untold.length === 0, () => untold.map(({ code }) => code).join(' '));
}

/** A container that sends through an interface of its choice, past all routes, gets no further than a proof counts on. */
function pastRoutes(checks: Checks, { daemon }: Deployment, { actors, targets, probes }: Asking): void {
  const { view } = Reachability.of(daemon)._proof;
  let [sent, open] = [0, 0];
  for (const { name: source, where, endpoints } of actors.filter(({ name }) => IDS.includes(name))) {
    const others = targets.filter(({ name }) => name !== source);
    const asked = endpoints.flatMap((_, i) =>
      others.flatMap(({ name: target, address }) =>
        [['tcp', 8080] as const, ['icmp', 0] as const].map(([proto, port]) => ({
          source,
          target,
          address,
          proto,
          port,
          device: `eth${i}`,
        })),
      ),
    );
    const results = probes.run(
      where,
      asked.map(({ address, proto, port, device }, i) => ({ id: String(i), proto, dst: address, port, device, timeoutMs: 700 })),
    );
    asked.forEach((question, i) => {
      const isReached = reached(results[i]);
      const { target, address, proto, port, device } = question;
      checks.check(
        `past all routes: ${source} -> ${target} ${address} ${proto}/${port} through ${device}`,
        !isReached || predicted(view, { ...question, protocol: proto }).open,
      );
      if (isReached) open++;
    });
    sent += asked.length;
  }
  checks.say(`past all routes: ${sent} probes, ${open} open, each as the proof counts`);
}

/** The model takes the frames of gateway networks to meet the rules, since the engine sees to it where a network of it keeps its containers apart. */
function checkPremise(checks: Checks, { daemon }: Deployment, { switches }: Asking): void {
  const outward = daemon._declarations.store.derived().topology.networks.filter(({ kind }) => kind === 'gateway');
  const unfiltered = outward.filter(({ bridge }) => switches.filtersFrames.get(bridge)?.ipv4 !== true);
  checks.shown(
    'the engine filters the frames of gateway networks',
    unfiltered.length === 0,
    unfiltered.map(({ bridge }) => bridge).join(' '),
  );
}

/** Container to container by its address there: `Web Api tcp/22` for what the report says is open and was not declared. */
function excessOf({ daemon }: Deployment): (answer: Answer) => boolean {
  const { excess } = Reachability.of(daemon)._proof;
  return ({ source, target, address, proto, port }) =>
    excess.some(
      (one) =>
        one.source.kind === 'container' &&
        one.receiver.kind === 'container' &&
        one.source.key === `${STACK}/${source}` &&
        one.receiver.key === `${STACK}/${target}` &&
        one.address === address &&
        holds(one.ports, proto, port),
    );
}

function holds(ports: PortSet, proto: Answer['proto'], port: number): boolean {
  const ranges: Ranges = ports[proto];
  return ranges.some(([first, last]) => (proto === 'icmp' ? first <= 8 && 8 <= last : first <= port && port <= last));
}

/** An engine that runs no docker-proxy, and was told so. */
function withoutProxy(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    forward(lab);
    lab.writeFile('/etc/docker/daemon.json', '{"userland-proxy": false}');
    const deployment = new UnguardedDeployment(lab, program, { engineFirewall: firewallOf(engine), userlandProxy: false });
    deployment.up();
    compare(checks, 'without docker-proxy', deployment, cast(lab));
    checkPlan(checks, deployment);
  });
}

/** The same program on a host with the guard. */
function withGuard(engine: EngineId, checks: Checks): Answer[] {
  return withLab(engine, (lab) => {
    const deployment = new Deployment(lab, program);
    deployment.up();
    return compare(checks, 'with the guard', deployment, cast(lab)).filter(isPair);
  });
}

interface Placed extends Answer {
  /** The source is on the network that has the address; to any other one no route leads it, which a proof does not count on. */
  readonly isShared: boolean;
}

function placed(answers: readonly Answer[], { daemon }: Deployment): Placed[] {
  const { networks } = daemon._declarations.store.derived().topology;
  const membersAt = (address: string) =>
    networks.map(({ members }) => members).find((all) => all.some(({ ipv4 }) => ipv4 === address)) ?? [];
  return answers.map((answer) => ({
    ...answer,
    isShared: membersAt(answer.address).some(({ workload }) => workload === `${STACK}/${answer.source}`),
  }));
}

/** The same pairs talk; what more of their ports is open is what the report says. */
function comparePairs(checks: Checks, ours: readonly Placed[], guarded: readonly Answer[], isReported: (answer: Answer) => boolean): void {
  const pairsOf = (answers: readonly Answer[]) =>
    [...new Set(answers.filter(({ observed }) => observed).map(({ source, target }) => [source, target].sort().join(' - ')))].sort();
  const [mine, theirs] = [pairsOf(ours), pairsOf(guarded)];
  const segments = [
    ['Web', 'Site'],
    ['Api', 'Idle'],
    ['Web', 'Idle'],
  ].map((pair) => pair.sort().join(' - '));
  const more = mine.filter((pair) => !theirs.includes(pair));
  checks.shown(
    'who talks with the guard talks without it; besides, those who share a segment, and nobody else',
    theirs.every((pair) => mine.includes(pair)) && more.every((pair) => segments.includes(pair)) && more.length === segments.length,
    `with the guard ${theirs.join(', ')}; without ${mine.join(', ')}`,
  );
  const keyOf = ({ source, target, address, proto, port }: Answer) => [source, target, address, proto, port].join(' ');
  const open = new Set(guarded.filter(({ observed }) => observed).map(keyOf));
  const differing = ours.filter((answer) => answer.observed && !open.has(keyOf(answer)));
  const wrong = [
    ...differing.filter((answer) => !isReported(answer)),
    ...ours.filter((answer) => !answer.observed && answer.isShared && isReported(answer)),
  ];
  checks.shown(
    `what is open without the guard alone is what the report names: ${differing.length} of ${ours.length} probes between containers`,
    differing.length > 0 && wrong.length === 0,
    () => wrong.map(keyOf).join('\n'),
  );
}

function flowOf({ source, target, proto, port }: Answer): string {
  return `${source} > ${target} ${proto}/${port}`;
}

function isPair({ source, target }: Answer): boolean {
  return IDS.includes(source) && IDS.includes(target);
}
