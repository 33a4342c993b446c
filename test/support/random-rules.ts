import * as fc from 'fast-check';
import type { BaseChain, HostChain, HostRules } from '../../src/firewall/private/host-rules';
import type { CtState, IpProtocol, Match, Rule, Verdict } from '../../src/firewall/private/ir';

/*
 * Rules about the small host: few interfaces, addresses and ports, so that rules and packets meet.
 */
export const INTERFACES = ['eth0', 'br-a', 'br-b', 'br-i', 'lo', ''];
export const ADDRESSES = ['10.1.0.1', '10.1.0.2', '10.1.0.3', '10.2.0.2', '10.3.0.9', '192.0.2.10', '192.0.2.50', '127.0.0.1'];
export const PORTS = [79, 80, 81, 90, 443, 8080, 40000];
const BLOCKS = [...ADDRESSES, '10.1.0.2/31', '10.1.0.0/24', '10.2.0.0/24', '10.0.0.0/8', '192.0.2.0/24', '0.0.0.0/0'];

export const protocol = fc.constantFrom<IpProtocol>('tcp', 'udp', 'icmp');
const negate = fc.option(fc.boolean(), { nil: undefined, freq: 2 });
const not = <T extends object>(match: fc.Arbitrary<T>) =>
  fc.tuple(match, negate).map(([plain, negated]) => ({ ...plain, ...(negated === undefined ? {} : { negate: negated }) }));
const ports = fc.tuple(fc.constantFrom(...PORTS), fc.constantFrom(0, 0, 1, 10)).map(([first, more]) => ({ first, last: first + more }));
const mark = fc
  .record({ value: fc.constantFrom(0, 1, 2, 0x80000000), mask: fc.constantFrom(0xffffffff, 0x80000003, 1) })
  .map(({ value, mask }) => ({
    value: Number(BigInt(value) & BigInt(mask)),
    mask,
  }));

export const SETS: HostRules['sets'] = [
  {
    name: 'pairs',
    elements: [
      { source: '10.1.0.2', protocol: 'tcp', first: 80, last: 90, destination: '10.2.0.2', origin: '' },
      { source: '192.0.2.50', protocol: 'udp', first: 443, last: 443, destination: '10.1.0.2', origin: '' },
    ],
  },
  { name: 'nets', blocks: ['10.1.0.0/24', '192.0.2.50'] },
];

export const understood: fc.Arbitrary<Match> = fc.oneof(
  not(
    fc.record({
      kind: fc.constantFrom('in-interface' as const, 'out-interface' as const),
      name: fc.constantFrom(...INTERFACES.slice(0, 4)),
    }),
  ),
  not(
    fc.record({
      kind: fc.constantFrom('in-interface' as const, 'out-interface' as const),
      name: fc.constantFrom('br-', 'e', ''),
      prefix: fc.constant(true),
    }),
  ),
  not(
    fc.record({
      kind: fc.constant('interface-list' as const),
      which: fc.constantFrom('in' as const, 'out' as const),
      names: fc.subarray(INTERFACES),
    }),
  ),
  not(fc.record({ kind: fc.constantFrom('source' as const, 'destination' as const), block: fc.constantFrom(...BLOCKS) })),
  not(fc.record({ kind: fc.constantFrom('source' as const, 'destination' as const), block: fc.constantFrom(...BLOCKS) })),
  not(fc.record({ kind: fc.constant('protocol' as const), protocol })),
  not(fc.tuple(fc.constantFrom('destination-port' as const, 'source-port' as const), ports).map(([kind, range]) => ({ kind, ...range }))),
  not(
    fc.record({
      kind: fc.constant('port-list' as const),
      which: fc.constantFrom('source' as const, 'destination' as const, 'either' as const),
      ranges: fc.array(
        ports.map(({ first, last }) => [first, last] as const),
        { minLength: 1, maxLength: 3 },
      ),
    }),
  ),
  not(fc.record({ kind: fc.constant('icmp-type' as const), type: fc.constantFrom(0, 8) })),
  not(
    fc.record({
      kind: fc.constant('ct-state' as const),
      states: fc.subarray<CtState>(['NEW', 'ESTABLISHED', 'INVALID', 'UNTRACKED', 'DNAT'], { minLength: 1 }),
    }),
  ),
  fc.record({
    kind: fc.constant('ct-original' as const),
    address: fc.constantFrom(undefined, ...ADDRESSES),
    first: fc.constantFrom(undefined, 80, 8080),
  }),
  fc.record({ kind: fc.constant('ct-direction' as const), direction: fc.constantFrom('original' as const, 'reply' as const) }),
  not(
    fc.record({
      kind: fc.constant('address-type' as const),
      of: fc.constantFrom('source' as const, 'destination' as const),
      type: fc.constantFrom('local' as const, 'unicast' as const),
    }),
  ),
  not(mark.map((fields) => ({ kind: 'mark' as const, ...fields }))),
  not(
    fc.constantFrom<Match & { kind: 'in-set' }>(
      { kind: 'in-set', set: 'pairs' },
      { kind: 'in-set', set: 'nets', fields: ['src'] },
      { kind: 'in-set', set: 'nets', fields: ['dst'] },
    ),
  ),
  fc.constant<Match>({ kind: 'limit', amount: 1, per: 'second', burst: 1 }),
);

