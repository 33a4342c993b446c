import type { Match, Rule, Verdict } from './ir';
import { fromOurs, icmp, rule, type Scope, source, toOurs } from './matches';
import { linked } from './standing';

/** Neighbour solicitation and advertisement: without them, IPv6 does not work, on-link or not. */
const MESSAGES = [135, 136] as const;

/** Sources of a machine for its own link, and of one that has no address yet. The kernel forwards nothing with such a source to another link. */
export const LINK_SOURCES: readonly string[] = ['fe80::/10', '::/128'];

/** Neighbour discovery between stations of one bridge. */
export function neighboursInside(scope: Scope, verdict: Verdict): Rule[] {
  if (!hasIpv6(scope)) return [];
  const sources = [...LINK_SOURCES.map((block) => source(scope, block, block)), linked(scope, 'links', 'src', 'dst')];
  return sources.flatMap((match) => messages('inside a bridge', scope, verdict, [fromOurs(scope), toOurs(scope), ...match]));
}

/** Neighbour discovery between the host and its neighbours on Bulkhead's bridges. */
export function neighboursOfHost(scope: Scope, verdict: Verdict, place: Match): Rule[] {
  return hasIpv6(scope) ? messages('of the host', scope, verdict, [place]) : [];
}

function hasIpv6({ family, sets }: Scope): boolean {
  return family === 'ipv6' && sets.links !== undefined;
}

function messages(where: string, scope: Scope, verdict: Verdict, place: readonly Match[]): Rule[] {
  return MESSAGES.map((type) => rule(`neighbour discovery ${where}`, verdict, [...place, ...icmp(scope, { type })]));
}
