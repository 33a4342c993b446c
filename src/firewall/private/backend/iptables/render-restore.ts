import { placeOf, TABLES } from './chain-place';
import type { RestoreFile } from './restore-file';
import type { Family } from '../../../../topology/private/terms';
import { digestOf } from '../../digest';
import { inetWord, sourceSetOptions } from '../../iptables-text/ipset-words';
import { ADDRESS, INTERFACE, renderMatches, safeWord, wholeNumber, WORD } from '../../iptables-text/render-match';
import { quoted, renderTarget } from '../../iptables-text/render-target';
import type { PairElement, Rule, RuleSet, Ruleset, SourceSet } from '../../ir';
import { RuleError } from '../../rule-error';

const COMMENT_LENGTH = 100;
/** Smallest that the kernel makes. */
const SMALLEST_SET = 64;

/**
 * The ruleset as text for `ipset restore` and `iptables-restore --noflush` (or `ip6tables-restore`).
 *
 * It declares only Bulkhead's chains. iptables-restore empties a declared chain, so DOCKER-USER and the built-in chains are never declared; the
 * host's script inserts the jumps.
 */
export function renderRestore(ruleset: Ruleset): RestoreFile {
  const sets = ruleset.sets.map((set) => renderSet(set, ruleset)).join('');
  const digest = digestOf([ruleset.family, sets, renderTables(ruleset, undefined)].join('\n'), 16);
  return {
    family: ruleset.family,
    rules: renderTables(ruleset, digest),
    sets,
    setNames: ruleset.sets.map((set) => set.name),
    chains: tablesOf(ruleset).flatMap(({ table, chains }) =>
      chains.map(({ name, from, rules }) => ({ table, chain: name, hook: from, rules: rules.length })),
    ),
    digest,
  };
}

function tablesOf({ chains }: Ruleset) {
  const placed = chains.map((chain) => ({ ...placeOf(chain), rules: chain.rules }));
  return TABLES.map((table) => ({ table, chains: placed.filter((chain) => chain.table === table) })).filter(
    ({ chains: own }) => own.length > 0,
  );
}

function renderTables(ruleset: Ruleset, digest: string | undefined): string {
  return tablesOf(ruleset)
    .map(({ table, chains }) =>
      [
        `*${table}`,
        ...chains.map(({ name }) => `:${safeWord(WORD, name, name)} - [0:0]`),
        ...chains.flatMap(({ name, rules }) =>
          rules.map((rule, i) => renderRule(name, rule, ruleset.family, i === rules.length - 1 ? digest : undefined)),
        ),
        'COMMIT',
        '',
      ].join('\n'),
    )
    .join('');
}

function renderRule(chain: string, rule: Rule, family: Family, digest: string | undefined): string {
  const comment = digest === undefined ? commentOf(rule.origin) : `bulkhead ${digest}`;
  return [
    `-A ${chain}`,
    ...renderMatches(rule.matches, rule.origin),
    `-m comment --comment ${quoted(comment)}`,
    renderTarget(rule.verdict, family, rule.origin),
  ].join(' ');
}

/** The origin of the rule, in characters that no tool interprets. */
export function commentOf(origin: string): string {
  const text = origin.replace(/[^A-Za-z0-9 _.:/@+>-]/g, '_').slice(0, COMMENT_LENGTH);
  return text.trim() === '' ? 'unnamed' : text;
}

/**
 * A set never changes: its name ends in a digest of its content, so a new version is a new set beside the one in use.
 */
function renderSet(set: RuleSet, { family }: Ruleset): string {
  const name = safeWord(WORD, set.name, set.name);
  if ('seconds' in set) {
    return `create ${name} ${sourceSetOptions(set, family)} -exist\n`;
  }
  const { type, size, elements } = contentOf(set);
  const room = Math.max(SMALLEST_SET, 2 ** Math.ceil(Math.log2(size)));
  const lines = elements.map((element) => `add ${name} ${element} -exist\n`);
  return `create ${name} ${type} family ${inetWord(family)} hashsize ${room} maxelem ${room} -exist\n${lines.join('')}`;
}

interface SetContent {
  readonly type: string;
  /** Places that the elements take in the kernel. */
  readonly size: number;
  readonly elements: readonly string[];
}

function contentOf(set: Exclude<RuleSet, SourceSet>): SetContent {
  const block = (text: string) => safeWord(ADDRESS, text, set.name);
  if ('blocks' in set) {
    return { type: 'hash:net', size: set.blocks.length, elements: set.blocks.map(block) };
  }
  if ('links' in set) {
    const elements = set.links.map((link) => `${block(link.block)},${safeWord(INTERFACE, link.interface, set.name)}`);
    return { type: 'hash:net,iface', size: set.links.length, elements };
  }
  const size = set.elements.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  return { type: 'hash:ip,port,ip', size, elements: set.elements.map(pairText) };
}

function pairText({ source, protocol, first, last, destination, origin }: PairElement): string {
  if (protocol !== 'tcp' && protocol !== 'udp') {
    throw new RuleError('UnsupportedMatch', origin, `protocol '${protocol}' in a set`);
  }
  const from = wholeNumber(first, 0, 65535, origin);
  const to = wholeNumber(last, first, 65535, origin);
  const ports = from === to ? from : `${from}-${to}`;
  return `${safeWord(ADDRESS, source, origin)},${protocol}:${ports},${safeWord(ADDRESS, destination, origin)}`;
}
