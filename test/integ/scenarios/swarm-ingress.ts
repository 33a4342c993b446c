// Ports that the ingress of a swarm publishes: every node takes connections and passes them on to one that has a task. It takes IPVS, so it runs where
// the kernel has that. What the engine does for it changed with 29.8; the guard and the proof must hold on both sides of that.
import { trySwarm } from './engine-rules-swarm';
import { forged, fromElsewhere, onGatewayNetwork, type Published, foreignContainers, withoutTheGuard } from './swarm-publications';
import { applied, complaints, makeSwarm, nodeOf, OPEN, PUBLISHED, serviceOn, tasksOf, WORKERS } from './swarm-stage';
import { Cidr, EncryptedOverlay, EndpointMode, type HardenedDaemon, type HardenedService, Peer, Port, Reachability, SwarmCluster } from '../../../src'; // prettier-ignore
import type { Checks } from '../harness/checks';
import { declaredVersion, Deployment, HOST_ADDRESS, type Program } from '../harness/deployment';
import type { EngineId } from '../lab/cache';
import { patient, until } from '../lab/exec';
import { Lab } from '../lab/lab';
import { NET } from '../lab/network';
import { Probes } from '../lab/probe';

export const needsModules = true;

const ADDRESSES = [HOST_ADDRESS, ...WORKERS.map((last) => `192.0.2.${last}`)];
const IN_THE_CLEAR = 'what is asked here is who gets in, and the guest is slow';
/** Seconds that a service may take to run. */
const SLOW = 900;

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T50'];

export function run(engine: EngineId, checks: Checks): void {
  checks.step('the rules', () => trySwarm(engine, checks));
  const labs = [new Lab(engine)];
  try {
    WORKERS.forEach((last) => labs.push(new Lab(engine, { id: labs[0].id, last })));
    const published = setTheStage(labs, checks);
    if (published === undefined) return;
    answers(checks, published);
    fromElsewhere(checks, published);
    forged(checks, published);
    foreignContainers(checks, published);
    between(checks, published);
    withoutTheGuard(checks, published);
    if (checks.failed > 0) labs.forEach((lab) => checks.say(complaints(lab)));
  } finally {
    labs.reverse().forEach((lab) => lab.teardown());
  }
}

function setTheStage(labs: readonly Lab[], checks: Checks): Published | undefined {
  const made: { cluster?: SwarmCluster; shop?: HardenedService } = {};
  const program: Program = ({ stack, daemon }) => {
    const workers = WORKERS.map((last) => nodeOf(stack, labs[0], last));
    const addressPool = Cidr.parse('10.64.0.0/16');
    const cluster = new SwarmCluster(stack, 'Swarm', { managers: [daemon as HardenedDaemon], workers, addressPool, unencryptedIngressReason: IN_THE_CLEAR }); // prettier-ignore
    const overlay = new EncryptedOverlay(stack, 'Open', { cluster, unencryptedReason: IN_THE_CLEAR });
    const shop = serviceOn(stack, 'Shop', overlay, { replicas: 2, replicasPerNode: 1, endpointMode: EndpointMode.VIP, convergeTimeoutSeconds: SLOW }); // prettier-ignore
    shop.publish(Port.tcp(PUBLISHED), { targetPort: Port.tcp(8080), sources: [Peer.address(NET.lanA)] });
    shop.publish(Port.tcp(OPEN), { targetPort: Port.tcp(9090), sources: [Peer.anyIpv4()] });
    Object.assign(made, { cluster, shop });
  };
  const deployment = new Deployment(labs[0], program, { daemon: { liveRestore: false } });
  deployment.synth();
  const { watches } = makeSwarm(labs, deployment, made.cluster!);
  if (!applied(deployment, checks)) return undefined;
  const tasks = () => tasksOf({ labs }, made.shop!.dnsName);
  until(() => tasks().length === 2, patient(30_000));
  for (const { lab, id } of tasks()) {
    const token = `task on ${labs.indexOf(lab)}`;
    new Probes(lab).serve({ container: id }, [8080, 9090].map((port) => ({ proto: 'tcp' as const, address: '0.0.0.0', port, token }))); // prettier-ignore
  }
  const daemon = deployment.daemon as HardenedDaemon;
  return {
    labs,
    watches,
    addresses: ADDRESSES,
    daemons: [daemon, ...made.cluster!._nodes.slice(1)],
    tasks,
    gatewayBlock: daemon._declarations.store.derived().topology.swarm!.gateway.block,
  };
}

