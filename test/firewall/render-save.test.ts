import { HAND_MADE, realSaves, SETS, uncertain } from './saves';
import { SCENARIOS } from './scenarios';
import { placeOf } from '../../src/firewall/private/backend/iptables/chain-place';
import { renderRestore } from '../../src/firewall/private/backend/iptables/render-restore';
import { compile } from '../../src/firewall/private/compile';
import type { HostChain, HostRules } from '../../src/firewall/private/host-rules';
import { parseIptablesSave } from '../../src/firewall/private/iptables-text/parse-iptables-save';
import type { Match, Verdict } from '../../src/firewall/private/ir';
import { renderSave } from '../support/render-save';

test.each(realSaves().map((dump) => [dump.name, dump] as const))('a real save is written again: %s', (_, { text, family }) => {
  expect(renderSave(parseIptablesSave(text, family))).toBe(text);
});

test.each(['ipv4', 'ipv6'] as const)('a save of everything is written again: %s', (family) => {
  const host = parseIptablesSave(HAND_MADE[family], family, SETS);
  expect(uncertain(host)).toEqual([]);
  expect(renderSave(host)).toBe(HAND_MADE[family]);
});

test('what has several forms is written in one, and that stays', () => {
  const given = HAND_MADE.ipv4
    .replace('-A DOCKER-USER -j RETURN', '-A DOCKER-USER -p icmp -m icmp --icmp-type any -j RETURN')
    .replaceAll('-m conntrack --ctstate RELATED', '-m state --state RELATED')
    .replace('-p esp', '-p 50')
    .replace('-j CT --notrack', '-j NOTRACK')
    .replaceAll('[0:0]', '[1:2]');
  const once = parseIptablesSave(given, 'ipv4', SETS);
  const written = renderSave(once);
  const twice = parseIptablesSave(written, 'ipv4', SETS);
  const content = ({ chains }: HostRules) => chains.map((chain) => chain.rules.map(({ matches, verdict }) => ({ matches, verdict })));
  expect(content(twice)).toEqual(content(once));
  expect(renderSave(twice)).toBe(written);
});

test.each(Object.entries(SCENARIOS))('what is compiled is read back as it was: %s', (_, topology) => {
  for (const family of ['ipv4', 'ipv6'] as const) {
    const ruleset = compile(topology, family);
    const { rules, sets } = renderRestore(ruleset);
    // Chains that the host has already are jumped to, not declared.
    const host = parseIptablesSave(rules, family, sets);
    expect(uncertain(host)).toEqual([]);
    const sorted = (matches: readonly Match[]) => matches.map((match) => JSON.stringify(normal(match))).sort();
    for (const chain of ruleset.chains) {
      const { table, name } = placeOf(chain);
      const own = chain.rules;
      const read = host.chains.find((one) => one.table === table && one.name === name)!;
      expect(read.rules.map(({ matches, verdict }) => [sorted(matches), verdict])).toEqual(
        own.map(({ matches, verdict }) => [sorted(matches), verdict]),
      );
    }
    expect(host.sets.map((set) => set.name)).toEqual(ruleset.sets.map((set) => set.name));
  }
});

function normal(match: Match): unknown {
  return match.kind === 'ct-state' ? { ...match, states: [...match.states].sort() } : Object.fromEntries(Object.entries(match).sort());
}

const FORWARD = { hook: 'forward', type: 'filter', priority: 0, policy: 'accept' } as const;

function hostOf(matches: readonly Match[], verdict: Verdict = { kind: 'drop' }, chain: Partial<HostChain> = {}): HostRules {
  const rules = [{ matches, verdict, origin: 'somebody' }];
  return { family: 'ipv4', chains: [{ table: 'filter', name: 'FORWARD', base: FORWARD, rules, ...chain }], sets: [], notUnderstood: [] };
}

const tcp: Match = { kind: 'protocol', protocol: 'tcp' };
const lo: Match = { kind: 'in-interface', name: 'lo' };

// prettier-ignore
test.each<[string, HostRules, string]>([
  ['a match that was not understood', hostOf([{ kind: 'unknown', text: '-m mac --mac-source 00:00:00:00:00:00' }]), 'UnsupportedMatch'],
  ['a verdict that was not understood', hostOf([], { kind: 'unknown', text: 'QUEUE' }), 'UnsupportedMatch'],
  ['a line that was not understood', { ...hostOf([]), notUnderstood: ['*nat'] }, 'UnsupportedMatch'],
  ['several interfaces', hostOf([{ kind: 'interface-list', which: 'in', names: ['a', 'b'] }]), 'UnsupportedMatch'],
  ['an interface twice', hostOf([lo, lo]), 'UnsupportedMatch'],
  ['a port without a protocol', hostOf([{ kind: 'destination-port', first: 1, last: 1 }]), 'UnsupportedMatch'],
  ['a list of too many ports', hostOf([tcp, { kind: 'port-list', which: 'source', ranges: Array.from({ length: 8 }, (_, i) => [i * 10, i * 10 + 1] as const) }]), 'UnsupportedMatch'],
  ['a jump to no chain', hostOf([], { kind: 'jump', chain: 'NONE' }), 'UnsupportedMatch'],
  ['a table of nftables', hostOf([], undefined, { table: 'nft:x' }), 'UnsupportedMatch'],
  ['a chain at another place', hostOf([], undefined, { base: { ...FORWARD, priority: -1 } }), 'UnsupportedMatch'],
  ['a built-in chain on no hook', hostOf([], undefined, { base: undefined }), 'UnsupportedMatch'],
  ['a translation to nothing', hostOf([], { kind: 'dnat' }), 'UnsupportedMatch'],
  ['a newline in a chain', hostOf([], undefined, { name: 'A\nB', base: undefined }), 'UnsafeWord'],
  ['a newline in a prefix', hostOf([], { kind: 'log', prefix: 'a\nb' }), 'UnsafeWord'],
  ['a newline in a target', hostOf([], { kind: 'continue', text: 'LOG\n-A FORWARD -j ACCEPT' }), 'UnsafeWord'],
  ['a second target', hostOf([], { kind: 'continue', text: 'LOG -j ACCEPT' }), 'UnsafeWord'],
])('refuses: %s', (_, given, code) => {
  expect(() => renderSave(given)).toThrow(`(${code})`);
});

test('a comment is one line of plain characters, and no rule', () => {
  const given = hostOf([]);
  const [chain] = given.chains;
  const rules = [{ ...chain.rules[0], origin: 'a "b"\n-A FORWARD -j ACCEPT é' }];
  const text = renderSave({ ...given, chains: [{ ...chain, rules }] });
  expect(text).toBe('*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -m comment --comment "a \\"b\\"_-A FORWARD -j ACCEPT _" -j DROP\nCOMMIT\n');
});
