/* eslint-disable no-bitwise -- an encoder of bits */

/**
 * gzip with the same bytes everywhere. Node's zlib compresses differently from one version and processor to the next, and user data that
 * changes with the machine of whoever runs the synth would replace the host.
 *
 * One block (RFC 1951), with the fixed Huffman codes or its own. Copies are chosen by what they cost in bits.
 */
export function gzip(data: Uint8Array): Uint8Array {
  const out: number[] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255];
  deflate(data, out);
  for (const word of [crc32(data), data.length]) out.push(word & 255, (word >>> 8) & 255, (word >>> 16) & 255, (word >>> 24) & 255);
  return Uint8Array.from(out);
}

const END = 256;
/** Beyond it no cloud takes the text anyway; it only has to be made in bearable time. */
const LARGE = 65536;
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BITS = Array.from({ length: 30 }, (_, code) => Math.max(0, (code >> 1) - 1));
const LENGTH_BASE = bases(LENGTH_BITS, 3).map((base, code) => (code === 28 ? 258 : base));
const DISTANCE_BASE = bases(DISTANCE_BITS, 1);
const CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** A literal byte (`distance` 0), or a copy of `value` bytes from `distance` bytes back. */
interface Step {
  readonly value: number;
  readonly distance: number;
}

function bases(bits: readonly number[], first: number): number[] {
  let next = first;
  return bits.map((count) => (next += 1 << count) - (1 << count));
}

function codeOf(value: number, base: readonly number[]): number {
  let code = base.length - 1;
  while (base[code] > value) code--;
  return code;
}

function deflate(data: Uint8Array, out: number[]): void {
  const copies = findCopies(data);
  let steps = cheapest(data, copies, FIXED);
  let best = encode(steps, FIXED);
  // Each round chooses steps by what the codes of the last one cost.
  for (let round = 0; round < (data.length > LARGE ? 2 : 5); round++) {
    const trees = ownTrees(steps);
    const encoded = encode(steps, trees);
    if (encoded.length < best.length) best = encoded;
    steps = cheapest(data, copies, trees);
  }
  for (const byte of best) out.push(byte);
}

/** Lengths of the codes of a block. */
interface Trees {
  readonly fixed: boolean;
  readonly literals: readonly number[];
  readonly distances: readonly number[];
}

const FIXED: Trees = {
  fixed: true,
  literals: Array.from({ length: 288 }, (_, symbol) => (symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8)),
  distances: new Array<number>(30).fill(5),
};

function ownTrees(steps: readonly Step[]): Trees {
  const literals = new Array<number>(286).fill(0);
  const distances = new Array<number>(30).fill(0);
  literals[END] = 1;
  for (const { value, distance } of steps) {
    literals[distance ? 257 + codeOf(value, LENGTH_BASE) : value]++;
    if (distance) distances[codeOf(distance, DISTANCE_BASE)]++;
  }
  return { fixed: false, literals: trimmed(codeLengths(literals, 15), 257), distances: trimmed(codeLengths(distances, 15), 1) };
}

function encode(steps: readonly Step[], trees: Trees): number[] {
  const out: number[] = [];
  const bits = new BitWriter(out);
  bits.write(1, 1);
  bits.write(trees.fixed ? 1 : 2, 2);
  if (!trees.fixed) writeTrees(bits, trees.literals, trees.distances);
  const literalCodes = codes(trees.literals);
  const distanceCodes = codes(trees.distances);
  for (const { value, distance } of steps) {
    if (!distance) {
      bits.write(literalCodes[value], trees.literals[value]);
      continue;
    }
    const length = codeOf(value, LENGTH_BASE);
    bits.write(literalCodes[257 + length], trees.literals[257 + length]);
    bits.write(value - LENGTH_BASE[length], LENGTH_BITS[length]);
    const far = codeOf(distance, DISTANCE_BASE);
    bits.write(distanceCodes[far], trees.distances[far]);
    bits.write(distance - DISTANCE_BASE[far], DISTANCE_BITS[far]);
  }
  bits.write(literalCodes[END], trees.literals[END]);
  bits.flush();
  return out;
}

/** For each place the copies that could stand there: each longer than the one before it, and from as near as that length is to be had. */
function findCopies(data: Uint8Array): Step[][] {
  const heads = new Map<number, number>();
  const previous = new Int32Array(data.length).fill(-1);
  const depth = data.length > LARGE ? 16 : 1024;
  return Array.from(data, (_, at) => {
    const found: Step[] = [];
    const limit = Math.min(258, data.length - at);
    if (limit < 3) return found;
    const key = data[at] | (data[at + 1] << 8) | (data[at + 2] << 16);
    previous[at] = heads.get(key) ?? -1;
    heads.set(key, at);
    let longest = 2;
    for (
      let from = previous[at], tries = depth;
      from >= 0 && at - from <= 32768 && tries > 0 && longest < limit;
      from = previous[from], tries--
    ) {
      if (data[from + longest] !== data[at + longest]) continue;
      let length = 0;
      while (length < limit && data[from + length] === data[at + length]) length++;
      if (length > longest) found.push({ value: (longest = length), distance: at - from });
    }
    return found;
  });
}

