// Programs from a seed on a real engine: everything declared is open, nothing else is. `BULKHEAD_GENERATED` says how many, `BULKHEAD_SEED` which
// (a text; `random` for new ones; `TEXT/17` for one program alone).
import { type IDaemon, Reachability } from '../../../src';
import type { Checks } from '../harness/checks';
import { Deployment } from '../harness/deployment';
import { generate, HOSTS, type Plan } from '../harness/generate';
import { predicted } from '../harness/generate-model';
import { type Inventory, Oracle, OUTSIDE } from '../harness/generate-oracle';
import { programOf } from '../harness/generate-program';
import { listenersOf, type Question, questionsOf } from '../harness/generate-questions';
import { Crowd, type Task } from '../harness/generate-traffic';
import type { EngineId } from '../lab/cache';
import { Lab, type Where, withLab } from '../lab/lab';
import type { Probe, ProbeResult } from '../lab/probe';

const SAMPLE = 2;

interface Figures {
  programs: number;
  workloads: number;
  flows: number;
  publications: number;
  probes: number;
  open: number;
  differences: number;
  /** Predictions of the model that are not what was declared. */
  mistaken: number;
}

export function run(engine: EngineId, checks: Checks): void {
  const seeds = chosenSeeds();
  const began = Date.now();
  const sum: Figures = { programs: 0, workloads: 0, flows: 0, publications: 0, probes: 0, open: 0, differences: 0, mistaken: 0 };
  checks.say(
    `${seeds.length} programs, seed ${process.env.BULKHEAD_SEED === 'random' ? seeds[0] : (process.env.BULKHEAD_SEED ?? DEFAULT_SEED)}`,
  );
  // One lab takes program after program; after a failure the next one starts on a new host.
  for (let next = 0; next < seeds.length;) {
    withLab(engine, (lab) => {
      const crowd = new Crowd(lab);
      let deployment: Deployment | undefined;
      while (next < seeds.length) {
        const plan = generate(seeds[next++]);
        const done = checks.step(`program ${plan.seed}`, () => {
          // Every other change is made under running containers, the others on a host that was cleared.
          if (deployment && next % 2 === 0) deployment.destroy();
          if (deployment) {
            deployment.change(programOf(plan));
          } else {
            deployment = new Deployment(lab, programOf(plan), { daemon: { additionalHostAddresses: [HOSTS[1]] } });
            deployment.up();
            for (const ns of ['lanA', 'lanB', 'inet'] as const) lab.inNs(ns, ['ip', 'route', 'replace', '10.20.0.0/16', 'via', HOSTS[0]]);
          }
          probeProgram(checks, lab, crowd, plan, deployment.daemon, sum);
          checkPlan(checks, lab, deployment, plan);
          return true;
        });
        crowd.stop();
        if (!done) return;
      }
    });
  }
  const seconds = ((Date.now() - began) / 1000).toFixed(0);
  checks.say(
    `${sum.programs} programs, ${sum.workloads} workloads, ${sum.flows} flows, ${sum.publications} publications, ${sum.probes} probes (${sum.open} open as declared), ${sum.differences} differences, ${sum.mistaken} predictions wrong, ${seconds} s`,
  );
}

/**
 * Engines before 28 read the host ports of one port inside back in reverse order, so that no order in the program can be theirs; the provider then
 * wants another container.
 */
function checkPlan(checks: Checks, lab: Lab, deployment: Deployment, plan: Plan): void {
  const inside = plan.publications.flatMap(({ container, targetPort }) =>
    Array.from({ length: targetPort.last - targetPort.first + 1 }, (_, i) => `${container} ${targetPort.protocol}/${targetPort.first + i}`),
  );
  if (new Set(inside).size < inside.length && Number.parseInt(lab.version().version, 10) < 28) {
    checks.skip(
      `program ${plan.seed}: the plan after apply is empty`,
      'two publications lead to one port of one container, which this engine reads back in reverse',
    );
    return;
  }
  const { changes, text } = deployment.plan();
  checks.check(`program ${plan.seed}: the plan after apply is empty`, !changes, text);
}

