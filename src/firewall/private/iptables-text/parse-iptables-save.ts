import { builtInChain, type HostChain, type HostRules } from '../host-rules';
import type { IpProtocol, Match, Rule, RuleSet, Verdict } from '../ir';
import { parseIpsetSave } from './parse-ipset-save';
import { readSaveMatch } from './parse-save-match';
import { readSaveTarget } from './parse-save-target';
import { readProtocol } from '../protocols';
import { readWrittenBlock } from '../read-text';
import { rawText, type Word, wordsOf } from './save-words';
import { spelled, TAKES_TEXT } from './spelling';
import type { Family } from '../../../topology/private/terms';

/**
 * Reads what `iptables-save` or `ip6tables-save` prints (1.8, over nf_tables or legacy, with or without `-c`), and `ipset save` for the sets in it.
 *
 * Nothing is dropped: a match that is not understood becomes an `unknown` match, a target an `unknown` verdict, a line `notUnderstood`. So does a
 * table that does not end, since the rest of it may be missing, and the remarks that there are tables which the tool does not show. A rule that
 * names a set which is missing, of another type, or of changing content gets an `unknown` match; such a set alone makes nothing uncertain.
 */
export function parseIptablesSave(text: string, family: Family, sets = ''): HostRules {
  const ipsets = parseIpsetSave(sets, family);
  const { tables, notUnderstood } = tablesOf(text);
  const byName = new Map(ipsets.sets.map((set) => [set.name, set]));
  return {
    family,
    chains: tables.flatMap((table) => chainsOf(table, family, byName)),
    sets: ipsets.sets,
    notUnderstood: [...notUnderstood, ...ipsets.strayLines],
  };
}

interface TableLines {
  readonly name: string;
  readonly chains: Map<string, ChainLines>;
}

interface ChainLines {
  readonly policy: 'accept' | 'drop' | undefined;
  readonly rules: { readonly text: string; readonly words: readonly Word[] }[];
}

/** The lines by table and chain. Rules are read after this: which words are chains is known only then. */
function tablesOf(text: string): { tables: readonly TableLines[]; notUnderstood: readonly string[] } {
  const tables = new Map<string, TableLines>();
  const notUnderstood: string[] = [];
  let open: TableLines | undefined;
  const close = () => {
    if (open) {
      notUnderstood.push(`table ${open.name} without COMMIT`);
    }
    open = undefined;
  };
  for (const line of text.split('\n')) {
    if (line.startsWith('*')) {
      close();
      const name = line.slice(1).trim();
      // Two tables of one name, of iptables and of iptables-legacy: which chain a jump means would depend on where it stands.
      if (name === '' || tables.has(name)) {
        notUnderstood.push(line);
      } else {
        open = { name, chains: new Map() };
        tables.set(name, open);
      }
    } else if (line.trim() === 'COMMIT' && open) {
      open = undefined;
    } else if (!isRemark(line) && !(open && (addChain(open, line) || addRule(open, line) || addWritten(open, line)))) {
      notUnderstood.push(line);
    }
  }
  close();
  return { tables: [...tables.values()], notUnderstood };
}

