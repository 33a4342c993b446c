// A program changes while its containers run: what was taken away dies at once, what stays is not interrupted, and what did not change is not touched.
import { BridgeSegment, type BridgeSegmentProps, Cidr, HardenedContainer, Peer, Port } from '../../../src';
import type { Checks } from '../harness/checks';
import { Deployment, HOST_ADDRESS, type Program } from '../harness/deployment';
import { type Actor, ask, containerActor, judge, type Ports, type Question, serveAll, type Target } from '../harness/matrix';
import type { EngineId } from '../lab/cache';
import { type Lab, type Where, withLab } from '../lab/lab';
import { NET } from '../lab/network';
import { Probes, type Running } from '../lab/probe';

interface Variant {
  /** Declared in addition: the second of each kind of flow. */
  readonly second: boolean;
  /** A flow on a new port, and one between containers that had none. */
  readonly added: boolean;
  readonly back: Partial<BridgeSegmentProps>;
}

const PLAIN: Variant = { second: true, added: false, back: {} };
const NAMES = ['app-web', 'app-api', 'app-db'];
const PORTS: Ports = { tcp: [8080, 8081, 9090, 5432], udp: [5353], icmp: true };
const OUT: Ports = { tcp: [443, 8443], udp: [], icmp: false };

const programOf =
  (variant: Variant): Program =>
  ({ stack, daemon, image }) => {
    const front = new BridgeSegment(stack, 'Front', { daemon });
    const back = new BridgeSegment(stack, 'Back', { daemon, ...variant.back });
    const web = new HardenedContainer(stack, 'Web', { segment: front, image });
    const api = new HardenedContainer(stack, 'Api', { segment: back, image });
    const db = new HardenedContainer(stack, 'Db', { segment: back, image });
    web.connections.allowTo(api, Port.tcp(8080));
    api.connections.allowTo(db, Port.tcp(5432));
    web.connections.allowTo(Peer.address(NET.internet), Port.tcp(443));
    api.connections.allowTo(Peer.host(), Port.tcp(8080));
    api.connections.allowFrom(Peer.host(), Port.tcp(8080));
    if (variant.second) {
      web.connections.allowTo(api, Port.tcp(9090));
      web.connections.allowTo(Peer.address(NET.internet), Port.tcp(8443));
      api.connections.allowTo(Peer.host(), Port.tcp(9090));
      api.connections.allowFrom(Peer.host(), Port.tcp(9090));
    }
    if (variant.added) {
      web.connections.allowTo(api, Port.tcp(8081));
      db.connections.allowTo(api, Port.udp(5353));
    }
  };

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const deployment = new Deployment(lab, programOf(PLAIN));
    deployment.up();
    matrix(checks, lab, 'at first', PLAIN);
    flows(checks, lab, deployment);
    for (const [what, back] of Object.entries(CHANGES)) segment(checks, lab, deployment, what, back);
  });
}

/** Each in one apply on top of the one before, with all containers running. */
const CHANGES: Readonly<Record<string, Partial<BridgeSegmentProps>>> = {
  'another block': { ipv4Block: Cidr.parse('10.20.77.0/24') },
  'another bridge name': { ipv4Block: Cidr.parse('10.20.77.0/24'), bridgeName: 'bh-other' },
  'another network name': { ipv4Block: Cidr.parse('10.20.77.0/24'), bridgeName: 'bh-other', networkName: 'rear' },
  'an automatic block of another size again': { prefixLength: 26 },
};

// --- flows ---

interface Held {
  readonly what: string;
  readonly running: Running;
  readonly stays: boolean;
}

function flows(checks: Checks, lab: Lab, deployment: Deployment): void {
  const api = (network: string) => addressOn(lab, 'app-api', network);
  const gateway = (
    JSON.parse(lab.docker('network', 'inspect', '--format', '{{json .IPAM.Config}}', 'app-back')) as { Gateway: string }[]
  )[0].Gateway;
  const probes = new Probes(lab);
  const kinds: readonly (readonly [string, Where, string, number, number])[] = [
    ['web -> api', { container: 'app-web' }, api('app-back'), 8080, 9090],
    ['web -> internet', { container: 'app-web' }, NET.internet, 443, 8443],
    ['api -> host', { container: 'app-api' }, gateway, 8080, 9090],
    ['host -> api', { host: true }, api('app-back'), 8080, 9090],
  ];
  const hold = (where: Where, dst: string, port: number) =>
    probes.start(where, 'hold', { dst, port, seconds: 140, deadAfterMs: 4000, timeoutMs: 5000 });
  const held: Held[] = kinds.flatMap(([what, where, dst, stays, goes]) => [
    { what: `${what} tcp/${stays}`, running: hold(where, dst, stays), stays: true },
    { what: `${what} tcp/${goes}`, running: hold(where, dst, goes), stays: false },
  ]);
  const before = ids(lab);
  const left: Variant = { ...PLAIN, second: false };
  deployment.change(programOf(left));
  checks.shown('flows removed: no container was touched', ids(lab) === before, () => `before ${before}, after ${ids(lab)}`);
  for (const { what, running } of held.filter(({ stays }) => !stays)) {
    const result = running.result(20_000);
    checks.shown(`removed: the connection ${what} is dead`, result.alive === false && (result.answers ?? 0) > 0, JSON.stringify(result));
  }
  matrix(checks, lab, 'flows removed', left);

  const more: Variant = { ...left, added: true };
  deployment.change(programOf(more));
  checks.shown('flows added: no container was touched', ids(lab) === before, () => `before ${before}, after ${ids(lab)}`);
  matrix(checks, lab, 'flows added', more);
  for (const { what, running } of held.filter(({ stays }) => stays)) {
    const result = running.stop(10_000);
    checks.shown(
      `kept: the connection ${what} was not interrupted`,
      result.alive === true && (result.answers ?? 0) > 5,
      JSON.stringify(result),
    );
  }
  emptyPlan(checks, deployment, 'flows added');
}

