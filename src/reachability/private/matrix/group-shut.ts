import type { Endpoint } from './endpoints';
import { isNamed, networkSet } from './rule-facts';
import { type BaseChain, chainKey, type Hook, type HostChain, type HostRules } from '../../../firewall/private/host-rules';
import type { Match, Rule, RuleSet, Verdict } from '../../../firewall/private/ir';
import { inRange, readRange } from '../walk/address';

/** New packets from some endpoints that come in by one interface and go out by one of several others, to addresses of containers: all of them at once. */
export interface Crossing {
  readonly entry: string;
  readonly exits: readonly string[];
  readonly sources: readonly Pick<Endpoint, 'number'>[];
  /** Not to containers, but to addresses of the host. */
  readonly isToHost?: boolean;
  /** The destination was another one before. */
  readonly isTranslated?: boolean;
  /** Only their source is known. */
  readonly isAnything?: boolean;
}

/** The result of a chain for them: every one is dropped, every one leaves it, or it is not the same for all. */
type Fate = 'dropped' | 'accepted' | 'returned' | 'differs';
type Met = boolean | 'some';

/**
 * Whether the rules drop every packet of a crossing, determined without single packets. `false` means only that a closer check is needed.
 *
 * A rule that only some of them meet may drop those, since the others then continue; as soon as it could accept some, the answer is left open.
 */
export class GroupShut {
  private readonly chains: ReadonlyMap<string, HostChain>;
  private readonly bases: readonly (HostChain & { readonly base: BaseChain })[];

  constructor(private readonly rules: HostRules) {
    this.chains = new Map(rules.chains.map((chain) => [chainKey(chain.table, chain.name), chain]));
    this.bases = rules.chains
      .filter((chain): chain is HostChain & { base: BaseChain } => chain.base !== undefined)
      .sort((a, b) => a.base.priority - b.base.priority);
  }

  public drops(crossing: Crossing): boolean {
    return this.isLedBy(crossing, LOOKS) && this.dropsIn('forward', crossing);
  }

  /** The same for packets that are dropped before any other action, whatever they are and wherever they go. */
  public dropsAtEntry(entry: string, sources: Crossing['sources']): boolean {
    const isEmptyOrUnknown = sources.length === 0 || this.rules.notUnderstood.length > 0;
    return !isEmptyOrUnknown && this.dropsIn('prerouting', { entry, exits: [], sources, isAnything: true });
  }

  /** The same for packets to addresses of the host, whether a translation leads them on or not; the exits are those of the translated ones. */
  public dropsToHost(given: Crossing): boolean {
    const crossing = { ...given, isToHost: true };
    return (
      this.isLedBy(crossing, [...LOOKS, 'dnat', 'redirect']) &&
      this.dropsIn('input', { ...crossing, exits: [''] }) &&
      this.dropsIn('forward', { ...crossing, isTranslated: true })
    );
  }

  private dropsIn(hook: Hook, crossing: Crossing): boolean {
    return this.bases.filter(({ base }) => base.hook === hook).some((chain) => this.fateIn(chain, crossing, 0) === 'dropped');
  }

  /** Whether rules do only certain things to the packets before routing. */
  private isLedBy(crossing: Crossing, verdicts: readonly Verdict['kind'][]): boolean {
    if (this.rules.notUnderstood.length > 0 || crossing.sources.length === 0) return false;
    const before = this.bases.filter(({ base }) => base.hook === 'prerouting');
    return before.every((chain) => this.doesOnly(chain, crossing, verdicts, new Set()));
  }

  private fateIn(chain: HostChain, crossing: Crossing, depth: number): Fate {
    if (depth > MOST_JUMPS) return 'differs';
    for (const rule of chain.rules) {
      const met = isMet(rule, crossing, this.rules);
      if (met === false) continue;
      const fate = this.fateBy(rule, chain, crossing, depth);
      if (met === true && (fate === 'dropped' || fate === 'accepted' || fate === 'differs')) return fate;
      if (met === true && rule.verdict.kind === 'return') return chain.base === undefined ? 'returned' : policyOf(chain.base);
      if (met === 'some' && fate !== 'dropped' && fate !== undefined) return 'differs';
      if (met === 'some' && rule.verdict.kind === 'return') return 'differs';
    }
    return chain.base === undefined ? 'returned' : policyOf(chain.base);
  }

