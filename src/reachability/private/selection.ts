import type { ForgedCell } from './forged/forged-cell';
import type { AddressEnd, End } from './matrix/endpoints';
import type { Matrix } from './matrix/matrix';
import { NO_PORTS, type PortSet, union } from './matrix/port-set';
import { type AddressRange, covers, HIGHEST, readRange } from './walk/address';
import type { PeerFact } from '../../topology/private/facts';
import type { Memberships } from '../../topology/private/memberships';
import { DEFAULT_BRIDGE } from '../../topology/private/senders';
import type { Family } from '../../topology/private/terms';
import type { Topology } from '../../topology/private/topology';

/** What a proof needs of a snapshot. */
export interface Provable {
  readonly topology: Topology;
  readonly members: Pick<Memberships, 'expand'>;
}

/** The members of a peer in a question. */
export interface Selection {
  readonly containers: ReadonlySet<string>;
  readonly isHost: boolean;
  /** The address, if the question is about one: packets are printed with it. */
  readonly single?: string;
  readonly block?: AddressRange & { readonly family: Family };
}

export function selectionOf(peer: PeerFact, { members, topology }: Provable): Selection {
  if (peer.kind === 'block') {
    const range = readRange(peer.family, peer.block)!;
    const single = range.first === range.last ? peer.block.split('/')[0] : undefined;
    return { containers: new Set(), isHost: false, block: { ...range, family: peer.family }, ...(single !== undefined && { single }) };
  }
  const place = topology.existing.find(({ key }) => peer.kind === 'segment' && key === peer.path);
  return {
    containers: new Set([...members.expand(peer), ...(place?.foreignContainers ?? []).map(({ key }) => key)]),
    isHost: peer.kind === 'host',
  };
}

/** Whether the endpoint is one of the members of the peer; for the outside, a part is enough. */
export function selects({ containers, isHost, block }: Selection, { party, address, range }: End): boolean {
  switch (party.kind) {
    case 'container':
      return containers.has(party.key);
    case 'host':
      return isHost;
    case 'outside':
      return (
        block !== undefined &&
        range !== undefined &&
        address!.includes(':') === (block.family === 'ipv6') &&
        range.first <= block.last &&
        block.first <= range.last
      );
  }
}

/** Whether a peer may be the sender with a source that is not its own: a sender outside may use any address there. */
export function selectsForger(selection: Selection, { source, forged, family }: ForgedCell): boolean {
  if (source.party.kind !== 'outside') return selects(selection, source);
  const { block } = selection;
  return block?.family === family && (!forged.isOnDefaultBridge || meetsDefaultBridge(block));
}

/** Whether the party can only be a member of the peer. */
export function holdsForger(selection: Selection, cell: ForgedCell): boolean {
  const { block } = selection;
  if (!selectsForger(selection, cell)) return false;
  return block === undefined || covers(block, { first: block.family === 'ipv4' ? 0 : 0n, last: HIGHEST[block.family] });
}

/** The IPv6 addresses of unmanaged containers are not known. */
function meetsDefaultBridge(block: AddressRange & { readonly family: Family }): boolean {
  if (block.family === 'ipv6') return true;
  const { first, last } = readRange('ipv4', DEFAULT_BRIDGE.block)!;
  return first <= block.last && block.first <= last;
}

export interface Ports {
  /** Certainly open. */
  readonly open: PortSet;
  /** Open or not: a rule is not understood. */
  readonly doubtful: PortSet;
}

/** Ports on any member of the one that any member of the other gets through to; `forged` are datagrams that are enough by themselves. */
export function portsBetween({ cells }: Matrix, source: Selection, destination: Selection, forged: readonly ForgedCell[] = []): Ports {
  let [open, doubtful] = [NO_PORTS, NO_PORTS];
  for (const cell of [...forged.filter((one) => selectsForger(source, one)), ...cells.filter((one) => selects(source, one.source))]) {
    if (!selects(destination, { ...cell.target, party: cell.receiver })) continue;
    if (cell.certain) open = union(open, cell.ports);
    else doubtful = union(doubtful, cell.ports);
  }
  return { open, doubtful };
}

/** The members of a selection one by one; the outside in the pieces that it was cut into, without what general egress leaves out. */
export function membersOf(selection: Selection, outside: readonly AddressEnd[], exclusions: readonly string[]): Selection[] {
  const { containers, isHost, block } = selection;
  const pieces = outside.filter((endpoint) => selects(selection, endpoint) && !isExcluded(endpoint, selection, exclusions));
  return [
    ...[...containers].map((key): Selection => ({ containers: new Set([key]), isHost: false })),
    ...(isHost ? [{ containers: new Set<string>(), isHost }] : []),
    ...pieces.map(({ range }): Selection => ({ containers: new Set(), isHost: false, block: { ...range!, family: block!.family } })),
  ];
}

function isExcluded({ range }: AddressEnd, { block }: Selection, exclusions: readonly string[]): boolean {
  return exclusions.some((text) => {
    const excluded = readRange(block!.family, text);
    return excluded !== undefined && !covers(excluded, block!) && covers(excluded, range!);
  });
}