function ids(lab: Lab): string {
  return lab.docker('inspect', '--format', '{{.Name}} {{.Id}} {{.State.StartedAt}}', ...NAMES);
}

function addressOn(lab: Lab, name: string, network: string): string {
  return containerActor(lab, name).endpoints.find((endpoint) => endpoint.network === network)!.address;
}

// --- properties of a segment ---

function segment(checks: Checks, lab: Lab, deployment: Deployment, what: string, back: Partial<BridgeSegmentProps>): void {
  const variant: Variant = { second: true, added: true, back };
  const done = checks.step(`${what}: one apply`, () => {
    deployment.change(programOf(variant));
    return true;
  });
  if (!done) return;
  checks.shown(`${what}: one apply`, true);
  const name = back.networkName ?? 'app-back';
  const options = lab.docker(
    'network',
    'inspect',
    '--format',
    '{{index .Options "com.docker.network.bridge.name"}} {{(index .IPAM.Config 0).Subnet}}',
    name,
  );
  const [bridge, block] = options.split(' ');
  const right =
    (back.bridgeName === undefined || back.bridgeName === bridge) &&
    (back.ipv4Block === undefined || back.ipv4Block.text === block) &&
    (back.prefixLength === undefined || block.endsWith(`/${back.prefixLength}`));
  checks.check(`${what}: the network has it`, right, options);
  matrix(checks, lab, what, variant);
  emptyPlan(checks, deployment, what);
}

function emptyPlan(checks: Checks, deployment: Deployment, what: string): void {
  const plan = deployment.plan();
  checks.shown(`${what}: the plan after apply is empty`, !plan.changes, plan.text);
}

// --- what has to be open, said a second time ---

function matrix(checks: Checks, lab: Lab, what: string, variant: Variant): void {
  const containers = NAMES.map((name) => containerActor(lab, name));
  const outside: Actor[] = [
    { name: 'host', where: { host: true }, endpoints: [] },
    { name: 'inet', where: { ns: 'inet' }, endpoints: [] },
  ];
  // Who listens already is passed over.
  const probes = serveAll(lab, [...containers, outside[0]], PORTS);
  serveAll(lab, [outside[1]], OUT);
  const gateways = new Map(
    containers
      .flatMap(({ endpoints }) => endpoints.map(({ network }) => network))
      .map((network) => [
        network,
        (JSON.parse(lab.docker('network', 'inspect', '--format', '{{json .IPAM.Config}}', network)) as { Gateway: string }[])[0].Gateway,
      ]),
  );
  const insiders = new Set(NAMES);
  const targets: Target[] = [
    ...containers.flatMap(({ name, endpoints }) =>
      endpoints.map(({ address }) => ({ name, address, ports: PORTS, only: new Set([...NAMES, 'host']) })),
    ),
    ...[HOST_ADDRESS, ...gateways.values()].map((address) => ({ name: 'host', address, ports: PORTS, only: insiders })),
    { name: 'inet', address: NET.internet, ports: OUT, only: insiders },
  ];
  const backName = variant.back.networkName ?? 'app-back';
  const open = new Set([
    'app-web app-api tcp/8080',
    'app-api app-db tcp/5432',
    'app-web inet tcp/443',
    'app-api host tcp/8080',
    'host app-api tcp/8080',
    ...(variant.second ? ['app-web app-api tcp/9090', 'app-web inet tcp/8443', 'app-api host tcp/9090', 'host app-api tcp/9090'] : []),
    ...(variant.added ? ['app-web app-api tcp/8081', 'app-db app-api udp/5353'] : []),
  ]);
  const networkOf = new Map(containers.flatMap(({ endpoints }) => endpoints.map(({ network, address }) => [address, network])));
  const declared = (q: Question): boolean => {
    if (!open.has(`${q.source} ${q.target} ${q.proto}/${q.port}`)) return false;
    if (q.target === 'inet') return true;
    // All of it happens in the back segment: there the containers meet, and there is the home of api.
    return q.target === 'host' ? q.address === gateways.get(backName) : networkOf.get(q.address) === backName;
  };
  judge(checks, what, ask(probes, [...containers, outside[0]], targets, declared));
}
