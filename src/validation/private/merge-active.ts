import { type ActiveRule, EVERYWHERE } from './evaluate';
import { groupBy } from '../../private/multimap';
import type { ICheckedResource } from '../checked-resource';
import { Rule, type Violation } from '../rule';
import { heavier } from '../severity';

/** Rules of several packs: each once, where any of them looks, with the heaviest severity. */
export function mergeActive(all: readonly ActiveRule[]): ActiveRule[] {
  return [...groupBy(all, ({ rule }) => rule.ruleId).values()].map((same) => ({
    rule: same.every(({ rule }) => rule === same[0].rule) ? same[0].rule : new SeveralOfOneId(same),
    severity: same.map(({ severity }) => severity).reduce(heavier),
    covers: covered(same),
  }));
}

function covered(same: readonly ActiveRule[]): ActiveRule['covers'] {
  if (same.some(({ covers }) => covers === EVERYWHERE)) return EVERYWHERE;
  return (path) => same.some(({ covers }) => covers(path));
}

/** Rules of one id that differ, such as lists of registries: each runs where its own pack applies. */
class SeveralOfOneId extends Rule {
  constructor(private readonly several: readonly ActiveRule[]) {
    super({ ...several[0].rule, resourceTypes: [...new Set(several.flatMap(({ rule }) => rule.resourceTypes))] });
  }

  public appliesTo(resource: ICheckedResource): boolean {
    return this.asked(resource).length > 0;
  }

  public check(resource: ICheckedResource): Violation[] {
    return this.asked(resource).flatMap((rule) => rule.check(resource));
  }

  private asked(resource: ICheckedResource): Rule[] {
    return this.several
      .filter(({ rule, covers }) => covers(resource.path) && rule.resourceTypes.includes(resource.resourceType))
      .map(({ rule }) => rule)
      .filter((rule) => rule.appliesTo(resource));
  }
}
