import { AllocatedBlock, AllocationProblem, SharedBlock } from './allocation';
import { blockAround, formatAddress, formatBlock, IpBlock, parseAddress, parseBlock } from './ip';

/** Where addresses of a block may lie. */
export interface BlockLayout {
  readonly block: IpBlock;
  readonly gateway: bigint;
  readonly dockerRange: IpBlock;
  /** Bulkhead's part of a block that other machines also use. */
  readonly range?: IpBlock;
  readonly taken?: readonly { readonly label: string; readonly first: bigint; readonly last: bigint }[];
}

/** Gateway first; the last sixteenth, at least four addresses, is Docker's own. */
export function layoutOf(block: IpBlock): BlockLayout {
  return { block, gateway: block.first + 1n, dockerRange: endOf(block) };
}

/** The same for Bulkhead's part. The construct has checked explicit values. */
export function sharedLayoutOf(block: IpBlock, shared: SharedBlock): BlockLayout {
  const range = parseBlock(shared.range);
  const valueOf = (address: string) => parseAddress(address).value;
  const taken = shared.taken
    .filter(({ first }) => parseAddress(first).family === block.family)
    .map(({ label, first, last }) => ({ label, first: valueOf(first), last: valueOf(last) }));
  return { block, gateway: valueOf(shared.gateway), dockerRange: endOf(range), range, taken };
}

function endOf(block: IpBlock): IpBlock {
  const bits = block.family === 'ipv4' ? 32 : 128;
  return blockAround(block.family, block.last, Math.min(block.prefixLength + 4, bits - 2));
}

/**
 * The address of one block with the same position as an address of another, counted from the start of Bulkhead's part; undefined if Bulkhead has no
 * part there.
 */
export function counterpart(from: BlockLayout, value: bigint, to: BlockLayout): bigint | undefined {
  const ours = ({ block, range = block }: BlockLayout) => range;
  const found = ours(to).first + (value - ours(from).first);
  return ours(to).first <= found && found <= ours(to).last ? found : undefined;
}

/** The first address that the layout gives to no member. */
export function lowestOf({ gateway, range }: BlockLayout): bigint {
  return range === undefined ? gateway + 1n : range.first;
}

/**
 * Engines up to 26.1 count the addresses of a block in 64 bits. The last address of a /64 is one more than they can count, and they give no address
 * from a range that ends with it ("invalid bit range"): then the first half of the range is theirs. The rest stays unused.
 */
function countable(range: IpBlock, block: IpBlock): IpBlock {
  const isPastCount = block.family === 'ipv6' && block.prefixLength <= 64 && range.last === block.last;
  return isPastCount ? blockAround('ipv6', range.first, range.prefixLength + 1) : range;
}

export function renderLayout({ block, gateway, dockerRange }: BlockLayout): AllocatedBlock {
  return {
    block: formatBlock(block),
    gateway: formatAddress(block.family, gateway),
    dockerRange: formatBlock(countable(dockerRange, block)),
  };
}

/** The fault of an address of the block, in a message about its segment. */
export interface Misplaced {
  readonly code: AllocationProblem['code'];
  readonly why: (segment: string) => string;
}

/** Why no member may have an address of the block; undefined if members may. */
export function misplaced({ block, gateway, dockerRange, taken }: BlockLayout, value: bigint): Misplaced | undefined {
  if (value <= block.first || value > block.last) {
    return { code: 'AddressOutsideBlock', why: (segment) => `is the network address of '${segment}'` };
  }
  if (block.family === 'ipv4' && value === block.last) {
    return { code: 'AddressOutsideBlock', why: (segment) => `is the broadcast address of '${segment}'` };
  }
  if (value === gateway) {
    return { code: 'AddressIsGateway', why: (segment) => `is the gateway of '${segment}'` };
  }
  const holder = taken?.find(({ first, last }) => first <= value && value <= last);
  if (holder) {
    return { code: 'AddressNotOurs', why: () => `belongs to ${holder.label}` };
  }
  return dockerRange.first <= value && value <= dockerRange.last
    ? {
        code: 'AddressInDockerRange',
        why: () => `is in '${formatBlock(dockerRange)}', which is reserved for addresses that Docker allocates`,
      }
    : undefined;
}

export function advice(layout: BlockLayout): string {
  const { family } = layout.block;
  return `choose from '${formatAddress(family, lowestOf(layout))}' to '${formatAddress(family, layout.dockerRange.first - 1n)}'`;
}