function isRemark(line: string): boolean {
  return line.trim() === '' || (line.startsWith('#') && !/^# (Warning|Table)/.test(line));
}

/** `:NAME POLICY [packets:bytes]`; false for any other line. */
function addChain({ name: table, chains }: TableLines, line: string): boolean {
  const words = line.startsWith(':') ? line.slice(1).trim().split(/\s+/) : [];
  const [name, policy, counters] = words;
  if (words.length < 2 || words.length > 3 || (counters !== undefined && !COUNTERS.test(counters)) || chains.has(name)) {
    return false;
  }
  const isBuiltIn = builtInChain(table, name) !== undefined;
  if (isBuiltIn ? policy !== 'ACCEPT' && policy !== 'DROP' : policy !== '-') {
    return false;
  }
  chains.set(name, { policy: !isBuiltIn ? undefined : policy === 'DROP' ? 'drop' : 'accept', rules: [] });
  return true;
}

const COUNTERS = /^\[[0-9]+:[0-9]+\]$/;

/** `-A CHAIN …`, which `iptables-save -c` puts counters before. */
function addRule({ chains }: TableLines, line: string): boolean {
  const all = wordsOf(line) ?? [];
  const words = COUNTERS.test(all[0]?.raw ?? '') ? all.slice(1) : all;
  const chain = words[0]?.raw === '-A' && words.length > 1 ? chains.get(words[1].text) : undefined;
  chain?.rules.push({ text: rawText(words), words: words.slice(2) });
  return chain !== undefined;
}

/** What files for `iptables-restore` have besides: rules in front, chains by option, and rules of built-in chains that no line names before. */
function addWritten({ name: table, chains }: TableLines, line: string): boolean {
  const words = wordsOf(line) ?? [];
  const [option, name, third] = words.map(({ raw }) => raw);
  if (option === undefined || name === undefined) return false;
  if (option === '-N' || option === '--new-chain' || option === '-P' || option === '--policy') {
    const isPolicy = option.toLowerCase().startsWith('-p') || option === '--policy';
    const before = chains.get(name);
    if (isPolicy !== (builtInChain(table, name) !== undefined) || (isPolicy && third !== 'ACCEPT' && third !== 'DROP')) return false;
    if (!isPolicy && before !== undefined) return false;
    chains.set(name, { policy: !isPolicy ? undefined : third === 'DROP' ? 'drop' : 'accept', rules: before?.rules ?? [] });
    return true;
  }
  const isInsert = option === '-I' || option === '--insert';
  if (!isInsert && option !== '-A' && option !== '--append') return false;
  const hasPolicies = [...chains.values()].some(({ policy }) => policy !== undefined && !implied.has(chains));
  if (!chains.has(name) && builtInChain(table, name) !== undefined && !hasPolicies) {
    implied.add(chains);
    chains.set(name, { policy: 'accept', rules: [] });
  }
  const place = isInsert && third !== undefined && /^[1-9]\d{0,5}$/.test(third) ? Number(third) : undefined;
  const rule = { text: rawText(words), words: words.slice(place === undefined ? 2 : 3) };
  const chain = chains.get(name);
  if (isInsert) chain?.rules.splice((place ?? 1) - 1, 0, rule);
  else chain?.rules.push(rule);
  return chain !== undefined;
}

/** Tables in which no line names a built-in chain: their policies are those of a table that is new. */
const implied = new WeakSet<TableLines['chains']>();

function chainsOf({ name: table, chains }: TableLines, family: Family, sets: ReadonlyMap<string, RuleSet>): HostChain[] {
  const userChains = new Set([...chains].filter(([, { policy }]) => policy === undefined).map(([name]) => name));
  return [...chains].map(([name, { policy, rules }]) => {
    const base = builtInChain(table, name);
    const read = rules.map(({ text, words }) => readRule(text, words, { family, chains: userChains, sets }));
    return { table, name, ...(base && policy ? { base: { ...base, policy } } : {}), rules: read };
  });
}

interface RuleScope {
  readonly family: Family;
  readonly chains: ReadonlySet<string>;
  readonly sets: ReadonlyMap<string, RuleSet>;
}

const STARTS: ReadonlySet<string> = new Set(['-m', '-j', '-g']);

function readRule(text: string, written: readonly Word[], scope: RuleScope): Rule {
  const matches: Match[] = [];
  const comments: string[] = [];
  const seen = new Set<string>();
  let protocol: IpProtocol | undefined;
  let verdict: Verdict | undefined;
  let stray: Word[] = [];
  const keep = (unknown: readonly Word[]) => {
    if (unknown.length > 0) {
      matches.push({ kind: 'unknown', text: rawText(unknown) });
    }
  };

  const words = spelled(written);
  for (let at = 0; at < words.length;) {
    const option = words[at].raw;
    if (STARTS.has(option)) {
      keep(stray);
      stray = [];
      const end = endOf(words, at + 1);
      const part = words.slice(at, end);
      const comment = commentOf(part);
      if (comment !== undefined) {
        comments.push(comment);
      } else if (option === '-m') {
        const read = part.length > 1 ? readSaveMatch(part[1].text, part.slice(2), { ...scope, protocol }) : undefined;
        matches.push(...(read ?? [{ kind: 'unknown', text: rawText(part) } as const]));
      } else if (verdict === undefined) {
        verdict = readSaveTarget(option === '-g' ? '-g' : '-j', part.slice(1), scope);
      } else {
        keep(part);
      }
      at = end;
      continue;
    }
    const negate = option === '!';
    const part = words.slice(at, at + (negate ? 3 : 2));
    const [name, value] = negate ? part.slice(1) : part;
    const match = value && !seen.has(name.raw) ? readBasic(name.raw, value.text, negate, scope.family) : undefined;
    // Connection tracking puts the parts of a packet together before a rule sees it.
    if (name?.raw === '-f' && !seen.has('-f')) {
      seen.add('-f');
      if (!negate) matches.push({ kind: 'any-of', matches: [] });
      at += negate ? 2 : 1;
      continue;
    }
    if (match === undefined) {
      // A negation goes with what it is about.
      const count = negate ? part.length : 1;
      stray.push(...words.slice(at, at + count));
      at += count;
      continue;
    }
    seen.add(name.raw);
    if (match !== 'everything') {
      matches.push(match);
      protocol = match.kind === 'protocol' && !match.negate ? match.protocol : protocol;
    }
    at += part.length;
  }
  keep(stray);
  const comment = comments.join(' ');
  return { matches, verdict: verdict ?? { kind: 'continue', text: '' }, origin: comment.trim() === '' ? text : comment };
}

/** Where the match or target that begins before `from` ends. */
function endOf(words: readonly Word[], from: number): number {
  let at = from;
  while (at < words.length && !STARTS.has(words[at].raw)) {
    at += TAKES_TEXT.has(words[at].raw) ? 2 : 1;
  }
  return Math.min(at, words.length);
}

function commentOf(part: readonly Word[]): string | undefined {
  const [match, name, option, text, more] = part;
  return match.raw === '-m' && name?.raw === 'comment' && option?.raw === '--comment' && more === undefined ? text?.text : undefined;
}

/** The words before the first `-m`. */
function readBasic(option: string, value: string, negate: boolean, family: Family): Match | 'everything' | undefined {
  const not = negate ? { negate } : {};
  switch (option) {
    case '-s':
    case '-d': {
      const kind = option === '-s' ? 'source' : 'destination';
      const blocks = value.split(',').map((each) => readWrittenBlock(each, family));
      if (!blocks.every((block) => block !== undefined)) return undefined;
      if (blocks.length === 1) return { kind, block: blocks[0], ...not };
      // The tool makes a rule of each, so of a negation it takes only one.
      return negate ? undefined : { kind: 'any-of', matches: blocks.map((block): Match => ({ kind, block })) };
    }
    case '-i':
    case '-o': {
      const prefix = value.endsWith('+');
      const name = prefix ? value.slice(0, -1) : value;
      const isName = name.length <= 15 && !name.includes('/') && (name !== '' || prefix);
      return isName ? { kind: option === '-i' ? 'in-interface' : 'out-interface', name, ...(prefix ? { prefix } : {}), ...not } : undefined;
    }
    case '-p': {
      if ((value === 'all' || value === 'any') && !negate) {
        return 'everything';
      }
      const protocol = readProtocol(value.toLowerCase());
      return protocol === undefined ? undefined : { kind: 'protocol', protocol, ...not };
    }
    default:
      return undefined;
  }
}
