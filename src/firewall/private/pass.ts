import type { Chain, Rule } from './ir';
import { ACCEPT, ESTABLISHED, from, fromOurs, neighbourDiscovery, rule, type Scope, to, toOurs } from './matches';

/**
 * Opens what Docker itself would drop: pairs on a bridge without inter-container communication. Only between bridges of ours, since an accept in
 * DOCKER-USER overrides everything that an administrator wrote after it.
 */
export function pass(scope: Scope, pairs: readonly Rule[]): Chain {
  return {
    table: 'filter',
    name: 'BULKHEAD-PASS',
    hook: 'DOCKER-USER',
    rules: [
      rule('connections that stand inside our bridges', ACCEPT, [fromOurs(scope), toOurs(scope), ESTABLISHED]),
      ...neighbourDiscovery(scope, ACCEPT, (bridge) => [from(bridge), to(bridge)]),
      ...pairs,
    ],
  };
}
