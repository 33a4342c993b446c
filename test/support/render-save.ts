import { BUILT_IN, builtInChain, type HostChain, type HostRules } from '../../src/firewall/private/host-rules';
import { renderMatches, safeWord } from '../../src/firewall/private/iptables-text/render-match';
import { CHAIN, quoted, renderTarget } from '../../src/firewall/private/iptables-text/render-target';
import type { Rule } from '../../src/firewall/private/ir';
import { RuleError } from '../../src/firewall/private/rule-error';
import type { Family } from '../../src/topology/private/terms';

/** The kernel keeps 255 bytes and a zero, and cuts off what is longer without a word. */
const COMMENT_BYTES = 255;

/**
 * All rules of a host as text for `iptables-restore` or `ip6tables-restore`, in the form in which `iptables-save` prints them again: tables, chains,
 * rules and matches in the given order.
 *
 * Throws for what iptables cannot say, such as a table of nftables, and for what was read and not understood: a rule is written exactly or not at all.
 * The sets that rules name are not part of it. A rule whose origin is its own text, as of one that was read without a comment, gets no comment.
 */
export function renderSave({ family, chains, notUnderstood }: HostRules): string {
  if (notUnderstood.length > 0) {
    throw new RuleError('UnsupportedMatch', family, `'${notUnderstood[0]}' was not understood`);
  }
  const tables = new Map<string, HostChain[]>();
  for (const chain of chains) {
    const others = tables.get(chain.table) ?? [];
    if (others.some(({ name }) => name === chain.name)) {
      throw new RuleError('UnsupportedMatch', chain.name, `two chains of this name in table '${chain.table}'`);
    }
    tables.set(chain.table, [...others, chain]);
  }
  return [...tables].map(([table, own]) => renderTable(table, own, family)).join('');
}

function renderTable(table: string, chains: readonly HostChain[], family: Family): string {
  if (!Object.hasOwn(BUILT_IN, table)) {
    throw new RuleError('UnsupportedMatch', table, 'not a table of iptables');
  }
  const names = new Set(chains.map(({ name }) => name));
  return [
    `*${table}`,
    ...chains.map((chain) => `:${safeWord(CHAIN, chain.name, chain.name)} ${policyOf(chain)} [0:0]`),
    ...chains.flatMap(({ name, rules }) => rules.map((rule) => renderRule(name, rule, family, names))),
    'COMMIT',
    '',
  ].join('\n');
}

function policyOf({ table, name, base }: HostChain): string {
  const known = builtInChain(table, name);
  if (known?.hook !== base?.hook || known?.type !== base?.type || known?.priority !== base?.priority) {
    throw new RuleError('UnsupportedMatch', name, `not a chain that table '${table}' of iptables has at this place`);
  }
  return base === undefined ? '-' : base.policy.toUpperCase();
}

function renderRule(chain: string, { matches, verdict, origin }: Rule, family: Family, chains: ReadonlySet<string>): string {
  if ((verdict.kind === 'jump' || verdict.kind === 'goto') && !chains.has(verdict.chain)) {
    throw new RuleError('UnsupportedMatch', origin, `a jump to '${verdict.chain}', which is no chain of the table`);
  }
  const comment = commentOf(origin);
  return [
    `-A ${chain}`,
    ...renderMatches(matches, origin, 'given'),
    ...(comment === '' ? [] : [`-m comment --comment ${quoted(comment)}`]),
    renderTarget(verdict, family, origin),
  ]
    .filter((text) => text !== '')
    .join(' ');
}

function commentOf(origin: string): string {
  const text = origin.startsWith('-A ') ? '' : origin.replace(/[^\x20-\x7e]/g, '_');
  return text.slice(0, COMMENT_BYTES).trim() === '' ? '' : text.slice(0, COMMENT_BYTES);
}
