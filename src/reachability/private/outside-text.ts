import type { AddressEnd } from './matrix/endpoints';
import { HIGHEST } from './walk/address';
import { blocksBetween, formatBlock, type IpBlock } from '../../addressing/private/ip';
import type { Family } from '../../topology/private/terms';

/** A long list of blocks is described by what it excludes, if that is shorter. */
const LONG = 3;

/**
 * Some pieces of the outside in words: `192.0.2.0/24`, or `0.0.0.0/0 except 10.20.0.0/16`. Addresses between the pieces that are not outside at all,
 * such as the host's own, are not distinguished.
 */
export function outsideText(pieces: readonly AddressEnd[], all: readonly AddressEnd[]): string {
  return FAMILIES.flatMap((family) => {
    const [mine, every] = [pieces, all].map((list) => sorted(list, family));
    if (mine.length === 0) return [];
    const chosen = new Set(mine.map(({ address }) => address));
    const blocks = blocksOf(every, (piece) => chosen.has(piece.address), family);
    const others = blocksOf(every, (piece) => !chosen.has(piece.address), family);
    const everything = family === 'ipv4' ? '0.0.0.0/0' : '::/0';
    return blocks.length <= LONG || blocks.length <= others.length ? [blocks.join(' ')] : [`${everything} except ${others.join(' ')}`];
  }).join(' ');
}

/** The same as a list of blocks. */
export function outsideBlocks(pieces: readonly AddressEnd[], all: readonly AddressEnd[]): string[] {
  const chosen = new Set(pieces.map(({ address }) => address));
  return FAMILIES.flatMap((family) => blocksOf(sorted(all, family), (piece) => chosen.has(piece.address), family));
}

const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];

function sorted(pieces: readonly AddressEnd[], family: Family): AddressEnd[] {
  return pieces
    .filter(({ address }) => address.includes(':') === (family === 'ipv6'))
    .sort((a, b) => (a.range!.first < b.range!.first ? -1 : 1));
}

/** Runs of chosen pieces, each as few blocks as contain it: addresses between two pieces are not outside, so a run may end anywhere there. */
function blocksOf(all: readonly AddressEnd[], isChosen: (piece: AddressEnd) => boolean, family: Family): string[] {
  const blocks: IpBlock[] = [];
  for (let i = 0; i < all.length; i++) {
    if (!isChosen(all[i])) continue;
    const from = i;
    while (i + 1 < all.length && isChosen(all[i + 1])) i++;
    const firsts = [from === 0 ? 0n : BigInt(all[from - 1].range!.last) + 1n, BigInt(all[from].range!.first)];
    const lasts = [i === all.length - 1 ? BigInt(HIGHEST[family]) : BigInt(all[i + 1].range!.first) - 1n, BigInt(all[i].range!.last)];
    const ways = firsts.flatMap((first) => lasts.map((last) => blocksBetween(family, first, last)));
    blocks.push(...ways.reduce((best, way) => (way.length < best.length ? way : best)));
  }
  return blocks.map(formatBlock);
}
