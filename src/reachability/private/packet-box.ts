import { NameLine } from './name-line';
import { blockOf } from '../../firewall/private/blocks';
import type { CtState, IpProtocol, Match, Rule, RuleSet } from '../../firewall/private/ir';

/** One interval for each dimension; a packet is a point. */
export type Box = Readonly<Partial<Record<Dimension, Interval>>>;
export type Interval = readonly [first: bigint, last: bigint];

/** A dimension that a box does not name is free. */
export type Dimension = keyof typeof SIZES;

const ADDRESS_MAX = 2n ** 128n - 1n;
const SIZES = {
  in: 2n ** 32n,
  out: 2n ** 32n,
  source: ADDRESS_MAX,
  destination: ADDRESS_MAX,
  protocol: 255n,
  sourcePort: 65535n,
  destinationPort: 65535n,
  icmpType: 255n,
  icmpCode: 255n,
  state: 4n,
  translated: 1n,
  sourceTranslated: 1n,
  direction: 1n,
  originalAddress: ADDRESS_MAX,
  originalPort: 65535n,
  sourceType: 3n,
  destinationType: 3n,
  mark: 2n ** 32n - 1n,
} as const;

const STATES: readonly CtState[] = ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'];
const TYPES = ['local', 'unicast', 'broadcast', 'multicast'] as const;
const NUMBERS: Readonly<Record<string, bigint>> = { tcp: 6n, udp: 17n, sctp: 132n, icmp: 1n, 'ipv6-icmp': 58n };
const EVERY_MARK = 2 ** 32 - 1;

/** What a rule matches, from both sides: `surely` is inside it, `perhaps` around it. They differ if a match is not a set of packets. */
export interface Boxes {
  readonly surely: readonly Box[];
  readonly perhaps: readonly Box[];
}

export interface BoxContext {
  readonly interfaces: NameLine;
  readonly sets: ReadonlyMap<string, RuleSet>;
}

const FREE: readonly Box[] = [{}];

export function boxesOf(rule: Rule, context: BoxContext): Boxes {
  let boxes: Boxes = { surely: FREE, perhaps: FREE };
  for (const match of rule.matches) {
    const exact = matchBoxes(match, context);
    boxes = {
      surely: exact === undefined ? [] : meet(boxes.surely, exact),
      perhaps: exact === undefined ? boxes.perhaps : meet(boxes.perhaps, exact),
    };
  }
  return boxes;
}

/** The packets of one match; undefined if it is not a set of packets: a rate, or something that the model does not understand. */
function matchBoxes(match: Match, context: BoxContext): readonly Box[] | undefined {
  const negate = 'negate' in match && match.negate === true;
  const along = (dimension: Dimension, intervals: readonly Interval[]) => onDimension(dimension, intervals, negate);
  switch (match.kind) {
    case 'in-interface':
      return along('in', [context.interfaces.interval(match.name, match.prefix)]);
    case 'out-interface':
      return along('out', [context.interfaces.interval(match.name, match.prefix)]);
    case 'interface-list':
      return along(
        match.which,
        match.names.map((name) => context.interfaces.interval(name)),
      );
    case 'source':
      return along('source', [addresses(match.block)]);
    case 'destination':
      return along('destination', [addresses(match.block)]);
    case 'protocol':
      return along('protocol', [point(protocolNumber(match.protocol))]);
    case 'destination-port':
      return along('destinationPort', [numbers(match.first, match.last)]);
    case 'source-port':
      return along('sourcePort', [numbers(match.first, match.last)]);
    case 'port-list':
      return match.which === 'either'
        ? undefined
        : along(
            match.which === 'source' ? 'sourcePort' : 'destinationPort',
            match.ranges.map(([first, last]) => numbers(first, last)),
          );
    case 'icmp-type':
      return match.code === undefined
        ? along('icmpType', [point(BigInt(match.type))])
        : negate
          ? undefined
          : meet(onDimension('icmpType', [point(BigInt(match.type))]), onDimension('icmpCode', [point(BigInt(match.code))]));
    case 'ct-state':
      return stateBoxes(match.states, negate);
    case 'ct-direction':
      return along('direction', [point(match.direction === 'original' ? 0n : 1n)]);
    case 'ct-original':
      return meet(
        match.address === undefined ? FREE : onDimension('originalAddress', [addresses(match.address)]),
        match.first === undefined ? FREE : onDimension('originalPort', [numbers(match.first, match.last ?? match.first)]),
      );
    case 'address-type':
      return along(match.of === 'source' ? 'sourceType' : 'destinationType', [point(BigInt(TYPES.indexOf(match.type)))]);
    case 'mark':
      return match.mask === EVERY_MARK ? along('mark', [point(BigInt(match.value))]) : undefined;
    case 'in-set':
      return setBoxes(match, context);
    default:
      return undefined;
  }
}

