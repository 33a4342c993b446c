import * as fc from 'fast-check';
import { allocated, codes, deployed, segment, segmentsArbitrary } from './requests';
import { allocate } from '../../../src/addressing/private/allocate';
import { AllocatedMember, AllocationRequest, LockedDaemon, SegmentRequest } from '../../../src/addressing/private/allocation';
import { parseLockFile, serializeLockFile } from '../../../src/addressing/private/lock-file';
import { holds, overlap, overlappingNames, position, size } from '../../oracle/cidr-oracle';

const throughFile = (lock: LockedDaemon): LockedDaemon => parseLockFile(serializeLockFile({ daemons: { d: lock } })).daemons.d;
// Other suites run beside this one; a law that is slow is not broken.
jest.setTimeout(30_000);

const RUNS = { numRuns: 60 };

/** The same thing without any order: of segments, members, fields. */
const shuffled = (segments: readonly SegmentRequest[]) =>
  fc
    .shuffledSubarray([...segments], { minLength: segments.length })
    .map((list) => list.map((each) => ({ ...each, members: [...each.members].reverse() })));

/** A program, and the program after some constructs went, others came, and all changed places. */
const edits = segmentsArbitrary.chain((before) =>
  fc
    .record({
      kept: fc.subarray(before),
      added: segmentsArbitrary,
      fewer: fc.nat(3),
      more: fc.uniqueArray(fc.integer({ min: 200, max: 300 }), { maxLength: 4 }),
    })
    .map(({ kept, added, fewer, more }) => {
      const keys = new Set(before.map((each) => each.key));
      const changed = kept.map((each) => ({
        ...each,
        members: [...each.members.slice(fewer), ...more.map((id) => ({ key: `app/W${id}` }))],
      }));
      return { before, after: [...changed, ...added.filter((each) => !keys.has(each.key))].reverse() };
    }),
);

test('adding, removing and reordering moves nothing that exists, and what returns gets what it had', () => {
  let constructs = 0;
  fc.assert(
    fc.property(edits, ({ before, after }) => {
      const first = allocated(before);
      const second = allocated(after, {}, throughFile(first.lock));
      const third = allocated(before, {}, throughFile(second.lock));
      expect([...codes(first), ...codes(second), ...codes(third)]).toEqual([]);
      const [was, is] = [deployed(first), deployed(second)];
      expect([...is].filter(([key, fact]) => was.has(key) && was.get(key) !== fact)).toEqual([]);
      expect(deployed(third)).toEqual(was);
      constructs += was.size + is.size;
    }),
    RUNS,
  );
  expect(constructs).toBeGreaterThan(1000);
});

test('nothing handed out anew was somebody else’s a moment ago', () => {
  fc.assert(
    fc.property(edits, ({ before, after }) => {
      const first = allocated(before);
      const second = allocated(after, {}, first.lock);
      const was = Object.entries(first.segments);
      const reused = Object.entries(second.segments).filter(([key, { ipv4 }]) =>
        was.some(([other, old]) => other !== key && overlap(ipv4.block, old.ipv4.block)),
      );
      expect(reused).toEqual([]);
    }),
    RUNS,
  );
});

test('the result depends on what is asked for, not on the order', () => {
  fc.assert(
    fc.property(
      segmentsArbitrary.chain((segments) => fc.tuple(fc.constant(segments), shuffled(segments))),
      ([segments, other]) => {
        const [one, two] = [allocated(segments), allocated(other)];
        expect(JSON.stringify(two)).toBe(JSON.stringify(one));
        expect(JSON.stringify(allocated(other, {}, one.lock))).toBe(JSON.stringify(allocated(segments, {}, throughFile(one.lock))));
      },
    ),
    RUNS,
  );
});

test('allocating again with the returned lock gives the same and misses nothing', () => {
  fc.assert(
    fc.property(edits, ({ before, after }) => {
      const first = allocated(before);
      expect(first.missing).toEqual(before.map((each) => each.key).sort());
      for (const lock of [first.lock, allocated(after, {}, first.lock).lock]) {
        const again = allocated(lock === first.lock ? before : after, {}, lock);
        expect(again.missing).toEqual([]);
        expect(serializeLockFile({ daemons: { d: again.lock } })).toBe(serializeLockFile({ daemons: { d: lock } }));
      }
    }),
    RUNS,
  );
});

