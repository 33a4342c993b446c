import { type Address, readAddress } from './address';
import { compileMatch } from './compile-match';
import { indexSets, type SetIndex } from './compile-set';
import type { Predicate } from './compiled-match';
import { dispatch, type Dispatch, requirementsOf } from './dispatch';
import type { RulePlace } from './outcome';
import { type BaseChain, chainKey, type Hook, type HostChain, type HostRules } from '../../../firewall/private/host-rules';
import type { Match, Rule } from '../../../firewall/private/ir';
import type { Family } from '../../../topology/private/terms';

export interface CompiledRule {
  readonly place: RulePlace;
  readonly met: Predicate;
  /** Some of its matches are not understood: if the others match, the rule may match or not. */
  readonly isDoubtful: boolean;
  /** Counted as under its rate or limit. */
  readonly isLimited: boolean;
  readonly verdict: Rule['verdict'];
  /** Where it jumps or goes to. */
  readonly target?: CompiledChain;
  /** Where it translates to. */
  readonly address?: Address;
  /** It may do anything, for this reason. */
  readonly unknown?: string;
}

export interface CompiledChain {
  readonly table: string;
  readonly name: string;
  /** All that may be met by a packet, in their order. */
  rules: Dispatch<CompiledRule>;
}

export interface CompiledBase {
  readonly chain: CompiledChain;
  readonly drops: boolean;
  readonly policy: RulePlace;
}

/** What happens at a hook, in its order. */
export type HookStep = { readonly kind: 'chain'; readonly base: CompiledBase } | { readonly kind: 'conntrack' } | { readonly kind: 'nat' };

export interface CompiledRules {
  readonly steps: Readonly<Record<Hook, readonly HookStep[]>>;
  /** Chains that translate, by hook: asked one after the other until one does. */
  readonly nat: Readonly<Record<Hook, readonly CompiledBase[]>>;
  readonly notUnderstood: readonly RulePlace[];
}

const HOOKS: readonly Hook[] = ['prerouting', 'input', 'forward', 'output', 'postrouting'];
const CONNTRACK = -200;
/** The kernel translates at these, whatever the priority of a nat chain: that only orders such chains among themselves. */
const NAT: Readonly<Partial<Record<Hook, number>>> = { prerouting: -100, output: -100, input: 100, postrouting: 100 };

const compiled = new WeakMap<HostRules, CompiledRules>();

export function compileRules(rules: HostRules): CompiledRules {
  let known = compiled.get(rules);
  if (!known) {
    known = compile(rules);
    compiled.set(rules, known);
  }
  return known;
}

function compile(rules: HostRules): CompiledRules {
  const chains = new Map<HostChain, CompiledChain>();
  const byName = new Map<string, CompiledChain>();
  for (const chain of rules.chains) {
    const { table, name } = chain;
    const made: CompiledChain = { table, name, rules: () => [] };
    chains.set(chain, made);
    byName.set(chainKey(table, name), made);
  }
  const sets = indexSets(rules.sets);
  const looping = chainsThatLoop(rules.chains);
  for (const [chain, made] of chains) {
    const target = (name: string) => (looping.has(chainKey(chain.table, name)) ? undefined : byName.get(chainKey(chain.table, name)));
    const all = chain.rules.map((rule, index) =>
      compileRule(rule, { table: chain.table, chain: chain.name, index, rule }, rules.family, sets, target),
    );
    made.rules = dispatch(all, (rule) => requirementsOf(rule.place.rule!.matches, rules.family));
  }
  const bases = [...chains].flatMap(([chain, made]) => (chain.base ? [{ base: chain.base, ...compileBase(chain, chain.base, made) }] : []));
  // A stable sort: chains of one priority stay in the order in which they were registered.
  bases.sort((a, b) => a.base.priority - b.base.priority);
  const at = <T>(make: (hook: Hook) => T) => Object.fromEntries(HOOKS.map((hook) => [hook, make(hook)])) as Record<Hook, T>;
  return {
    steps: at((hook) => stepsOf(hook, bases)),
    nat: at((hook) => bases.filter(({ base }) => base.hook === hook && base.type === 'nat')),
    notUnderstood: rules.notUnderstood.map((text) => ({ table: '', chain: '', text })),
  };
}

