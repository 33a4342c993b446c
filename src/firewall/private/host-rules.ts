import type { Rule, RuleSet } from './ir';
import type { Family } from '../../topology/private/terms';

/**
 * All rules of one family on a host, whichever program created them, in the form in which the kernel stores them: chains in tables, some of them
 * bound to a hook.
 *
 * This code treats iptables and nftables alike. A built-in chain of iptables is a base chain with the kernel's priority for it. In both, an accept
 * ends only the base chain that called it.
 */
export interface HostRules {
  readonly family: Family;
  readonly chains: readonly HostChain[];
  readonly sets: readonly RuleSet[];
  /** Text from a host that is not a known chain, rule or set: with any of these, no answer is certain. */
  readonly notUnderstood: readonly string[];
}

export interface HostChain {
  /** `filter` for a table of iptables, `nft:docker-bridges` for one of nftables: the same name in both is not the same table. */
  readonly table: string;
  readonly name: string;
  /** Undefined for a chain that is only jumped to. */
  readonly base?: BaseChain;
  readonly rules: readonly Rule[];
}

export type Hook = 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';

export interface BaseChain {
  readonly hook: Hook;
  /** A `nat` chain sees only the first packet of a connection; what it decides is kept for the others. */
  readonly type: 'filter' | 'nat' | 'route';
  /** Lower goes first. Connection tracking is at -200. */
  readonly priority: number;
  readonly policy: 'accept' | 'drop';
}

/** Where the built-in chains of iptables stand, by table. */
export const BUILT_IN: Readonly<
  Record<string, Readonly<Record<string, { readonly hook: Hook; readonly type: BaseChain['type']; readonly priority: number }>>>
> = builtIn();

/** Where iptables has a built-in chain of the name; undefined for any other chain. */
export function builtInChain(table: string, name: string) {
  return Object.hasOwn(BUILT_IN, table) && Object.hasOwn(BUILT_IN[table], name) ? BUILT_IN[table][name] : undefined;
}

/** Names a chain among all of a host: jumps stay inside of a table. */
export function chainKey(table: string, name: string): string {
  return `${table} ${name}`;
}

function builtIn() {
  const at = (type: BaseChain['type'], priority: number, hooks: readonly Hook[]) =>
    Object.fromEntries(hooks.map((hook) => [hook.toUpperCase(), { hook, type, priority }]));
  return {
    raw: at('filter', -300, ['prerouting', 'output']),
    mangle: {
      ...at('filter', -150, ['prerouting', 'input', 'forward', 'postrouting']),
      ...at('route', -150, ['output']),
    },
    nat: { ...at('nat', -100, ['prerouting', 'output']), ...at('nat', 100, ['input', 'postrouting']) },
    filter: at('filter', 0, ['input', 'forward', 'output']),
    security: at('filter', 50, ['input', 'forward', 'output']),
  };
}
