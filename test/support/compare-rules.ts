// Do two rulesets say the same? What a model says, compared with what a host has.
import { exclude } from './exclude';
import { ruleText } from '../../src/firewall/private/canonical-rule';
import type { BaseChain, HostChain, HostRules } from '../../src/firewall/private/host-rules';
import type { Rule, RuleSet } from '../../src/firewall/private/ir';

export interface Difference {
  readonly place: string;
  /** `missing`: only the model has it; `extra`: only the host has it; `order`: both have the same rules, in an order that means something else. */
  readonly kind: 'missing' | 'extra' | 'order' | 'base' | 'set' | 'not understood';
  readonly text: string;
  /** Why the model thinks so. */
  readonly origin?: string;
}

export interface CompareOptions {
  /** An engine that was started anew sets up its networks in an order of its own: then only rules of one network are held to an order. */
  readonly networksInAnyOrder?: boolean;
}

/**
 * Rules count as often as they stand there, and in their order; but two rules may change places where that changes nothing: they lead to the same end,
 * or no packet meets both. A base chain without rules that accepts is as good as none.
 */
export function compareRules(model: HostRules, real: HostRules, options: CompareOptions = {}): Difference[] {
  const [left, right] = [model, real].map(
    ({ chains }) => new Map(chains.filter(counts).map((chain) => [`${chain.table} ${chain.name}`, chain])),
  );
  const places = [...new Set([...left.keys(), ...right.keys()])].sort();
  return [
    ...real.notUnderstood.map((text): Difference => ({ place: 'host', kind: 'not understood', text })),
    ...places.flatMap((place) => compareChains(place, left.get(place), right.get(place), options)),
    ...compareSets(model, real),
  ];
}

export function differenceText({ place, kind, text, origin }: Difference): string {
  return `${place}: ${kind}: ${text}${origin === undefined ? '' : `\n      (${origin})`}`;
}

function counts({ base, rules }: HostChain): boolean {
  return base === undefined || rules.length > 0 || base.policy !== 'accept';
}

function compareChains(place: string, model: HostChain | undefined, real: HostChain | undefined, options: CompareOptions): Difference[] {
  if (!model || !real) {
    const there = (model ?? real)!;
    const kind = model ? 'missing' : 'extra';
    return [
      { place, kind, text: `the chain, ${baseText(there.base)}` },
      ...there.rules.map((rule): Difference => ({ place, kind, text: ruleText(rule), origin: rule.origin })),
    ];
  }
  const bases: Difference[] =
    baseText(model.base) === baseText(real.base)
      ? []
      : [{ place, kind: 'base', text: `model ${baseText(model.base)}, host ${baseText(real.base)}` }];
  return [...bases, ...compareLists(place, model.rules, real.rules, options)];
}

function baseText(base: BaseChain | undefined): string {
  return base === undefined ? 'only jumped to' : `${base.type} ${base.hook} ${base.priority} ${base.policy}`;
}

function compareLists(place: string, model: readonly Rule[], real: readonly Rule[], options: CompareOptions): Difference[] {
  const missing = without(model, real).map((rule): Difference => ({ place, kind: 'missing', text: ruleText(rule), origin: rule.origin }));
  const extra = without(real, model).map((rule): Difference => ({ place, kind: 'extra', text: ruleText(rule) }));
  if (missing.length + extra.length > 0 || sameTexts(model, real)) {
    return [...missing, ...extra];
  }
  const [left, right] = [model, real].map((rules) => normalForm(rules, options).map(ruleText));
  const at = left.findIndex((text, i) => text !== right[i]);
  return at < 0 ? [] : [{ place, kind: 'order', text: `model has '${left[at]}' before '${right[at]}', the host has not` }];
}

/** What stands more often in the first list. */
function without(rules: readonly Rule[], others: readonly Rule[]): Rule[] {
  const left = new Map<string, number>();
  others.forEach((rule) => left.set(ruleText(rule), (left.get(ruleText(rule)) ?? 0) + 1));
  return rules.filter((rule) => {
    const count = left.get(ruleText(rule)) ?? 0;
    left.set(ruleText(rule), count - 1);
    return count <= 0;
  });
}

function sameTexts(a: readonly Rule[], b: readonly Rule[]): boolean {
  return a.map(ruleText).join('\n') === b.map(ruleText).join('\n');
}

/** The first by text of all orders that mean the same. */
function normalForm(rules: readonly Rule[], options: CompareOptions): Rule[] {
  const rest = rules
    .map((rule) => ({ rule, text: ruleText(rule) }))
    .map((entry, i, all) => ({
      ...entry,
      after: new Set(all.slice(0, i).filter((earlier) => !mayChangePlaces(earlier.rule, entry.rule, options))),
      entry,
    }));
  const done: Rule[] = [];
  while (rest.length > 0) {
    const free = rest.filter(({ after }) => after.size === 0);
    const next = free.reduce((least, one) => (one.text < least.text ? one : least));
    rest.splice(rest.indexOf(next), 1);
    rest.forEach(({ after }) => after.delete(next.entry));
    done.push(next.rule);
  }
  return done;
}

/** Verdicts that end the walk through the chain in the same way, whichever of two rules gives them. */
const ENDS: ReadonlySet<string> = new Set(['accept', 'drop', 'return', 'masquerade']);

function mayChangePlaces(a: Rule, b: Rule, { networksInAnyOrder }: CompareOptions): boolean {
  if ((ENDS.has(a.verdict.kind) && a.verdict.kind === b.verdict.kind) || exclude(a, b)) {
    return true;
  }
  const [left, right] = [a, b].map(interfacesOf);
  return networksInAnyOrder === true && left.length > 0 && right.length > 0 && !left.some((name) => right.includes(name));
}

function interfacesOf({ matches }: Rule): string[] {
  return matches.flatMap((match) => (match.kind === 'in-interface' || match.kind === 'out-interface' ? [match.name] : []));
}

function compareSets(model: HostRules, real: HostRules): Difference[] {
  // What is in a set has no order there.
  const textOf = (set: RuleSet) => JSON.stringify('blocks' in set ? { ...set, blocks: [...set.blocks].sort() } : set);
  const [left, right] = [model, real].map(({ sets }) => new Map(sets.map((set) => [set.name, textOf(set)])));
  return [...new Set([...left.keys(), ...right.keys()])]
    .filter((name) => left.get(name) !== right.get(name))
    .map((name) => ({ place: `set ${name}`, kind: 'set', text: `model ${left.get(name) ?? 'none'}, host ${right.get(name) ?? 'none'}` }));
}