/** `NEW,DNAT` means: new, or translated. */
function stateBoxes(states: readonly CtState[], negate: boolean): readonly Box[] | undefined {
  const plain = states.filter((state) => STATES.includes(state)).map((state) => point(BigInt(STATES.indexOf(state))));
  const translated = states.includes('DNAT');
  const sourceTranslated = states.includes('SNAT');
  if (negate) {
    return meet(
      onDimension('state', plain, true),
      meet(
        translated ? onDimension('translated', [point(0n)]) : FREE,
        sourceTranslated ? onDimension('sourceTranslated', [point(0n)]) : FREE,
      ),
    );
  }
  return [
    ...onDimension('state', plain),
    ...(translated ? onDimension('translated', [point(1n)]) : []),
    ...(sourceTranslated ? onDimension('sourceTranslated', [point(1n)]) : []),
  ];
}

function setBoxes(match: Extract<Match, { kind: 'in-set' }>, { sets }: BoxContext): readonly Box[] | undefined {
  const set = sets.get(match.set);
  if (set === undefined || match.negate || 'links' in set || 'seconds' in set) {
    return undefined;
  }
  if ('blocks' in set) {
    const field = match.fields?.length === 1 ? match.fields[0] : undefined;
    return field && onDimension(field === 'src' ? 'source' : 'destination', set.blocks.map(addresses));
  }
  if (match.fields !== undefined && match.fields.join() !== 'src,dst,dst') {
    return undefined;
  }
  return set.elements.map(({ source, protocol, first, last, destination }) => ({
    source: addresses(source),
    protocol: point(protocolNumber(protocol)),
    destinationPort: numbers(first, last),
    destination: addresses(destination),
  }));
}

function onDimension(dimension: Dimension, intervals: readonly Interval[], negate = false): readonly Box[] {
  return (negate ? complement(intervals, SIZES[dimension]) : intervals).map((interval) => ({ [dimension]: interval }));
}

function complement(intervals: readonly Interval[], most: bigint): Interval[] {
  let left: Interval[] = [[0n, most]];
  for (const [from, until] of intervals) {
    left = left.flatMap(([first, last]): Interval[] => {
      if (until < first || last < from) return [[first, last]];
      return [...(first < from ? [[first, from - 1n] as const] : []), ...(until < last ? [[until + 1n, last] as const] : [])];
    });
  }
  return left;
}

function meet(a: readonly Box[], b: readonly Box[]): readonly Box[] {
  return a.flatMap((x) => b.map((y) => meetBox(x, y)).filter((box) => box !== undefined));
}

export function meetBox(a: Box, b: Box): Box | undefined {
  const result: Partial<Record<Dimension, Interval>> = { ...a };
  for (const [dimension, [first, last]] of Object.entries(b) as [Dimension, Interval][]) {
    const [from, until] = result[dimension] ?? [0n, SIZES[dimension]];
    const low = first > from ? first : from;
    const high = last < until ? last : until;
    if (low > high) return undefined;
    result[dimension] = [low, high];
  }
  return result;
}

/** What is left of a box without another one. */
export function subtractBox(box: Box, taken: Box): readonly Box[] {
  if (meetBox(box, taken) === undefined) return [box];
  const rest: Box[] = [];
  let middle = box;
  for (const [dimension, [from, until]] of Object.entries(taken) as [Dimension, Interval][]) {
    const [first, last] = middle[dimension] ?? [0n, SIZES[dimension]];
    if (first < from) rest.push({ ...middle, [dimension]: [first, from - 1n] });
    if (until < last) rest.push({ ...middle, [dimension]: [until + 1n, last] });
    middle = { ...middle, [dimension]: [first < from ? from : first, until < last ? until : last] };
  }
  return rest;
}

function addresses(block: string): Interval {
  const { first, last } = blockOf(block);
  return [first, last];
}

function numbers(first: number, last: number): Interval {
  return [BigInt(first), BigInt(last)];
}

function point(value: bigint): Interval {
  return [value, value];
}

function protocolNumber(protocol: IpProtocol): bigint {
  return NUMBERS[protocol] ?? BigInt(protocol);
}
