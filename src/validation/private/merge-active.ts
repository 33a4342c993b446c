import type { ActiveRule } from './evaluate';
import { groupBy } from '../../private/multimap';
import { heavier } from '../severity';

/** Rules of several packs: each once, where any of them looks, with the heaviest severity. */
export function mergeActive(all: readonly ActiveRule[]): ActiveRule[] {
  return [...groupBy(all, ({ rule }) => rule.ruleId).values()].map((same) => ({
    rule: same[0].rule,
    severity: same.map(({ severity }) => severity).reduce(heavier),
    covers: same.length === 1 ? same[0].covers : (path) => same.some(({ covers }) => covers(path)),
  }));
}
