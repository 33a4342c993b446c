import { realNftDumps, uncertain } from './saves';
import type { Match, Verdict } from '../../src/firewall/private/ir';
import { parseNftJson } from '../../src/firewall/private/nft-text/parse-nft-json';
import type { Family } from '../../src/topology/private/terms';

type Json = unknown;

const SETS: readonly Json[] = [
  {
    set: {
      name: 'nets',
      type: 'ipv4_addr',
      flags: ['interval'],
      elem: [{ range: ['10.0.0.1', '10.0.0.2'] }, { prefix: { addr: '10.1.0.0', len: 16 } }],
    },
  },
  { set: { name: 'fading', type: 'ipv4_addr', flags: ['timeout'], elem: [{ elem: { val: '10.0.0.1', timeout: 60, expires: 59 } }] } },
  { set: { name: 'named', type: 'inet_service', elem: [{ elem: { val: 22, comment: 'ssh' } }, 80] } },
  { set: { name: 'empty', type: 'ifname' } },
  {
    set: {
      name: 'pairs',
      type: ['ipv4_addr', 'ipv4_addr', 'inet_proto', 'inet_service'],
      elem: [{ concat: ['10.0.0.1', '10.0.0.2', 'tcp', { range: [80, 90] }] }],
    },
  },
  {
    map: {
      name: 'jumps',
      type: 'ifname',
      map: 'verdict',
      elem: [
        ['b', { jump: { target: 'c' } }],
        ['a', { drop: null }],
      ],
    },
  },
  { map: { name: 'none', type: 'ifname', map: 'verdict' } },
];

function dump(expressions: readonly (readonly Json[])[], family: 'ip' | 'ip6' | 'inet' = 'inet'): string {
  const of = { family, table: 't' };
  const objects = [
    { metainfo: { json_schema_version: 1 } },
    { table: { family, name: 't', handle: 1 } },
    { chain: { ...of, name: 'f', type: 'filter', hook: 'forward', prio: -1, policy: 'drop' } },
    { chain: { ...of, name: 'c' } },
    ...SETS.map((object) =>
      Object.fromEntries(Object.entries(object as object).map(([kind, value]) => [kind, { ...of, ...(value as object) }])),
    ),
    ...expressions.map((expr) => ({ rule: { ...of, chain: 'f', expr } })),
  ];
  return JSON.stringify({ nftables: objects });
}

function read(expr: readonly Json[], family: Family = 'ipv4', table: 'ip' | 'ip6' | 'inet' = 'inet') {
  const { chains, notUnderstood, sets } = parseNftJson(dump([expr], table), family);
  expect(notUnderstood).toEqual([]);
  return { sets, rules: chains[0].rules.map(({ matches, verdict }) => [matches, verdict] as const) };
}

const meta = (key: string) => ({ meta: { key } });
const payload = (protocol: string, field: string) => ({ payload: { protocol, field } });
const match = (left: Json, right: Json, op = '==') => ({ match: { op, left, right } });
const set = (...elements: Json[]) => ({ set: elements });
const prefix = (addr: string, len: number) => ({ prefix: { addr, len } });
const protocol = (name: 'tcp' | 'udp' | 'icmp' | 'ipv6-icmp'): Match => ({ kind: 'protocol', protocol: name });
const port = (first: number, last = first): Match => ({ kind: 'destination-port', first, last });
const tcp = protocol('tcp');
const ACCEPT = { accept: null };

