import * as fc from 'fast-check';
import {
  EVERY_PORT,
  intersect,
  isEmpty,
  NO_PORTS,
  type PortSet,
  portSetOf,
  portSetText,
  PROTOCOLS,
  type Ranges,
  shortPortSetText,
  subtract,
  union,
} from '../../../../src/reachability/private/matrix/port-set';

const MOST = 12;
const port = fc.nat(MOST);
const piece = fc.tuple(fc.constantFrom(...PROTOCOLS), port, port).map(([protocol, a, b]): PortSet => {
  return { ...NO_PORTS, [protocol]: [[Math.min(a, b), Math.max(a, b)]] };
});
const set = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.reduce(union, NO_PORTS));

/** The same set as a plain list of its elements. */
function elements(given: PortSet): Set<string> {
  const all = new Set<string>();
  for (const protocol of PROTOCOLS) {
    for (const [first, last] of given[protocol]) {
      for (let i = first; i <= last; i++) all.add(`${protocol} ${i}`);
    }
  }
  return all;
}

function isTidy(ranges: Ranges): boolean {
  return ranges.every(([first, last], i) => first <= last && (i === 0 || ranges[i - 1][1] + 1 < first));
}

test.each([
  ['union', union, (inA: boolean, inB: boolean) => inA || inB],
  ['subtract', subtract, (inA: boolean, inB: boolean) => inA && !inB],
  ['intersect', intersect, (inA: boolean, inB: boolean) => inA && inB],
])('%s is that of the elements, and stays tidy', (_name, combine, expected) => {
  fc.assert(
    fc.property(set, set, (a, b) => {
      const result = combine(a, b);
      const [inA, inB, inResult] = [elements(a), elements(b), elements(result)];
      for (const element of new Set([...inA, ...inB, ...inResult])) {
        expect([element, inResult.has(element)]).toEqual([element, expected(inA.has(element), inB.has(element))]);
      }
      expect(PROTOCOLS.every((protocol) => isTidy(result[protocol]))).toBe(true);
      expect(isEmpty(result)).toBe(inResult.size === 0);
    }),
  );
});

test('as text', () => {
  const both = union(portSetOf({ protocol: 'tcp', first: 80, last: 80 }), portSetOf({ protocol: 'icmp', first: 0, last: 0 }));
  expect(portSetText(union(both, { ...NO_PORTS, udp: [[5, 7]], other: [[0, 0]] }))).toBe('tcp/80, udp/5-7, icmp/ping, other protocols');
  expect(portSetText(NO_PORTS)).toBe('nothing');
});

test('as text for readers: by what is left out, where that is shorter', () => {
  const one = portSetOf({ protocol: 'tcp', first: 8080, last: 8080 });
  const ping = portSetOf({ protocol: 'icmp', first: 0, last: 0 });
  expect(shortPortSetText(EVERY_PORT)).toBe('everything');
  expect(shortPortSetText(subtract(EVERY_PORT, one))).toBe('everything except tcp/8080');
  expect(shortPortSetText(subtract(EVERY_PORT, ping))).toBe('everything except icmp/ping');
  expect(shortPortSetText(one)).toBe('tcp/8080');
  expect(shortPortSetText(NO_PORTS)).toBe('nothing');
});
