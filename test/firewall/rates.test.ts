import { EMPTY } from './arbitraries';
import { SCENARIOS } from './scenarios';
import { renderRestore } from '../../src/firewall/private/backend/iptables/render-restore';
import { compile } from '../../src/firewall/private/compile';
import { parseIpsetSave } from '../../src/firewall/private/iptables-text/parse-ipset-save';
import type { Rule, SourceSet } from '../../src/firewall/private/ir';
import type { Family, RateSpec } from '../../src/topology/private/terms';
import type { PublicationPlan } from '../../src/topology/private/topology';

const published = SCENARIOS['three-tier'].publications.find(({ rate }) => rate !== undefined)!;
const rate: RateSpec = { amount: 30, per: 'minute', burst: 30 };
const udp = { protocol: 'udp', first: 53, last: 53 } as const;
const byUdp = { ...published, hostPort: udp, targetPort: udp };

function compiled(publications: readonly PublicationPlan[], family: Family = 'ipv4') {
  const { chains, sets } = compile({ ...EMPTY, publications }, family);
  const forward = chains.find(({ role, hook }) => role === 'guard' && hook === 'forward')!.rules;
  return {
    sets: sets.filter((set): set is SourceSet => 'seconds' in set),
    rules: forward.filter(({ origin }) => publications.some((plan) => plan.origin === origin)),
    toEdge: forward.filter(({ origin }) => origin === 'connections that stand to a gateway network'),
  };
}

const kinds = ({ verdict, matches }: Rule) => [verdict.kind, ...matches.map(({ kind }) => kind).filter((kind) => OF_RATES.includes(kind))];
const OF_RATES = ['tcp-flags', 'ct-status', 'in-set', 'rate-per-source', 'limit', 'ct-label'];

test('TCP: what opens passes, and what is complete is counted', () => {
  const { rules } = compiled([{ ...published, sources: ['0.0.0.0/0'], rate }]);
  expect(rules.map(kinds)).toEqual([
    ['return', 'tcp-flags', 'ct-status', 'ct-label'],
    ['add-source', 'ct-status', 'in-set', 'limit'],
    ['return', 'ct-status', 'in-set', 'rate-per-source', 'ct-label'],
    ['return', 'ct-status', 'in-set', 'limit', 'ct-label'],
  ]);
  const [opening, ...counting] = rules.map(({ matches }) => matches.find(({ kind }) => kind === 'ct-status'));
  expect(opening).toHaveProperty('negate', true);
  counting.forEach((match) => expect(match).not.toHaveProperty('negate'));
});

test('UDP: every first packet is counted', () => {
  const { rules, toEdge } = compiled([{ ...byUdp, sources: ['0.0.0.0/0'], rate }]);
  expect(rules.map(kinds)).toEqual([
    ['add-source', 'in-set', 'limit'],
    ['return', 'in-set', 'rate-per-source'],
    ['return', 'in-set', 'limit'],
  ]);
  expect(toEdge).toHaveLength(1);
});

test('connections stand in two ways only where a rate labels them, and then no SYN does', () => {
  expect(
    compiled([{ ...published, rate: undefined }]).toEdge.map(({ matches }) => matches.filter(({ kind }) => kind === 'ct-label')),
  ).toEqual([[]]);
  const ways = compiled([{ ...published, rate }]).toEdge;
  expect(ways.map(({ matches }) => matches.find(({ kind }) => kind === 'ct-label'))).toEqual([
    { kind: 'ct-label', label: 126, negate: true },
    { kind: 'ct-label', label: 127 },
  ]);
  expect(ways[1].matches).toContainEqual({ kind: 'tcp-flags', mask: ['SYN'], set: [] });
});