// prettier-ignore
const ONE_RULE: [string, Json, Match[]][] = [
  ['name', match(meta('iifname'), 'lo'), [{ kind: 'in-interface', name: 'lo' }]],
  ['index', match(meta('oif'), 'lo', '!='), [{ kind: 'out-interface', name: 'lo', negate: true }]],
  ['beginning of a name', match(meta('oifname'), 'br-*'), [{ kind: 'out-interface', name: 'br-', prefix: true }]],
  ['names', match(meta('iifname'), set('b', 'a'), '!='), [{ kind: 'interface-list', which: 'in', names: ['a', 'b'], negate: true }]],
  ['no beginning of these', match(meta('iifname'), set('b', 'a*'), '!='), [{ kind: 'in-interface', name: 'b', negate: true }, { kind: 'in-interface', name: 'a', prefix: true, negate: true }]],
  ['not in an empty set', match(meta('iifname'), '@empty', '!='), []],
  ['protocol', match(meta('l4proto'), 'esp'), [{ kind: 'protocol', protocol: '50' }]],
  ['protocol by number', match(meta('l4proto'), 6), [tcp]],
  ['protocol of the header', match(payload('ip', 'protocol'), 'icmp'), [protocol('icmp')]],
  ['family', match(meta('nfproto'), 'ipv4'), []],
  ['mark', match(meta('mark'), 16, '!='), [{ kind: 'mark', value: 16, mask: 0xffffffff, negate: true }]],
  ['bits of the mark', match({ '&': [meta('mark'), 255] }, 16), [{ kind: 'mark', value: 16, mask: 255 }]],
  ['address', match(payload('ip', 'saddr'), '10.0.0.1'), [{ kind: 'source', block: '10.0.0.1/32' }]],
  ['block', match(payload('ip', 'daddr'), prefix('10.0.0.0', 8), '!='), [{ kind: 'destination', block: '10.0.0.0/8', negate: true }]],
  ['port', match(payload('tcp', 'dport'), 80), [tcp, port(80)]],
  ['another port', match(payload('tcp', 'dport'), 80, '!='), [tcp, { kind: 'destination-port', first: 80, last: 80, negate: true }]],
  ['ports', match(payload('udp', 'sport'), set(53, { range: [10, 20] })), [protocol('udp'), { kind: 'port-list', which: 'source', ranges: [[10, 20], [53, 53]] }]],
  ['ports by name', match(payload('tcp', 'dport'), '@named'), [tcp, { kind: 'port-list', which: 'destination', ranges: [[22, 22], [80, 80]] }]],
  ['state', match({ ct: { key: 'state' } }, ['established', 'related'], 'in'), [{ kind: 'ct-state', states: ['ESTABLISHED', 'RELATED'] }]],
  ['states', match({ ct: { key: 'state' } }, set('established', 'related')), [{ kind: 'ct-state', states: ['ESTABLISHED', 'RELATED'] }]],
  ['another state', match({ ct: { key: 'state' } }, 'new', '!='), [{ kind: 'ct-state', states: ['NEW'], negate: true }]],
  ['status', match({ ct: { key: 'status' } }, 'dnat', 'in'), [{ kind: 'ct-state', states: ['DNAT'] }]],
  ['direction', match({ ct: { key: 'direction' } }, 'original', '!='), [{ kind: 'ct-direction', direction: 'reply' }]],
  ['original address', match({ ct: { key: 'ip daddr', dir: 'original' } }, '192.0.2.1'), [{ kind: 'ct-original', address: '192.0.2.1' }]],
  ['original port', match({ ct: { key: 'proto-dst', dir: 'original' } }, { range: [80, 81] }), [{ kind: 'ct-original', first: 80, last: 81 }]],
  ['type of an address', match({ fib: { result: 'type', flags: ['daddr'] } }, 'local'), [{ kind: 'address-type', of: 'destination', type: 'local' }]],
  ['type of ICMP', match(payload('icmp', 'type'), 'echo-request'), [protocol('icmp'), { kind: 'icmp-type', type: 8 }]],
  ['flags', match({ '&': [payload('tcp', 'flags'), { '|': ['fin', 'syn', 'rst', 'ack'] }] }, 'syn'), [tcp, { kind: 'tcp-flags', mask: ['FIN', 'SYN', 'RST', 'ACK'], set: ['SYN'] }]],
  ['flags, as 1.0 prints them', match({ '&': [payload('tcp', 'flags'), ['syn', 'ack']] }, 'syn', '!='), [tcp, { kind: 'tcp-flags', mask: ['SYN', 'ACK'], set: ['SYN'], negate: true }]],
  ['one flag', match(payload('tcp', 'flags'), 'syn', 'in'), [tcp, { kind: 'tcp-flags', mask: ['SYN'], set: ['SYN'] }]],
  ['limit', { limit: { rate: 10, burst: 5, per: 'minute' } }, [{ kind: 'limit', amount: 10, per: 'minute', burst: 5 }]],
];

