// What starts after what: a slow database that others wait for, an order that is added later, and a wait that is too short. BULKHEAD_SLOW_START is how many
// seconds the database takes; a campaign gives it 300.
import { BridgeSegment, HardenedContainer, HealthCheck, RestartPolicy, type StartOptions, VolumeMount } from '../../../src';
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

    tasks(lab, checks, deployment);
  });
}

function empty(lab: Lab): void {
  lab.mustHost('a directory for the database', ['sh', '-c', `rm -rf ${DATA} && mkdir -p ${DATA} && chmod 777 ${DATA}`]);
}

/** A task that ends with a code that stands in a file of the host, and what waits for its end. */
const withTask: Program = ({ stack, daemon, image }) => {
  const segment = new BridgeSegment(stack, 'App', { daemon });
  const task = new HardenedContainer(stack, 'Task', {
    segment,
    image,
    command: ['sh', '-c', 'echo start >>/data/starts; sleep 3; read -r code </data/code; exit $code'],
    volumes: [VolumeMount.hostPath(DATA, '/data', { readOnly: false })],
    restartPolicy: RestartPolicy.NO,
  });
  new HardenedContainer(stack, 'Api', { segment, image }).startAfter(task, { completed: true });
};

function tasks(lab: Lab, checks: Checks, deployment: Deployment): void {
  const code = (value: number) => lab.mustHost('the exit code', ['sh', '-c', `echo ${value} >${DATA}/code`]);
  const isThere = () => lab.docker('ps', '-q', '--filter', 'name=app-api').trim() !== '';
  empty(lab);
  code(3);
  deployment.synth(withTask);
  deployment.install();
  const failed = deployment.tryApplyInTurn();
  checks.shown('a task that fails fails the apply, and the message says what to do', failed.code !== 0 && /docker logs app-task/.test(failed.stderr), failed.stderr); // prettier-ignore
  checks.shown('what waits for its end is not created', !isThere());
  const again = deployment.tryApplyInTurn();
  checks.shown(
    'nor by a second apply, which does not run the task again',
    again.code !== 0 && !isThere() && starts(lab) === 1,
    again.stderr,
  );
  code(0);
  lab.docker('rm', 'app-task');
  deployment.apply();
  const ended = Date.parse(inspect(lab, 'app-task', '{{.State.FinishedAt}}'));
  checks.shown('by the way of the message the task runs again, and what waits starts after its end', starts(lab) === 2 && startOf(lab, 'app-api') >= ended, `${startOf(lab, 'app-api') - ended} ms`); // prettier-ignore
  replansEmpty(checks, 'after the end of a task', deployment);
  deployment.apply();
  lab.stopEngine();
  lab.startEngine();
  replansEmpty(checks, 'after the end of a task and a restart of the engine', deployment);
  checks.shown('neither another apply nor a restart of the engine runs the task again', starts(lab) === 2 && isThere(), `${starts(lab)}`);
  deployment.destroy();
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
