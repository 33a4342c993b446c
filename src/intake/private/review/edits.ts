import type { HostChain, HostRules } from '../../../firewall/private/host-rules';
import type { Rule } from '../../../firewall/private/ir';

/** Where a rule stands. */
export interface Place {
  readonly table: string;
  readonly chain: string;
  /** From zero. */
  readonly index: number;
}

/** The rules with others in place of one; without any, that one is taken away. */
export function replaced(rules: HostRules, { table, chain, index }: Place, by: readonly Rule[]): HostRules {
  return withChain(rules, table, chain, (lines) => [...lines.slice(0, index), ...by, ...lines.slice(index + 1)]);
}

/** The rules with others before the place. */
export function inserted(rules: HostRules, { table, chain, index }: Place, more: readonly Rule[]): HostRules {
  return withChain(rules, table, chain, (lines) => [...lines.slice(0, index), ...more, ...lines.slice(index)]);
}

function withChain(rules: HostRules, table: string, name: string, edit: (lines: readonly Rule[]) => readonly Rule[]): HostRules {
  const chains = rules.chains.map((chain): HostChain =>
    chain.table === table && chain.name === name ? { ...chain, rules: edit(chain.rules) } : chain,
  );
  return { ...rules, chains };
}

/** A rule of the same matches that decides nothing: where a walk meets it, its trace says so. */
export function probe(matches: Rule['matches']): Rule {
  return { matches, verdict: { kind: 'continue', text: 'PROBE' }, origin: 'probe' };
}
