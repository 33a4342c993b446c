// The rules of a host as lines that are the same on every run: without counters, chains by name, elements of maps sorted.
import { OWN_TABLE } from './commands';
import type { EngineId } from '../lab/cache';
import type { Lab } from '../lab/lab';

export interface RuleLine {
  /** `*filter` or `chain filter-FORWARD`. */
  readonly where: string;
  /** Of an iptables rule. */
  readonly chain: string;
  readonly text: string;
}

const BUILT_IN = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'];
const TABLES = ['raw', 'mangle', 'nat', 'filter'];
const ENGINE_TABLE = 'docker-bridges';

export function readLines(lab: Lab, engine: EngineId): RuleLine[] {
  return engine === '29-nft'
    ? nftLines(lab.mustHost('reading the rules', ['nft', 'list', 'table', 'ip', ENGINE_TABLE]))
    : iptablesLines(lab.mustHost('reading the rules', ['iptables-save']));
}

/** Built-in chains without a policy of note are left out. */
export function iptablesLines(save: string): RuleLine[] {
  const lines: RuleLine[] = [];
  let table = '';
  for (const line of save.split('\n')) {
    const [, declared, policy] = /^:(\S+) (\S+)/.exec(line) ?? [];
    const [, chain] = /^-A (\S+)/.exec(line) ?? [];
    if (line.startsWith('*')) {
      table = line.slice(1);
    } else if (declared !== undefined && policy !== 'ACCEPT') {
      lines.push({ where: `*${table}`, chain: declared, text: `:${declared} ${policy}` });
    } else if (chain !== undefined) {
      lines.push({ where: `*${table}`, chain, text: line });
    }
  }
  return sorted(lines, ({ where, chain, text }) => [
    TABLES.indexOf(where.slice(1)),
    text.startsWith(':') ? 0 : 1,
    BUILT_IN.includes(chain) ? BUILT_IN.indexOf(chain) : BUILT_IN.length,
    chain,
  ]);
}

/** What stands in each chain and map; the table's own braces are left out. */
export function nftLines(list: string): RuleLine[] {
  const lines: RuleLine[] = [];
  let where = '';
  // Elements go on over several lines.
  for (const line of list.replace(/,\n\s+/g, ', ').split('\n')) {
    const text = line.replace(/ ?counter packets \d+ bytes \d+/, '').trim();
    const [, opened] = /^((?:chain|map|set) \S+) \{$/.exec(text) ?? [];
    const [, elements] = /^elements = \{ (.*) \}$/.exec(text) ?? [];
    if (opened !== undefined) {
      where = opened;
      lines.push({ where, chain: '', text: '' });
    } else if (text === '}') {
      where = '';
    } else if (elements !== undefined) {
      const parts = elements.split(', ').sort();
      lines.push(...parts.map((element) => ({ where, chain: '', text: element })));
    } else if (where !== '' && text !== '') {
      lines.push({ where, chain: '', text });
    }
  }
  return sorted(lines, (line) => [line.where]);
}

function sorted(lines: readonly RuleLine[], placeOf: (line: RuleLine) => readonly (string | number)[]): RuleLine[] {
  return lines
    .map((line) => ({ line, key: placeOf(line) }))
    .sort((a, b) => {
      const at = a.key.findIndex((part, i) => part !== b.key[i]);
      return at < 0 ? 0 : a.key[at] < b.key[at] ? -1 : 1;
    })
    .map(({ line }) => line);
}

/** Those that were not there before; a rule may stand there twice. */
export function addedLines(before: readonly RuleLine[], now: readonly RuleLine[]): RuleLine[] {
  const left = new Map<string, number>();
  before.forEach((line) => left.set(keyOf(line), (left.get(keyOf(line)) ?? 0) + 1));
  return now.filter((line) => {
    const count = left.get(keyOf(line)) ?? 0;
    left.set(keyOf(line), count - 1);
    return count <= 0;
  });
}

function keyOf({ where, text }: RuleLine): string {
  return `${where} ${text}`;
}

/** Lines of chains, in the order of the names given. */
export function linesOfChains(lines: readonly RuleLine[], names: readonly string[]): RuleLine[] {
  return names.flatMap((name) => lines.filter(({ where, chain }) => name === `${where.replace('*', '')} ${chain}`.trim()));
}

/** As they are printed: what they stand in is a line before them. */
export function linesText(lines: readonly RuleLine[]): string[] {
  return lines.flatMap(({ where, text }, i) => [
    ...(where === lines[i - 1]?.where ? [] : [where]),
    ...(text === '' ? [] : [where.startsWith('*') ? text : `  ${text}`]),
  ]);
}

export function isOwn(table: string): boolean {
  return table === `nft:${OWN_TABLE}`;
}
