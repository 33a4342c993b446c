import { nameOf } from './describe';
import type { ReachabilityChange } from '../results';
import type { AddressEnd, End } from './matrix/endpoints';
import type { Matrix } from './matrix/matrix';
import { isEmpty, NO_PORTS, type PortSet, portSetText, subtract, union } from './matrix/port-set';
import { outsideText } from './outside-text';
import { type Address, next, previous, writeAddress } from './walk/address';

interface Ends {
  readonly source: string;
  readonly destination: string;
  readonly piece?: AddressEnd;
  readonly isSource: boolean;
}

/**
 * What is open in one matrix and not in the other. Each divides the outside where its own rules do, so both are divided where either does; equal
 * changes are joined again. What is not certain counts as open. Addresses that a network took or gave back are outside in only one of the two: their
 * owner changed, not what the owner may do, so they are omitted.
 */
export function changesBetween(before: Matrix, now: Matrix): ReachabilityChange[] {
  const edges = [...before.outside, ...now.outside].flatMap(({ range }) => [range!.first, next(range!.last)]);
  const wasOutside = new Set(before.outside.flatMap((piece) => cut(piece, edges)).map(({ address }) => address));
  const all = now.outside.flatMap((piece) => cut(piece, edges)).filter(({ address }) => wasOutside.has(address));
  const [was, is] = [before, now].map((matrix) => totals(matrix, edges, new Set(all.map(({ address }) => address))));
  const alike = new Map<string, { ends: Ends; opened: PortSet; closed: PortSet; pieces: AddressEnd[] }>();
  for (const [key, { ends }] of [...was, ...is]) {
    const [old, current] = [was.get(key)?.ports ?? NO_PORTS, is.get(key)?.ports ?? NO_PORTS];
    const [opened, closed] = [subtract(current, old), subtract(old, current)];
    if (isEmpty(opened) && isEmpty(closed)) continue;
    const group = JSON.stringify([ends.source, ends.destination, portSetText(opened), portSetText(closed)]);
    const known = alike.get(group) ?? { ends, opened, closed, pieces: [] };
    if (ends.piece && !known.pieces.some(({ address }) => address === ends.piece!.address)) known.pieces.push(ends.piece);
    alike.set(group, known);
  }
  return [...alike.values()]
    .map(({ ends, opened, closed, pieces }) => ({
      source: ends.piece && ends.isSource ? outsideText(pieces, all) : ends.source,
      destination: ends.piece && !ends.isSource ? outsideText(pieces, all) : ends.destination,
      opened: isEmpty(opened) ? '' : portSetText(opened),
      closed: isEmpty(closed) ? '' : portSetText(closed),
    }))
    .sort((a, b) => (`${a.source} ${a.destination}` < `${b.source} ${b.destination}` ? -1 : 1));
}

function totals({ cells }: Matrix, edges: readonly Address[], common: ReadonlySet<string>): Map<string, { ends: Ends; ports: PortSet }> {
  const sums = new Map<string, { ends: Ends; ports: PortSet }>();
  for (const { source, target, receiver, ports } of cells) {
    if (source.party.kind !== 'container' && receiver.kind !== 'container') continue;
    const isSource = source.party.kind === 'outside';
    const outside = isSource ? (source as AddressEnd) : receiver.kind === 'outside' ? target : undefined;
    for (const piece of outside ? cut(outside, edges).filter(({ address }) => common.has(address)) : [undefined]) {
      const ends = { source: nameOf(source.party), destination: nameOf(receiver), piece, isSource };
      const key = JSON.stringify([ends.source, ends.destination, piece?.address]);
      sums.set(key, { ends, ports: union(sums.get(key)?.ports ?? NO_PORTS, ports) });
    }
  }
  return sums;
}

function cut(piece: AddressEnd, edges: readonly Address[]): AddressEnd[] {
  const { first, last } = piece.range!;
  const inside = [...new Set([first, ...edges.filter((edge) => typeof edge === typeof first && first < edge && edge <= last)])].sort(
    (a, b) => (a < b ? -1 : 1),
  );
  return inside.map((start, i) => ({
    ...piece,
    address: textOf(start, piece),
    range: { first: start, last: i + 1 < inside.length ? previous(inside[i + 1]) : last },
  }));
}

function textOf(address: Address, { address: text }: End): string {
  return writeAddress(text!.includes(':') ? 'ipv6' : 'ipv4', address);
}