  /** Undefined if packets continue after the rule. */
  private fateBy({ verdict }: Rule, { table }: HostChain, crossing: Crossing, depth: number): Exclude<Fate, 'returned'> | undefined {
    switch (verdict.kind) {
      case 'drop':
      case 'reject':
        return 'dropped';
      case 'accept':
        return 'accepted';
      case 'log':
      case 'continue':
      case 'add-source':
      case 'return':
        return undefined;
      case 'jump': {
        const chain = this.chains.get(chainKey(table, verdict.chain));
        const fate = chain ? this.fateIn(chain, crossing, depth + 1) : 'differs';
        return fate === 'returned' ? undefined : fate;
      }
      default:
        return 'differs';
    }
  }

  private doesOnly(chain: HostChain, crossing: Crossing, verdicts: readonly Verdict['kind'][], seen: Set<HostChain>): boolean {
    if (seen.has(chain)) return true;
    seen.add(chain);
    return chain.rules.every((rule) => {
      if (isMet(rule, crossing, this.rules) === false) return true;
      const { verdict } = rule;
      if (verdict.kind === 'jump' || verdict.kind === 'goto') {
        const next = this.chains.get(chainKey(chain.table, verdict.chain));
        return next !== undefined && this.doesOnly(next, crossing, verdicts, seen);
      }
      return verdicts.includes(verdict.kind);
    });
  }
}

/** What leads no packet elsewhere. */
const LOOKS: readonly Verdict['kind'][] = ['accept', 'drop', 'reject', 'return', 'log', 'continue', 'add-source'];

/** Deeper than Docker's chains and Bulkhead's. */
const MOST_JUMPS = 16;

function policyOf({ policy }: BaseChain): Fate {
  return policy === 'drop' ? 'dropped' : 'accepted';
}

function isMet(rule: Rule, crossing: Crossing, rules: HostRules): Met {
  let met: Met = true;
  for (const match of rule.matches) {
    const one = isMatched(match, crossing, rules);
    if (one === false) return false;
    if (one === 'some') met = 'some';
  }
  return met;
}

function isMatched(match: Match, crossing: Crossing, rules: HostRules): Met {
  const { entry, exits, sources, isTranslated = false, isToHost = false } = crossing;
  const { family } = rules;
  if (crossing.isAnything && !OF_ENTRY.has(match.kind)) return 'some';
  switch (match.kind) {
    case 'in-interface':
      return isNamed(match, entry) !== (match.negate ?? false);
    case 'out-interface':
      return not(match.prefix ? allOf(exits, (name) => isNamed(match, name)) : oneOf(exits, match.name), match.negate);
    case 'source': {
      const range = readRange(family, match.block);
      if (range === undefined) return 'some';
      return not(
        allOf(sources, ({ number }) => number !== undefined && inRange(range, number)),
        match.negate,
      );
    }
    case 'ct-state':
      return (match.states.includes('NEW') || (isTranslated && match.states.includes('DNAT'))) !== (match.negate ?? false);
    case 'ct-direction':
      return match.direction === 'original';
    case 'address-type':
      return match.of === 'destination' && match.type === 'local' && !isToHost ? (match.negate ?? false) : 'some';
    case 'in-set': {
      const set = networkSet(match, setsOf(rules), family);
      if (set === undefined || set.end === 'destination' || set.beside === 'out') return 'some';
      return not(
        allOf(sources, ({ number }) => number !== undefined && set.holds(number, set.beside && entry)),
        match.negate,
      );
    }
    default:
      return 'some';
  }
}

/** What only the source of a packet determines. */
const OF_ENTRY: ReadonlySet<Match['kind']> = new Set<Match['kind']>(['in-interface', 'source', 'in-set']);

const indexed = new WeakMap<HostRules, ReadonlyMap<string, RuleSet>>();

function setsOf(rules: HostRules): ReadonlyMap<string, RuleSet> {
  const sets = indexed.get(rules) ?? new Map(rules.sets.map((set) => [set.name, set]));
  indexed.set(rules, sets);
  return sets;
}

function oneOf(exits: readonly string[], name: string): Met {
  return exits.includes(name) && (exits.length === 1 || 'some');
}

function allOf<T>(items: readonly T[], test: (item: T) => boolean): Met {
  const count = items.filter(test).length;
  return count === items.length ? true : count === 0 ? false : 'some';
}

function not(met: Met, negate = false): Met {
  return met === 'some' || !negate ? met : !met;
}
