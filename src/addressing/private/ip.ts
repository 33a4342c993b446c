import * as ipaddr from 'ipaddr.js';
import { UnscopedValidationError } from '../../private/errors';

/**
 * Addresses and blocks as numbers. Only this file parses text; all other code compares numbers.
 *
 * Both families are `bigint`, so that there is one code path: a second one for 32-bit numbers would have to be proven equal.
 */
export type IpFamilyName = 'ipv4' | 'ipv6';

export interface IpAddress {
  readonly family: IpFamilyName;
  readonly value: bigint;
}

export interface IpBlock {
  readonly family: IpFamilyName;
  readonly prefixLength: number;
  readonly first: bigint;
  readonly last: bigint;
}

const BITS: Record<IpFamilyName, number> = { ipv4: 32, ipv6: 128 };
export const FAMILY_LABEL: Record<IpFamilyName, string> = { ipv4: 'IPv4', ipv6: 'IPv6' };
/** The most recently read addresses. A proof reads the same few addresses thousands of times. */
const READ = new Map<string, IpAddress | string>();
const MOST_READ = 10_000;
const MAPPED_FIRST = 0xffff_0000_0000n;
const MAPPED_LAST = 0xffff_ffff_ffffn;

export function bitsOf(family: IpFamilyName): number {
  return BITS[family];
}

/** Powers of two: to compute one for each block took a good part of a proof. */
const POWERS = Array.from({ length: BITS.ipv6 + 1 }, (_, exponent) => 2n ** BigInt(exponent));

/** Number of addresses in a block of this prefix length. */
export function sizeOf(family: IpFamilyName, prefixLength: number): bigint {
  return POWERS[BITS[family] - prefixLength];
}

export function formatAddress(family: IpFamilyName, value: bigint): string {
  // By hexadecimal digits: dividing a bigint byte by byte took most of the time of an allocation.
  const digits = value.toString(16).padStart(BITS[family] / 4, '0');
  return family === 'ipv4' ? groupsOf(digits, 2).join('.') : new ipaddr.IPv6(groupsOf(digits, 4)).toRFC5952String();
}

function groupsOf(digits: string, length: number): number[] {
  return Array.from({ length: digits.length / length }, (_, index) => parseInt(digits.slice(index * length, (index + 1) * length), 16));
}

export function formatBlock(block: IpBlock): string {
  return `${formatAddress(block.family, block.first)}/${block.prefixLength}`;
}

/** The block of this prefix length that contains `value`. */
export function blockAround(family: IpFamilyName, value: bigint, prefixLength: number): IpBlock {
  const size = sizeOf(family, prefixLength);
  const first = value - (value % size);
  return { family, prefixLength, first, last: first + size - 1n };
}

/** The fewest blocks that hold all addresses from `first` to `last`. */
export function blocksBetween(family: IpFamilyName, first: bigint, last: bigint): IpBlock[] {
  const blocks: IpBlock[] = [];
  for (let next = first; next <= last;) {
    let block = blockAround(family, next, bitsOf(family));
    for (let length = block.prefixLength - 1; length >= 0; length--) {
      const wider = blockAround(family, next, length);
      if (wider.first !== next || wider.last > last) {
        break;
      }
      block = wider;
    }
    blocks.push(block);
    next = block.last + 1n;
  }
  return blocks;
}

/** Addresses of IPv6 that the internet routes. @see https://www.rfc-editor.org/rfc/rfc4291#section-2.4 */
export const GLOBAL_UNICAST: IpBlock = parseBlock('2000::/3');
/** Addresses of IPv6 that mean something within a site only. @see https://www.rfc-editor.org/rfc/rfc4193#section-3.1 */
export const UNIQUE_LOCAL: IpBlock = parseBlock('fc00::/7');

/**
 * The /48 of unique local addresses with a global id of ten hexadecimal digits, by which two sites that are joined later still differ.
 * @see https://www.rfc-editor.org/rfc/rfc4193#section-3.2
 */
export function uniqueLocalBlock(globalId: string): string {
  return formatBlock(blockAround('ipv6', BigInt(`0xfd${globalId}${'0'.repeat(20)}`), 48));
}

/** Whether a block holds one address and no other. */
export function isSingle({ first, last }: IpBlock): boolean {
  return first === last;
}

export function contains(block: IpBlock, address: IpAddress): boolean {
  return block.family === address.family && block.first <= address.value && address.value <= block.last;
}

export function covers(outer: IpBlock, inner: IpBlock): boolean {
  return outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last;
}

/** The block of one address. */
export function singleBlock(address: string): string {
  return `${address}/${address.includes(':') ? 128 : 32}`;
}

export function overlaps(a: IpBlock, b: IpBlock): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}

/** @throws AddressSyntax, UnresolvedValue */
export function parseAddress(text: string): IpAddress {
  refuseUnresolved(text, 'address');
  const read = readAddress(text);
  if (typeof read === 'string') {
    throw new UnscopedValidationError('AddressSyntax', `${show(text)} is not an IP address: ${read}`);
  }
  return read;
}

