import { bitsOf, covers, type IpBlock, parseAddress, parseBlock } from '../../addressing/private/ip';

/** An address (as a block of one address) or a block, as numbers. */
export function blockOf(text: string): IpBlock {
  if (text.includes('/')) {
    return parseBlock(text);
  }
  const { family, value } = parseAddress(text);
  return { family, prefixLength: bitsOf(family), first: value, last: value };
}

/** Text of a block of one address as the address; any other block unchanged. */
export function blockText(text: string): string {
  return text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`;
}

export function isEverything(text: string): boolean {
  return blockOf(text).prefixLength === 0;
}

export function isInside(inner: string, outer: string): boolean {
  return covers(blockOf(outer), blockOf(inner));
}

export function isLoopback(address: string): boolean {
  return isInside(address, address.includes(':') ? '::1/128' : '127.0.0.0/8');
}

/** `0.0.0.0` and `::`: every address of the host. */
export function isWildcard(address: string): boolean {
  return blockOf(address).first === 0n;
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
