import type { NftScope } from './nft-comparison';
import { readNftRule } from './nft-rule';
import { get, type Json, listAt, type NamedSet, namedSet, single, textAt, textOf } from './nft-values';
import type { Family } from '../../../topology/private/terms';
import { type BaseChain, BUILT_IN, builtInChain, type HostChain, type HostRules } from '../host-rules';

const OWN_FAMILY: Readonly<Record<Family, string>> = { ipv4: 'ip', ipv6: 'ip6' };
/** Hold packets of IP, or frames with them, before or after the rules of IP do. */
const OTHER_LAYERS: readonly string[] = ['arp', 'bridge', 'netdev'];
/** Statements after which a packet continues unchanged, in this chain or another one. */
const IDLE: readonly string[] = ['match', 'counter', 'log', 'jump', 'goto', 'return', 'accept', 'continue'];
const HOOKS = ['prerouting', 'input', 'forward', 'output', 'postrouting'] as const;
const TYPES = ['filter', 'nat', 'route'] as const;
/** Without a rule that names them they do nothing, and such a match or verdict is unknown by itself. */
const ONLY_NAMED: readonly string[] = [
  ...['metainfo', 'counter', 'quota', 'limit', 'flowtable', 'secmark', 'synproxy', 'tunnel'],
  ...['ct helper', 'ct timeout', 'ct expectation'],
];
/** How many characters a message quotes of a text that is not JSON. */
const TOLD = 200;

/**
 * Reads what `nft -j list ruleset` prints: the tables of one family and those of `inet`, which hold rules of both. A table is called `nft:NAME`, or
 * `nft:inet NAME` where the family has a table of that name, too.
 *
 * Nothing is dropped: a match that is not understood becomes an `unknown` match, a statement an `unknown` verdict, and an object or base chain that
 * is none of these rules' (of a bridge, a device or ARP, or on another hook) is `notUnderstood`, unless nothing in its table can stop or change
 * anything: firewalld leaves such tables of ebtables behind. A rule with a set that is missing or that changes by
 * itself gets an `unknown` match.
 *
 * Tables that iptables made are left out, since `iptables-save` shows them, and only it can show their extensions: tables of `ip` and `ip6` called raw,
 * mangle, nat, filter or security in which each base chain has the name, hook, type and priority of the built-in one. If one
 * contains more than iptables knows, `iptables-save` prints a remark, which is `notUnderstood` there.
 */
export function parseNftJson(text: string, family: Family): HostRules {
  const objects = objectsOf(text);
  if (!objects) {
    return { family, chains: [], sets: [], notUnderstood: [`nft: ${text.slice(0, TOLD)}`] };
  }
  const tables = new Map<string, NftTable>();
  const notUnderstood: string[] = [];
  for (const object of objects) {
    if (!addObject(tables, object)) {
      notUnderstood.push(textOf(object));
    }
  }
  const used: NftScope['used'] = new Map();
  const chains = [...tables.values()].flatMap((table) => {
    if (OTHER_LAYERS.includes(table.family)) {
      if (!isIdle(table)) notUnderstood.push(...basesOf(table).map((chain) => textOf({ chain })));
      return [];
    }
    const isRead = (table.family === OWN_FAMILY[family] || table.family === 'inet') && !isOfIptables(table);
    const scope = { family, table: nameOf(table, tables, family), chains: new Set(table.chains.keys()), named: table.named, used };
    return isRead ? readTable(table, scope, notUnderstood) : [];
  });
  return { family, chains, sets: [...used.values()], notUnderstood };
}

interface NftTable {
  readonly family: string;
  readonly name: string;
  /** Its chains are bound to no hook as long as it is. */
  readonly dormant: boolean;
  readonly chains: Map<string, { readonly chain: Json; readonly rules: Json[] }>;
  readonly named: Map<string, NamedSet>;
}

function objectsOf(text: string): readonly Json[] | undefined {
  try {
    return listAt(JSON.parse(text), 'nftables');
  } catch {
    return undefined;
  }
}

