import { blockOf, compareText } from './blocks';
import type { Match, Rule } from './ir';
import { groupBy } from '../../private/multimap';

/*
 * Removes permissions that other permissions already cover.
 *
 * A rule is read as a box: an interval each of source, destination, destination port, original address and original port. All its other matches
 * (interfaces, protocol, state, …) and its verdict are its kind. A box is covered if the boxes of other rules of the same kind together contain all
 * of it; a rule with a rate covers only rules that share its count. Rules of different kinds are never compared.
 *
 * The rules must have the same verdict, and any order of them must be valid. Laws, each tested:
 *  - the rules admit exactly what they admitted before;
 *  - the other rules cover no remaining rule;
 *  - a second run changes nothing;
 *  - the result depends on the set of rules, not on their order, and neither does its own order.
 */
export function normalize<T extends Rule>(rules: readonly T[]): T[] {
  const shapes = rules.map((given) => shapeOf(given)).sort(compareShapes);
  const kept = new Set<Shape<T>>();
  for (const alike of groupBy(shapes, (shape) => shape.kind).values()) {
    keepNeeded(alike).forEach((shape) => kept.add(shape));
  }
  return shapes.filter((shape) => kept.has(shape)).map((shape) => shape.rule);
}

/** The narrowest is removed first, so that a wide rule stays and those inside it are removed; of equal ones the last is removed. */
function keepNeeded<T extends Rule>(shapes: readonly Shape<T>[]): ReadonlySet<Shape<T>> {
  const index = new Index(shapes);
  const narrowFirst = shapes
    .map((shape, place) => ({ shape, place }))
    .sort((a, b) => compareNumbers(a.shape.volume, b.shape.volume) || b.place - a.place);
  for (const { shape } of narrowFirst) {
    index.remove(shape);
    if (!isInsideAll(shape, index.near(shape))) {
      index.add(shape);
    }
  }
  return index.all;
}

/** Whether the others together admit everything that this rule admits. */
export function isCovered(candidate: Rule, others: readonly Rule[]): boolean {
  return isInsideAll(shapeOf(candidate), others.map(shapeOf));
}

type Interval = readonly [first: bigint, last: bigint];

interface Shape<T extends Rule = Rule> {
  readonly rule: T;
  readonly kind: string;
  readonly count: string | undefined;
  readonly box: readonly Interval[];
  readonly volume: bigint;
  /** Rules with two different single addresses never overlap; all others are compared in full. */
  readonly bucket: string | undefined;
  readonly order: readonly (string | bigint)[];
}

const ANY_ADDRESS: Interval = [0n, 2n ** 128n - 1n];
const ANY_PORT: Interval = [0n, 65535n];

function shapeOf<T extends Rule>(given: T): Shape<T> {
  let [source, destination, port, originalAddress, originalPort] = [ANY_ADDRESS, ANY_ADDRESS, ANY_PORT, ANY_ADDRESS, ANY_PORT];
  let count: string | undefined;
  const others: Match[] = [];
  for (const match of given.matches) {
    if (match.kind === 'source' && !match.negate) {
      source = addresses(match.block);
    } else if (match.kind === 'destination' && !match.negate) {
      destination = addresses(match.block);
    } else if (match.kind === 'destination-port' && !match.negate) {
      port = [BigInt(match.first), BigInt(match.last)];
    } else if (match.kind === 'ct-original') {
      originalAddress = match.address === undefined ? ANY_ADDRESS : addresses(match.address);
      originalPort = match.first === undefined ? ANY_PORT : [BigInt(match.first), BigInt(match.last ?? match.first)];
    } else if (match.kind === 'rate-per-source') {
      count = JSON.stringify(match);
    } else {
      others.push(match);
    }
  }
  const hasOriginal = given.matches.some((match) => match.kind === 'ct-original');
  const kind = JSON.stringify([given.verdict, hasOriginal, others.map((match) => JSON.stringify(match)).sort()]);
  const box = [source, destination, port, originalAddress, originalPort];
  const single = isSingle(source) && isSingle(destination);
  return {
    rule: given,
    kind,
    count,
    box,
    volume: box.reduce((product, [first, last]) => product * (last - first + 1n), 1n),
    bucket: single ? `${source[0]} ${destination[0]}` : undefined,
    order: [interfaces(given), ...box.flat(), kind, count ?? '', JSON.stringify(given.matches), given.origin],
  };
}

function addresses(text: string): Interval {
  const { first, last, prefixLength } = blockOf(text);
  return prefixLength === 0 ? ANY_ADDRESS : [first, last];
}

function isSingle([first, last]: Interval): boolean {
  return first === last;
}

function interfaces(given: Rule): string {
  return given.matches.map((match) => (match.kind === 'in-interface' || match.kind === 'out-interface' ? match.name : '')).join(' ');
}

function compareShapes(a: Shape, b: Shape): number {
  for (let i = 0; i < a.order.length; i++) {
    const [left, right] = [a.order[i], b.order[i]];
    const result = typeof left === 'bigint' ? compareNumbers(left, BigInt(right)) : compareText(left, String(right));
    if (result !== 0) {
      return result;
    }
  }
  return 0;
}

function compareNumbers(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Finds the rules that may cover another one without looking at all of them: a bridge may hold thousands of pairs. */
class Index<T extends Rule> {
  public readonly all = new Set<Shape<T>>();
  private readonly buckets = new Map<string | undefined, Set<Shape<T>>>();

  constructor(shapes: readonly Shape<T>[]) {
    shapes.forEach((shape) => this.add(shape));
  }

  public add(shape: Shape<T>): void {
    this.all.add(shape);
    this.bucket(shape.bucket).add(shape);
  }

  public remove(shape: Shape<T>): void {
    this.all.delete(shape);
    this.bucket(shape.bucket).delete(shape);
  }

  public near(shape: Shape<T>): Shape<T>[] {
    return shape.bucket === undefined ? [...this.all] : [...this.bucket(shape.bucket), ...this.bucket(undefined)];
  }

  private bucket(name: string | undefined): Set<Shape<T>> {
    const known = this.buckets.get(name) ?? new Set();
    this.buckets.set(name, known);
    return known;
  }
}

function isInsideAll(shape: Shape, others: readonly Shape[]): boolean {
  let left: (readonly Interval[])[] = [shape.box];
  for (const other of others) {
    if (left.length === 0) {
      return true;
    }
    if (other.kind === shape.kind && (other.count === undefined || other.count === shape.count)) {
      left = left.flatMap((box) => subtract(box, other.box));
    }
  }
  return left.length === 0;
}

/** What is left of a box without another one, as boxes. */
function subtract(box: readonly Interval[], taken: readonly Interval[]): (readonly Interval[])[] {
  if (box.some(([first, last], i) => taken[i][1] < first || last < taken[i][0])) {
    return [box];
  }
  const rest: (readonly Interval[])[] = [];
  const middle = [...box];
  for (let i = 0; i < box.length; i++) {
    const [first, last] = middle[i];
    const [from, until] = taken[i];
    if (first < from) {
      rest.push([...middle.slice(0, i), [first, from - 1n], ...middle.slice(i + 1)]);
    }
    if (until < last) {
      rest.push([...middle.slice(0, i), [until + 1n, last], ...middle.slice(i + 1)]);
    }
    middle[i] = [first < from ? from : first, until < last ? until : last];
  }
  return rest;
}
