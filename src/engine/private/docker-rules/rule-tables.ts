import { type BaseChain, builtInChain, chainKey, type HostChain, type HostRules } from '../../../firewall/private/host-rules';
import type { AddressSet, Match, Rule, Verdict } from '../../../firewall/private/ir';
import type { Family } from '../../../topology/private/terms';

interface GrowingChain {
  readonly table: string;
  readonly name: string;
  base?: BaseChain;
  readonly rules: Rule[];
  /** What the rules say, without their origins. */
  readonly known: Set<string>;
}

/**
 * The tables of a host while an engine writes into them. Both methods to add a rule do nothing if the chain already contains the same rule: so two
 * publications of one container port make one rule.
 */
export class RuleTables {
  private readonly chains = new Map<string, GrowingChain>();
  private readonly sets: AddressSet[] = [];

  constructor(
    private readonly family: Family,
    /** The beginning of every origin. */
    private readonly maker: string,
  ) {}

  /** Makes the chain, unless it is there. Those of iptables that a kernel brings along come with their hook. */
  create(table: string, name: string, base?: BaseChain): void {
    if (!this.chains.has(chainKey(table, name))) {
      const builtIn = builtInChain(table, name);
      this.chains.set(chainKey(table, name), {
        table,
        name,
        base: base ?? (builtIn && { ...builtIn, policy: 'accept' }),
        rules: [],
        known: new Set(),
      });
    }
  }

  policy(table: string, name: string, policy: BaseChain['policy']): void {
    const chain = this.chain(table, name);
    chain.base = { ...chain.base!, policy };
  }

  append(table: string, chain: string, matches: readonly Match[], verdict: Verdict, why: string): void {
    this.add(table, chain, matches, verdict, why, (rules, rule) => rules.push(rule));
  }

  appendEvenTwice(table: string, chain: string, matches: readonly Match[], verdict: Verdict, why: string): void {
    this.chain(table, chain).rules.push(this.rule(matches, verdict, why));
  }

  insert(table: string, chain: string, matches: readonly Match[], verdict: Verdict, why: string): void {
    this.add(table, chain, matches, verdict, why, (rules, rule) => rules.unshift(rule));
  }

  /** Moves a jump to the first place, wherever it was before. */
  jumpFirst(table: string, chain: string, target: string, why: string): void {
    const { rules, known } = this.chain(table, chain);
    const jump: Verdict = { kind: 'jump', chain: target };
    if (known.delete(meaning([], jump))) {
      rules.splice(
        rules.findIndex((rule) => meaning(rule.matches, rule.verdict) === meaning([], jump)),
        1,
      );
    }
    this.insert(table, chain, [], jump, why);
  }

  set(name: string, blocks: readonly string[]): void {
    this.sets.push({ name, blocks });
  }

  toHostRules(): HostRules {
    const chains: HostChain[] = [...this.chains.values()].map(({ table, name, base, rules }) => ({
      table,
      name,
      ...(base && { base }),
      rules,
    }));
    return { family: this.family, chains, sets: this.sets, notUnderstood: [] };
  }

  private add(
    table: string,
    chain: string,
    matches: readonly Match[],
    verdict: Verdict,
    why: string,
    put: (rules: Rule[], rule: Rule) => void,
  ): void {
    const { rules, known } = this.chain(table, chain);
    if (!known.has(meaning(matches, verdict))) {
      known.add(meaning(matches, verdict));
      put(rules, this.rule(matches, verdict, why));
    }
  }

  private rule(matches: readonly Match[], verdict: Verdict, why: string): Rule {
    return { matches, verdict, origin: `${this.maker}: ${why}` };
  }

  private chain(table: string, name: string): GrowingChain {
    this.create(table, name);
    return this.chains.get(chainKey(table, name))!;
  }
}

function meaning(matches: readonly Match[], verdict: Verdict): string {
  return JSON.stringify([matches, verdict]);
}
