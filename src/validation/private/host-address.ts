import { addressInAnySpelling, contains, parseBlock } from '../../addressing/private/ip';

const LOOPBACK = ['127.0.0.0/8', '::1/128'].map((block) => parseBlock(block));

/** The meaning of an address on which a port is published. */
export type HostAddressKind = 'wildcard' | 'loopback' | 'other';

/** Docker reads a text that is not an address as no address, which publishes everywhere: so does a name, a blank, or a short form such as `0`. */
export function hostAddressKind(text: string): HostAddressKind {
  const kind = KINDS.get(text) ?? kindOf(text);
  KINDS.set(text, kind);
  return kind;
}

/** Whether a written text means all addresses: empty, `0.0.0.0` or `::`; any other wildcard is a mistake. */
export function isAnyAddress(text: string): boolean {
  return text === '' || addressInAnySpelling(text)?.value === 0n;
}

/** A host has few addresses, and rules ask for them at each port. */
const KINDS = new Map<string, HostAddressKind>();

function kindOf(text: string): HostAddressKind {
  const address = addressInAnySpelling(text);
  if (address === undefined || address.value === 0n) return 'wildcard';
  return LOOPBACK.some((block) => contains(block, address)) ? 'loopback' : 'other';
}
