import { App, TerraformStack, Testing } from 'cdktf';
import { BridgeSegment, ContainerImage, HardenedContainer, HealthCheck, RestartPolicy, SecureDefaults, StartOptions } from '../../src';
import type { ErrorCode } from '../../src/private/errors';
import { expectError } from '../support/errors';
import { Program } from '../support/programs';

const IMAGE = ContainerImage.fromId(`sha256:${'1'.repeat(64)}`);
const READY = HealthCheck.command(['pg_isready']);

function three(healthCheck?: HealthCheck) {
  const program = new Program();
  const segment = program.segment('App');
  const [db, api, web] = ['Db', 'Api', 'Web'].map((id) => program.container(id, segment, id === 'Db' ? { healthCheck } : {}));
  return { program, db, api, web };
}

test('the order is one of Terraform, and nobody waits without being told', () => {
  const { program, db, api, web } = three(READY);
  api.startAfter(db);
  web.startAfter(api);
  web.startAfter(db);
  web.startAfter(db);
  const { container } = program.synth();
  const keyOf = ({ node }: HardenedContainer) => `docker_container.${program.stack.getLogicalId(node.findChild('Resource') as any)}`;
  expect(container('app-api').depends_on).toEqual([keyOf(db)]);
  expect(container('app-web').depends_on).toEqual([keyOf(api), keyOf(db)]);
  expect(container('app-db')).not.toHaveProperty('depends_on');
  expect(container('app-db')).not.toHaveProperty('wait');
});

test.each<[string, HealthCheck, StartOptions[], number]>([
  ['a quick check gets ten minutes', READY, [{}], 600],
  [
    'a slow start twice its time',
    HealthCheck.command(['x'], { startPeriodSeconds: 300, intervalSeconds: 10, timeoutSeconds: 5, retries: 5 }),
    [{}],
    780,
  ],
  ['what is said', READY, [{ timeoutSeconds: 90 }], 90],
  ['the longest of several', READY, [{ timeoutSeconds: 90 }, { timeoutSeconds: 120 }, { timeoutSeconds: 60 }], 120],
  ['no more than the provider gives', HealthCheck.command(['x'], { startPeriodSeconds: 900 }), [{}], 1_140],
  [
    'what is said, for a check that may take longer',
    HealthCheck.command(['x'], { startPeriodSeconds: 86_400 }),
    [{ timeoutSeconds: 1_140 }],
    1_140,
  ],
])('seconds of the wait: %s', (_, healthCheck, options, seconds) => {
  const { program, db, api } = three(healthCheck);
  options.forEach((one) => api.startAfter(db, { ...one, healthy: true }));
  expect(program.synth().container('app-db')).toMatchObject({ wait: true, wait_timeout: seconds });
});

