import { Token } from 'cdktf';
import { Capability, Cidr, ConnectionRate, ContainerImage, ContainerUser, EngineVersion, Port } from '../../src';
import { expectError } from '../support/errors';

test.each([
  ['a user', ContainerUser.of(999), [999, 999, '999:999']],
  ['a user and its group', ContainerUser.of(70, 71), [70, 71, '70:71']],
  ['a group of root, which gives no power by itself', ContainerUser.of(10001, 0), [10001, 0, '10001:0']],
  ['the largest', ContainerUser.of(2147483647), [2147483647, 2147483647, '2147483647:2147483647']],
])('%s', (_, { uid, gid, text }, expected) => expect([uid, gid, text]).toEqual(expected));

test.each([
  ['root', () => ContainerUser.of(0), 'RootUser', ["'uid'", 'ContainerUser.of(10001)']],
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
