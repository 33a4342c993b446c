import { covers, parseBlock } from './ip';

/** Addresses that no machine outside has. @see https://www.iana.org/assignments/iana-ipv4-special-registry/ */
const NOWHERE = [
  { block: '127.0.0.0/8', what: 'loopback' },
  { block: '::1/128', what: 'loopback' },
  { block: '0.0.0.0/8', what: 'unspecified' },
  { block: '::/128', what: 'unspecified' },
  { block: '224.0.0.0/4', what: 'multicast' },
  { block: 'ff00::/8', what: 'multicast' },
  { block: '255.255.255.255/32', what: 'broadcast' },
] as const;

export type Nowhere = (typeof NOWHERE)[number]['what'];

/** The kind of the block's addresses, if no machine outside has any of them. */
export function nowhere(text: string): Nowhere | undefined {
  const block = parseBlock(text);
  return NOWHERE.find((each) => covers(parseBlock(each.block), block))?.what;
}
