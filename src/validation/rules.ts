import type { Rule } from './rule';
import { ALL_RULES } from './rules/all';
import { UnscopedValidationError } from '../private/errors';

/** Rules of Bulkhead, for packs of your own. */
export class Rules {
  /** All of them, including those that are not in any pack by default. */
  public static all(): Rule[] {
    return [...ALL_RULES];
  }

  /** Rules by id, such as `BH-C01`. Error: `RuleId` if no rule has that id. */
  public static byId(...ruleIds: string[]): Rule[] {
    return ruleIds.map((ruleId) => {
      const rule = ALL_RULES.find((other) => other.ruleId === ruleId);
      if (rule === undefined) {
        throw new UnscopedValidationError('RuleId', `'${ruleId}' is not a rule of Bulkhead; docs/RULES.md lists the rules`);
      }
      return rule;
    });
  }

  private constructor() {}
}
