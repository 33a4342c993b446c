import type { Deviation } from './audit';
import type { Cell } from './matrix/matrix';
import type { Party } from './matrix/reach';
import type { Selection } from './selection';
import { contains, parseAddress, parseBlock } from '../../addressing/private/ip';
import type { EngineFacts } from '../../topology/private/engine-facts';
import { foreignContainersIn } from '../../topology/private/existing';
import type { Topology } from '../../topology/private/topology';

/** Tells whether one end at least is ours, or neither has to do with others: what they do among themselves, with the host and outside is not known here. */
export function concernsUs(topology: Topology): (cell: Pick<Cell, 'source' | 'receiver'>) => boolean {
  const foreignContainers = foreignContainersIn(topology);
  const isTheirs = (party: Party) => party.kind === 'container' && foreignContainers.has(party.key);
  const isOurs = (party: Party) => party.kind === 'container' && !foreignContainers.has(party.key);
  return ({ source: { party }, receiver }) => isOurs(party) || isOurs(receiver) || (!isTheirs(party) && !isTheirs(receiver));
}

/**
 * Tells what is open on a network of others, or may be. Nothing of ours narrows there, and the reason for the segment says why that is well: between its
 * members, between them and the host, and on their way out, it is no mistake of the program.
 */
export function existingMatters({ existing, networks, wires }: Topology): (found: Omit<Deviation, 'ports'>) => boolean {
  const places = existing.map(({ ipv4, members, foreignContainers }) => ({
    block: parseBlock(ipv4.block),
    parties: new Set([...members.map(({ workload }) => workload), ...foreignContainers.map(({ key }) => key)]),
  }));
  const ownAddresses = new Set([...networks, ...wires].flatMap(({ members }) => members.flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6])));
  return ({ source, receiver, address }) =>
    places.some(({ block, parties }) => {
      const isFrom = source.kind === 'container' && parties.has(source.key);
      const isTo = receiver.kind === 'container' && parties.has(receiver.key);
      if (isFrom && isTo) return true;
      // To a container elsewhere by its publication alone: what leaves such a network meets no rule of ours before it is led on.
      if (isFrom) return receiver.kind !== 'container' || !ownAddresses.has(address);
      return isTo && source.kind !== 'container' && contains(block, parseAddress(address));
    });
}

/**
 * Whether nothing said about who does *not* get through between two peers can be relied on: of a container that others made its publications and its
 * further networks are not known. Only what meets our guard on every way is certainly kept from it.
 */
export function isBeyondUs(source: Selection, destination: Selection, topology: Topology, { guardBackend }: EngineFacts): boolean {
  const foreignContainers = foreignContainersIn(topology);
  if (foreignContainers.size === 0) return false;
  const atTheirs = new Set(topology.existing.flatMap(({ members }) => members.map(({ workload }) => workload)));
  const [isFrom, isTo] = [source, destination].map(({ containers }) => [...containers].some((key) => foreignContainers.has(key)));
  const isUnguarded = guardBackend === undefined || [...source.containers].some((key) => atTheirs.has(key));
  if (isTo) return isFrom || isUnguarded || source.isHost || source.block !== undefined;
  return isFrom && (destination.isHost || destination.block !== undefined);
}