function addObject(tables: Map<string, NftTable>, object: Json): boolean {
  const [kind, value] = single(object) ?? ['', undefined];
  const [family, name] = [textAt(value, 'family'), textAt(value, 'name')];
  if (ONLY_NAMED.includes(kind)) {
    return true;
  }
  if (kind === 'table') {
    const key = `${family} ${name}`;
    if (family === undefined || name === undefined || tables.has(key)) {
      return false;
    }
    const dormant = [get(value, 'flags')].flat().includes('dormant');
    tables.set(key, { family, name, dormant, chains: new Map(), named: new Map() });
    return true;
  }
  const table = tables.get(`${family} ${textAt(value, 'table')}`);
  if (!table) {
    return false;
  }
  const own = table.chains.get((kind === 'rule' ? textAt(value, 'chain') : name) ?? '');
  switch (kind) {
    case 'chain':
      if (name === undefined || own) {
        return false;
      }
      table.chains.set(name, { chain: value, rules: [] });
      return true;
    case 'rule':
      own?.rules.push(value);
      return own !== undefined;
    case 'set':
    case 'map':
      table.named.set(name ?? '', namedSet(value));
      return name !== undefined;
    default:
      return false;
  }
}

function isOfIptables({ family, name: table, chains }: NftTable): boolean {
  if (family === 'inet' || !Object.hasOwn(BUILT_IN, table)) {
    return false;
  }
  return [...chains].every(([name, { chain }]) => {
    const known = builtInChain(table, name);
    const isKnown = known?.hook === get(chain, 'hook') && known?.type === get(chain, 'type') && known?.priority === get(chain, 'prio');
    return get(chain, 'hook') === undefined || isKnown;
  });
}

function basesOf({ chains }: NftTable): Json[] {
  return [...chains.values()].map(({ chain }) => chain).filter((chain) => get(chain, 'hook') !== undefined);
}

/** Whether all that goes through a table comes out as it went in. */
function isIdle(table: NftTable): boolean {
  const rules = [...table.chains.values()].flatMap((chain) => chain.rules);
  const statements = rules.flatMap((rule) => listAt(rule, 'expr') ?? [{ unreadable: rule }]);
  return (
    basesOf(table).every((chain) => get(chain, 'policy') === 'accept') &&
    statements.every((statement) => IDLE.includes(single(statement)?.[0] ?? ''))
  );
}

function nameOf({ family: own, name }: NftTable, tables: ReadonlyMap<string, NftTable>, family: Family): string {
  return own === 'inet' && tables.has(`${OWN_FAMILY[family]} ${name}`) ? `nft:inet ${name}` : `nft:${name}`;
}

function readTable({ chains, dormant }: NftTable, scope: NftScope, notUnderstood: string[]): HostChain[] {
  return [...chains].map(([name, { chain, rules }]) => {
    const isBase = get(chain, 'hook') !== undefined && !dormant;
    const base = isBase ? baseOf(chain) : undefined;
    if (isBase && !base) {
      notUnderstood.push(textOf({ chain }));
    }
    const read = rules.flatMap((rule) => {
      const expressions = listAt(rule, 'expr') ?? [{ unreadable: rule }];
      const comment = textAt(rule, 'comment');
      return readNftRule(expressions, comment?.trim() ? comment : textOf(expressions), scope);
    });
    return { table: scope.table, name, ...(base ? { base } : {}), rules: read };
  });
}

function baseOf(chain: Json): BaseChain | undefined {
  const hook = HOOKS.find((known) => known === get(chain, 'hook'));
  const type = TYPES.find((known) => known === get(chain, 'type'));
  const [priority, policy] = [get(chain, 'prio'), get(chain, 'policy') ?? 'accept'];
  return hook && type && typeof priority === 'number' && (policy === 'accept' || policy === 'drop')
    ? { hook, type, priority, policy }
    : undefined;
}
