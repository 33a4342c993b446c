import { blocksBetween, formatBlock } from '../../../addressing/private/ip';
import type { Family } from '../../../topology/private/terms';
import { blockOf } from '../blocks';
import { type Range, readBlock, readNumber } from '../read-text';

/* Values of nft's JSON. Nothing about their shape is taken for granted, and each reader returns undefined for what it does not know. */

export type Json = unknown;

export function isObject(value: Json): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function get(value: Json, key: string): Json {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

export function textAt(value: Json, key: string): string | undefined {
  const text = get(value, key);
  return typeof text === 'string' ? text : undefined;
}

/** The array at a key, or nothing; a single value is not an array of it. */
export function listAt(value: Json, key: string): readonly Json[] | undefined {
  const list = get(value, key);
  return Array.isArray(list) ? (list as readonly Json[]) : undefined;
}

/** The only key of an object, with its value: the form of every statement and expression. */
export function single(value: Json): readonly [key: string, value: Json] | undefined {
  const entries = isObject(value) ? Object.entries(value) : [];
  return entries.length === 1 ? entries[0] : undefined;
}

/** For reports, and for what is not understood. */
export function textOf(value: Json): string {
  try {
    return JSON.stringify(value) ?? 'nothing';
  } catch {
    // Nested deeper than the stack is.
    return 'something too deep to print';
  }
}

export function isNumber(value: Json, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most;
}

/** An address, a block or a range of addresses, as blocks. */
export function readAddresses(value: Json, family: Family): readonly string[] | undefined {
  if (typeof value === 'string') {
    const block = value.includes('/') ? undefined : readBlock(value, family);
    return block === undefined ? undefined : [block];
  }
  const [kind, content] = single(value) ?? [];
  if (kind === 'prefix') {
    const block = readBlock(`${textAt(content, 'addr') ?? ''}/${textOf(get(content, 'len'))}`, family);
    return block === undefined ? undefined : [block];
  }
  if (kind !== 'range' || !Array.isArray(content) || content.length !== 2) {
    return undefined;
  }
  const [first, last] = content.map((end) => (typeof end === 'string' && !end.includes('/') ? readBlock(end, family) : undefined));
  return first === undefined || last === undefined
    ? undefined
    : blocksBetween(family, blockOf(first).first, blockOf(last).first).map(formatBlock);
}

export function readPortRange(value: Json): Range | undefined {
  if (isNumber(value, 65535)) {
    return [value, value];
  }
  const ends = listAt(value, 'range');
  const isRange = single(value) && ends?.length === 2 && isNumber(ends[0], 65535) && isNumber(ends[1], 65535) && ends[0] <= ends[1];
  return isRange ? [ends[0] as number, ends[1] as number] : undefined;
}

/** A number, or text of one. */
export function readWhole(value: Json, most: number): number | undefined {
  return typeof value === 'string' ? readNumber(value, most) : isNumber(value, most) ? value : undefined;
}

export interface NamedSet {
  readonly name: string;
  /** Undefined where it changes by itself. */
  readonly elements: readonly Json[] | undefined;
}

const CHANGING = ['timeout', 'dynamic'];

/** A set or map of the ruleset. An element that is forgotten after a while, or that packets add, is not certain. */
export function namedSet(value: Json): NamedSet {
  const flags = get(value, 'flags');
  const isChanging = [flags].flat().some((flag) => CHANGING.includes(String(flag)));
  const elements = get(value, 'elem') === undefined ? [] : listAt(value, 'elem');
  return { name: textAt(value, 'name') ?? '', elements: isChanging ? undefined : plainElements(elements) };
}

/** Elements without comments and counters. */
export function plainElements(elements: readonly Json[] | undefined): readonly Json[] | undefined {
  const plain = elements?.map((element) => {
    const inner = single(element)?.[0] === 'elem' ? get(element, 'elem') : undefined;
    if (inner === undefined) {
      return element;
    }
    const isPlain = isObject(inner) && Object.keys(inner).every((key) => key === 'val' || key === 'comment' || key === 'counter');
    return isPlain ? inner.val : undefined;
  });
  return plain?.includes(undefined) ? undefined : plain;
}
