import { ELSEWHERE } from './question-ends';
import type { Match } from '../../../firewall/private/ir';
import { readRange, writeAddress } from '../../../reachability/private/walk/address';
import { Host } from '../../../reachability/private/walk/host';
import type { HostView } from '../../../reachability/private/walk/host-view';
import type { Family } from '../../../topology/private/terms';

/** Senders outside that rules tell from the others, with an address that stands for them. */
export interface SourceClass {
  readonly block: string;
  readonly address: string;
}

/** More of them, as in long lists of banned addresses, tell no more. */
const MOST = 64;
const EVERYWHERE: Readonly<Record<Family, string>> = { ipv4: '0.0.0.0/0', ipv6: '::/0' };

/** All sources come first, then those that a rule or a set names. */
export function sourceClasses(view: HostView, family: Family): SourceClass[] {
  const host = Host.of(view);
  const blocks = [...new Set(blocksIn(view, family))].filter((block) => !block.endsWith('/0'));
  const named = blocks.flatMap((block): SourceClass[] => {
    const range = readRange(family, block);
    if (range === undefined) return [];
    const { first, last } = range;
    // No machine has the first address of a network.
    const one = first === last ? first : typeof first === 'number' ? first + 1 : first + 1n;
    return host.isLocal(family, one) ? [] : [{ block, address: writeAddress(family, one) }];
  });
  return [{ block: EVERYWHERE[family], address: ELSEWHERE[family] }, ...named.slice(0, MOST)];
}

function blocksIn({ rules }: HostView, family: Family): string[] {
  const ofMatch = (match: Match): string[] =>
    match.kind === 'source' ? [match.block] : match.kind === 'any-of' ? match.matches.flatMap(ofMatch) : [];
  const { chains, sets } = rules[family];
  return [
    ...chains.flatMap((chain) => chain.rules.flatMap(({ matches }) => matches.flatMap(ofMatch))),
    ...sets.flatMap((set) => ('blocks' in set ? set.blocks : [])),
  ];
}
