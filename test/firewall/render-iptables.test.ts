import { EMPTY, pairSets } from './arbitraries';
import { SCENARIOS } from './scenarios';
import { IPTABLES } from '../../src/firewall/private/backend/iptables/capabilities';
import { commentOf } from '../../src/firewall/private/backend/iptables/render-restore';
import { assertExpressible } from '../../src/firewall/private/capabilities';
import { compile } from '../../src/firewall/private/compile';
import type { Chain, Match, Rule, Ruleset, Verdict } from '../../src/firewall/private/ir';
import { restoreFile } from '../support/restore-files';

const all = Object.values(SCENARIOS).flatMap((topology) => [compile(topology, 'ipv4'), compile(topology, 'ipv6')]);

function ruleset(rules: Partial<Rule>[], extra: Partial<Ruleset> = {}): Ruleset {
  const full = rules.map((rule): Rule => ({ matches: [], verdict: { kind: 'drop' }, origin: 'app/Web', ...rule }));
  const chain: Chain = { role: 'guard', hook: 'forward', rules: full };
  return { family: extra.family ?? 'ipv4', chains: [chain], sets: extra.sets ?? [] };
}

describe('restore file', () => {
  test.each(all.map((r) => restoreFile(r)))('declares only our own chains and jumps nowhere ($digest)', ({ rules, chains }) => {
    const lines = rules.split('\n');
    expect(lines.filter((line) => line.startsWith(':'))).toEqual(chains.map(({ chain }) => `:${chain} - [0:0]`));
    expect(chains.every(({ chain }) => chain.startsWith('BULKHEAD-'))).toBe(true);
    expect(lines.filter((line) => line.startsWith('*'))).toEqual(['*raw', '*mangle', '*filter']);
    expect(rules).not.toMatch(/-j (?!ACCEPT|DROP|RETURN|LOG|SET --add-set bh)/);
    expect(rules.endsWith('COMMIT\n')).toBe(true);
  });

  test.each(all.map((r) => restoreFile(r)))(
    'every chain holds the rules it says, the last one marked ($digest)',
    ({ rules, chains, digest }) => {
      for (const { chain, rules: count } of chains) {
        const own = rules.split('\n').filter((line) => line.startsWith(`-A ${chain} `));
        expect(own).toHaveLength(count);
        expect(own.map((line) => line.includes(`--comment "bulkhead ${digest}"`))).toEqual(own.map((_, i) => i === count - 1));
        expect(own.every((line) => line.includes(' -m comment --comment '))).toBe(true);
      }
    },
  );

  test('the digest follows from rules and sets', () => {
    const digests = all.map((r) => restoreFile(r).digest);
    // Two scenarios have the same (closed) IPv6 rules.
    expect(new Set(digests).size).toBe(all.length - 1);
    const mesh = compile(SCENARIOS.mesh, 'ipv4');
    const [set] = pairSets(mesh.sets);
    const other = { ...mesh, sets: [{ ...set, elements: set.elements.slice(1) }, ...mesh.sets.filter((one) => one !== set)] };
    expect(restoreFile(other).digest).not.toBe(restoreFile(mesh).digest);
    expect(restoreFile(mesh)).toEqual(restoreFile(mesh));
  });

  test('another content is another set', () => {
    const names = (topology: typeof EMPTY) => pairSets(compile(topology, 'ipv4').sets).map(({ name }) => name);
    const { mesh } = SCENARIOS;
    expect(names(mesh)).toEqual([expect.stringMatching(/^bh4-[0-9a-f]{8}$/)]);
    expect(names({ ...mesh, pairs: mesh.pairs.slice(2) })).not.toEqual(names(mesh));
  });

  test('another rate is another count: the kernel would keep the old limits under a known name', () => {
    const name = (amount: number) => {
      const [pair] = SCENARIOS.mesh.pairs;
      const topology = { ...EMPTY, pairs: [{ ...pair, rate: { amount, per: 'second' as const, burst: 5 } }] };
      return /hashlimit-name (bh[0-9a-f]{8}) /.exec(restoreFile(compile(topology, 'ipv4')).rules)?.[1];
    };
    expect(name(5)).toBeDefined();
    expect(name(5)).not.toBe(name(6));
  });
});

