import type { Endpoint } from './endpoints';
import type { RuleFacts } from './rule-facts';
import { groupBy } from '../../../private/multimap';
import { type AddressRange, inRange } from '../walk/address';

export type Side = 'source' | 'destination';

/** Interfaces of a crossing, if there is one of each; else a network counts regardless of other matches. */
export interface Link {
  readonly in?: string;
  readonly out?: string;
}

type Numbered = Pick<Endpoint, 'number'>;

/** A rule with a range that holds some of the endpoints and not the others. */
interface Splitter {
  readonly fact: RuleFacts;
  readonly range: AddressRange;
}

/** Groups endpoints by which rules hold them. Which rules can tell endpoints of one list apart at all is looked up once for the list. */
export class EndpointClasses {
  private readonly known: Readonly<Record<Side, Map<readonly Numbered[], readonly Splitter[]>>> = {
    source: new Map(),
    destination: new Map(),
  };

  constructor(private readonly facts: readonly RuleFacts[]) {}

  /** Classes of some endpoints of `list` under the rules that `concerns` says. Rules of named pairs split nothing. */
  public of<T extends Numbered>(
    endpoints: readonly T[],
    list: readonly Numbered[],
    side: Side,
    concerns: (fact: RuleFacts) => boolean,
    link: Link = {},
  ): T[][] {
    const ranges = this.splitters(list, side).flatMap(({ fact, range }) => (concerns(fact) ? [range] : []));
    const sets = this.facts.filter(({ networkSets }) => networkSets.length > 0).filter(concerns);
    const tests = sets.flatMap(({ networkSets }) => networkSets.filter(({ end }) => end === side));
    const classes = classesBy(endpoints, ranges);
    if (tests.length === 0) return classes;
    const heldBy = ({ number }: T) =>
      tests.map(({ holds, beside }) => (number !== undefined && holds(number, beside && link[beside]) ? '1' : '0')).join('');
    return classes.flatMap((some) => [...groupBy(some, heldBy).values()]);
  }

  private splitters(list: readonly Numbered[], side: Side): readonly Splitter[] {
    const known = this.known[side].get(list);
    if (known !== undefined) return known;
    const numbers = list.flatMap(({ number }) => (number === undefined ? [] : [number])).sort((a, b) => (a < b ? -1 : 1));
    const splits = (range: AddressRange) =>
      numbers.length > 0 &&
      numbers[0] <= range.last &&
      range.first <= numbers[numbers.length - 1] &&
      numbers.some((number) => inRange(range, number)) &&
      !numbers.every((number) => inRange(range, number));
    const found = this.facts
      .filter(({ pairs }) => pairs === undefined)
      .flatMap((fact) => fact.compared[side].filter(splits).map((range): Splitter => ({ fact, range })));
    this.known[side].set(list, found);
    return found;
  }
}

export function classesBy<T extends Numbered>(endpoints: readonly T[], ranges: readonly AddressRange[]): T[][] {
  if (ranges.length === 0 || endpoints.length < 2) return endpoints.length === 0 ? [] : [[...endpoints]];
  const heldBy = ({ number }: T) => ranges.map((range) => (number !== undefined && inRange(range, number) ? '1' : '0')).join('');
  return [...groupBy(endpoints, heldBy).values()];
}