const DEFAULT_SEED = 'bulkhead';

export function chosenSeeds(): string[] {
  const given = process.env.BULKHEAD_SEED ?? DEFAULT_SEED;
  if (/\/\d+$/.test(given)) return [given];
  const text = given === 'random' ? Date.now().toString(36) : given;
  return Array.from({ length: Number(process.env.BULKHEAD_GENERATED ?? SAMPLE) }, (_, i) => `${text}/${i}`);
}

function probeProgram(checks: Checks, lab: Lab, crowd: Crowd, plan: Plan, daemon: IDaemon, sum: Figures): void {
  const began = Date.now();
  const inventory = takeInventory(lab, plan);
  const oracle = new Oracle(plan, inventory);
  for (const { id } of plan.containers) {
    const [found, wanted] = [[...inventory.containers.get(id)!.keys()].sort(), oracle.networks(id)].map((names) => names.join(' '));
    checks.check(`program ${plan.seed}: ${id} is on its networks and no other`, found === wanted, `wanted ${wanted}, found ${found}`);
  }
  const questions = questionsOf(plan, inventory, (id) => oracle.hasGateway(id));
  const actors = [...plan.containers.map(({ id }) => id), 'host', ...Object.keys(OUTSIDE)];
  const where = (actor: string): Where => {
    const container = plan.containers.find(({ id }) => id === actor);
    return container ? { container: container.name } : actor === 'host' ? { host: true } : { ns: actor as keyof typeof OUTSIDE };
  };
  crowd.serve(
    actors.map((actor) => ({
      where: where(actor),
      spec: listenersOf(plan, questions, actor).map(({ protocol, port }) => ({ proto: protocol, address: '0.0.0.0', port, token: actor })),
    })),
  );
  const bySource = actors.map((source) => questions.filter((q) => q.source === source));
  const task = (i: number, asked: readonly Question[]): Task<Probe> => ({
    where: where(actors[i]),
    spec: asked.map((q, n) => probeOf(q, n, oracle)),
  });
  const results = crowd.ask(bySource.map((asked, i) => task(i, asked)));
  askAgain(crowd, bySource, results, (q) => q.device === undefined && oracle.answer(q).open, task);
  const { view } = Reachability.of(daemon)._proof;
  let differences = 0;
  let open = 0;
  bySource.forEach((asked, i) =>
    asked.forEach((q, n) => {
      const expected = oracle.answer(q);
      const problem = q.device !== undefined ? differs({ open: false }, results[i][n]) : differs(expected, results[i][n]);
      if (expected.open && q.device === undefined) open++;
      if (problem) differences++;
      const model = predicted(view, q);
      const isRight = q.device !== undefined ? !model.open : model.open === expected.open && model.by === expected.by;
      const past = q.device ? ` through ${q.device}` : '';
      checks.check(`program ${plan.seed}: ${q.source} -> ${q.target} ${q.address} ${q.protocol}/${q.port}${past}`, !problem, problem);
      checks.check(
        `program ${plan.seed}, the model: ${q.source} -> ${q.target} ${q.address} ${q.protocol}/${q.port}${past}`,
        isRight,
        () => `declared ${expected.open ? `open by ${expected.by}` : 'closed'}, predicted ${model.open ? `open by ${model.by}` : 'closed'}`,
      );
      if (!isRight) sum.mistaken++;
    }),
  );
  const states = lab.docker(
    'inspect',
    '--format',
    '{{.RestartCount}} {{.State.Running}} {{.Name}}',
    ...plan.containers.map(({ name }) => name),
  );
  checks.check(
    `program ${plan.seed}: no container ended`,
    states.split('\n').every((line) => line.startsWith('0 true')),
    states,
  );
  const { containers, flows, publications } = plan;
  checks.say(
    `program ${plan.seed}: ${containers.length} workloads, ${flows.length} flows, ${publications.length} publications, ${questions.length} probes (${open} open), ${differences} differences, probed in ${((Date.now() - began) / 1000).toFixed(1)} s`,
  );
  sum.programs++;
  sum.workloads += containers.length;
  sum.flows += flows.length;
  sum.publications += publications.length;
  sum.probes += questions.length;
  sum.open += open;
  sum.differences += differences;
}

