// What starts after what: a slow database that others wait for, an order that is added later, and a wait that is too short. BULKHEAD_SLOW_START is how many
// seconds the database takes; a campaign gives it 300.
import { BridgeSegment, HardenedContainer, HealthCheck, type StartOptions, VolumeMount } from '../../../src';
import type { Checks } from '../harness/checks';
import { Deployment, type Program } from '../harness/deployment';
import type { EngineId } from '../lab/cache';
import { type Lab, withLab } from '../lab/lab';

const SLOW = Number(process.env.BULKHEAD_SLOW_START ?? 15);
const DATA = '/srv/start-order';

interface Order {
  /** How Api waits for Db; undefined for not at all. */
  readonly api?: StartOptions;
  readonly seconds: number;
}

/** Each start of the database is written down before it takes its time; once it is done, later starts are quick. */
const script = (seconds: number) =>
  `echo start >>/data/starts; test -e /data/done || { sleep ${seconds}; touch /data/done; }; touch /tmp/ready; exec sleep 100000`;

const program =
  ({ api, seconds }: Order): Program =>
  ({ stack, daemon, image }) => {
    const segment = new BridgeSegment(stack, 'App', { daemon });
    const db = new HardenedContainer(stack, 'Db', {
      segment,
      image,
      command: ['sh', '-c', script(seconds)],
      volumes: [VolumeMount.hostPath(DATA, '/data', { readOnly: false })],
      healthCheck: HealthCheck.command(['test', '-e', '/tmp/ready'], {
        intervalSeconds: 2,
        timeoutSeconds: 2,
        retries: 2,
        startPeriodSeconds: 1,
      }),
    });
    const waiting = new HardenedContainer(stack, 'Api', { segment, image });
    if (api !== undefined) waiting.startAfter(db, api);
  };

export const engines: readonly EngineId[] = ['20.10', '26.1', '28.5', '29'];

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const deployment = new Deployment(lab, program({ api: { healthy: true }, seconds: SLOW }));
    empty(lab);
    deployment.up();
    const [db, api] = [startOf(lab, 'app-db'), startOf(lab, 'app-api')];
    checks.shown(`the database takes ${SLOW} s, and what waits for it starts later`, api - db >= SLOW * 1000, `${api - db} ms`);
    checks.shown('it is healthy when the apply ends', health(lab) === 'healthy', health(lab));
    replansEmpty(checks, 'after a wait', deployment);

    const before = ids(lab);
    deployment.change(program({ seconds: SLOW }));
    replansEmpty(checks, 'an order that is taken away', deployment);
    deployment.change(program({ api: { healthy: true, timeoutSeconds: 90 }, seconds: SLOW }));
    replansEmpty(checks, 'an order that is added', deployment);
    checks.shown('neither costs a container', ids(lab) === before, `${before} and ${ids(lab)}`);
    deployment.destroy();

    // Longer than the wait: the engine calls the database unhealthy meanwhile, and it goes on.
    empty(lab);
    deployment.synth(program({ api: { healthy: true, timeoutSeconds: 4 }, seconds: SLOW }));
    deployment.install();
    const failed = deployment.tryApplyInTurn();
    checks.shown('a wait that is too short fails the apply', failed.code !== 0 && /healthy/.test(failed.stderr), failed.stderr);
    checks.shown('what waits is not created', lab.docker('ps', '-aq', '--filter', 'name=app-api').trim() === '');
    deployment.synth(program({ api: { healthy: true }, seconds: SLOW }));
    deployment.apply();
    checks.shown('the next apply creates the database again, with its volume, and ends', starts(lab) === 2, `${starts(lab)} starts`);
    checks.shown('and what waits', health(lab) === 'healthy' && startOf(lab, 'app-api') > startOf(lab, 'app-db'));
    replansEmpty(checks, 'after a wait that failed', deployment);
    deployment.destroy();
  });
}

function empty(lab: Lab): void {
  lab.mustHost('a directory for the database', ['sh', '-c', `rm -rf ${DATA} && mkdir -p ${DATA} && chmod 777 ${DATA}`]);
}

const inspect = (lab: Lab, name: string, format: string) => lab.docker('inspect', '--format', format, name).trim();
const startOf = (lab: Lab, name: string) => Date.parse(inspect(lab, name, '{{.State.StartedAt}}'));
const health = (lab: Lab) => inspect(lab, 'app-db', '{{.State.Health.Status}}');
const ids = (lab: Lab) => ['app-db', 'app-api'].map((name) => inspect(lab, name, '{{.Id}}')).join();
const starts = (lab: Lab) =>
  lab
    .mustHost('reading the starts', ['cat', `${DATA}/starts`])
    .trim()
    .split('\n').length;

function replansEmpty(checks: Checks, what: string, deployment: Deployment): void {
  const plan = deployment.plan();
  checks.shown(`${what} the plan is empty`, !plan.changes, plan.text);
}
