import type { Place } from './edits';
import { ruleText } from './rule-text';
import type { Scene } from './scene';
import type { Hook, HostChain, HostRules } from '../../../firewall/private/host-rules';
import type { Rule } from '../../../firewall/private/ir';
import { addTo } from '../../../private/multimap';
import type { Family } from '../../../topology/private/terms';

/** A rule on the way to another one, or that one itself. */
export interface PlacedRule extends Place {
  readonly rule: Rule;
}

/** How packets come to a rule: the hook, and the jumps from there. */
export interface Way {
  readonly hook: Hook;
  readonly jumps: readonly PlacedRule[];
}

/** A rule that a person or a tool other than Docker wrote. */
export interface PersonRule extends PlacedRule {
  readonly family: Family;
  readonly text: string;
  /** None where nothing jumps to its chain. */
  readonly ways: readonly Way[];
}

/** More ways to one chain are not followed; tools that write zones make many. */
const MOST_WAYS = 24;
const DEEPEST = 8;

const known = new WeakMap<Scene, Map<Family, readonly PersonRule[]>>();

/** In the order of the text. Every kind of fault asks for them. */
export function personRules(scene: Scene, family: Family): readonly PersonRule[] {
  const byFamily = known.get(scene) ?? new Map<Family, readonly PersonRule[]>();
  known.set(scene, byFamily);
  const rules = byFamily.get(family) ?? findRules(scene, family);
  byFamily.set(family, rules);
  return rules;
}

function findRules(scene: Scene, family: Family): PersonRule[] {
  const rules = scene.rules(family);
  const ways = waysOf(rules);
  return rules.chains.flatMap((chain) =>
    chain.rules.flatMap((rule, index): PersonRule[] => {
      const { table, name } = chain;
      if (scene.isDockers(table, name, rule)) return [];
      const text = ruleText(rule, name, family);
      return [{ family, table, chain: name, index, rule, text: table === 'filter' ? text : `-t ${table} ${text}`, ways: ways(chain) }];
    }),
  );
}

function waysOf(rules: HostRules): (chain: HostChain) => readonly Way[] {
  const jumps = new Map<string, PlacedRule[]>();
  for (const { table, name, rules: lines } of rules.chains) {
    lines.forEach((rule, index) => {
      const { verdict } = rule;
      if (verdict.kind === 'jump' || verdict.kind === 'goto') {
        addTo(jumps, `${table} ${verdict.chain}`, { table, chain: name, index, rule });
      }
    });
  }
  const find = ({ table, name, base }: Pick<HostChain, 'table' | 'name' | 'base'>, depth: number): Way[] => {
    if (base) return [{ hook: base.hook, jumps: [] }];
    if (depth > DEEPEST) return [];
    const from = (jumps.get(`${table} ${name}`) ?? []).flatMap((jump): Way[] => {
      const chain = rules.chains.find((each) => each.table === table && each.name === jump.chain);
      return chain === undefined ? [] : find(chain, depth + 1).map((way) => ({ ...way, jumps: [...way.jumps, jump] }));
    });
    return from.slice(0, MOST_WAYS);
  };
  const found = new Map<HostChain, readonly Way[]>();
  return (chain) => {
    const ways = found.get(chain) ?? find(chain, 0);
    found.set(chain, ways);
    return ways;
  };
}
