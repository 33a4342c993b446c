import type { Chain, Rule } from './ir';
import { ACCEPT, type Scope } from './matches';
import { neighboursInside } from './neighbours';
import { standingInside } from './standing';

/**
 * Opens what Docker itself would drop: pairs on a bridge without inter-container communication. It opens only pairs inside a Bulkhead bridge, since
 * an accept among Docker's chains overrides all rules of an administrator that come after it.
 */
export function pass(scope: Scope, pairs: readonly Rule[]): Chain {
  return {
    role: 'pass',
    hook: 'forward',
    rules: [...standingInside(scope, ACCEPT), ...neighboursInside(scope, ACCEPT), ...pairs],
  };
}