test.each(ONE_RULE)('%s', (_, statement, matches) => {
  expect(read([statement, { counter: { packets: 1, bytes: 2 } }, ACCEPT]).rules).toEqual([[matches, { kind: 'accept' }]]);
});

test.each<[string, Json]>([
  ['set that forgets', match(payload('ip', 'saddr'), '@fading')],
  ['set that is not there', match(payload('ip', 'saddr'), '@missing')],
  ['code of ICMP', match(payload('icmp', 'code'), 3)],
  ['ports of no protocol', match(payload('th', 'dport'), 53)],
  ['larger ports', match(payload('tcp', 'dport'), 1023, '>')],
  ['service by name', match(payload('tcp', 'dport'), 'ssh')],
  ['all bits of the status', match({ ct: { key: 'status' } }, 'dnat')],
  ['original block', match({ ct: { key: 'ip daddr', dir: 'original' } }, prefix('10.0.0.0', 8))],
  ['address of the reply', match({ ct: { key: 'ip daddr', dir: 'reply' } }, '10.0.0.1')],
  ['type of an address at an interface', match({ fib: { result: 'type', flags: ['daddr', 'iif'] } }, 'local')],
  ['way back', match({ fib: { result: 'oif', flags: ['saddr', 'iif'] } }, false)],
  ['index without a name', match(meta('iif'), 7)],
  ['kind of packet', match(meta('pkttype'), 'broadcast')],
  ['two fields at once', match({ concat: [meta('iifname'), payload('tcp', 'dport')] }, set({ concat: ['a', 22] }))],
  ['limit that is inverted', { limit: { rate: 10, burst: 5, per: 'second', inv: true } }],
  ['limit by name', { limit: 'slow' }],
  ['extension of iptables', { xt: { type: 'match', name: 'conntrack' } }],
])('unknown match: %s', (_, statement) => {
  expect(read([statement, ACCEPT]).rules).toEqual([[[{ kind: 'unknown', text: JSON.stringify(statement) }], { kind: 'accept' }]]);
});

// prettier-ignore
test.each<[Json, Verdict]>([
  [{ accept: null }, { kind: 'accept' }],
  [{ drop: null }, { kind: 'drop' }],
  [{ return: null }, { kind: 'return' }],
  [{ continue: null }, { kind: 'continue', text: 'continue' }],
  [{ notrack: null }, { kind: 'notrack' }],
  [{ jump: { target: 'c' } }, { kind: 'jump', chain: 'c' }],
  [{ goto: { target: 'c' } }, { kind: 'goto', chain: 'c' }],
  [{ log: null }, { kind: 'log', prefix: '' }],
  [{ log: { prefix: 'x ' } }, { kind: 'log', prefix: 'x ' }],
  [{ log: { group: 3 } }, { kind: 'continue', text: '{"log":{"group":3}}' }],
  [{ reject: null }, { kind: 'reject' }],
  [{ reject: { type: 'tcp reset' } }, { kind: 'reject', with: 'tcp-reset' }],
  [{ reject: { type: 'icmpx', expr: 'admin-prohibited' } }, { kind: 'reject', with: 'icmp-admin-prohibited' }],
  [{ masquerade: null }, { kind: 'masquerade' }],
  [{ redirect: null }, { kind: 'redirect' }],
  [{ redirect: { port: 80 } }, { kind: 'redirect', first: 80, last: 80 }],
  [{ dnat: { addr: '10.0.0.2', port: 80 } }, { kind: 'dnat', address: '10.0.0.2', first: 80, last: 80 }],
  [{ dnat: { family: 'ip', addr: '10.0.0.2' } }, { kind: 'dnat', address: '10.0.0.2' }],
  [{ dnat: { port: { range: [80, 90] } } }, { kind: 'dnat', first: 80, last: 90 }],
  [{ snat: { addr: '192.0.2.1' } }, { kind: 'snat', address: '192.0.2.1' }],
  [{ mangle: { key: meta('mark'), value: 32 } }, { kind: 'set-mark', value: 32, mask: 0xffffffff }],
  [{ mangle: { key: meta('mark'), value: { '|': [meta('mark'), 16] } } }, { kind: 'set-mark', value: 16, mask: 16 }],
  [{ mangle: { key: meta('mark'), value: { '&': [meta('mark'), 0xffffff00] } } }, { kind: 'set-mark', value: 0, mask: 255 }],
  [{ mangle: { key: meta('mark'), value: { '|': [{ '&': [meta('mark'), 0xffffff0f] }, 16] } } }, { kind: 'set-mark', value: 16, mask: 0xf0 }],
])('%j → %j', (statement, verdict) => {
  expect(read([statement]).rules).toEqual([[[], verdict]]);
});

