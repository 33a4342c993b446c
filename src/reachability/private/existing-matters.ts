import type { Deviation } from './audit';
import type { Cell } from './matrix/matrix';
import type { Party } from './matrix/reach';
import type { Selection } from './selection';
import { contains, parseAddress, parseBlock } from '../../addressing/private/ip';
import type { EngineFacts } from '../../topology/private/engine-facts';
import { foreignContainersIn } from '../../topology/private/existing';
import type { Topology } from '../../topology/private/topology';

/**
 * Whether at least one end is managed, or neither is in an unmanaged network: connections among unmanaged ends, with the host and the outside are not
 * known.
 */
export function concernsUs(topology: Topology): (cell: Pick<Cell, 'source' | 'receiver'>) => boolean {
  const foreignContainers = foreignContainersIn(topology);
  const isTheirs = (party: Party) => party.kind === 'container' && foreignContainers.has(party.key);
  const isOurs = (party: Party) => party.kind === 'container' && !foreignContainers.has(party.key);
  return ({ source: { party }, receiver }) => isOurs(party) || isOurs(receiver) || (!isTheirs(party) && !isTheirs(receiver));
}

/**
 * Whether something on an unmanaged network is open, or may be. Bulkhead does not filter there, and the reason for the segment accepts this: between
 * its members, between them and the host, and on their connections to the outside, it is not a mistake of the program.
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
      // To a container in another segment only by its publication: a packet that leaves such a network meets no Bulkhead rule before it is forwarded.
      if (isFrom) return receiver.kind !== 'container' || !ownAddresses.has(address);
      return isTo && source.kind !== 'container' && contains(block, parseAddress(address));
    });
}

/**
 * Whether any statement about which connections between two peers are closed is reliable: the publications and further networks of an unmanaged
 * container are not known. Only a sender whose packets meet the guard on every path certainly cannot reach it.
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
