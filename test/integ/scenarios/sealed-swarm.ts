// What only a kernel with ESP and IPVS shows of a swarm: frames of an encrypted overlay on the wire, the one address of a service, and the ingress, where
// every node takes connections and passes them on to one that has a task.
import { onGatewayNetwork } from './swarm-publications';
import { applied, complaints, makeSwarm, nodeOf, PUBLISHED, serviceOn, tasksOf } from './swarm-stage';
import { Cidr, EncryptedOverlay, EndpointMode, type HardenedDaemon, type HardenedService, Peer, Placement, Port, Reachability, SwarmCluster } from '../../../src'; // prettier-ignore
import type { Checks } from '../harness/checks';
import { Deployment, HOST_ADDRESS, type Program } from '../harness/deployment';
import type { EngineId } from '../lab/cache';
import { until } from '../lab/exec';
import { Lab } from '../lab/lab';
import { NET } from '../lab/network';
import { Probes } from '../lab/probe';

export const needsModules = true;

const OTHER = 12;
const NODES = [HOST_ADDRESS, `192.0.2.${OTHER}`];
/** The guest has one processor, and emulates. */
const SLOW = 900;
const WORD = 'price-of-the-day';

interface Stage {
  readonly labs: readonly Lab[];
  readonly deployment: Deployment;
  readonly cluster: SwarmCluster;
  readonly services: Record<'shop' | 'buyer' | 'plain', HardenedService>;
}

/** Engine 20.10 starves in the guest: it was never seen to the end there. */
export const engines: readonly EngineId[] = ['26.1', '28.5', '29'];

/** Lines of docs/THREATS.md that it shows. */
export const threats = ['T44', 'T45'];

export function run(engine: EngineId, checks: Checks): void {
  const labs = [new Lab(engine)];
  try {
    labs.push(new Lab(engine, { id: labs[0].id, last: OTHER }));
    const stage = setTheStage(labs, checks);
    if (stage === undefined) return;
    oneAddress(checks, stage);
    sealed(checks, stage);
    ingress(checks, stage);
    const plan = stage.deployment.plan();
    checks.shown('the plan after apply is empty', !plan.changes, plan.text);
    if (checks.failed > 0) labs.forEach((lab) => checks.say(complaints(lab)));
  } finally {
    labs.reverse().forEach((lab) => lab.teardown());
  }
}

function setTheStage(labs: readonly Lab[], checks: Checks): Stage | undefined {
  const made: Partial<Stage> = {};
  const program: Program = ({ stack, daemon }) => {
    const manager = daemon as HardenedDaemon;
    const worker = nodeOf(stack, labs[0], OTHER);
    const cluster = new SwarmCluster(stack, 'Swarm', { managers: [manager], workers: [worker], addressPool: Cidr.parse('10.64.0.0/16') });
    const overlay = new EncryptedOverlay(stack, 'Sealed', { cluster });
    const open = new EncryptedOverlay(stack, 'Open', { cluster, unencryptedReason: 'so that its frames can be looked at' });
    const shop = serviceOn(stack, 'Shop', overlay, {
      replicas: 2,
      replicasPerNode: 1,
      endpointMode: EndpointMode.VIP,
      convergeTimeoutSeconds: SLOW,
      defaultPort: Port.tcp(8080),
    });
    const buyer = serviceOn(stack, 'Buyer', overlay, { placements: [Placement.onNode(manager)], convergeTimeoutSeconds: SLOW });
    buyer.connections.allowTo(shop);
    shop.publish(Port.tcp(PUBLISHED), { targetPort: Port.tcp(8080), sources: [Peer.address(NET.lanA)] });
    const plain = serviceOn(stack, 'Plain', open, { replicas: 2, replicasPerNode: 1, convergeTimeoutSeconds: SLOW });
    Object.assign(made, { cluster, services: { shop, buyer, plain } });
  };
  const deployment = new Deployment(labs[0], program, { daemon: { liveRestore: false } });
  deployment.synth();
  makeSwarm(labs, deployment, made.cluster!);
  if (!applied(deployment, checks)) return undefined;
  const stage = { labs, deployment, ...made } as Stage;
  for (const service of [stage.services.shop, stage.services.plain]) {
    until(() => tasksOf(stage, service.dnsName).length === 2, 120_000);
    for (const { lab, id } of tasksOf(stage, service.dnsName)) {
      const token = `${WORD} ${labs.indexOf(lab)}`;
      new Probes(lab).serve({ container: id }, [8080, 9090].map((port) => ({ proto: 'tcp' as const, address: '0.0.0.0', port, token }))); // prettier-ignore
    }
  }
  return stage;
}

