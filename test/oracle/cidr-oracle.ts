/**
 * A second reading of blocks and addresses, written without src/: strings of bits, compared as strings.
 * Slow and obvious; tests compare the library with it.
 */

/** '10.0.0.1' → 32 characters, 'fd00::1' → 128 characters. Expects valid input. */
export function bits(address: string): string {
  if (!address.includes(':')) {
    return address
      .split('.')
      .map((part) => BigInt(part).toString(2).padStart(8, '0'))
      .join('');
  }
  const [head, tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array<string>(zeros).fill('0'), ...right].map((group) => BigInt(`0x${group}`).toString(2).padStart(16, '0')).join('');
}

/** The bits that all addresses of a block share. */
export function prefixBits(block: string): string {
  let known = prefixes.get(block);
  if (known === undefined) {
    const [address, length] = block.split('/');
    known = bits(address).slice(0, Number(length));
    prefixes.set(block, known);
  }
  return known;
}

/** Tests ask for the same blocks over and over. */
const prefixes = new Map<string, string>();

export function sameFamily(a: string, b: string): boolean {
  return a.includes(':') === b.includes(':');
}

export function holds(block: string, address: string): boolean {
  return sameFamily(block, address) && bits(address).startsWith(prefixBits(block));
}

/** Two blocks overlap when the shorter prefix begins the longer one. */
export function overlap(a: string, b: string): boolean {
  return sameFamily(a, b) && (prefixBits(a).startsWith(prefixBits(b)) || prefixBits(b).startsWith(prefixBits(a)));
}

/** Position of an address in a block, counted from the network address. */
export function position(block: string, address: string): bigint {
  return BigInt(`0b${bits(address)}`) - BigInt(`0b${bits(block.split('/')[0])}`);
}

export function size(block: string): bigint {
  return 2n ** BigInt((block.includes(':') ? 128 : 32) - Number(block.split('/')[1]));
}

/** Pairs by name, where at least one is not foreign. */
export function overlappingNames(blocks: readonly { name: string; block: string; foreign: boolean }[]): string[] {
  const pairs: string[] = [];
  blocks.forEach((a, i) =>
    blocks.slice(i + 1).forEach((b) => {
      if (!(a.foreign && b.foreign) && overlap(a.block, b.block)) pairs.push([a.name, b.name].sort().join(' + '));
    }),
  );
  return pairs.sort();
}
