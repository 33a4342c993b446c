import { iptables } from './closing';
import type { PersonRule } from './person-rules';

/** A command that replaces a rule by its own text with more words at a place; none where the text is not one of iptables-save, or has no such place. */
export function rewritten({ family, table, chain, index, rule: { origin } }: PersonRule, at: RegExp, words: string): string[] {
  const start = `-A ${chain} `;
  if (!origin.startsWith(start) || !at.test(origin)) return [];
  const of = table === 'filter' ? '' : `-t ${table} `;
  return [`${iptables(family)} ${of}-R ${chain} ${index + 1} ${origin.slice(start.length).replace(at, words)}`];
}
