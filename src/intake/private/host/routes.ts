import { type HostNote, notUnderstood } from './host-note';
import type { HostText, HostTexts } from './host-texts';
import { at, type Json, listAt, numberAt, readList, textAt } from './json-text';
import { groupBy } from '../../../private/multimap';
import type { Route, RoutingRule } from '../../../reachability/private/walk/host-view';
import type { Family } from '../../../topology/private/terms';

/** Routes of one family, by what `ip -j route show table all` and `ip -j rule show` print. */
export interface Routing {
  readonly routes: readonly Route[];
  /** Undefined where there are no other rules than those of every host. */
  readonly policy?: readonly RoutingRule[];
  /** Blocks that the host takes for its own though no interface has them. */
  readonly claimed: readonly string[];
}

interface Read {
  readonly table: string;
  readonly metric: number;
  readonly route: Route;
}

const EVERYWHERE: Readonly<Record<Family, string>> = { ipv4: '0.0.0.0/0', ipv6: '::/0' };
const REFUSING: readonly string[] = ['unreachable', 'blackhole', 'prohibit', 'throw'];
/** Where the addresses of the host itself are, and of broadcasts; the walk knows these from the interfaces. */
const LOCAL = 'local';
/** Rules of every host, by the table that they ask. */
const USUAL: readonly string[] = [LOCAL, 'main', 'default'];

export function routingOf(texts: HostTexts, family: Family, notes: HostNote[]): Routing | undefined {
  const [routesText, rulesText]: readonly HostText[] = [`routes-${family}`, `rules-${family}`];
  const list = readList(texts, routesText);
  if (list === undefined) return undefined;
  const claimed = list.filter((json) => textAt(json, 'type') === LOCAL && isClaimed(json)).map((json) => blockOf(json, family));
  const read = list.flatMap((json) => routeOf(json, family, routesText, notes));
  const tables = groupBy(read, ({ table }) => table);
  const routesIn = (table: string) => [...(tables.get(table) ?? [])].sort((a, b) => a.metric - b.metric).map(({ route }) => route);
  const rules = (readList(texts, rulesText) ?? []).filter((rule) => at(rule, 'l3mdev') === undefined || hasVrf(texts));
  const own = rules.filter((rule) => !isUsual(rule));
  return {
    routes: routesIn('main'),
    claimed,
    ...(own.length > 0 && { policy: rules.flatMap((rule) => ruleOf(rule, family, routesIn)) }),
  };
}

/** Docker and the kernel itself put one there as soon as the module is loaded. */
function hasVrf(texts: HostTexts): boolean {
  return (readList(texts, 'addresses') ?? []).some((link) => textAt(link, 'linkinfo', 'info_kind') === 'vrf');
}

/** Not of an address that an interface has, and not the loopback network: whole blocks that `ip route add local` makes the host's own. */
function isClaimed(json: Json): boolean {
  return textAt(json, 'protocol') !== 'kernel';
}

function blockOf(json: Json, family: Family): string {
  const destination = textAt(json, 'dst') ?? 'default';
  const length = family === 'ipv4' ? 32 : 128;
  if (destination === 'default') return EVERYWHERE[family];
  return destination.includes('/') ? destination : `${destination}/${length}`;
}