test('only sources of the set are looked up, and the table has more places than it', () => {
  for (const plan of [published, byUdp]) {
    const { rules } = compiled([{ ...plan, rate }]);
    const [, set] = /maxelem (\d+)/.exec(
      renderRestore(compile({ ...EMPTY, publications: [{ ...plan, rate }] }, 'ipv4')).sets.split('rate-')[1],
    )!;
    const looked = rules.filter(({ matches }) => matches.some(({ kind }) => kind === 'rate-per-source'));
    expect(looked.length).toBeGreaterThan(0);
    for (const { matches } of looked) {
      expect(matches.find(({ kind }) => kind === 'in-set')).not.toHaveProperty('negate');
      const { places } = matches.find((match) => match.kind === 'rate-per-source')!;
      // Those that have just left the set are still in the table.
      expect(places).toBeGreaterThan(2 * Number(set));
    }
  }
});

test.each<[RateSpec, number]>([
  [{ amount: 50, per: 'second', burst: 50 }, 60],
  [{ amount: 1, per: 'second', burst: 100 }, 102],
  [{ amount: 30, per: 'minute', burst: 30 }, 62],
  [{ amount: 1, per: 'minute', burst: 10_000 }, 600_002],
  [{ amount: 1, per: 'day', burst: 10_000 }, 2_147_483],
])('%j: a source stays in the set for %d s, longer than its rate remembers it', (spec, seconds) => {
  expect(compiled([{ ...published, rate: spec }]).sets).toEqual([{ name: expect.stringMatching(/^bh4-rate-[0-9a-f]{8}$/), seconds }]);
});

test('over IPv6 a network of 56 bits is one source, in the set and in the table', () => {
  const [plan] = SCENARIOS['dual-stack'].publications;
  const { sets, rules } = compiled([{ ...plan, rate }], 'ipv6');
  expect(sets.map(({ sourceLength }) => sourceLength)).toEqual([56]);
  const lengths = rules.flatMap(({ matches }) =>
    matches.flatMap((match) => (match.kind === 'rate-per-source' ? [match.sourceLength] : [])),
  );
  expect(new Set(lengths)).toEqual(new Set([56]));
});

test('another rate is another set, and sources of one publication share theirs', () => {
  const plan = { ...published, sources: ['198.51.100.0/24', '203.0.113.0/24'], rate };
  const [set, ...more] = compiled([plan]).sets;
  expect(more).toEqual([]);
  expect(compiled([{ ...plan, rate: { ...rate, burst: 31 } }]).sets[0].name).not.toBe(set.name);
});

const OURS = 'create bh4-rate-0a1b2c3d hash:ip family inet hashsize 65536 maxelem 65536 timeout 62 bucketsize 12 initval 0x912cd5b4';

test.each<[string, string, 'read' | 'not understood']>([
  ['as the kernel tells it', OURS, 'read'],
  ['with sources in it', `${OURS}\nadd bh4-rate-0a1b2c3d 192.0.2.21 timeout 61`, 'read'],
  ['as we write it', OURS.replace(/ bucketsize.*/, ' -exist'), 'read'],
  ['of another size', OURS.replace('maxelem 65536', 'maxelem 1024'), 'not understood'],
  ['that never forgets', OURS.replace('timeout 62', 'timeout 0'), 'not understood'],
  ['that drops its oldest', `${OURS} forceadd`, 'not understood'],
  ['of another type', OURS.replace('hash:ip', 'hash:net'), 'not understood'],
  ['of another name', OURS.replace('bh4-rate', 'banned'), 'not understood'],
])('a set of ours %s: %#', (_, text, expected) => {
  const { sets, notUnderstood, strayLines } = parseIpsetSave(`${text}\n`, 'ipv4');
  expect([sets.length, notUnderstood.length, strayLines]).toEqual(expected === 'read' ? [1, 0, []] : [0, 1, []]);
});

test('the sets of both families come back as they were written', () => {
  for (const family of ['ipv4', 'ipv6'] as const) {
    const ruleset = compile({ ...EMPTY, publications: SCENARIOS[family === 'ipv4' ? 'three-tier' : 'dual-stack'].publications }, family);
    const filled = ruleset.sets.filter((set) => 'seconds' in set);
    expect(filled.length).toBeGreaterThan(0);
    expect(parseIpsetSave(renderRestore(ruleset).sets, family).sets).toEqual(expect.arrayContaining(filled));
  }
});
