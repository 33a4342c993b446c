import type { AddressType } from './ir';
import { portNamed } from './service-names';
import { blockAround, formatAddress, isAddress, parseAddress, parseBlock } from '../../addressing/private/ip';
import { tryParse } from '../../addressing/private/try-parse';
import type { Family } from '../../topology/private/terms';

/* Words of dumps as values. Each function returns undefined for a word that it does not know, and never throws. */

export const ADDRESS_TYPES: readonly AddressType[] = ['local', 'unicast', 'broadcast', 'multicast'];

/** Of a mark. */
export const ALL_BITS = 0xffffffff;

/** Longer than any address with a mask; a longer text is not parsed. */
const LONGEST_BLOCK = 64;

/** A block in the form of the rules: a single address gets its full prefix length. */
export function readBlock(text: string, family: Family): string | undefined {
  if (text.length > LONGEST_BLOCK) {
    return undefined;
  }
  const bits = family === 'ipv4' ? 32 : 128;
  const parsed = tryParse(parseBlock, text.includes('/') ? text : `${text}/${bits}`);
  return parsed.ok && parsed.value.family === family ? (text.includes('/') ? text : `${text}/${bits}`) : undefined;
}

/** A block as people write it: with a mask of addresses, and with bits behind the prefix, which the tools leave out. */
export function readWrittenBlock(text: string, family: Family): string | undefined {
  const exact = readBlock(text, family);
  const [address, length, ...rest] = text.split('/', 3);
  if (exact !== undefined || length === undefined || rest.length > 0 || text.length > LONGEST_BLOCK) return exact;
  const bits = family === 'ipv4' && length.includes('.') ? lengthOfMask(length) : readNumber(length, family === 'ipv4' ? 32 : 128);
  const parsed = tryParse(parseAddress, address);
  if (bits === undefined || !parsed.ok || parsed.value.family !== family) return undefined;
  const { first } = blockAround(family, parsed.value.value, bits);
  return `${formatAddress(family, first)}/${bits}`;
}

/** Undefined for one with holes. */
function lengthOfMask(text: string): number | undefined {
  const parsed = tryParse(parseAddress, text);
  if (!parsed.ok || parsed.value.family !== 'ipv4') return undefined;
  const bits = parsed.value.value.toString(2).padStart(32, '0');
  return /^1*0*$/.test(bits) ? bits.replace(/0/g, '').length : undefined;
}

/** One address, which may be written as a block of one address. */
export function readAddress(text: string, family: Family): string | undefined {
  const address = text.replace(family === 'ipv4' ? /\/32$/ : /\/128$/, '');
  const isOfFamily = address.includes(':') === (family === 'ipv6');
  return address.length <= LONGEST_BLOCK && isOfFamily && isAddress(address) ? address : undefined;
}

/** For a match: the field exists only if it is true. */
export function not(negate: boolean): { readonly negate?: true } {
  return negate ? { negate: true } : {};
}

export type Range = readonly [first: number, last: number];

/** `80`, `80:90`, `:90` or `80:`, with that separator; a port may have the name of its service. */
export function readWrittenPorts(text: string, separator: ':' | '-'): Range | undefined {
  const named = portNamed(text);
  if (named !== undefined) return [named, named];
  const parts = text.split(separator, 3);
  if (parts.length !== 2) return readPorts(text, separator);
  const [first, last] = parts.map((part, i) => (part === '' ? (i === 0 ? 0 : 65535) : (portNamed(part) ?? readNumber(part, 65535))));
  return first !== undefined && last !== undefined && first <= last ? [first, last] : undefined;
}

/** `80`, or `80:90` with that separator. */
export function readPorts(text: string, separator: ':' | '-'): Range | undefined {
  const parts = text.split(separator, 3);
  const [first, last] = [readNumber(parts[0], 65535), readNumber(parts[parts.length - 1], 65535)];
  return parts.length <= 2 && first !== undefined && last !== undefined && first <= last ? [first, last] : undefined;
}

/** Decimal, without signs, spaces and leading zeros. */
export function readNumber(text: string, most: number): number | undefined {
  return /^(0|[1-9][0-9]{0,9})$/.test(text) && Number(text) <= most ? Number(text) : undefined;
}

/** `0x10/0xff`; all bits without a mask. */
export function readMarked(text: string): { readonly value: number; readonly mask: number } | undefined {
  const parts = /^(0x[0-9a-f]{1,8}|[0-9]{1,10})(?:\/(0x[0-9a-f]{1,8}|[0-9]{1,10}))?$/i.exec(text);
  const [value, mask] = [Number(parts?.[1]), parts?.[2] === undefined ? ALL_BITS : Number(parts[2])];
  return parts && value <= ALL_BITS && mask <= ALL_BITS ? { value, mask } : undefined;
}

/** `mark & kept | added` in the form of the rules: the bits of the mask become those of the value. */
export function keptAndAdded(kept: number, added: number): { readonly value: number; readonly mask: number } {
  return { value: added, mask: ALL_BITS - bitsIn(kept, ALL_BITS - added) };
}

/** Whether all bits of a number are bits of another one, too. */
export function areBitsOf(bits: number, all: number): boolean {
  return bitsIn(bits, all) === bits;
}

/** The bits that two numbers of 32 bits share. */
function bitsIn(a: number, b: number): number {
  // eslint-disable-next-line no-bitwise -- a mask is bits; the shift makes the number unsigned again.
  return (a & b) >>> 0;
}
