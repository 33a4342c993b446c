import { App, TerraformStack, Testing } from 'cdktf';
import { BridgeSegment, ContainerImage, HardenedContainer, HealthCheck, StartOptions } from '../../src';
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
  ['no more than the provider takes well', HealthCheck.command(['x'], { startPeriodSeconds: 86_400 }), [{}], 86_400],
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
  ['no time', 'StartTimeout', ({ api }) => api.startAfter(three(READY).db, { healthy: true, timeoutSeconds: 0 }), ["'timeoutSeconds'"]],
  ['no container', 'NotAWorkload', ({ api }) => api.startAfter('Db' as any), ["'other'"]],
])('refused: %s', (_, code, declare, says) => expectError(() => declare(three()), code, { says }));

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