const ending = fc.constantFrom<Verdict>(
  { kind: 'accept' },
  { kind: 'drop' },
  { kind: 'reject' },
  { kind: 'return' },
  { kind: 'log', prefix: '' },
);
const marking = mark.map((fields): Verdict => ({ kind: 'set-mark', ...fields }));

/** Chains jump only to later ones, so that none loops. */
function rule(jumps: readonly string[], match: fc.Arbitrary<Match>): fc.Arbitrary<Rule> {
  const kind = fc.constantFrom('jump' as const, 'goto' as const);
  const jump = jumps.length > 0 ? [{ weight: 3, arbitrary: fc.record({ kind, chain: fc.constantFrom(...jumps) }) }] : [];
  const verdict: fc.Arbitrary<Verdict> = fc.oneof({ weight: 4, arbitrary: ending }, marking, ...jump);
  return fc.record({ matches: fc.array(match, { maxLength: 3 }), verdict, origin: fc.constant('') });
}

/** Two or three base chains of a hook with others that they jump to, all in one table. */
export function chainsOf(
  hook: BaseChain['hook'],
  table: string,
  match: fc.Arbitrary<Match>,
  policy: fc.Arbitrary<BaseChain['policy']> = fc.constantFrom('accept', 'drop'),
  most = 9,
): fc.Arbitrary<HostChain[]> {
  const names = ['c0', 'c1', 'c2', 'c3', 'c4'];
  const priorities = fc.shuffledSubarray([-150, -1, 0, 10], { minLength: 1, maxLength: 2 });
  const rules = names.map((_, i) => fc.array(rule(names.slice(Math.max(i + 1, 2)), match), { maxLength: most }));
  return fc.tuple(priorities, fc.array(policy, { minLength: 2, maxLength: 2 }), ...rules).map(([order, policies, ...lists]) =>
    names.map((name, i) => ({
      table,
      name,
      rules: lists[i],
      ...(i < order.length ? { base: { hook, type: 'filter' as const, priority: order[i], policy: policies[i] } } : {}),
    })),
  );
}

/** Rules for every hook that a forwarded or a local packet passes; where none drops, it goes on. */
export function rulesWith(match: fc.Arbitrary<Match>): fc.Arbitrary<HostRules> {
  const hooks = (['forward', 'input', 'prerouting'] as const).map((hook) => chainsOf(hook, `nft:${hook}`, match, fc.constant('accept'), 3));
  return fc.tuple(...hooks).map((chains) => ({ family: 'ipv4', chains: chains.flat(), sets: SETS, notUnderstood: [] }));
}