describe('comments', () => {
  test.each([
    ['app/Web > app/Api tcp/8080', 'app/Web > app/Api tcp/8080'],
    ['app/Shop/dmz#gateway', 'app/Shop/dmz_gateway'],
    ['a"; -I FORWARD -j ACCEPT', 'a__ -I FORWARD -j ACCEPT'],
    ['a\n-I FORWARD -j ACCEPT', 'a_-I FORWARD -j ACCEPT'],
    ["it's $(reboot) `x` \\ %{if} é", 'it_s __reboot_ _x_ _ __if_ _'],
    ['', 'unnamed'],
    ['   ', 'unnamed'],
  ])('%j → %j', (origin, comment) => expect(commentOf(origin)).toBe(comment));

  test('are cut at 100 characters', () => expect(commentOf('a'.repeat(300))).toHaveLength(100));

  test('no origin makes a second line', () => {
    const { rules } = restoreFile(ruleset([{ origin: 'x\n-I FORWARD -j ACCEPT\r\u2028' }, {}]));
    expect(rules.split('\n')).toHaveLength(6);
  });
});

describe('what iptables cannot say is an error', () => {
  const cases: [string, Ruleset][] = [
    ["match 'geo-country'", ruleset([{ matches: [{ kind: 'geo-country' } as unknown as Match] }])],
    ["verdict 'tarpit'", ruleset([{ verdict: { kind: 'tarpit' } as unknown as Verdict }])],
    ["verdict 'jump'", ruleset([{ verdict: { kind: 'jump', chain: 'ELSEWHERE' } }])],
    ['log prefix', ruleset([{ verdict: { kind: 'log', prefix: 'x'.repeat(29) } }])],
    ['a port of', ruleset([{ matches: [{ kind: 'destination-port', first: 1, last: 1 }] }])],
    ['an ICMP type of', ruleset([{ matches: [{ kind: 'icmp-type', type: 8 }] }])],
    ["protocol 'ipv6-icmp' of ipv4", ruleset([{ matches: [{ kind: 'protocol', protocol: 'ipv6-icmp' }] }])],
    ["protocol 'icmp' of ipv6", ruleset([{ matches: [{ kind: 'protocol', protocol: 'icmp' }] }], { family: 'ipv6' })],
    ["'fd00::1/128' in a rule of ipv4", ruleset([{ matches: [{ kind: 'source', block: 'fd00::1/128' }] }])],
    ["'::1' in a rule of ipv4", ruleset([{ matches: [{ kind: 'ct-original', address: '::1' }] }])],
    ["'ct-original' of nothing", ruleset([{ matches: [{ kind: 'ct-original' }] }])],
    ["'ct-state' of nothing", ruleset([{ matches: [{ kind: 'ct-state', states: [] }] }])],
    ["set 'bh4-x'", ruleset([{ matches: [{ kind: 'in-set', set: 'bh4-x' }] }])],
    ["match 'source' twice", ruleset([{ matches: ['10.0.0.0/8', '10.1.0.0/16'].map((block) => ({ kind: 'source', block })) }])],
  ];
  test.each(cases)('%s', (message, given) => {
    expect(() => restoreFile(given)).toThrow(message);
    expect(() => restoreFile(given)).toThrow('(UnsupportedMatch)');
  });

  test('another target may say less', () => {
    const matches = IPTABLES.matches.filter((kind) => kind !== 'rate-per-source');
    expect(() => assertExpressible(compile(SCENARIOS['three-tier'], 'ipv4'), { ...IPTABLES, target: 'small', matches })).toThrow(
      /'app\/Web publishes 192\.0\.2\.10:443': match 'rate-per-source', which the small target cannot express/,
    );
  });

  test('SCTP in a set', () => {
    const element = { source: '10.0.0.1', protocol: 'sctp' as const, first: 1, last: 1, destination: '10.0.0.2', origin: 'x' };
    expect(() => restoreFile(ruleset([], { sets: [{ name: 'bh4-x', elements: [element] }] }))).toThrow("protocol 'sctp' in a set");
  });
});
