import type { RuleFacts } from './rule-facts';
import type { Spot } from './spots';
import { groupBy } from '../../../private/multimap';
import { type Address, type AddressRange, inRange } from '../walk/address';

export type Side = 'source' | 'destination';

/** A rule with a range that holds some of the spots and not the others. */
interface Splitter {
  readonly fact: RuleFacts;
  readonly range: AddressRange;
}

/** Groups spots by which rules hold them. Which rules can tell spots of one list apart at all is looked up once for the list. */
export class SpotClasses {
  private readonly known: Readonly<Record<Side, Map<readonly Spot[], readonly Splitter[]>>> = { source: new Map(), destination: new Map() };

  constructor(private readonly facts: readonly RuleFacts[]) {}

  /** Classes of some spots of `list` under the rules that `concerns` says. Rules of named pairs split nothing. */
  public of<T extends Spot>(spots: readonly T[], list: readonly Spot[], side: Side, concerns: (fact: RuleFacts) => boolean): T[][] {
    const ranges = this.splitters(list, side).flatMap(({ fact, range }) => (concerns(fact) ? [range] : []));
    return classesBy(spots, ranges);
  }

  private splitters(list: readonly Spot[], side: Side): readonly Splitter[] {
    const known = this.known[side].get(list);
    if (known !== undefined) return known;
    const numbers = list.flatMap(({ number }) => (number === undefined ? [] : [number])).sort((a, b) => (a < b ? -1 : 1));
    const found = this.facts.flatMap((fact): Splitter[] => {
      if (numbers.length === 0) return [];
      const own = fact.pairs === undefined ? fact[side] : undefined;
      const ranges = [...(own === undefined ? [] : [own]), ...(fact.held?.side === side ? fact.held.ranges : [])];
      return ranges
        .filter((range) => range.first <= numbers[numbers.length - 1] && numbers[0] <= range.last && tells(range, numbers))
        .map((range) => ({ fact, range }));
    });
    this.known[side].set(list, found);
    return found;
  }
}

/** Whether some are in the range and some are not. */
function tells(range: AddressRange, numbers: readonly Address[]): boolean {
  const isFirstIn = inRange(range, numbers[0]);
  return numbers.some((number) => inRange(range, number) !== isFirstIn);
}

export function classesBy<T extends Spot>(spots: readonly T[], ranges: readonly AddressRange[]): T[][] {
  if (ranges.length === 0 || spots.length < 2) return spots.length === 0 ? [] : [[...spots]];
  const heldBy = ({ number }: T) => ranges.map((range) => (number !== undefined && inRange(range, number) ? '1' : '0')).join('');
  return [...groupBy(spots, heldBy).values()];
}