function routeOf(json: Json, family: Family, text: HostText, notes: HostNote[]): Read[] {
  const table = textAt(json, 'table') ?? 'main';
  const type = textAt(json, 'type') ?? 'unicast';
  const flags = listAt(json, 'flags');
  if (table === LOCAL || type === 'multicast' || type === 'anycast' || type === 'broadcast' || flags.includes('dead')) return [];
  const block = blockOf(json, family);
  // Every link has this one: which of them is meant, the sender of a packet says.
  if (block === 'fe80::/64') return [];
  const metric = numberAt(json, 'metric') ?? 0;
  const common = { table, metric };
  if (type === 'throw') {
    notes.push(notUnderstood(text, block, 'a route of type throw: the ways to it are UNKNOWN'));
    return [{ ...common, route: { block, interface: '', doubt: `the route of type throw to ${block}` } }];
  }
  if (REFUSING.includes(type)) return [{ ...common, route: { block, interface: '', refuses: true } }];
  const several = listAt(json, 'nexthops');
  const way = several.length > 0 ? several[0] : json;
  const name = textAt(way, 'dev');
  if (type !== 'unicast' || name === undefined || at(json, 'encap') !== undefined) {
    notes.push(notUnderstood(text, block, `a route of type ${type} that the model does not know: the ways to it are UNKNOWN`));
    return [{ ...common, route: { block, interface: '', doubt: `the route of type ${type} to ${block}` } }];
  }
  const names = new Set(several.map((hop) => textAt(hop, 'dev')));
  if (names.size > 1) {
    notes.push(notUnderstood(text, block, `a route over several interfaces: which of them a packet to it takes is UNKNOWN`));
  }
  const source = textAt(json, 'prefsrc');
  const gateway = textAt(way, 'gateway');
  const route: Route = {
    block,
    interface: name,
    ...(gateway !== undefined && { gateway }),
    ...(source !== undefined && { source }),
    ...(names.size > 1 && { doubt: `which interface the route to ${block} takes` }),
  };
  return [{ ...common, route }];
}

function isUsual(rule: Json): boolean {
  const fields = Object.keys(rule ?? {}).filter((field) => !['priority', 'src', 'table', 'protocol'].includes(field));
  return fields.length === 0 && textAt(rule, 'src') === 'all' && USUAL.includes(textAt(rule, 'table') ?? '');
}

/** What a rule may have for the walk to know all of it. */
const KNOWN: readonly string[] = [
  ...['priority', 'src', 'srclen', 'dst', 'dstlen', 'iif', 'fwmark', 'fwmask', 'table', 'protocol', 'not'],
  ...['suppress_prefixlength', 'suppress_prefixlen', 'action'],
];

function ruleOf(rule: Json, family: Family, routesIn: (table: string) => readonly Route[]): RoutingRule[] {
  const table = textAt(rule, 'table');
  // The walk asks for the host's own addresses before all rules, as every host does unless that rule was moved.
  if (table === LOCAL && isUsual(rule) && numberAt(rule, 'priority') === 0) return [];
  const text = `the rule ${JSON.stringify(rule)} of routing`;
  const action = textAt(rule, 'action');
  const isRefusing = action !== undefined && REFUSING.includes(action);
  const isKnown =
    Object.keys(rule ?? {}).every((field) => KNOWN.includes(field)) && (isRefusing || (action === undefined && table !== undefined));
  const block = (name: string, length: string) => {
    const address = textAt(rule, name);
    const full = family === 'ipv4' ? 32 : 128;
    return address === undefined || address === 'all' ? undefined : `${address}/${numberAt(rule, length) ?? full}`;
  };
  const [mark, mask] = [numberOf(at(rule, 'fwmark')), numberOf(at(rule, 'fwmask'))];
  const suppressed = numberOf(at(rule, 'suppress_prefixlength') ?? at(rule, 'suppress_prefixlen'));
  return [
    {
      text,
      source: block('src', 'srclen'),
      destination: block('dst', 'dstlen'),
      inInterface: textAt(rule, 'iif'),
      ...(mark !== undefined && { mark: { value: mark, mask: mask ?? 0xffffffff } }),
      ...(at(rule, 'not') !== undefined && { negate: true }),
      action: !isKnown || table === LOCAL ? 'unclear' : isRefusing ? 'refuse' : 'lookup',
      // Tables that a rule names and that have no route are empty.
      ...(table !== 'main' && { routes: routesIn(table ?? '') }),
      ...(suppressed !== undefined && { suppressLength: suppressed }),
    },
  ];
}

function numberOf(value: Json): number | undefined {
  const number = typeof value === 'number' ? value : typeof value === 'string' && value !== '' ? Number(value) : NaN;
  return Number.isInteger(number) ? number : undefined;
}
