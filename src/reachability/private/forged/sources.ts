import type { Family } from '../../../topology/private/terms';
import { type End, NO_ENDPOINTS, type Endpoint } from '../matrix/endpoints';
import type { RuleFacts } from '../matrix/rule-facts';
import { type Address, type AddressRange, HIGHEST, inRange, next, previous, readAddress, readRange, writeAddress } from '../walk/address';
import type { HostView } from '../walk/host-view';

/** Source addresses that no rule distinguishes, one of them for all. */
export interface Source extends End {
  readonly address: string;
  readonly number: Address;
  readonly range: AddressRange;
  /** No interface of the host has them, and none of its networks. */
  readonly isOutside: boolean;
}

/**
 * Every address that a packet can come from, divided where a rule, a network or the outside begins or ends. If a piece contains the address of a
 * container, that address represents it: a forger would use it.
 */
export function everySource(view: HostView, facts: readonly RuleFacts[], outside: readonly Endpoint[], family: Family): Source[] {
  const networks = view.interfaces.flatMap(({ addresses }) => addresses).flatMap((text) => readRange(family, text) ?? []);
  const nobody = NO_ENDPOINTS[family].flatMap((text) => readRange(family, text) ?? []);
  const starts = new Set<Address>([family === 'ipv4' ? 0 : 0n]);
  for (const { first, last } of [...networks, ...nobody, ...rangesIn(facts), ...outside.flatMap(({ range }) => range ?? [])]) {
    starts.add(first);
    if (last < HIGHEST[family]) starts.add(next(last));
  }
  const sorted = [...starts].sort((a, b) => (a < b ? -1 : 1));
  const members = membersIn(view, family);
  let at = 0;
  return sorted.flatMap((first, i): Source[] => {
    const range = { first, last: i + 1 < sorted.length ? previous(sorted[i + 1]) : HIGHEST[family] };
    while (at < members.length && members[at].number < first) at++;
    if (nobody.some((block) => inRange(block, first))) return [];
    const member = at < members.length && members[at].number <= range.last ? members[at] : undefined;
    return [
      {
        party: member === undefined ? { kind: 'outside' } : { kind: 'container', key: member.key },
        address: member?.address ?? writeAddress(family, first),
        number: member?.number ?? first,
        range,
        isOutside: outside.some((piece) => piece.range !== undefined && inRange(piece.range, first)),
      },
    ];
  });
}

/** Rules with named pairs concern only packets that arrive on a bridge of the pair, and divide nothing elsewhere. */
function rangesIn(facts: readonly RuleFacts[]): AddressRange[] {
  return facts.flatMap(({ decides, pairs, source }) => (decides && pairs === undefined && source !== undefined ? [source] : []));
}

function membersIn({ containers }: HostView, family: Family): { key: string; address: string; number: Address }[] {
  return containers
    .flatMap(({ key, attachments }) =>
      attachments.flatMap((attachment) => {
        const address = attachment[family];
        return address === undefined ? [] : [{ key, address, number: readAddress(family, address)! }];
      }),
    )
    .sort((a, b) => (a.number < b.number ? -1 : 1));
}
