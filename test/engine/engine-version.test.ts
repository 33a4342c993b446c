import { EngineVersion } from '../../src';
import { type Concern, IPTABLES, NFTABLES, RELEASED } from '../../src/engine/private/docker-rules/lines';
import { compareVersions, cutsUpTo, isIn, spanOf } from '../../src/engine/private/versions';
import { expectError } from '../support/errors';

const rulesSince = (version: string) => cutsUpTo(IPTABLES, version).at(-1)?.since;

test.each([
  ['20.10', '20.10'],
  ['20.10.5', '20.10'],
  ['20.10.24', '20.10'],
  ['23.0', '23.0'],
  ['24.0.5', '23.0'],
  ['24.0.9', '24.0.6'],
  ['25.0.3', '25.0'],
  ['26.1.5', '25.0'],
  ['27.0', '27.0'],
  ['27.5.1', '27.0'],
  ['28.0', '28.0.0'],
  ['28.0.0', '28.0.0'],
  ['28.0.1', '28.0.1'],
  ['28.0.2', '28.0.2'],
  ['28.0.4', '28.0.2'],
  ['28.1', '28.0.2'],
  ['28.1.1', '28.0.2'],
  ['28.2', '28.2'],
  ['28.2.1', '28.2'],
  ['28.2.2', '28.2.2'],
  ['28.5.2', '28.2.2'],
  ['29.0', '29.0'],
  ['29.0.4', '29.0'],
  ['29.7.2', '29.0'],
  ['29.8', '29.8'],
  ['29.8.1', '29.8'],
  ['29.12', '29.8'],
])('%s makes the rules of %s', (version, first) => {
  const engine = EngineVersion.of(version);
  expect(rulesSince(version)).toBe(first);
  expect([engine.version, engine.toString()]).toEqual([version, version]);
});

test.each([
  ['28.5.2-rc.1', '28.5.2'],
  ['26.1.5+dfsg1', '26.1.5'],
  ['20.10.24+dfsg1-1+deb12u1', '20.10.24'],
  ['27.5.1~debian', '27.5.1'],
  ['29.0-beta.1', '29.0'],
])('the suffix of %s is left out', (version, plain) => {
  expect(EngineVersion.of(version).version).toBe(plain);
});

test.each([
  '19.03',
  '19.03.15',
  '20.9',
  '20.11',
  '21.0',
  '22.06',
  RELEASED.at(-1)!.below,
  '20',
  '22',
  '30',
  '028',
  '',
  '28.',
  'v28.2',
  '28.5.2.1',
  '28.5.2 ',
  '28.x',
  'latest',
  '１.0',
])('%j is none that we know the rules of', (version) => {
  expectError(() => EngineVersion.of(version), 'UnknownEngineVersion', { says: [`'${version}'`, '20.10 to below 20.11', "'29.9.3'"] });
});

test('anything but text is refused', () => {
  expectError(() => EngineVersion.of(28.2 as unknown as string), 'NotText', { says: ['28.2'] });
  expectError(() => EngineVersion.of('28.2\n'), 'ControlCharacter');
});

test.each([
  [EngineVersion.V20_10, '20.10', '20.10'],
  [EngineVersion.V23, '23.0', '23.0'],
  [EngineVersion.V24, '24.0', '23.0'],
  [EngineVersion.V25, '25.0', '25.0'],
  [EngineVersion.V26, '26.1', '25.0'],
  [EngineVersion.V27, '27.5', '27.0'],
  [EngineVersion.V28, '28.2', '28.2'],
  [EngineVersion.V29, '29.0', '29.0'],
  [EngineVersion.of('28'), '28.2', '28.2'],
  [EngineVersion.of('29'), '29.0', '29.0'],
] as const)('%s stands for %s', (engine, version, first) => {
  expect([engine.version, rulesSince(engine.version)]).toEqual([version, first]);
});

test.each([
  ['28.5.2', '28.2', true],
  ['28.2', '28.2.0', true],
  ['28.2', '28.2.1', false],
  ['28.10.0', '28.9', true],
  ['27.5.1', '28.0', false],
  ['29.0', '20.10', true],
])('%s is at least %s: %s', (version, other, expected) => {
  expect(EngineVersion.of(version).isAtLeast(other)).toBe(expected);
});

test.each([
  ['iptables', IPTABLES],
  ['nftables', NFTABLES],
])('the line of %s rises, by releases that were made, and each says what it changed', (_, line) => {
  line.forEach(({ since, what }, i) => {
    expect(RELEASED.some((span) => isIn(span, since))).toBe(true);
    expect(what.length).toBeGreaterThan(0);
    if (i > 0) expect(compareVersions(line[i - 1].since, since)).toBeLessThan(0);
  });
});

test.each([
  ['20.10.5', '20.10 20.11', '20.10 20.11'],
  ['24.0', '23.0 27.0', '23.0 27.0'],
  ['24.0.9', '23.0 27.0', '23.0 27.0'],
  ['27.5.1', '27.0 28.0', '27.0 28.0'],
  ['28.0', '28.0.0 28.0.1', '28.0.0 28.0.1'],
  ['28.0.1', '28.0.1 28.2', '28.0.1 28.2'],
  ['28.1', '28.0.1 28.2', '28.0.1 28.2'],
  ['28.2', '28.2 29.0', '28.2 29.0'],
  ['28.5.2', '28.2 29.0', '28.2 29.0'],
  ['29.0', '29.0 30.0', '29.0 29.8'],
  ['29.7.2', '29.0 30.0', '29.0 29.8'],
  ['29.8', '29.0 30.0', '29.8 30.0'],
  ['29.9.1', '29.0 30.0', '29.8 30.0'],
])('a host of %s may have the versions %s, and %s where the ingress of a swarm publishes', (version, alone, withIngress) => {
  const spans = [new Set<Concern>(), new Set<Concern>(['ingress'])].map((concerns) => Object.values(spanOf(version, concerns)).join(' '));
  expect(spans).toEqual([alone, withIngress]);
});
