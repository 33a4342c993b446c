import { Capability, ContainerUser, type HardenedContainerProps, VolumeMount } from '../../src';
import { expectError, thrownBy } from '../support/errors';
import { Program } from '../support/programs';
import { Services } from '../support/swarms';

const reason = 'node exporter reads the counters of the host';
const OWN = ContainerUser.of(10900);
const PROC = VolumeMount.procOfHost('/host/proc', { reason });
const SYS = VolumeMount.sysOfHost('/host/sys', { reason });

function scene(props: Partial<HardenedContainerProps> = {}) {
  const program = new Program();
  const segment = program.segment('Monitor');
  return { program, segment, exporter: program.container('Exporter', segment, { user: OWN, volumes: [PROC, SYS], ...props }) };
}

test('both are mounted read-only, and their rule accepts the reason', () => {
  const { program } = scene();
  program.container('Web', program.segment('Front'));
  const { mounts } = program.synth().container('app-exporter');
  expect(mounts).toEqual(
    expect.arrayContaining([
      { type: 'bind', source: '/proc', target: '/host/proc', read_only: true },
      { type: 'bind', source: '/sys', target: '/host/sys', read_only: true },
    ]),
  );
});

test('the same by a mount without a reason is refused, as ever', () => {
  for (const source of ['/proc', '/sys', '/', '/run', '/var/run', '/var/lib/docker']) {
    expectError(() => VolumeMount.hostPath(source, '/host/x'), 'SensitiveHostPath', { says: [source] });
  }
});

test.each<[string, Partial<HardenedContainerProps>, string]>([
  ['root', { user: ContainerUser.root({ reason: 'its image has no other user' }) }, 'ContainerUser.of(10900)'],
  [
    'root at start',
    { user: ContainerUser.rootAtStart({ reason: 'its image drops root' }), capabilities: [Capability.SETUID, Capability.SETGID] },
    'ContainerUser.of(10900)',
  ],
  ['a user of the host', { user: ContainerUser.of(1000) }, '1000'],
  ['nobody', { user: ContainerUser.of(65534) }, '65534'],
  ['a group of the host', { user: ContainerUser.of(10900, 999) }, '999'],
  ['a further group of the host', { extraGroups: [998] }, '998'],
])('refused: %s', (_what, props, says) => {
  expectError(() => scene(props), 'SensitiveHostPath', { path: 'app/Exporter', says: [says] });
  expectError(() => scene({ volumes: [SYS], ...props }), 'SensitiveHostPath', { path: 'app/Exporter', says: ['/sys'] });
});

test('refused: a user that another container has; control: another user, or /sys alone', () => {
  const { program, segment } = scene({ user: undefined });
  program.container('Web', segment);
  expect(thrownBy(() => program.synth()).message).toMatch(/\[app\/Exporter\] .*'app\/Web' has the same user 10001.*\(SensitiveHostPath\)/);
  for (const props of [{}, { user: undefined, volumes: [SYS] }]) {
    const other = scene(props);
    other.program.container('Web', other.segment);
    other.program.synth();
  }
});

test('refused: a place where the container has its own, and a short reason', () => {
  expectError(() => VolumeMount.procOfHost('/proc', { reason }), 'MountTarget', { says: ['/proc'] });
  expectError(() => VolumeMount.sysOfHost('/sys/fs', { reason }), 'MountTarget', { says: ['/host/sys'] });
  expectError(() => VolumeMount.procOfHost('/host/proc', { reason: 'because' }), 'ReasonTooShort');
});

test('refused: a service', () => {
  const program = new Services();
  const mesh = program.overlay('Mesh');
  expectError(() => program.service('Exporter', mesh, { user: OWN, volumes: [PROC] }), 'SensitiveHostPath', {
    says: ['HardenedContainer'],
  });
});

test('a socket folder that an override adds is found', () => {
  const { program, exporter } = scene({ volumes: [SYS] });
  const resource = exporter.node.findChild('Resource') as any;
  resource.addOverride('mounts.2', { type: 'bind', source: '/run', target: '/host/run', read_only: true });
  expect(thrownBy(() => program.synth()).message).toContain('BH-C06');
});
