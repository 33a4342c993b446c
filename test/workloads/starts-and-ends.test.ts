import { Capability, ContainerUser, type HardenedContainerProps, HealthCheck } from '../../src';
import { expectError } from '../support/errors';
import { Program } from '../support/programs';

const ROOT_AT_START = {
  user: ContainerUser.rootAtStart({ reason: 'the entry point makes its folders' }),
  capabilities: [Capability.SETUID, Capability.SETGID],
};

function container(props: Partial<HardenedContainerProps>) {
  const program = new Program();
  program.container('Web', program.segment('Front'), props);
  return program.synth().container();
}

test.each(['SIGHUP', 'SIGINT', 'SIGKILL', 'SIGPWR', 'SIGQUIT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH', 'SIGRTMIN', 'SIGRTMIN+15'])(
  'stops by %s',
  (stopSignal) => expect(container({ stopSignal }).stop_signal).toBe(stopSignal),
);

test.each(['TERM', 'sigquit', '15', 'SIGSTOP', 'SIGCHLD', 'SIGRTMIN+0', 'SIGRTMIN+16', 'SIGTERM ', ''])(
  '%j is no stop signal',
  (stopSignal) => expectError(() => container({ stopSignal }), 'StopSignal', { path: 'app/Web', says: [`'${stopSignal}'`, 'SIGTERM'] }),
);

test.each([
  [{}, true],
  [{ init: false }, false],
  [{ init: true }, true],
  [ROOT_AT_START, false],
  [{ ...ROOT_AT_START, init: false }, false],
  [{ user: ContainerUser.root({ reason: 'its image has no other user' }), init: true }, true],
])('an init process, case %#', (props, init) => expect(container(props).init).toBe(init));

test('with root at start it is refused', () =>
  expectError(() => container({ ...ROOT_AT_START, init: true }), 'InitKeepsRoot', { path: 'app/Web', says: ["remove 'init'"] }));

test('a health check that is turned off has no times', () =>
  expect(container({ healthCheck: HealthCheck.none({ reason: 'nothing can be asked of it' }) }).healthcheck).toEqual({ test: ['NONE'] }));

test('nothing is written of what is left to the image and to the provider', () => {
  expect(Object.keys(container({})).filter((key) => ['must_run', 'stop_signal', 'max_retry_count', 'healthcheck'].includes(key))).toEqual(
    [],
  );
});