/** The steps that cost the fewest bits with these codes: a shortest path, found from the end. */
function cheapest(data: Uint8Array, copies: readonly (readonly Step[])[], trees: Trees): Step[] {
  const unknown = 15;
  const hurried = data.length > LARGE;
  const lengthCosts = Array.from({ length: 259 }, (_, value) => {
    const code = value < 3 ? 0 : codeOf(value, LENGTH_BASE);
    return (trees.literals[257 + code] || unknown) + LENGTH_BITS[code];
  });
  const costs = new Float64Array(data.length + 1);
  const choice = new Array<Step>(data.length);
  for (let at = data.length - 1; at >= 0; at--) {
    choice[at] = { value: data[at], distance: 0 };
    costs[at] = (trees.literals[data[at]] || unknown) + costs[at + 1];
    let least = 3;
    for (const { value, distance } of copies[at]) {
      const code = codeOf(distance, DISTANCE_BASE);
      const distanceCost = (trees.distances[code] || unknown) + DISTANCE_BITS[code];
      for (let length = hurried ? value : least; length <= value; length++) {
        const cost = lengthCosts[length] + distanceCost + costs[at + length];
        if (cost < costs[at]) {
          costs[at] = cost;
          choice[at] = { value: length, distance };
        }
      }
      least = value + 1;
    }
  }
  const steps: Step[] = [];
  for (let at = 0; at < data.length; at += choice[at].distance ? choice[at].value : 1) steps.push(choice[at]);
  return steps;
}

/** Huffman code lengths; where one would exceed `limit`, the counts are flattened until none does. */
function codeLengths(counts: readonly number[], limit: number): number[] {
  const lengths = new Array<number>(counts.length).fill(0);
  let nodes = counts.map((weight, symbol) => ({ weight, symbols: [symbol], order: symbol })).filter((node) => node.weight > 0);
  if (nodes.length < 2) {
    // A decoder wants at least one code of one bit.
    lengths[nodes[0]?.symbols[0] ?? 0] = 1;
    return lengths;
  }
  let order = counts.length;
  while (nodes.length > 1) {
    nodes.sort((a, b) => a.weight - b.weight || a.order - b.order);
    const [first, second, ...rest] = nodes;
    const symbols = [...first.symbols, ...second.symbols];
    for (const symbol of symbols) lengths[symbol]++;
    nodes = [...rest, { weight: first.weight + second.weight, symbols, order: order++ }];
  }
  if (Math.max(...lengths) <= limit) return lengths;
  return codeLengths(
    counts.map((count) => (count > 0 ? (count >> 1) + 1 : 0)),
    limit,
  );
}

/** Canonical codes, with their bits reversed: deflate writes them from the top. */
function codes(lengths: readonly number[]): number[] {
  const result = new Array<number>(lengths.length).fill(0);
  let code = 0;
  for (let length = 1; length <= 15; length++) {
    for (const [symbol, own] of lengths.entries()) {
      if (own !== length) continue;
      for (let bit = 0; bit < length; bit++) if (code & (1 << bit)) result[symbol] |= 1 << (length - 1 - bit);
      code++;
    }
    code <<= 1;
  }
  return result;
}

function trimmed(lengths: number[], least: number): number[] {
  let end = lengths.length;
  while (end > least && lengths[end - 1] === 0) end--;
  return lengths.slice(0, end);
}

function writeTrees(bits: BitWriter, literals: readonly number[], distances: readonly number[]): void {
  const runs = runLengths([...literals, ...distances]);
  const counts = new Array<number>(19).fill(0);
  for (const { code } of runs) counts[code]++;
  const lengths = codeLengths(counts, 7);
  const own = codes(lengths);
  let used = CODE_ORDER.length;
  while (used > 4 && lengths[CODE_ORDER[used - 1]] === 0) used--;
  bits.write(literals.length - 257, 5);
  bits.write(distances.length - 1, 5);
  bits.write(used - 4, 4);
  for (const symbol of CODE_ORDER.slice(0, used)) bits.write(lengths[symbol], 3);
  for (const { code, extra, width } of runs) {
    bits.write(own[code], lengths[code]);
    bits.write(extra, width);
  }
}

function runLengths(lengths: readonly number[]): { code: number; extra: number; width: number }[] {
  const runs: { code: number; extra: number; width: number }[] = [];
  for (let at = 0; at < lengths.length;) {
    const value = lengths[at];
    let run = 1;
    while (at + run < lengths.length && lengths[at + run] === value) run++;
    at += run;
    if (value !== 0) {
      runs.push({ code: value, extra: 0, width: 0 });
      run--;
    }
    while (run > 0) {
      const most = value === 0 ? 138 : 6;
      const part = Math.min(run, most);
      if (part < 3) runs.push({ code: value, extra: 0, width: 0 });
      else if (value !== 0) runs.push({ code: 16, extra: part - 3, width: 2 });
      else if (part <= 10) runs.push({ code: 17, extra: part - 3, width: 3 });
      else runs.push({ code: 18, extra: part - 11, width: 7 });
      run -= part < 3 ? 1 : part;
    }
  }
  return runs;
}

class BitWriter {
  private buffer = 0;
  private held = 0;

  constructor(private readonly out: number[]) {}

  public write(value: number, width: number): void {
    this.buffer |= value << this.held;
    this.held += width;
    while (this.held >= 8) {
      this.out.push(this.buffer & 255);
      this.buffer >>>= 8;
      this.held -= 8;
    }
  }

  public flush(): void {
    if (this.held > 0) this.out.push(this.buffer & 255);
  }
}

function crc32(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
