import type { Chain, Match, Rule } from './ir';
import { DROP, fromOurs, icmp, LOG, LOG_LIMIT, RETURN, rule, type Scope, source } from './matches';
import { LINK_SOURCES } from './neighbours';
import { linked, REDIRECT } from './standing';

/** Only a router reports that a packet is too big, and no Bulkhead container is a router. */
const TOO_BIG = { ipv4: { type: 3, code: 4 }, ipv6: { type: 2 } } as const;

/**
 * The part of the guard for packets that enter the host, before connection tracking: a forged packet neither keeps a connection alive nor ends one.
 *
 * A packet that arrives on a Bulkhead bridge must have a source of that bridge's block. A packet that arrives on another interface must not have a
 * source of Bulkhead's blocks, and must not go to an address that the host has on a bridge: these addresses are for the containers of the bridge.
 * Packets that the host sends to itself arrive on `lo`.
 */
export function guardEnter(scope: Scope): Chain {
  const ours = fromOurs(scope);
  const linkLocal = scope.family === 'ipv6' ? LINK_SOURCES : [];
  return {
    role: 'guard',
    hook: 'prerouting',
    rules: [
      ...[TOO_BIG[scope.family], { type: REDIRECT[scope.family] }].map((message) =>
        rule('what only routers say', DROP, [ours, ...icmp(scope, message)]),
      ),
      ...(scope.sets.links ? [rule('with a source of the bridge', RETURN, [ours, ...linked(scope, 'links', 'src', 'src')])] : []),
      ...linkLocal.map((block) => rule(`neighbours from ${block}`, RETURN, [ours, ...source(scope, block, block), ...icmp(scope)])),
      rule('from our bridges with a foreign source', LOG, [ours, LOG_LIMIT]),
      rule('from our bridges with a foreign source', DROP, [ours]),
      ...elsewhere(scope),
    ],
  };
}

function elsewhere({ sets: { blocks, gateways } }: Scope): Rule[] {
  if (blocks === undefined || gateways === undefined) return [];
  const outside: Match = { kind: 'in-interface', name: 'lo', negate: true };
  return [
    rule('from elsewhere with a source of our bridges', DROP, [outside, { kind: 'in-set', set: blocks.name, fields: ['src'] }]),
    rule('from elsewhere to the host on our bridges', DROP, [outside, { kind: 'in-set', set: gateways.name, fields: ['dst'] }]),
  ];
}