const address = (lab: Lab, task: string, network: string) =>
  (JSON.parse(lab.docker('inspect', '--format', '{{json .NetworkSettings.Networks}}', task)) as Record<string, { IPAddress: string }>)[network].IPAddress; // prettier-ignore

function askedOften(lab: Lab, task: string, dst: string, port: number): string[] {
  const probes = Array.from({ length: 12 }, (_, id) => ({ id: String(id), proto: 'tcp' as const, dst, port, timeoutMs: 3000, tries: 2 }));
  return new Probes(lab).run({ container: task }, probes).map(({ outcome, token }) => token ?? outcome);
}

/** Every task of a service, wherever it is, answers at the one address that its name leads to. */
function oneAddress(checks: Checks, stage: Stage): void {
  const [manager] = stage.labs;
  const { shop, buyer } = stage.services;
  const [asker] = tasksOf(stage, buyer.dnsName);
  const { Endpoint: endpoint } = JSON.parse(manager.docker('service', 'inspect', '--format', '{{json .}}', shop.dnsName)) as { Endpoint: { VirtualIPs: { NetworkID: string; Addr: string }[] } }; // prettier-ignore
  const network = manager.docker('network', 'inspect', '--format', '{{.Id}}', 'app-sealed');
  const vip = endpoint.VirtualIPs.find(({ NetworkID }) => NetworkID === network)!.Addr.split('/')[0];
  const named = asker.lab.docker('exec', asker.id, 'nslookup', '-type=a', shop.dnsName, '127.0.0.11');
  checks.shown('the name of a service leads to its one address', named.includes(vip), named);
  const answers = askedOften(asker.lab, asker.id, vip, 8080);
  checks.shown(
    'where both tasks answer, each on its node',
    [0, 1].every((node) => answers.includes(`${WORD} ${node}`)) && answers.every((text) => text.startsWith(WORD)),
    answers.join('; '),
  );
  const proof = Reachability.ofSwarm(stage.cluster);
  checks.shown(
    'as the proof says',
    proof.canReach(buyer, shop, Port.tcp(8080)) && !proof.canReach(stage.services.plain, shop, Port.tcp(8080)),
  );
  const [foreignContainer] = tasksOf(stage, stage.services.plain.dnsName);
  const shut = new Probes(foreignContainer.lab).one(
    { container: foreignContainer.id },
    { proto: 'tcp', dst: vip, port: 8080, timeoutMs: 1500 },
  ).outcome;
  checks.shown('and a task of another overlay does not reach it', shut !== 'open' && shut !== 'refused', shut);
}

/** Frames that one node sends to the other while a task there is asked, by what they are. */
function frames(
  stage: Stage,
  { dnsName }: HardenedService,
  network: string,
): { esp: number; vxlan: number; readable: number; answer: string } {
  const [manager, worker] = stage.labs;
  const target = tasksOf(stage, dnsName).find(({ lab }) => lab === worker)!;
  const dst = address(worker, target.id, network);
  const asker = tasksOf(stage, network === 'app-sealed' ? stage.services.buyer.dnsName : dnsName).find(({ lab }) => lab === manager)!;
  // As they leave: what comes in may be deciphered before a listener of its host sees it.
  const on = { device: 'eth0', direction: 'out', dst: NODES[0] };
  const probes = new Probes(worker);
  const sniffers = [{ proto: '50' }, { proto: 'udp', port: 4789 }, { text: WORD }].map((what) =>
    probes.start({ host: true }, 'sniff', { ...on, ...what }),
  );
  const { outcome, token } = new Probes(manager).one({ container: asker.id }, { proto: 'tcp', dst, port: 9090, timeoutMs: 3000, tries: 3 });
  const [esp, vxlan, readable] = sniffers.map((sniffer) => sniffer.stop<{ total: number }>().total);
  return { esp, vxlan, readable, answer: token ?? outcome };
}

