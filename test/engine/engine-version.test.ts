import { EngineVersion } from '../../src';
import { compareVersions, GENERATIONS, spanOf } from '../../src/engine/private/generations';
import { expectError } from '../support/errors';

test.each([
  ['20.10', 'g20'],
  ['20.10.5', 'g20'],
  ['20.10.24', 'g20'],
  ['23.0', 'g23'],
  ['24.0.9', 'g23'],
  ['25.0.3', 'g23'],
  ['26.1.5', 'g23'],
  ['27.0', 'g27'],
  ['27.5.1', 'g27'],
  ['28.0', 'g28.0.0'],
  ['28.0.0', 'g28.0.0'],
  ['28.0.1', 'g28.0.1'],
  ['28.0.4', 'g28.0.1'],
  ['28.1', 'g28.0.1'],
  ['28.1.1', 'g28.0.1'],
  ['28.2', 'g28.2'],
  ['28.5.2', 'g28.2'],
  ['29.0', 'g29'],
  ['29.0.4', 'g29'],
  ['29.7.2', 'g29'],
  ['29.8', 'g29.8'],
  ['29.8.1', 'g29.8'],
  ['29.12', 'g29.8'],
])('%s makes the rules of %s', (version, key) => {
  const engine = EngineVersion.of(version);
  expect(engine._generation().key).toBe(key);
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
  '30.0',
  '28',
  '',
  '28.',
  'v28.2',
  '28.5.2.1',
  '28.5.2 ',
  '28.x',
  'latest',
  '１.0',
])('%j is none that we know the rules of', (version) => {
  expectError(() => EngineVersion.of(version), 'UnknownEngineVersion', { says: [`'${version}'`, '20.10 to below 20.11', "'28.5.2'"] });
});

test('anything but text is refused', () => {
  expectError(() => EngineVersion.of(28.2 as unknown as string), 'NotText', { says: ['28.2'] });
  expectError(() => EngineVersion.of('28.2\n'), 'ControlCharacter');
});

test.each([
  [EngineVersion.V20_10, '20.10', 'g20'],
  [EngineVersion.V23, '23.0', 'g23'],
  [EngineVersion.V24, '24.0', 'g23'],
  [EngineVersion.V25, '25.0', 'g23'],
  [EngineVersion.V26, '26.1', 'g23'],
  [EngineVersion.V27, '27.5', 'g27'],
  [EngineVersion.V28, '28.2', 'g28.2'],
  [EngineVersion.V29, '29.0', 'g29'],
] as const)('%s stands for %s', (engine, version, key) => {
  expect([engine.version, engine._generation().key]).toEqual([version, key]);
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

test('the spans of the generations rise and do not overlap', () => {
  GENERATIONS.forEach(({ from, below }, i) => {
    expect(compareVersions(from, below)).toBeLessThan(0);
    if (i > 0) expect(compareVersions(GENERATIONS[i - 1].below, from)).toBeLessThanOrEqual(0);
  });
});

test.each([
  ['28.5.2', '28.2 29.0', '28.2 29.0'],
  ['29.0', '29.0 30.0', '29.0 29.8'],
  ['29.7.2', '29.0 30.0', '29.0 29.8'],
  ['29.8', '29.0 30.0', '29.8 30.0'],
  ['29.9.1', '29.0 30.0', '29.8 30.0'],
])('a host of %s may have the versions %s, and %s where the ingress of a swarm publishes', (version, alone, withIngress) => {
  const generation = EngineVersion.of(version)._generation();
  const spans = [false, true].map((publishes) => Object.values(spanOf(generation, publishes)).join(' '));
  expect(spans).toEqual([alone, withIngress]);
});
