// Containers in the network of another one: what both reach and who reaches them, that nothing stands between them, what a replacement, restarts and a restart
// of the engine do to them, and that the guard tells apart what their shared addresses may.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { FIREWALL, UnwatchedDeployment, waitFor } from './attacks-stage';
import { BridgeSegment, ContainerNetwork, HardenedContainer, Peer, Port, Reachability } from '../../../src';
import type { Checks } from '../harness/checks';
import { HOST_ADDRESS, type Program } from '../harness/deployment';
import { ask, containerActor, judge, type Ports, type Question, serveAll } from '../harness/matrix';
import { predictor } from '../harness/predict';
import type { EngineId } from '../lab/cache';
import { sleep } from '../lab/exec';
import { type Lab, withLab } from '../lab/lab';
import { Probes, reached } from '../lab/probe';

export const engines: readonly EngineId[] = ['20.10', '26.1', '28.5', '29'];

const NAMES = ['app-client', 'app-proxy', 'app-db', 'app-beside', 'app-web'];
const SHIPPER = 'app-shipper';
const PORTS: Ports = { tcp: [5432, 8080, 8443], udp: [5353], icmp: true };
const PEER_ADDRESS = '127.0.0.1';
const SECRET_PORT = 7777;

/** Proxy is the one that others share: flows are declared of both, and a publication of the one that may have it. */
const program =
  (more: { readonly environment?: Record<string, string>; readonly isAlone?: boolean } = {}): Program =>
  ({ stack, daemon, image }) => {
    const segment = (id: string) => new BridgeSegment(stack, id, { daemon });
    const [front, back, clients] = ['Front', 'Back', 'Clients'].map(segment);
    const proxy = new HardenedContainer(stack, 'Proxy', { segment: front, image, environment: more.environment });
    const db = new HardenedContainer(stack, 'Db', { segment: back, image });
    const client = new HardenedContainer(stack, 'Client', { segment: clients, image });
    new HardenedContainer(stack, 'Beside', { segment: front, image });
    const web = new HardenedContainer(stack, 'Web', { segment: back, image });
    client.connections.allowTo(proxy, Port.tcp(8080));
    proxy.publish(Port.tcp(443), { targetPort: Port.tcp(8443), hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] });
    if (more.isAlone) return;
    const shipper = new HardenedContainer(stack, 'Shipper', {
      network: ContainerNetwork.container(proxy, { reason: 'reads what the proxy writes to its loopback interface' }),
      image,
    });
    shipper.connections.allowTo(db, Port.tcp(5432));
    web.connections.allowTo(shipper, Port.udp(5353));
  };

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const deployment = new UnwatchedDeployment(lab, program());
    deployment.up();
    checks.step('packets', () => packets(lab, checks, deployment));
    checks.step('changes', () => changes(lab, checks, deployment));
    checks.step('restarts', () => restarts(lab, checks));
    checks.step('the end of it', () => {
      deployment.change(program({ isAlone: true }));
      empty(checks, deployment, 'without the container that shared');
      const left = lab.docker('ps', '-a', '--format', '{{.Names}}');
      checks.shown('it is gone', !left.includes(SHIPPER), left);
    });
    deployment.destroy();
  });
}

