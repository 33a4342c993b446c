import { type Address, type AddressRange, inRange, readRange } from './address';
import type { CompiledMatch, Predicate } from './compiled-match';
import { type Packet, protocolName } from './packet';
import type { LinkElement, Match, PairElement, PairSet, RuleSet } from '../../../firewall/private/ir';
import type { Family } from '../../../topology/private/terms';

/** Sets by name. Two tables of nftables may have sets of one name, which this code cannot distinguish. */
export type SetIndex = ReadonlyMap<string, RuleSet | 'ambiguous'>;

export function indexSets(sets: readonly RuleSet[]): SetIndex {
  const index = new Map<string, RuleSet | 'ambiguous'>();
  for (const set of sets) {
    index.set(set.name, index.has(set.name) ? 'ambiguous' : set);
  }
  return index;
}

const PAIR_FIELDS = ['src', 'dst', 'dst'] as const;

export function compileSet(match: Match & { kind: 'in-set' }, family: Family, sets: SetIndex): CompiledMatch {
  const set = sets.get(match.set);
  if (set === undefined || set === 'ambiguous') {
    return `set ${match.set} is ${set ?? 'not known'}`;
  }
  return compileKnown(set, match.fields, family) ?? `set ${match.set} is of another form`;
}

function compileKnown(set: RuleSet, fields: Fields | undefined, family: Family): Predicate | undefined {
  if ('blocks' in set) return compileBlocks(set.blocks, fields, family);
  // The first packet of a source puts it there.
  if ('seconds' in set) return fields?.join() === 'src' ? () => true : undefined;
  return 'links' in set ? compileLinks(set.links, fields, family) : compilePairs(set, fields ?? PAIR_FIELDS, family);
}

type Fields = readonly ('src' | 'dst')[];

/** `fields` determines for each field whether it is an end of the packet in the network, or an interface. */
function compileLinks(links: readonly LinkElement[], fields: Fields | undefined, family: Family): Predicate | undefined {
  const byInterface = new Map<string, AddressRange[]>();
  for (const { block, interface: name } of links) {
    const range = readRange(family, block);
    if (range === undefined) return undefined;
    if (!byInterface.get(name)?.push(range)) byInterface.set(name, [range]);
  }
  if (fields?.length !== 2) return undefined;
  const [end, side] = fields;
  return (packet) => {
    const ranges = byInterface.get(side === 'src' ? packet.inInterface : packet.outInterface);
    const address = end === 'src' ? packet.source : packet.destination;
    return ranges !== undefined && ranges.some((range) => inRange(range, address));
  };
}

function compileBlocks(blocks: readonly string[], fields: Fields | undefined, family: Family): Predicate | undefined {
  const ranges = blocks.map((block) => readRange(family, block));
  if (fields?.length !== 1 || ranges.includes(undefined)) {
    return undefined;
  }
  const known = ranges as AddressRange[];
  const single = new Set(known.filter(({ first, last }) => first === last).map(({ first }) => first));
  const wide = known.filter(({ first, last }) => first !== last);
  const has = (address: Address) => single.has(address) || wide.some((range) => inRange(range, address));
  return fields[0] === 'src' ? (packet) => has(packet.source) : (packet) => has(packet.destination);
}

interface Pair {
  readonly source: AddressRange;
  readonly destination: AddressRange;
  readonly protocol: string;
  readonly first: number;
  readonly last: number;
}

/** Address, protocol and port, address: which end of the packet each is compared with, `fields` says. */
function compilePairs(set: PairSet, fields: Fields, family: Family): Predicate | undefined {
  const pairs = set.elements.map((element) => readPair(element, family));
  if (fields.length !== 3 || pairs.includes(undefined)) {
    return undefined;
  }
  const single = new Map<Address, Pair[]>();
  const wide: Pair[] = [];
  for (const pair of pairs as Pair[]) {
    const { first, last } = pair.destination;
    if (first !== last) {
      wide.push(pair);
    } else if (!single.get(first)?.push(pair)) {
      single.set(first, [pair]);
    }
  }
  const end = (which: 'src' | 'dst') =>
    which === 'src' ? (packet: Packet): Address => packet.source : (packet: Packet): Address => packet.destination;
  const [source, destination] = [end(fields[0]), end(fields[2])];
  const port = fields[1] === 'src' ? (packet: Packet) => packet.sourcePort : (packet: Packet) => packet.destinationPort;
  return (packet) => {
    const meets = (pair: Pair) => meetsPair(pair, packet, source(packet), destination(packet), port(packet));
    return (single.get(destination(packet))?.some(meets) ?? false) || wide.some(meets);
  };
}

function readPair({ source, destination, protocol, first, last }: PairElement, family: Family): Pair | undefined {
  const [from, to] = [readRange(family, source), readRange(family, destination)];
  // Where a port would be, ipset keeps type and code of ICMP.
  const hasPort = !['icmp', 'ipv6-icmp'].includes(protocolName(protocol));
  return from && to && hasPort ? { source: from, destination: to, protocol: protocolName(protocol), first, last } : undefined;
}

function meetsPair(pair: Pair, packet: Packet, source: Address, destination: Address, port: number): boolean {
  return (
    pair.protocol === packet.protocol &&
    pair.first <= port &&
    port <= pair.last &&
    inRange(pair.source, source) &&
    inRange(pair.destination, destination)
  );
}