function sealed(checks: Checks, stage: Stage): void {
  const [, worker] = stage.labs;
  const { shop, plain } = stage.services;
  const clear = frames(stage, plain, 'app-open');
  checks.shown(
    'control: frames of an overlay without encryption are read on the wire',
    clear.answer === `${WORD} 1` && clear.vxlan > 0 && clear.readable > 0 && clear.esp === 0,
    JSON.stringify(clear),
  );
  const secret = frames(stage, shop, 'app-sealed');
  checks.shown(
    'those of an encrypted one pass as ESP, none in the clear, and nobody reads them',
    secret.answer === `${WORD} 1` && secret.esp > 0 && secret.vxlan === 0 && secret.readable === 0,
    JSON.stringify(secret),
  );
  const drop = (action: '-I' | '-D') => worker.iptables('ESP', '-t', 'raw', action, 'PREROUTING', '-p', '50', '-j', 'DROP');
  drop('-I');
  const without = frames(stage, shop, 'app-sealed');
  drop('-D');
  checks.shown(
    'control: without ESP nothing gets through, so there is no other way',
    !without.answer.startsWith(WORD),
    JSON.stringify(without),
  );
  const again = frames(stage, shop, 'app-sealed');
  checks.shown('and with it all does', again.answer === `${WORD} 1`, JSON.stringify(again));
}

/** A publication that every node takes: from whom it is for, and from nobody else. */
function ingress(checks: Checks, stage: Stage): void {
  const probes = new Probes(stage.labs[0]);
  for (const dst of NODES) {
    const answers = new Set<string>();
    for (let i = 0; i < 6; i++) {
      const { outcome, token } = probes.one({ ns: 'lanA' }, { proto: 'tcp', dst, port: PUBLISHED, timeoutMs: 3000, tries: 2 });
      answers.add(token ?? outcome);
    }
    checks.shown(`${dst} passes connections of its source on to tasks of both nodes`, [...answers].sort().join() === `${WORD} 0,${WORD} 1`, [...answers].join('; ')); // prettier-ignore
    const other = probes.one({ ns: 'lanB' }, { proto: 'tcp', dst, port: PUBLISHED, timeoutMs: 1500 }).outcome;
    checks.shown('and those of nobody else', other === 'timeout', other);
  }
  const exposed = Reachability.of(stage.deployment.daemon).exposures().map(({ workload }) => workload); // prettier-ignore
  checks.shown('as the proof says', [...new Set(exposed)].join() === 'app/Shop', exposed.join());
  around(checks, stage, probes);
}

/** Past the publication: the addresses that the ingress has on a node, asked by somebody who routes to them. */
function around(checks: Checks, stage: Stage, probes: Probes): void {
  const [manager] = stage.labs;
  const inside = onGatewayNetwork(manager);
  checks.check('the ingress stands on the gateway network', inside.some(({ name }) => name.includes('ingress')), JSON.stringify(inside)); // prettier-ignore
  for (const { name, address: dst } of inside) {
    manager.inNs('lanA', ['ip', 'route', 'replace', `${dst}/32`, 'via', HOST_ADDRESS]);
    for (const port of [PUBLISHED, 8080]) {
      const { outcome } = probes.one({ ns: 'lanA' }, { proto: 'tcp', dst, port, timeoutMs: 1200 });
      checks.shown(`tcp/${port} of ${name} is shut to who routes to it`, outcome === 'timeout' || outcome === 'unreachable', outcome);
    }
  }
}
