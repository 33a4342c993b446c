import { Token } from 'cdktf';
import {
  Capability,
  Cidr,
  ConnectionRate,
  ContainerImage,
  ContainerUser,
  EncryptedOverlay,
  EngineVersion,
  HardenedService,
  Port,
  SwarmSecret,
} from '../../src';
import { expectError } from '../support/errors';
import { Program, synth } from '../support/programs';
import { SwarmProgram } from '../support/swarms';

const WHY = 'the image drops root by itself';

test.each([
  ['a user', ContainerUser.of(999), [999, 999, '999:999']],
  ['a user and its group', ContainerUser.of(70, 71), [70, 71, '70:71']],
  ['a group of root, which gives no power by itself', ContainerUser.of(10001, 0), [10001, 0, '10001:0']],
  ['root at start', ContainerUser.rootAtStart({ reason: WHY }), [0, 0, '0:0']],
  ['root', ContainerUser.root({ reason: WHY }), [0, 0, '0:0']],
  ['the largest', ContainerUser.of(2147483647), [2147483647, 2147483647, '2147483647:2147483647']],
])('%s', (_, { uid, gid, text }, expected) => expect([uid, gid, text]).toEqual(expected));

test.each([
  [
    'root',
    () => ContainerUser.of(0),
    'RootUser',
    ["'uid'", 'ContainerUser.of(10001)', 'ContainerUser.rootAtStart({ reason })', 'ContainerUser.root({ reason })'],
  ],
  ['root at start without a reason', () => ContainerUser.rootAtStart({ reason: 'because' }), 'ReasonTooShort', ["'because'"]],
  ['root without a reason', () => ContainerUser.root({ reason: '' }), 'ReasonTooShort', ["'reason'"]],
  ['root without anything', () => ContainerUser.root(undefined as never), 'PropertyMissing', ['reason']],
  ['a start of no time', () => ContainerUser.rootAtStart({ reason: WHY, startSeconds: 0 }), 'UserNumber', ["'startSeconds'", 'got 0']],
  ['a start of more than a day', () => ContainerUser.rootAtStart({ reason: WHY, startSeconds: 86_401 }), 'UserNumber', ['86400']],
  ['below it', () => ContainerUser.of(-1), 'UserNumber', ["'uid'", 'got -1']],
  ['half a user', () => ContainerUser.of(1.5), 'UserNumber', ['got 1.5']],
  ['more than the engine takes', () => ContainerUser.of(2147483648), 'UserNumber', ['2147483647']],
  ['a name', () => ContainerUser.of('postgres' as never), 'UserNumber', ["'uid'"]],
  ['zero as text', () => ContainerUser.of('0' as never), 'UserNumber', ["'uid'"]],
  ['a group below 0', () => ContainerUser.of(1, -1), 'UserNumber', ["'gid'"]],
  ['a number that only Terraform knows', () => ContainerUser.of(Token.asNumber({ resolve: () => 0 })), 'UnresolvedValue', ["'uid'"]],
] as const)('%s is refused', (_, make, code, says) => expectError(make, code, { says: [...says] }));

const DIGEST = `sha256:${'a'.repeat(64)}`;

test.each([
  ['user', () => ContainerUser.of(999), ContainerUser.of(999, 0)],
  ['root at start', () => ContainerUser.rootAtStart({ reason: WHY }), ContainerUser.root({ reason: WHY })],
  [
    'root at start for a while',
    () => ContainerUser.rootAtStart({ reason: WHY, startSeconds: 60 }),
    ContainerUser.rootAtStart({ reason: WHY, startSeconds: 61 }),
  ],
  ['root', () => ContainerUser.root({ reason: WHY }), ContainerUser.rootAtStart({ reason: WHY })],
  ['block', () => Cidr.parse('10.20.0.0/16'), Cidr.parse('10.20.0.0/17')],
  ['port', () => Port.tcp(443), Port.udp(443)],
  ['rate', () => ConnectionRate.perSecond(50), ConnectionRate.perMinute(50)],
  ['version', () => EngineVersion.of('28.5.2'), EngineVersion.V28],
  ['capability', () => Capability.of('CHOWN'), Capability.of('CAP_KILL')],
  ['image', () => ContainerImage.fromRegistry(`nginx@${DIGEST}`), ContainerImage.fromRegistry(`redis@${DIGEST}`)],
] as [string, () => { isSameAs(other: unknown): boolean }, unknown][])(
  'a %s is the same as another one of the same value alone',
  (_, make, other) => {
    expect([make().isSameAs(make()), make().isSameAs(other)]).toEqual([true, false]);
  },
);

test('reasons are kept without blanks around them, and compared by none', () => {
  const [one, other] = [' why it is so, really ', 'for another good reason'].map((reason) => ContainerUser.root({ reason }));
  expect([one.reason, one.startSeconds, one.isSameAs(other)]).toEqual(['why it is so, really', undefined, true]);
  expect(ContainerUser.rootAtStart({ reason: WHY })).toMatchObject({ reason: WHY, startSeconds: 60 });
  expect(ContainerUser.of(999)).toMatchObject({ reason: undefined, startSeconds: undefined });
});