test('addresses lie in their block, are unique, and keep off what is not theirs', () => {
  fc.assert(
    fc.property(segmentsArbitrary, (segments) => {
      const { segments: result } = allocated(segments);
      for (const asked of segments) {
        const got = result[asked.key];
        for (const family of ['ipv4', 'ipv6'] as const) {
          const plan = got[family];
          if (plan === undefined) continue;
          expect(position(plan.block, plan.gateway)).toBe(1n);
          const last = size(plan.block) / 16n > 4n ? size(plan.block) / 16n : 4n;
          // Engines count to 2^64 - 1, so the end of a /64 is nobody's.
          expect(size(plan.dockerRange)).toBe(size(plan.block) >= 1n << 64n ? last / 2n : last);
          expect(position(plan.block, plan.dockerRange.split('/')[0])).toBe(size(plan.block) - last);
          const addresses = Object.values(got.members).map((member) => member[family]!);
          expect(new Set(addresses).size).toBe(asked.members.length);
          const usable = (address: string) =>
            holds(plan.block, address) &&
            !holds(plan.dockerRange, address) &&
            position(plan.block, address) > 1n &&
            !asked.reserved?.includes(address);
          expect(addresses.filter((address) => !usable(address))).toEqual([]);
        }
        const host = (member: AllocatedMember, family: 'ipv4' | 'ipv6') => position(got[family]!.block, member[family]!);
        const segmentless = Object.values(got.members).filter((member) => got.ipv6 && host(member, 'ipv4') !== host(member, 'ipv6'));
        expect(segmentless).toEqual([]);
      }
      const bridges = Object.values(result).map((each) => each.bridge);
      expect(new Set(bridges).size).toBe(bridges.length);
      bridges.forEach((bridge) => expect(bridge).toMatch(/^bh-[a-z0-9-]{1,12}$/));
    }),
    RUNS,
  );
});

test('blocks share no address with each other or with foreign ones', () => {
  const foreign = [
    { label: 'LAN', block: '10.20.0.0/22' },
    { label: 'VPN', block: '10.20.8.64/26' },
    { label: 'LAN 6', block: 'fd00:20::/63' },
  ];
  fc.assert(
    fc.property(segmentsArbitrary, (segments) => {
      const result = allocated(segments, { foreign });
      expect(codes(result)).toEqual([]);
      const blocks = Object.values(result.segments).flatMap(({ ipv4, ipv6 }) => [ipv4.block, ...(ipv6 ? [ipv6.block] : [])]);
      const named = [...blocks, ...foreign.map((each) => each.block)].map((block, index) => ({ name: `${index}`, block, foreign: false }));
      expect(overlappingNames(named)).toEqual([]);
    }),
    RUNS,
  );
});

test('new blocks are the lowest free ones, in key order', () => {
  const { segments } = allocated(['app/C', 'app/a', 'app/B'].map((key) => segment(key)));
  expect(Object.entries(segments).map(([key, { ipv4 }]) => `${key} ${ipv4.block}`)).toEqual([
    'app/B 10.20.0.0/24',
    'app/C 10.20.1.0/24',
    'app/a 10.20.2.0/24',
  ]);
});

