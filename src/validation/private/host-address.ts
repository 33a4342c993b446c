import { addressInAnySpelling, contains, parseBlock } from '../../addressing/private/ip';

const LOOPBACK = ['127.0.0.0/8', '::1/128'].map((block) => parseBlock(block));

/** Whom an address that a port is published on stands for. */
export type HostAddressKind = 'wildcard' | 'loopback' | 'other';

/** Docker reads what is no address as none at all, which publishes everywhere: so does a name, a blank, or a short form such as `0`. */
export function hostAddressKind(text: string): HostAddressKind {
  const kind = KINDS.get(text) ?? kindOf(text);
  KINDS.set(text, kind);
  return kind;
}

/** Whether a text stands for all addresses as it is written: nothing, `0.0.0.0` or `::`; what else is a wildcard is a mistake. */
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