/** @throws CidrSyntax, CidrHasHostBits, UnresolvedValue */
export function parseBlock(text: string): IpBlock {
  refuseUnresolved(text, 'block');
  const fail = (reason: string) => new UnscopedValidationError('CidrSyntax', `${show(text)} is not a block: ${reason}${meantBlock(text)}`);
  if (typeof text !== 'string') {
    throw fail("expected text such as '10.20.0.0/24'");
  }
  const slash = text.indexOf('/');
  const read = readAddress(slash < 0 ? text : text.slice(0, slash));
  if (typeof read === 'string') {
    throw fail(read);
  }
  const bits = BITS[read.family];
  if (slash < 0) {
    throw fail(
      `it has no prefix length; write '${text}/${bits}' for a single address, or the length of the block, such as '${formatBlock(blockAround(read.family, read.value, bits / 2))}'`,
    );
  }
  const prefix = text.slice(slash + 1);
  if (!/^(0|[1-9]\d{0,2})$/.test(prefix) || Number(prefix) > bits) {
    throw fail(`the prefix length of an ${FAMILY_LABEL[read.family]} block is a number from 0 to ${bits}, got '${prefix}'`);
  }
  const block = blockAround(read.family, read.value, Number(prefix));
  if (block.first !== read.value) {
    throw new UnscopedValidationError(
      'CidrHasHostBits',
      `'${text}' has host bits set; write '${formatBlock(block)}' for the block, or '${text.slice(0, slash)}/${bits}' for that address alone`,
    );
  }
  return block;
}

/** The probable meaning of a text that is nearly a block, for its message; a number with leading zeros may be octal, so nothing is guessed there. */
function meantBlock(text: unknown): string {
  const [address, length, more] = typeof text === 'string' ? text.trim().split('/') : [];
  if (length === undefined || more !== undefined) return '';
  const prefix = /^(0|[1-9]\d{0,2})$/.test(length) ? Number(length) : prefixOfMask(length);
  const read =
    address.includes(':') && ipaddr.IPv6.isValid(address) ? readIpv6(ipaddr.IPv6.parse(address).toRFC5952String()) : readAddress(address);
  if (prefix === undefined || typeof read === 'string' || prefix > BITS[read.family]) return '';
  return `; did you mean '${formatBlock(blockAround(read.family, read.value, prefix))}'`;
}

function prefixOfMask(text: string): number | undefined {
  return ipaddr.IPv4.isValidFourPartDecimal(text) ? (ipaddr.IPv4.parse(text).prefixLengthFromSubnetMask() ?? undefined) : undefined;
}

/** Whether the text is an address in canonical form. */
export function isAddress(text: string): boolean {
  return typeof readAddress(text) !== 'string';
}

/** The address in any spelling that engines read, an IPv4-mapped one as IPv4; undefined if the text is not an address. */
export function addressInAnySpelling(text: string): IpAddress | undefined {
  if (!text.includes(':')) {
    const read = readIpv4(text);
    return typeof read === 'string' ? undefined : read;
  }
  if (text.includes('%') || !ipaddr.IPv6.isValid(text)) return undefined;
  const value = numberOf(ipaddr.IPv6.parse(text));
  return MAPPED_FIRST <= value && value <= MAPPED_LAST ? { family: 'ipv4', value: value - MAPPED_FIRST } : { family: 'ipv6', value };
}

/** The address, or what is wrong with the text. */
function readAddress(text: unknown): IpAddress | string {
  if (typeof text !== 'string' || text === '') {
    return "expected text such as '10.20.0.5' or 'fd00:20::5'";
  }
  const known = READ.get(text);
  if (known !== undefined) return known;
  const read = text.includes(':') ? readIpv6(text) : readIpv4(text);
  if (READ.size >= MOST_READ) READ.clear();
  READ.set(text, read);
  return read;
}

function readIpv4(text: string): IpAddress | string {
  if (!ipaddr.IPv4.isValidFourPartDecimal(text)) {
    // Programs disagree on 010.0.0.1: some read octal.
    const leadingZero = /^\d+(\.\d+){3}$/.test(text) && /(^|\.)0\d/.test(text);
    return leadingZero ? 'leading zeros are not allowed' : 'expected four decimal numbers from 0 to 255, separated by dots';
  }
  return { family: 'ipv4', value: numberOf(ipaddr.IPv4.parse(text)) };
}

function readIpv6(text: string): IpAddress | string {
  if (text.includes('%')) {
    return 'a zone is not allowed';
  }
  if (!ipaddr.IPv6.isValid(text)) {
    return 'expected an IPv6 address in the form of RFC 5952';
  }
  const parsed = ipaddr.IPv6.parse(text);
  const value = numberOf(parsed);
  if (MAPPED_FIRST <= value && value <= MAPPED_LAST) {
    // The kernel treats it as IPv4, so a rule for IPv6 would never match.
    return `an IPv4-mapped address is not allowed; write the IPv4 form, '${formatAddress('ipv4', value - MAPPED_FIRST)}'`;
  }
  const canonical = parsed.toRFC5952String();
  return text === canonical ? { family: 'ipv6', value } : `the canonical form of the address is '${canonical}'`;
}

function numberOf(address: ipaddr.IPv4 | ipaddr.IPv6): bigint {
  return BigInt(`0x${Buffer.from(address.toByteArray()).toString('hex')}`);
}

function refuseUnresolved(text: unknown, noun: string): void {
  if (typeof text === 'string' && isExpression(text)) {
    throw new UnscopedValidationError('UnresolvedValue', `${show(text)} is a Terraform reference; pass the ${noun} as literal text`);
  }
}

/** Terraform expressions, and cdktf's placeholders for them (which look like one). */
export function isExpression(text: string): boolean {
  return /[$%#]\{/.test(text);
}

function show(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}