function packets(lab: Lab, checks: Checks, deployment: UnwatchedDeployment): void {
  empty(checks, deployment, 'after the first apply');
  const [own, other] = [SHIPPER, 'app-proxy'].map((name) => namespaceOf(lab, name));
  checks.shown('both are in one network namespace', own === other, `${own} ${other}`);
  const actors = NAMES.map((name) => containerActor(lab, name));
  const flows: [source: string, target: string, what: string][] = [
    ['app-client', 'app-proxy', 'tcp/8080'],
    ['app-proxy', 'app-db', 'tcp/5432'],
    ['app-web', 'app-proxy', 'udp/5353'],
  ];
  const endpoints = (name: string) => actors.find((actor) => actor.name === name)!.endpoints;
  const open = new Set(
    flows.flatMap(([source, target, what]) =>
      endpoints(target)
        .filter(({ network }) => endpoints(source).some((each) => each.network === network))
        .map(({ address }) => `${source} ${address} ${what}`),
    ),
  );
  const missing = flows.filter(([source, , what]) => ![...open].some((each) => each.startsWith(`${source} `) && each.endsWith(what)));
  checks.check('every flow has a network', missing.length === 0, [...open].join('\n'));
  // Who listens there is the one that shares: what comes to the address comes to it.
  const probes = serveAll(lab, [...actors.filter(({ name }) => name !== 'app-proxy'), { name: 'app-proxy', where: { container: SHIPPER }, endpoints: [] }], PORTS); // prettier-ignore
  const targets = actors.flatMap(({ name, endpoints: all }) => all.map(({ address }) => ({ name, address, ports: PORTS })));
  const declared = ({ source, address, proto, port }: Question) => open.has(`${source} ${address} ${proto}/${port}`);
  judge(checks, 'all but the one that shares', ask(probes, actors, targets, declared), predictor(deployment.daemon, actors));
  // The same questions of the other one give the same answers.
  const twin = { name: 'app-proxy', where: { container: SHIPPER }, endpoints: endpoints('app-proxy') };
  judge(checks, 'the one that shares', ask(probes, [twin], targets, declared), predictor(deployment.daemon, actors));
  const outer = probes.one({ ns: 'lanA' }, { proto: 'tcp', dst: HOST_ADDRESS, port: 443 });
  checks.shown('the publication of the one leads to what the other listens on', outer.outcome === 'open', JSON.stringify(outer));

  probes.serve({ container: 'app-proxy' }, [{ proto: 'tcp', address: PEER_ADDRESS, port: SECRET_PORT, token: 'loopback' }]);
  const over = (container: string) => probes.one({ container }, { proto: 'tcp', dst: PEER_ADDRESS, port: SECRET_PORT }).outcome;
  checks.shown('it reaches what the other has on 127.0.0.1 only', over(SHIPPER) === 'open', over(SHIPPER));
  checks.shown('control: nobody else does', over('app-beside') === 'refused', over('app-beside'));

  const proof = Reachability.of(deployment.daemon);
  const child = (id: string) => deployment.daemon.node.scope!.node.findChild(id) as HardenedContainer;
  const told = (from: string, to: string, port: Port) => proof.canReach(child(from), child(to), port);
  checks.check(
    'the proof says both',
    [
      told('Shipper', 'Proxy', Port.tcp(SECRET_PORT)),
      told('Proxy', 'Shipper', Port.tcp(1)),
      told('Shipper', 'Db', Port.tcp(5432)),
      told('Proxy', 'Db', Port.tcp(5432)),
      told('Client', 'Shipper', Port.tcp(8080)),
      !told('Beside', 'Shipper', Port.tcp(SECRET_PORT)),
      !told('Shipper', 'Db', Port.tcp(8080)),
    ].every(Boolean),
  );
  const name = lab.host(['docker', 'exec', 'app-web', 'nslookup', child('Shipper').dnsName, '127.0.0.11']).stdout;
  checks.shown('its name is that of the other', endpoints('app-proxy').some(({ address }) => name.includes(address)), name); // prettier-ignore
  verified(lab, checks, path.join(deployment.hostFiles, 'verify.sh'));
}

/** Nothing in verify.sh takes a shared network for that of the host. */
function verified(lab: Lab, checks: Checks, script: string): void {
  lab.copyIn(script);
  const { stdout } = lab.host(['sh', '/lab/verify.sh']);
  // What is said of all containers alike is none of its business.
  const lines = stdout.split('\n').filter((line) => line.includes(SHIPPER) && !line.includes('app-db'));
  checks.check('verify.sh runs', /^PASS/m.test(stdout), stdout);
  checks.check('it has nothing against the container that shares', !lines.some((line) => line.startsWith('FAIL')), lines.join('\n'));
}

function changes(lab: Lab, checks: Checks, deployment: UnwatchedDeployment): void {
  const ids = () => [SHIPPER, 'app-proxy', 'app-db'].map((name) => inspect(lab, name, '{{.Id}}'));
  const before = ids();
  deployment.change(program({ environment: { NEW: '1' } }));
  const after = ids();
  const kept = after.filter((id) => before.includes(id));
  checks.shown('one apply replaces the other one, and the one that shares with it', kept.length === 1 && kept[0] === before[2], `${before} ${after}`); // prettier-ignore
  empty(checks, deployment, 'after that');
  checks.shown('both are in one network again', isTogether(lab), states(lab));
}