/** Every node takes connections, one without a task as well, and from the source of the publication alone. */
function answers(checks: Checks, { labs, tasks, daemons }: Published): void {
  const probes = new Probes(labs[0]);
  const running = tasks().map(({ lab }) => `task on ${labs.indexOf(lab)}`).sort(); // prettier-ignore
  checks.shown('two nodes of three have a task', new Set(running).size === 2, running.join());
  ADDRESSES.forEach((dst, index) => {
    const asked = Array.from({ length: 8 }, (_, id) => ({
      id: String(id),
      proto: 'tcp' as const,
      dst,
      port: PUBLISHED,
      timeoutMs: 4000,
      tries: 2,
    }));
    const got = new Set(probes.run({ ns: 'lanA' }, asked).map(({ token, outcome }) => token ?? outcome));
    checks.shown(`${dst} passes what its source asks on to both tasks`, [...got].sort().join() === running.join(), [...got].join('; '));
    const other = probes.one({ ns: 'lanB' }, { proto: 'tcp', dst, port: PUBLISHED, timeoutMs: 1500 }).outcome;
    checks.shown('and what nobody else asks', other === 'timeout', other);
    const exposed = Reachability.of(daemons[index]).exposures().map(({ workload }) => workload); // prettier-ignore
    checks.shown('as the proof of the node says', [...new Set(exposed)].join() === 'app/Shop', exposed.join());
  });
  const sandbox = onGatewayNetwork(labs[0]).find(({ name }) => name.includes('ingress'))!;
  for (const port of [PUBLISHED, OPEN, 8080, 9090]) {
    labs[0].inNs('lanA', ['ip', 'route', 'replace', `${sandbox.address}/32`, 'via', HOST_ADDRESS]);
    const { outcome } = probes.one({ ns: 'lanA' }, { proto: 'tcp', dst: sandbox.address, port, timeoutMs: 1200 });
    checks.shown(
      `tcp/${port} of the ingress itself is shut to who routes to it`,
      outcome === 'timeout' || outcome === 'unreachable',
      outcome,
    );
  }
  const listening = labs[0].mustHost('who listens', ['ss', '-Hltn', `sport = ${PUBLISHED} or sport = ${OPEN}`]);
  checks.say(`on the host listens: ${listening.trim().split('\n').map((line) => line.split(/\s+/)[3]).join(', ')}`); // prettier-ignore
}

/** Up to 28.1 an engine opens a port of the ingress between any two networks; the proof knows it, and it is none of ours. */
function between(checks: Checks, { labs: [node] }: Published): void {
  for (const name of ['one', 'two']) {
    node.docker('network', 'create', name);
    node.docker('run', '-d', '--name', `in-${name}`, '--network', name, 'lab:1');
  }
  const dst = node.docker('inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', 'in-two');
  new Probes(node).serve({ container: 'in-two' }, [PUBLISHED, 7070].map((port) => ({ proto: 'tcp' as const, address: '0.0.0.0', port, token: 'two' }))); // prettier-ignore
  const ask = (port: number) => new Probes(node).one({ container: 'in-one' }, { proto: 'tcp', dst, port, timeoutMs: 2000 }).outcome;
  const [published, other] = [PUBLISHED, 7070].map(ask);
  const isOpen = !declaredVersion(node).isAtLeast('28.2');
  checks.shown(`between networks of others the port is ${isOpen ? 'open' : 'shut'}, as the model of the engine has it`, (published === 'open') === isOpen, published); // prettier-ignore
  checks.shown('and another port is shut', other !== 'open' && other !== 'refused', other);
  for (const name of ['one', 'two']) node.docker('rm', '-f', `in-${name}`);
}