test.each<[Json]>([
  [{ jump: { target: 'missing' } }],
  [{ queue: { num: 0 } }],
  [{ masquerade: { flags: 'random' } }],
  [{ dnat: { addr: '10.0.0.2', port: 80, flags: 'random' } }],
  [{ dnat: { addr: { map: { key: meta('iifname'), data: '@jumps' } } } }],
  [{ mangle: { key: payload('ip', 'ttl'), value: 1 } }],
  [{ mangle: { key: meta('mark'), value: { ct: { key: 'mark' } } } }],
  [{ xt: { type: 'target', name: 'DNAT' } }],
  [{ flow: { op: 'add', flowtable: '@f' } }],
])('unknown verdict: %j', (statement) => {
  const unknown = { kind: 'unknown', text: JSON.stringify(statement) };
  expect(read([statement]).rules).toEqual([[[], unknown]]);
  expect(read([statement, ACCEPT]).rules).toEqual([
    [[], unknown],
    [[unknown], { kind: 'accept' }],
  ]);
});

const both = match(meta('l4proto'), set('tcp', 'udp'));
const th = match(payload('th', 'dport'), 53);

test('what a rule here cannot list becomes several rules', () => {
  expect(read([both, th, ACCEPT]).rules).toEqual([
    [[tcp, port(53)], { kind: 'accept' }],
    [[protocol('udp'), port(53)], { kind: 'accept' }],
  ]);
  expect(read([match(payload('icmp', 'type'), set('echo-request', 'echo-reply')), ACCEPT]).rules).toEqual([
    [[protocol('icmp'), { kind: 'icmp-type', type: 8 }], { kind: 'accept' }],
    [[protocol('icmp'), { kind: 'icmp-type', type: 0 }], { kind: 'accept' }],
  ]);
});

test('so do several effects; a limit belongs to the one that decides', () => {
  const limit: Match = { kind: 'limit', amount: 1, per: 'hour', burst: 2 };
  const limited = { limit: { rate: 1, burst: 2, per: 'hour' } };
  expect(read([limited, { log: { prefix: 'x' } }, { drop: null }]).rules).toEqual([
    [[{ kind: 'unknown', text: JSON.stringify(limit) }], { kind: 'log', prefix: 'x' }],
    [[limit], { kind: 'drop' }],
  ]);
  // One count for both protocols cannot be said.
  expect(read([both, limited, ACCEPT]).rules).toEqual(
    [tcp, protocol('udp')].map((of) => [[of, { kind: 'unknown', text: JSON.stringify(limited) }], { kind: 'accept' }]),
  );
});

test('a mark that a rule looks at and changes is unknown after it', () => {
  const zero: Match = { kind: 'mark', value: 0, mask: 0xffffffff };
  expect(read([match(meta('mark'), 0), { mangle: { key: meta('mark'), value: 1 } }, ACCEPT]).rules).toEqual([
    [[zero], { kind: 'set-mark', value: 1, mask: 0xffffffff }],
    [[{ kind: 'unknown', text: JSON.stringify(zero) }], { kind: 'accept' }],
  ]);
});