function restarts(lab: Lab, checks: Checks): void {
  const reaches = () => {
    const probes = new Probes(lab);
    const [{ address }] = containerActor(lab, 'app-db').endpoints;
    probes.serve({ container: 'app-db' }, [{ proto: 'tcp', address: '0.0.0.0', port: 5432, token: 'db' }]);
    return reached(probes.one({ container: SHIPPER }, { proto: 'tcp', dst: address, port: 5432 }));
  };
  lab.docker('restart', 'app-proxy');
  sleep(12_000);
  checks.shown(
    'control: without the watch a restart of the other leaves it without a network',
    !isTogether(lab) && !reaches(),
    states(lab),
  );
  lab.startUnit('bulkhead-watch');
  const healed = waitFor(() => isTogether(lab), 40_000);
  checks.shown('the watch brings it back', healed !== undefined && reaches(), `${healed} ms\n${states(lab)}`);
  const started = inspect(lab, SHIPPER, '{{.State.StartedAt}}');
  process.kill(lab.containerPid('app-proxy'), 'SIGKILL');
  const again = waitFor(() => inspect(lab, SHIPPER, '{{.State.StartedAt}}') !== started && isTogether(lab), 40_000);
  checks.shown('the same after a crash', again !== undefined && reaches(), `${again} ms\n${states(lab)}`);
  const still = inspect(lab, SHIPPER, '{{.State.StartedAt}}');
  sleep(22_000);
  checks.shown('and then it is left alone', inspect(lab, SHIPPER, '{{.State.StartedAt}}') === still, states(lab));

  for (const round of [1, 2, 3]) {
    const pids = [SHIPPER, 'app-proxy', 'app-db'].map((name) => lab.containerPid(name));
    lab.stopEngine();
    pids.filter((pid) => fs.existsSync(`/proc/${pid}`)).forEach((pid) => process.kill(pid, 'SIGKILL'));
    sleep(2_000);
    lab.startEngine();
    const ms = waitFor(() => isTogether(lab), 60_000);
    const error = inspect(lab, SHIPPER, '{{.State.Error}}');
    checks.shown(`start ${round} of the engine, with all containers ended: both are together`, ms !== undefined, `${ms} ms ${error}\n${states(lab)}`); // prettier-ignore
  }
  lab.docker('stop', '-t', '1', SHIPPER);
  sleep(22_000);
  checks.shown('what a user stopped stays down', inspect(lab, SHIPPER, '{{.State.Status}}') === 'exited', states(lab));
  lab.docker('restart', 'app-proxy');
  sleep(12_000);
  checks.shown('also when the other one restarts', inspect(lab, SHIPPER, '{{.State.Status}}') === 'exited', states(lab));
  lab.docker('start', SHIPPER);
  const guard = lab.host([FIREWALL, 'check']);
  checks.check('the guard is in force', guard.code === 0, guard.stdout + guard.stderr);
}

const inspect = (lab: Lab, name: string, format: string) => lab.docker('inspect', '--format', format, name).trim();
const states = (lab: Lab) => lab.docker('ps', '-a', '--format', '{{.Names}} {{.Status}}');

function namespaceOf(lab: Lab, name: string): string | undefined {
  const pid = inspect(lab, name, '{{.State.Pid}}');
  return pid === '0' ? undefined : fs.readlinkSync(`/proc/${pid}/ns/net`);
}

function isTogether(lab: Lab): boolean {
  try {
    const [one, other] = [SHIPPER, 'app-proxy'].map((name) => namespaceOf(lab, name));
    return one !== undefined && one === other;
  } catch {
    return false; // It has ended meanwhile.
  }
}

function empty(checks: Checks, deployment: UnwatchedDeployment, what: string): void {
  const plan = deployment.plan();
  checks.shown(`${what} the plan is empty`, !plan.changes, plan.text);
}