const DROP = [Capability.SETUID, Capability.SETGID];
const at = { start: ContainerUser.rootAtStart({ reason: WHY }), always: ContainerUser.root({ reason: WHY }) };
const NET_RAW = Capability.of('NET_RAW', { reason: 'pings its upstreams' });

describe('capabilities', () => {
  const container = (props: object) => {
    const program = new Program();
    program.container('Web', program.segment('Front'), props);
    return program;
  };
  const service = (props: object) => {
    const program = new SwarmProgram();
    const overlay = new EncryptedOverlay(program.stack, 'Net', { cluster: program.cluster });
    new HardenedService(program.stack, 'Web', { overlay, image: ContainerImage.fromRegistry(`shop@${DIGEST}`), ...props });
    return program;
  };

  test.each([
    [
      'of the usual user',
      { capabilities: [Capability.CHOWN] },
      'InertCapability',
      ['CAP_CHOWN', '10001:10001', 'rootAtStart', 'ContainerUser.root({ reason })'],
    ],
    [
      'of a fixed user',
      { user: ContainerUser.of(999), capabilities: [Capability.KILL, Capability.CHOWN] },
      'InertCapability',
      ['CAP_KILL, CAP_CHOWN', '999:999', 'remove them'],
    ],
    ['for low ports', { capabilities: [Capability.NET_BIND_SERVICE] }, 'InertCapability', ['below 1024']],
    [
      'that do not set the user',
      { user: at.start, capabilities: [Capability.SETGID] },
      'RootCannotDrop',
      ['CAP_SETUID;', 'Capability.SETGID'],
    ],
    ['that do not set groups', { user: at.start, capabilities: [Capability.SETUID] }, 'RootCannotDrop', ['CAP_SETGID;']],
    ['left out', { user: at.start }, 'RootCannotDrop', ['CAP_SETUID and CAP_SETGID']],
    [
      'that the image loses',
      { user: at.start, capabilities: [...DROP, Capability.KILL] },
      'RootAtStartCapability',
      ['CAP_KILL', 'CHOWN, DAC_OVERRIDE, FOWNER, NET_BIND_SERVICE, SETGID, SETUID', 'ContainerUser.root({ reason })'],
    ],
    [
      'with a reason that the image loses',
      { user: at.start, capabilities: [...DROP, Capability.of('SYS_NICE', { reason: 'pins its threads' })] },
      'RootAtStartCapability',
      ['CAP_SYS_NICE'],
    ],
  ] as const)('%s are refused', (_, props, code, says) => {
    expectError(() => container(props), code, { path: 'app/Web', says: [...says] });
    expectError(() => service(props), code, { path: 'app/Web', says: [...says] });
  });

  test('that the engine does not know yet are refused, and later engines have them', () => {
    const bpf = (version: string) => () => {
      const program = new Program({ engine: EngineVersion.of(version) });
      program.container('Web', program.segment('Front'), {
        user: at.always,
        capabilities: [Capability.of('BPF', { reason: 'traces system calls' })],
      });
    };
    expectError(bpf('20.10.24'), 'UnknownCapability', { path: 'app/Web', says: ['CAP_BPF', '20.10.24', '23.0'] });
    expect(bpf('26.1.5')).not.toThrow();
  });

  test('that forge are no less refused at the start', () => {
    expectError(() => container({ user: at.start, capabilities: [...DROP, NET_RAW] }), 'RootAtStartCapability', { says: ['CAP_NET_RAW'] });
  });

  test('of root at start are those that are listed, without an init process that would stay root', () => {
    const made = container({ user: at.start, capabilities: [...DROP, Capability.CHOWN] })
      .synth()
      .container();
    expect(made).toMatchObject({
      user: '0:0',
      init: false,
      capabilities: { drop: ['ALL'], add: ['CAP_CHOWN', 'CAP_SETGID', 'CAP_SETUID'] },
    });
    expect(made.security_opts).toEqual(['no-new-privileges:true']);
  });

  test('of root are none, or any', () => {
    expect(container({ user: at.always }).synth().container()).toMatchObject({ user: '0:0', init: true, capabilities: { drop: ['ALL'] } });
    expect(
      container({ user: at.always, capabilities: [NET_RAW] })
        .synth()
        .container().capabilities.add,
    ).toEqual(['CAP_NET_RAW']);
  });

  test('a service takes no notice of the platforms that the provider learns from a registry', () => {
    const made = synth(service({}).stack).resource('docker_service');
    expect(made.lifecycle).toEqual({ ignore_changes: ['task_spec[0].placement[0].platforms'] });
  });

  test('of a service the same, and who reads a secret after the drop is left to the image', () => {
    const secrets = [SwarmSecret.of({ secretId: 'a'.repeat(25), secretName: 'db' })];
    const spec = (user: ContainerUser) =>
      synth(service({ user, capabilities: DROP, secrets }).stack).resource('docker_service').task_spec.container_spec;
    expect(spec(at.start)).toMatchObject({
      user: '0:0',
      cap_add: ['CAP_SETGID', 'CAP_SETUID'],
      secrets: [{ file_uid: '0', file_mode: 0o444 }],
    });
    expect(spec(at.always).secrets[0]).toMatchObject({ file_uid: '0', file_mode: 0o400 });
  });
});
