import { blockAround, bitsOf, formatAddress, parseAddress } from '../../../addressing/private/ip';
import { tryParse } from '../../../addressing/private/try-parse';
import type { Family } from '../../../topology/private/terms';

/** IPv4 as a number, IPv6 as a bigint: comparing small numbers is several times faster, and the walk does little else. */
export type Address = number | bigint;

export interface AddressRange {
  readonly first: Address;
  readonly last: Address;
}

export function addressOf(family: Family, value: bigint): Address {
  return family === 'ipv4' ? Number(value) : value;
}

/** Undefined if the text is not an address of the family. */
export function readAddress(family: Family, text: string): Address | undefined {
  const parsed = tryParse(parseAddress, text);
  return parsed.ok && parsed.value.family === family ? addressOf(family, parsed.value.value) : undefined;
}

/** An address or a block; bits beyond the prefix do not count, as in the kernel. */
export function readRange(family: Family, text: string): AddressRange | undefined {
  const [base, length, ...rest] = text.split('/');
  const parsed = tryParse(parseAddress, base);
  const prefixLength = length === undefined ? bitsOf(family) : Number(length);
  const isLength = length === undefined || (/^\d{1,3}$/.test(length) && prefixLength <= bitsOf(family));
  if (!parsed.ok || parsed.value.family !== family || !isLength || rest.length > 0) {
    return undefined;
  }
  const { first, last } = blockAround(family, parsed.value.value, prefixLength);
  return { first: addressOf(family, first), last: addressOf(family, last) };
}

export function writeAddress(family: Family, address: Address): string {
  return formatAddress(family, BigInt(address));
}

export const HIGHEST: Readonly<Record<Family, Address>> = { ipv4: 0xffffffff, ipv6: 2n ** 128n - 1n };

export function next(address: Address): Address {
  return typeof address === 'number' ? address + 1 : address + 1n;
}

export function previous(address: Address): Address {
  return typeof address === 'number' ? address - 1 : address - 1n;
}

/** Whether one range holds all of another. */
export function covers(outer: AddressRange, inner: AddressRange): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}

export function inRange(range: AddressRange, address: Address): boolean {
  return range.first <= address && address <= range.last;
}

const LOOPBACK: Readonly<Record<Family, AddressRange>> = {
  ipv4: { first: 0x7f000000, last: 0x7fffffff },
  ipv6: { first: 1n, last: 1n },
};
const MULTICAST: Readonly<Record<Family, AddressRange>> = {
  ipv4: { first: 0xe0000000, last: 0xefffffff },
  ipv6: { first: 0xff00n * 2n ** 112n, last: 2n ** 128n - 1n },
};
const LINK_LOCAL: AddressRange = { first: 0xfe80n * 2n ** 112n, last: 0xfec0n * 2n ** 112n - 1n };

export const LIMITED_BROADCAST = 0xffffffff;

export function isLoopback(family: Family, address: Address): boolean {
  return inRange(LOOPBACK[family], address);
}

export function isMulticast(family: Family, address: Address): boolean {
  return inRange(MULTICAST[family], address);
}

/** Of IPv6 only: routers forward IPv4's as any other. */
export function isLinkLocal(family: Family, address: Address): boolean {
  return family === 'ipv6' && inRange(LINK_LOCAL, address);
}
