import * as fc from 'fast-check';
import { EMPTY, plausible } from './arbitraries';
import { matchesAll } from './walk';
import type { Match, Rule } from '../../src/firewall/private/ir';
import { isCovered, normalize } from '../../src/firewall/private/normalize';
import type { Packet } from '../oracle/packet-oracle';

const SOURCES = ['0.0.0.0/0', '198.51.100.0/30', '198.51.100.0/31', '198.51.100.2/31', '198.51.100.1/32'];
const PORTS = [
  [80, 80],
  [80, 82],
  [81, 83],
  [83, 84],
  [80, 84],
] as const;

const matches: fc.Arbitrary<Match[]> = fc
  .record({
    bridge: fc.constantFrom('bh-a', 'bh-b'),
    source: fc.constantFrom(undefined, ...SOURCES),
    port: fc.constantFrom(...PORTS),
    rate: fc.constantFrom(undefined, undefined, 'bh1', 'bh2'),
    original: fc.constantFrom({ address: '192.0.2.10', first: 443, last: 443 }, { first: 443, last: 443 }),
  })
  .map(({ bridge, source, port: [first, last], rate, original }) => [
    { kind: 'out-interface', name: bridge },
    ...(source === undefined ? [] : [{ kind: 'source' as const, block: source }]),
    { kind: 'protocol', protocol: 'tcp' },
    { kind: 'destination-port', first, last },
    { kind: 'ct-original', ...original },
    ...(rate === undefined
      ? []
      : [{ kind: 'rate-per-source' as const, name: rate, rate: { amount: 5, per: 'second' as const, burst: 5 } }]),
  ]);

/** The origin names the count, which is what a packet can be over here. */
const rules = fc.array(matches, { maxLength: 10 }).map((all): Rule[] =>
  all.map((m) => ({
    matches: m,
    verdict: { kind: 'return' },
    origin: m.flatMap((x) => (x.kind === 'rate-per-source' ? [x.name] : []))[0] ?? 'x',
  })),
);

const EVERY_PACKET: Packet[] = ['bh-a', 'bh-b'].flatMap((out) =>
  ['198.51.100.0', '198.51.100.1', '198.51.100.2', '198.51.100.3', '198.51.100.4'].flatMap((src) =>
    [79, 80, 81, 82, 83, 84, 85].flatMap((dport) =>
      [[], ['bh1'], ['bh2'], ['bh1', 'bh2']].flatMap((exceeded) =>
        ['192.0.2.10', '192.0.2.11'].flatMap((origDst) =>
          [443, 444].map((origPort) =>
            plausible(
              {
                family: 'ipv4',
                hook: 'FORWARD',
                in: 'eth0',
                out,
                src,
                ofHost: false,
                dst: '10.20.8.10',
                proto: 'tcp',
                dport,
                icmpType: 0,
                icmpCode: 0,
                ctstate: 'NEW',
                dnat: true,
                origDst,
                origPort,
                dir: 'original',
                exceeded,
                flag: 'SYN',
                complete: false,
                label: 'none',
                known: false,
                full: [],
              },
              EMPTY,
            ),
          ),
        ),
      ),
    ),
  ),
);

function admitted(all: readonly Rule[]): boolean[] {
  return EVERY_PACKET.map((packet) => all.some((rule) => matchesAll(rule, [], packet)));
}

const RUNS = { numRuns: 100 };

describe('laws of normalize', () => {
  test('keeps the admitted traffic', () => {
    fc.assert(
      fc.property(rules, (all) => expect(admitted(normalize(all))).toEqual(admitted(all))),
      RUNS,
    );
  });

  test('is idempotent', () => {
    fc.assert(
      fc.property(rules, (all) => expect(normalize(normalize(all))).toEqual(normalize(all))),
      RUNS,
    );
  });

  test('depends on the set of rules, not on their order or repetition', () => {
    const orders = rules.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }), fc.subarray(all)));
    fc.assert(
      fc.property(orders, ([all, other, again]) => expect(normalize([...again, ...other])).toEqual(normalize(all))),
      RUNS,
    );
  });

  test('leaves no rule that the others cover', () => {
    fc.assert(
      fc.property(rules, (all) => {
        const left = normalize(all);
        left.forEach((rule, i) => {
          const others = left.filter((_, at) => at !== i);
          expect(isCovered(rule, others)).toBe(false);
          expect(admitted(others)).not.toEqual(admitted(left));
        });
      }),
      RUNS,
    );
  });
});

test('rules of another verdict are never compared', () => {
  const of = (kind: 'return' | 'drop', block: string): Rule => ({ matches: [{ kind: 'source', block }], verdict: { kind }, origin: kind });
  expect(normalize([of('return', '10.0.0.0/8'), of('drop', '10.1.0.0/16')])).toHaveLength(2);
  expect(normalize([of('return', '10.0.0.0/8'), of('return', '10.1.0.0/16')])).toEqual([of('return', '10.0.0.0/8')]);
});

test('halves of a rule that stand beside it go, and what covers together covers', () => {
  const ports = (first: number, last: number): Rule => ({
    matches: [
      { kind: 'protocol', protocol: 'tcp' },
      { kind: 'destination-port', first, last },
    ],
    verdict: { kind: 'return' },
    origin: `${first}-${last}`,
  });
  expect(normalize([ports(80, 89), ports(85, 85), ports(90, 99)])).toEqual([ports(80, 89), ports(90, 99)]);
  expect(normalize([ports(80, 89), ports(90, 99), ports(88, 92)])).toEqual([ports(80, 89), ports(90, 99)]);
});

test('ten thousand pairs on one bridge take no time to speak of', () => {
  const pair = (i: number): Rule => ({
    matches: [
      { kind: 'in-interface', name: 'bh-a' },
      { kind: 'source', block: `10.0.${Math.floor(i / 250)}.${i % 250}/32` },
      { kind: 'destination', block: '10.1.0.1/32' },
      { kind: 'protocol', protocol: 'tcp' },
      { kind: 'destination-port', first: 80, last: 80 },
    ],
    verdict: { kind: 'return' },
    origin: `pair ${i}`,
  });
  const started = process.cpuUsage();
  expect(normalize(Array.from({ length: 10_000 }, (_, i) => pair(i)))).toHaveLength(10_000);
  expect(process.cpuUsage(started).user).toBeLessThan(5_000_000);
});