test('verdict maps: one rule per element, in the order of their text', () => {
  const jumps: [Match[], Verdict][] = [
    [[{ kind: 'in-interface', name: 'a' }], { kind: 'drop' }],
    [[{ kind: 'in-interface', name: 'b' }], { kind: 'jump', chain: 'c' }],
  ];
  expect(read([{ vmap: { key: meta('iifname'), data: '@jumps' } }]).rules).toEqual(jumps);
  expect(read([{ vmap: { key: meta('iifname'), data: set(['b', { jump: { target: 'c' } }], ['a', { drop: null }]) } }]).rules).toEqual(
    jumps,
  );
  expect(read([{ vmap: { key: { ct: { key: 'state' } }, data: set(['invalid', { drop: null }]) } }]).rules).toEqual([
    [[{ kind: 'ct-state', states: ['INVALID'] }], { kind: 'drop' }],
  ]);
  const missing = { vmap: { key: meta('iifname'), data: '@missing' } };
  expect(read([missing]).rules).toEqual([[[], { kind: 'unknown', text: JSON.stringify(missing) }]]);
  const rest = { match: { op: '==', left: meta('iifname'), right: '*' } };
  expect(read([{ vmap: { key: meta('iifname'), data: set(['*', { drop: null }]) } }]).rules[0][0]).toEqual([
    { kind: 'unknown', text: JSON.stringify({ match: rest.match }) },
  ]);
});

test('a map without elements does nothing', () => {
  expect(read([{ vmap: { key: meta('iifname'), data: '@none' } }]).rules).toEqual([[[], { kind: 'continue', text: '' }]]);
});

test('addresses of a set, named or not, are a set', () => {
  expect(read([match(payload('ip', 'saddr'), '@nets', '!='), ACCEPT])).toEqual({
    sets: [{ name: 'nft:t:nets', blocks: ['10.0.0.1/32', '10.0.0.2/32', '10.1.0.0/16'] }],
    rules: [[[{ kind: 'in-set', set: 'nft:t:nets', fields: ['src'], negate: true }], { kind: 'accept' }]],
  });
  expect(read([match(payload('ip', 'daddr'), set('10.0.0.9', prefix('10.1.0.0', 16))), ACCEPT])).toEqual({
    sets: [{ name: '{10.0.0.9/32, 10.1.0.0/16}', blocks: ['10.0.0.9/32', '10.1.0.0/16'] }],
    rules: [[[{ kind: 'in-set', set: '{10.0.0.9/32, 10.1.0.0/16}', fields: ['dst'] }], { kind: 'accept' }]],
  });
});

test('pairs are the set that we make of them', () => {
  const key = { concat: [payload('ip', 'saddr'), payload('ip', 'daddr'), meta('l4proto'), payload('th', 'dport')] };
  const { sets, rules } = read([match(key, '@pairs'), ACCEPT]);
  expect(rules).toEqual([[[{ kind: 'in-set', set: 'nft:t:pairs' }], { kind: 'accept' }]]);
  expect(sets).toEqual([
    {
      name: 'nft:t:pairs',
      elements: [expect.objectContaining({ source: '10.0.0.1', destination: '10.0.0.2', protocol: 'tcp', first: 80, last: 90 })],
    },
  ]);
});

test('what asks for the other family, or for two protocols, matches nothing', () => {
  expect(read([match(payload('ip6', 'saddr'), 'fe80::1'), ACCEPT]).rules).toEqual([]);
  expect(read([match(payload('ip', 'saddr'), '10.0.0.1'), ACCEPT], 'ipv6').rules).toEqual([]);
  expect(read([match(meta('nfproto'), 'ipv6'), ACCEPT]).rules).toEqual([]);
  expect(read([{ dnat: { family: 'ip6', addr: 'fd00::1' } }]).rules).toEqual([]);
  expect(read([{ reject: { type: 'icmpv6', expr: 'no-route' } }]).rules).toEqual([]);
  expect(read([match(payload('tcp', 'dport'), 80), match(meta('l4proto'), 'udp'), ACCEPT]).rules).toEqual([]);
  expect(read([match(payload('tcp', 'dport'), 80), match(meta('l4proto'), 'tcp'), ACCEPT]).rules).toEqual([
    [[tcp, port(80)], { kind: 'accept' }],
  ]);
});

function tables(...objects: readonly Json[]) {
  return parseNftJson(JSON.stringify({ nftables: objects }), 'ipv4');
}

const base = (family: string, table: string, name: string, hook = 'forward', prio = 0, policy = 'accept') => ({
  chain: { family, table, name, type: 'filter', hook, prio, policy },
});
const table = (family: string, name: string, more: object = {}) => ({ table: { family, name, ...more } });

