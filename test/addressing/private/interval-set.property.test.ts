import * as fc from 'fast-check';
import { IntervalSet } from '../../../src/addressing/private/interval-set';

const interval = fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 12 })).map(([first, more]) => [first, first + more]);

test('finds what a table of booleans finds', () => {
  fc.assert(
    fc.property(fc.array(interval, { maxLength: 12 }), interval, fc.constantFrom(1, 2, 4, 8), (intervals, bounds, size) => {
      const set = new IntervalSet();
      const taken = Array<boolean>(100).fill(false);
      for (const [first, last] of intervals) {
        set.add(BigInt(first), BigInt(last));
        taken.fill(true, first, last + 1);
      }
      let expected: bigint | undefined;
      for (let start = 0; expected === undefined && start + size - 1 <= bounds[1]; start += size) {
        if (start >= bounds[0] && !taken.slice(start, start + size).includes(true)) expected = BigInt(start);
      }
      expect(set.lowestFree(BigInt(bounds[0]), BigInt(bounds[1]), BigInt(size))).toBe(expected);
      expect(set.intersects(BigInt(bounds[0]), BigInt(bounds[1]))).toBe(taken.slice(bounds[0], bounds[1] + 1).includes(true));
      const copy = set.copy();
      copy.add(0n, 99n);
      expect(set.intersects(90n, 99n)).toBe(false);
    }),
    { numRuns: 1000 },
  );
});