/**
 * What should be open and was not is asked again when the rush is over: on a busy machine packets get lost, and several labs share one table of
 * neighbours. What is closed is asked once.
 */
function askAgain(
  crowd: Crowd,
  bySource: readonly (readonly Question[])[],
  results: ProbeResult[][],
  wanted: (q: Question) => boolean,
  task: (i: number, asked: readonly Question[]) => Task<Probe>,
): void {
  for (let round = 0; round < 3; round++) {
    const late = bySource
      .map((asked, i) => ({
        i,
        places: asked.flatMap((q, n) => (wanted(q) && ['timeout', 'unreachable', 'error'].includes(results[i][n].outcome) ? [n] : [])),
      }))
      .filter(({ places }) => places.length > 0);
    if (late.length === 0) return;
    const tasks = late.map(({ i, places }) => {
      const asked = places.map((n) => bySource[i][n]);
      return task(i, asked);
    });
    crowd.forgetNeighbours(tasks);
    const again = crowd.ask(tasks);
    late.forEach(({ i, places }, s) => places.forEach((n, k) => (results[i][n] = again[s][k])));
  }
}

function probeOf(q: Question, n: number, oracle: Oracle): Probe {
  const wanted = q.device === undefined && oracle.answer(q).open;
  return {
    id: String(n),
    proto: q.protocol,
    dst: q.address,
    port: q.port,
    timeoutMs: wanted ? 3000 : 800,
    tries: wanted ? 3 : 1,
    ...(q.source === 'inet' ? { src: OUTSIDE.inet } : {}),
    ...(q.device ? { device: q.device } : {}),
  };
}

/** What is wrong with an answer; a closed port that answers counts as reached. */
function differs(expected: { readonly open: boolean; readonly by?: string }, { outcome, token, detail }: ProbeResult): string {
  const observed = `${outcome}${token ? ` by ${token}` : ''}${detail ? ` (${detail})` : ''}`;
  if (outcome === 'error') return `could not be asked: ${observed}`;
  const reached = outcome === 'open' || outcome === 'refused';
  if (!expected.open) return reached ? `declared closed, observed ${observed}` : '';
  if (!reached) return `declared open by ${expected.by}, observed ${observed}`;
  // A port of the host that the engine holds for a publication elsewhere cannot be listened on.
  const right = outcome === 'refused' ? expected.by === 'host' : token === undefined || token === expected.by;
  return right ? '' : `declared open by ${expected.by}, observed ${observed}`;
}

function takeInventory(lab: Lab, plan: Plan): Inventory {
  type Inspected = { Name: string; NetworkSettings: { Networks: Record<string, { IPAddress: string }> } };
  const inspected = JSON.parse(lab.docker('inspect', ...plan.containers.map(({ name }) => name))) as Inspected[];
  const addresses = new Map(inspected.map(({ Name, NetworkSettings }) => [Name.slice(1), NetworkSettings.Networks]));
  const containers = plan.containers.map(({ id, name }): [string, Map<string, string>] => {
    return [id, new Map(Object.entries(addresses.get(name)!).map(([network, { IPAddress }]) => [network, IPAddress]))];
  });
  const names = [
    ...new Set([...plan.segments.map(({ network }) => network), ...containers.flatMap(([, networks]) => [...networks.keys()])]),
  ];
  const networks = JSON.parse(lab.docker('network', 'inspect', ...names)) as { Name: string; IPAM: { Config: { Gateway: string }[] } }[];
  return {
    containers: new Map(containers),
    gateways: new Map(networks.map(({ Name, IPAM }) => [Name, IPAM.Config[0].Gateway.split('/')[0]])),
  };
}