test('tables: those of the family and of inet, with their bases; those that iptables made are left out', () => {
  const host = tables(
    table('ip', 'filter'),
    base('ip', 'filter', 'FORWARD'),
    { chain: { family: 'ip', table: 'filter', name: 'DOCKER' } },
    table('ip6', 'own'),
    base('ip6', 'own', 'f'),
    table('ip', 'mangle'),
    base('ip', 'mangle', 'forward', 'forward', -150),
    table('inet', 'own'),
    base('inet', 'own', 'f', 'forward', -1),
    table('ip', 'own'),
    base('ip', 'own', 'f'),
    table('ip', 'asleep', { flags: ['dormant'] }),
    base('ip', 'asleep', 'f'),
  );
  expect(host.notUnderstood).toEqual([]);
  expect(host.chains.map((chain) => [chain.table, chain.name, chain.base?.hook, chain.base?.priority])).toEqual([
    ['nft:mangle', 'forward', 'forward', -150],
    ['nft:inet own', 'f', 'forward', -1],
    ['nft:own', 'f', 'forward', 0],
    ['nft:asleep', 'f', undefined, undefined],
  ]);
});

test('tables of a bridge count only if something in them can stop or change a frame', () => {
  const empty = [table('bridge', 'filter'), base('bridge', 'filter', 'FORWARD')];
  const rule = (...expr: Json[]) => ({ rule: { family: 'bridge', table: 'filter', chain: 'FORWARD', expr } });
  const jump = rule({ counter: { packets: 0, bytes: 0 } }, { jump: { target: 'FORWARD_direct' } });
  expect(tables(...empty).notUnderstood).toEqual([]);
  expect(tables(...empty, jump).notUnderstood).toEqual([]);
  const closing = [{ drop: null }, { xt: { type: 'target', name: 'arpreply' } }, { mangle: { key: { meta: { key: 'mark' } }, value: 1 } }];
  for (const verdict of closing) expect(tables(...empty, jump, rule(verdict)).notUnderstood).toEqual([JSON.stringify(empty[1])]);
});

test.each<[string, Json[]]>([
  ['chains of a bridge that drop', [table('bridge', 'b'), base('bridge', 'b', 'f', 'forward', 0, 'drop')]],
  ['chains of a device that drop', [table('netdev', 'd'), base('netdev', 'd', 'f', 'ingress', 0, 'drop')]],
  ['chains of ARP that drop', [table('arp', 'a'), base('arp', 'a', 'f', 'input', 0, 'drop')]],
  ['a hook that is not known', [table('inet', 'i'), base('inet', 'i', 'f', 'ingress')]],
  ['a chain of no table', [base('ip', 'none', 'f')]],
  ['a rule of no chain', [table('ip', 't'), { rule: { family: 'ip', table: 't', chain: 'none', expr: [] } }]],
  ['an object that is not known', [{ surprise: {} }]],
  ['no object', [7]],
])('not understood: %s', (_, objects) => {
  expect(tables(...objects).notUnderstood).toEqual([JSON.stringify(objects.at(-1))]);
});

test.each(['', 'nonsense', '[]', '{"nftables":{}}', '['.repeat(100_000)])('text that is no ruleset is not understood', (text) => {
  expect(parseNftJson(text, 'ipv4')).toEqual({ family: 'ipv4', chains: [], sets: [], notUnderstood: [`nft: ${text.slice(0, 200)}`] });
});

test("a rule's comment is its origin, else its text", () => {
  const of = { family: 'ip', table: 't', chain: 'f' };
  const host = tables(
    table('ip', 't'),
    base('ip', 't', 'f'),
    { rule: { ...of, comment: 'who', expr: [ACCEPT] } },
    { rule: { ...of, expr: [ACCEPT] } },
  );
  expect(host.chains[0].rules.map(({ origin }) => origin)).toEqual(['who', '[{"accept":null}]']);
});

test.each(realNftDumps().map((real) => [`${real.name} ${real.family}`, real] as const))(
  'all of a real dump is understood: %s',
  (_, { text, family }) => {
    const host = parseNftJson(text, family);
    expect(uncertain(host)).toEqual([]);
    expect(host.chains.map(({ table: name }) => name)).toContain('nft:docker-bridges');
    expect(host.chains.flatMap(({ rules }) => rules).length).toBeGreaterThan(0);
  },
);
