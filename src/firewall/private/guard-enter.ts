import type { Chain, Match, Rule } from './ir';
import { DROP, fromOurs, icmp, LOG, LOG_LIMIT, RETURN, rule, type Scope, source } from './matches';
import { LINK_SOURCES } from './neighbours';
import { linked, REDIRECT } from './standing';

/** That a packet is too big only a router says, and no container of ours is one. */
const TOO_BIG = { ipv4: { type: 3, code: 4 }, ipv6: { type: 2 } } as const;

/**
 * The guard of what enters the host, before connection tracking hears of it: a forged packet neither keeps a connection alive nor ends one.
 *
 * What comes in by a bridge of ours has a source of that bridge's block. What comes in anywhere else has no source of ours, and is for no address that
 * the host has on a bridge: these are for the containers of the bridge. Packets that the host sends to itself come in by `lo`.
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