test.each<[string, ErrorCode, (all: ReturnType<typeof three>) => void, string[]]>([
  ['itself', 'StartCycle', ({ db }) => db.startAfter(db), ["'app/Db' after 'app/Db'"]],
  ['a circle', 'StartCycle', ({ db, api, web }) => (api.startAfter(db), web.startAfter(api), db.startAfter(web)), ["'app/Db' after 'app/Web' after 'app/Api' after 'app/Db'"]], // prettier-ignore
  [
    'no health check',
    'StartWithoutHealth',
    ({ db, api }) => api.startAfter(db, { healthy: true }),
    ["'app/Db'", 'HealthCheck.command', "remove 'healthy'"],
  ],
  [
    'a health check that is turned off',
    'StartWithoutHealth',
    () => {
      const { db, api } = three(HealthCheck.none({ reason: 'its check asks what is not here' }));
      api.startAfter(db, { healthy: true });
    },
    ["'app/Db'"],
  ],
  ['a time without a wait', 'StartTimeout', ({ db, api }) => api.startAfter(db, { timeoutSeconds: 5 }), ["'healthy: true'"]],
  [
    'a time for an end',
    'StartTimeout',
    ({ db, api }) => api.startAfter(db, { completed: true, timeoutSeconds: 5 }),
    ['20 minutes; remove it'],
  ],
  [
    'more than the provider gives',
    'StartTimeout',
    ({ api }) => api.startAfter(three(READY).db, { healthy: true, timeoutSeconds: 1_141 }),
    ['from 1 to 1140'],
  ],
  [
    'a check that may take longer than the provider gives',
    'StartTimeout',
    ({ api }) => api.startAfter(three(HealthCheck.command(['x'], { startPeriodSeconds: 1_200 })).db, { healthy: true }),
    ["'app/Db' may take 1", "remove 'healthy'"],
  ],
  [
    'the end of what runs on',
    'StartWithoutEnd',
    ({ db, api }) => api.startAfter(db, { completed: true }),
    ["'app/Db'", 'RestartPolicy.NO'],
  ],
  [
    'both an end and health',
    'StartWithoutEnd',
    ({ db, api }) => api.startAfter(db, { completed: true, healthy: true }),
    ['remove one of them'],
  ],
  ['no time', 'StartTimeout', ({ api }) => api.startAfter(three(READY).db, { healthy: true, timeoutSeconds: 0 }), ["'timeoutSeconds'"]],
  ['no container', 'NotAWorkload', ({ api }) => api.startAfter('Db' as any), ["'other'"]],
])('refused: %s', (_, code, declare, says) => expectError(() => declare(three()), code, { says }));

describe('the end of a task', () => {
  const withTask = () => {
    const program = new Program();
    const segment = program.segment('App');
    const task = program.container('Migration', segment, { restartPolicy: RestartPolicy.NO });
    return { program, task, api: program.container('Api', segment), web: program.container('Web', segment) };
  };

  test('Terraform waits for it, and fails unless its exit code is 0', () => {
    const { program, task, api, web } = withTask();
    [api, web].forEach((one) => one.startAfter(task, { completed: true }));
    const { container } = program.synth();
    expect(container('app-migration')).toMatchObject({ must_run: false, attach: true, restart: 'no' });
    const [{ condition, error_message: message }] = container('app-migration').lifecycle.postcondition;
    expect(condition).toBe('${self.exit_code == 0}');
    expect(message).toContain("'docker logs app-migration' prints why");
    expect(message).toContain("'docker rm app-migration'");
    expect(container('app-api').depends_on).toEqual(container('app-web').depends_on);
    expect(container('app-migration')).not.toHaveProperty('wait');
  });

  test('it needs no health check, and one for which nobody waits does', () => {
    const open = (isAwaited: boolean) => {
      const { program, task, api } = withTask();
      if (isAwaited) api.startAfter(task, { completed: true });
      return new SecureDefaults()
        .check(program.stack)
        .filter(({ ruleId, path, state }) => ruleId === 'BH-C22' && path.startsWith('app/Migration') && state === 'open').length;
    };
    expect([true, false].map(open)).toEqual([0, 1]);
  });

  test('a task without a health check is told of that way', () => {
    const { task, api } = withTask();
    expectError(() => api.startAfter(task, { healthy: true }), 'StartWithoutHealth', { says: ["wait for its end with 'completed'"] });
  });
});

test('a refused order leaves nothing behind', () => {
  const { program, db, api } = three();
  api.startAfter(db);
  expectError(() => db.startAfter(api), 'StartCycle', {});
  expect(program.synth().container('app-db')).not.toHaveProperty('depends_on');
});

test('between stacks the stacks are ordered', () => {
  const { db, program } = three(READY);
  const stack = new TerraformStack(program.stack.node.root as App, 'later');
  const { daemon } = program;
  const late = new HardenedContainer(stack, 'Late', { segment: new BridgeSegment(stack, 'Late-Net', { daemon }), image: IMAGE });
  late.startAfter(db, { healthy: true });
  expect(stack.dependencies).toContain(program.stack);
  expect(Testing.synth(stack)).not.toContain('depends_on');
  expectError(() => db.startAfter(late), 'StartCycle', {});
});
