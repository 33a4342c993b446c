import { type Json, listAt, type NamedSet, plainElements, single } from './nft-values';
import type { Family } from '../../../topology/private/terms';
import type { IpProtocol, Match, RuleSet } from '../ir';

export interface NftScope {
  readonly family: Family;
  readonly table: string;
  /** Names of its chains. */
  readonly chains: ReadonlySet<string>;
  /** Sets and maps of the table, by name. */
  readonly named: ReadonlyMap<string, NamedSet>;
  /** Sets that matches name, by the name that they have there. */
  readonly used: Map<string, RuleSet>;
}

/** One of several lists of matches, of which no two hold for the same packet. */
export type Alternatives = readonly (readonly Match[])[];

export const ALWAYS: Alternatives = [[]];
export const NEVER: Alternatives = [];
/** `match` of nft, taken apart. */
export interface Comparison {
  readonly left: Json;
  readonly right: Json;
  readonly negate: boolean;
  /** The bits of the right side are looked for, not compared with all. */
  readonly bits: boolean;
  /** What the other matches say already. */
  readonly protocol: IpProtocol | undefined;
  readonly scope: NftScope;
}

/** What the right side lists: the elements of a set, named or not, or the one value. */
export function elementsOf({ right, scope }: Comparison): readonly Json[] | undefined {
  if (typeof right === 'string' && right.startsWith('@')) {
    return scope.named.get(right.slice(1))?.elements;
  }
  return single(right)?.[0] === 'set' ? plainElements(listAt(right, 'set')) : [right];
}

export function readAll<T>(values: readonly Json[] | undefined, read: (value: Json) => T | undefined): readonly T[] | undefined {
  const all = values?.map(read);
  return all?.every((value) => value !== undefined) ? all : undefined;
}

/** One of several matches, or none of them. */
export function oneOf(matches: readonly Match[] | undefined, negate: boolean): Alternatives | undefined {
  return negate ? matches && [matches.map((match) => ({ ...match, negate: true }) as Match)] : matches?.map((match) => [match]);
}

export function withProtocol(protocol: IpProtocol, rest: Alternatives | undefined): Alternatives | undefined {
  return rest?.map((matches) => [{ kind: 'protocol', protocol }, ...matches]);
}
