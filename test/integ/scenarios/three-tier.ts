// The main job: three tiers on a real engine, and every pair, port and direction probed.
import { ConnectionRate, HardenedContainer, Peer, Port, ThreeTierNetwork } from '../../../src';
import type { Checks } from '../harness/checks';
import { Deployment, HOST_ADDRESS, type Program } from '../harness/deployment';
import { type Actor, ask, containerActor, gateways, judge, type Ports, type Question, serveAll, type Target } from '../harness/matrix';
import { withLab } from '../lab/lab';
import type { EngineId } from '../lab/cache';
import type { Probes } from '../lab/probe';
import type { Lab } from '../lab/lab';

export const LAN_A = '192.0.2.20';
export const LAN_B = '192.0.2.21';
export const INTERNET = '203.0.113.7';

/** Ports with meaning, the number of the host port among them, and some that nobody declared. */
const PORTS: Ports = { tcp: [22, 443, 5432, 8080, 8443, 9090], udp: [53, 5432, 8080, 9090], icmp: true };

export const program: Program = ({ stack, daemon, image }) => {
  const tiers = new ThreeTierNetwork(stack, 'Shop', { daemon });
  const web = new HardenedContainer(stack, 'Web', { segment: tiers.dmz, image });
  const api = new HardenedContainer(stack, 'Api', { segment: tiers.app, image, defaultPort: Port.tcp(8080) });
  const db = new HardenedContainer(stack, 'Db', { segment: tiers.data, image, defaultPort: Port.tcp(5432) });
  web.publish(Port.tcp(443), {
    targetPort: Port.tcp(8443),
    hostAddress: HOST_ADDRESS,
    sources: [Peer.address(LAN_A)],
    rate: ConnectionRate.perSecond(50),
  });
  web.connections.allowTo(api, Port.tcp(8080));
  api.connections.allowTo(db);
};

export interface Stage {
  readonly lab: Lab;
  readonly deployment: Deployment;
  readonly probes: Probes;
  readonly actors: readonly Actor[];
  readonly targets: readonly Target[];
}

export function setTheStage(lab: Lab): Stage {
  const deployment = new Deployment(lab, program);
  deployment.up();
  const containers = ['app-web', 'app-api', 'app-db'].map((name) => containerActor(lab, name));
  const outside: Actor[] = [
    { name: 'host', where: { host: true }, endpoints: [] },
    { name: 'lanA', where: { ns: 'lanA' }, endpoints: [{ network: 'lan', address: LAN_A }] },
    { name: 'lanB', where: { ns: 'lanB' }, endpoints: [{ network: 'lan', address: LAN_B }] },
    { name: 'inet', where: { ns: 'inet' }, endpoints: [{ network: 'internet', address: INTERNET }] },
  ];
  const probes = serveAll(lab, [...containers, ...outside], PORTS);
  // Outside hosts try container addresses by routing to them over the Docker host, as a neighbour on the LAN could.
  for (const ns of ['lanA', 'lanB', 'inet'] as const) {
    lab.inNs(ns, ['ip', 'route', 'replace', '10.20.0.0/16', 'via', HOST_ADDRESS]);
  }
  const insiders = new Set(containers.map(({ name }) => name));
  const targets: Target[] = [
    ...containers.flatMap((actor) => actor.endpoints.map(({ address }) => ({ name: actor.name, address, ports: PORTS }))),
    { name: 'host', address: HOST_ADDRESS, ports: PORTS },
    ...gateways(lab).map((address) => ({ name: 'host', address, ports: PORTS, only: insiders })),
    { name: 'lanA', address: LAN_A, ports: PORTS },
    { name: 'inet', address: INTERNET, ports: PORTS },
  ];
  return { lab, deployment, probes, actors: [...containers, ...outside], targets };
}

/** What the program declares, said a second time in plain words; nothing of our own model is asked. */
export function declared(stage: Pick<Stage, 'actors'>): (q: Question) => boolean {
  const networksOf = new Map(stage.actors.map((actor) => [actor.name, actor.endpoints]));
  const shared = (q: Question) => {
    const network = networksOf.get(q.target)?.find(({ address }) => address === q.address)?.network;
    return networksOf.get(q.source)?.some((endpoint) => endpoint.network === network) ?? false;
  };
  return (q) => {
    const containers = ['app-web', 'app-api', 'app-db'];
    if (containers.includes(q.source) && containers.includes(q.target)) {
      const flow = `${q.source} ${q.target} ${q.proto}/${q.port}`;
      return ['app-web app-api tcp/8080', 'app-api app-db tcp/5432'].includes(flow) && shared(q);
    }
    if (q.target === 'host') {
      // The host's own services towards its own network are the administrator's; Docker's and ours leave them alone.
      if (containers.includes(q.source)) return false;
      if (q.address === HOST_ADDRESS && q.proto === 'tcp' && q.port === 443) return q.source === 'lanA' || q.source === 'host';
      return true;
    }
    if (containers.includes(q.target)) return false;
    return !containers.includes(q.source);
  };
}

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const stage = setTheStage(lab);
    checks.say(`engine ${lab.version().version}, containers are up`);
    judge(checks, 'three tiers', ask(stage.probes, stage.actors, stage.targets, declared(stage)));
    const plan = stage.deployment.plan();
    checks.shown('the plan after apply is empty', !plan.changes, plan.text);
    stage.deployment.destroy();
    const left = lab.docker('ps', '-aq') + lab.docker('network', 'ls', '-q', '--filter', 'name=app-');
    checks.shown('destroy leaves no container and no network', left === '', left);
  });
}