test('the overlap problem lists exactly the pairs that the oracle finds', () => {
  const block = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 20, max: 27 })).map(([third, length]) => {
    const width = length >= 24 ? 1 : 2 ** (24 - length);
    return `10.30.${third - (third % width)}.0/${length}`;
  });
  const block6 = fc.constantFrom('fd00::/56', 'fd00::/64', 'fd00:0:0:1::/64', 'fd00::/80');
  let pairs = 0;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(block, fc.option(block6, { nil: undefined })), { minLength: 2, maxLength: 16 }),
      fc.array(fc.oneof(block, block6), { maxLength: 5 }),
      (explicit, others) => {
        const segments = explicit.map(([ipv4, ipv6], index) =>
          segment(`app/S${index}`, {
            ipv4: { explicitBlock: ipv4, prefixLength: 24 },
            ...(ipv6 && { ipv6: { explicitBlock: ipv6 } }),
            members: [],
          }),
        );
        const foreign = others.map((each, index) => ({ label: `F${index}`, block: each }));
        const result = allocated([...segments, segment('app/Z', { ipv6: {} })], { foreign });
        const named = [
          ...explicit.flatMap(([ipv4, ipv6], index) =>
            [ipv4, ...(ipv6 ? [ipv6] : [])].map((each) => ({ name: `'app/S${index}' (${each})`, block: each, foreign: false })),
          ),
          ...foreign.map((each) => ({ name: `'${each.label}' (${each.block})`, block: each.block, foreign: true })),
        ];
        const expected = overlappingNames(named);
        pairs += expected.length;
        const problems = result.problems.filter((problem) => problem.code === 'BlockOverlap');
        expect(problems.length).toBe(expected.length > 0 ? 1 : 0);
        const listed = /^blocks overlap: (.*)\. Choose/.exec(problems[0]?.message ?? '')?.[1].split('; ') ?? [];
        expect(listed.map((pair) => pair.split(' and ').sort().join(' + ')).sort()).toEqual(expected);
      },
    ),
    RUNS,
  );
  expect(pairs).toBeGreaterThan(100);
});

test('whatever is asked for, every key gets an answer and nothing throws', () => {
  const odd = fc.constantFrom(
    '',
    'x',
    '10.20.0.0',
    '10.20.0.1/24',
    '10.20.0.0/30',
    'fd00::/64',
    'fd00::/127',
    '10.20.0.0/24',
    '0.0.0.0/0',
    '::/0',
    '${x}',
  );
  const address = fc.constantFrom(
    '',
    '10.20.0.0',
    '10.20.0.1',
    '10.20.0.2',
    '10.20.0.250',
    '10.20.0.255',
    'fd00::2',
    '::',
    '10.0.0.0/8',
    '${x}',
  );
  const any = fc.record({
    key: fc.constantFrom('app/A', 'app/A#gateway', 'app/B', 'constructor', '__proto__', '数据', '', '#gateway'),
    bridgeName: fc.option(fc.constantFrom('', 'bh-', 'bh-a', 'eth0', 'bh-0123456789012'), { nil: undefined }),
    ipv4: fc.record({ explicitBlock: fc.option(odd, { nil: undefined }), prefixLength: fc.constantFrom(24, 28, 29, 33, -1, 1.5, NaN) }),
    ipv6: fc.option(fc.record({ explicitBlock: fc.option(odd, { nil: undefined }) }), { nil: undefined }),
    members: fc.uniqueArray(
      fc.record({
        key: fc.constantFrom('app/X', 'app/Y', 'constructor'),
        explicitIpv4: fc.option(address, { nil: undefined }),
        explicitIpv6: fc.option(address, { nil: undefined }),
      }),
      { selector: (member) => member.key },
    ),
    reserved: fc.option(fc.array(address), { nil: undefined }),
  });
  fc.assert(
    fc.property(
      fc.record({
        daemon: fc.constant('app/Edge'),
        ipv4Pools: fc.array(odd, { maxLength: 2 }),
        ipv6Pool: fc.option(odd, { nil: undefined }),
        foreign: fc.array(fc.record({ label: fc.constant('LAN'), block: odd }), { maxLength: 2 }),
        segments: fc.uniqueArray(any, { selector: (each) => each.key }),
      }),
      (asked: AllocationRequest) => {
        const given = { segments: {} };
        const result = allocate(asked, given);
        for (const { key, members, ipv6 } of asked.segments) {
          const got = Object.entries(result.segments).find(([name]) => name === key)?.[1];
          expect(got?.bridge).toMatch(/^bh-/);
          expect(got?.ipv4.gateway).toMatch(/^\d+\./);
          expect(got?.ipv6 === undefined).toBe(ipv6 === undefined);
          expect(Object.keys(got?.members ?? {}).sort()).toEqual(members.map((member) => member.key).sort());
        }
        if (result.problems.length > 0) expect(result.lock).toBe(given);
      },
    ),
    { numRuns: 100 },
  );
});