function compileBase({ table, name }: HostChain, base: BaseChain, chain: CompiledChain): CompiledBase {
  return { chain, drops: base.policy === 'drop', policy: { table, chain: name } };
}

function stepsOf(hook: Hook, bases: readonly (CompiledBase & { base: BaseChain })[]): HookStep[] {
  const chains = bases.filter(({ base }) => base.hook === hook && base.type !== 'nat');
  const steps: { priority: number; step: HookStep }[] = chains.map((base) => ({
    priority: base.base.priority,
    step: { kind: 'chain', base },
  }));
  if (hook === 'prerouting' || hook === 'output') {
    const before = steps.filter(({ priority }) => priority < CONNTRACK).length;
    steps.splice(before, 0, { priority: CONNTRACK, step: { kind: 'conntrack' } });
  }
  const nat = NAT[hook];
  if (nat !== undefined) {
    steps.splice(steps.filter(({ priority }) => priority <= nat).length, 0, { priority: nat, step: { kind: 'nat' } });
  }
  return steps.map(({ step }) => step);
}

function compileRule(
  rule: Rule,
  place: RulePlace,
  family: Family,
  sets: SetIndex,
  target: (name: string) => CompiledChain | undefined,
): CompiledRule {
  const matches = rule.matches.map((match) => compileMatch(match, family, sets));
  const { verdict } = rule;
  const isDoubtful = matches.some((match) => typeof match === 'string');
  // Whether it matches or not, it decides nothing: there is no need to try both.
  const isIdle = isDoubtful && (verdict.kind === 'log' || verdict.kind === 'continue');
  return {
    place,
    met: isIdle ? () => false : conjunction(matches.filter((match) => typeof match === 'function')),
    isDoubtful,
    isLimited: rule.matches.some(isOfRate),
    verdict,
    ...compileVerdict(verdict, family, target),
  };
}

/** A label is given to what a rate counts later. */
function isOfRate(match: Match): boolean {
  return match.kind === 'rate-per-source' || match.kind === 'limit' || (match.kind === 'ct-label' && match.set === true);
}

function compileVerdict(
  verdict: Rule['verdict'],
  family: Family,
  target: (name: string) => CompiledChain | undefined,
): Pick<CompiledRule, 'target' | 'address' | 'unknown'> {
  switch (verdict.kind) {
    case 'jump':
    case 'goto': {
      const chain = target(verdict.chain);
      return chain ? { target: chain } : { unknown: `chain ${verdict.chain}` };
    }
    case 'dnat':
    case 'snat': {
      const address = verdict.address === undefined ? undefined : readAddress(family, verdict.address);
      return verdict.address !== undefined && address === undefined ? { unknown: `address ${verdict.address}` } : { address };
    }
    case 'unknown':
      return { unknown: verdict.text };
    default:
      return {};
  }
}

/** The usual numbers of matches without a loop: it is half of the time of a walk. */
function conjunction(predicates: readonly Predicate[]): Predicate {
  const [first, second, third] = predicates;
  switch (predicates.length) {
    case 0:
      return () => true;
    case 1:
      return first;
    case 2:
      return (packet) => first(packet) && second(packet);
    case 3:
      return (packet) => first(packet) && second(packet) && third(packet);
    default:
      return (packet) => predicates.every((met) => met(packet));
  }
}

/** Chains that lead back to themselves; the kernel refuses these, so the text that was read is not the real state. */
function chainsThatLoop(chains: readonly HostChain[]): ReadonlySet<string> {
  const targets = new Map<string, string[]>();
  for (const { table, name, rules } of chains) {
    const jumps = rules.flatMap(({ verdict }) =>
      verdict.kind === 'jump' || verdict.kind === 'goto' ? [chainKey(table, verdict.chain)] : [],
    );
    targets.set(chainKey(table, name), jumps);
  }
  const looping = new Set<string>();
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (key: string): void => {
    const start = path.indexOf(key);
    if (start >= 0) {
      path.slice(start).forEach((each) => looping.add(each));
    } else if (!done.has(key)) {
      path.push(key);
      targets.get(key)?.forEach(visit);
      path.pop();
      done.add(key);
    }
  };
  [...targets.keys()].forEach(visit);
  return looping;
}
