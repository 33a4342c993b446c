import { inRange, readRange } from './address';
import type { Spot } from './spots';
import type { BaseChain, HostChain, HostRules } from '../../firewall/private/host-rules';
import type { Match, Rule } from '../../firewall/private/ir';

/** New packets from some spots that come in by one interface and go out by one of several others, to addresses of containers: all of them at once. */
export interface Crossing {
  readonly entry: string;
  readonly exits: readonly string[];
  readonly sources: readonly Spot[];
}

/** What a chain does to them: every one is dropped, every one leaves it, or it is not the same for all. */
type Fate = 'dropped' | 'accepted' | 'returned' | 'differs';
type Met = boolean | 'some';

/**
 * Whether the rules drop every packet of a crossing, seen without looking at single ones. `false` means only that it takes a closer look.
 *
 * A rule that only some of them meet may drop those, since then the others go on; as soon as it could spare some, the answer is left open.
 */
export class GroupShut {
  private readonly chains: ReadonlyMap<string, HostChain>;
  private readonly bases: readonly (HostChain & { readonly base: BaseChain })[];

  constructor(private readonly rules: HostRules) {
    this.chains = new Map(rules.chains.map((chain) => [keyOf(chain.table, chain.name), chain]));
    this.bases = rules.chains
      .filter((chain): chain is HostChain & { base: BaseChain } => chain.base !== undefined)
      .sort((a, b) => a.base.priority - b.base.priority);
  }

  public drops(crossing: Crossing): boolean {
    if (this.rules.notUnderstood.length > 0 || crossing.sources.length === 0) return false;
    const before = this.bases.filter(({ base }) => base.hook === 'prerouting');
    if (before.some((chain) => this.mayTranslate(chain, crossing, new Set()))) return false;
    return this.bases.filter(({ base }) => base.hook === 'forward').some((chain) => this.fateIn(chain, crossing, 0) === 'dropped');
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

  /** Undefined where packets go on behind the rule. */
  private fateBy({ verdict }: Rule, { table }: HostChain, crossing: Crossing, depth: number): Exclude<Fate, 'returned'> | undefined {
    switch (verdict.kind) {
      case 'drop':
      case 'reject':
        return 'dropped';
      case 'accept':
        return 'accepted';
      case 'log':
      case 'continue':
      case 'return':
        return undefined;
      case 'jump': {
        const chain = this.chains.get(keyOf(table, verdict.chain));
        const fate = chain ? this.fateIn(chain, crossing, depth + 1) : 'differs';
        return fate === 'returned' ? undefined : fate;
      }
      default:
        return 'differs';
    }
  }

  /** Drops before routing are welcome; anything else but a look may lead packets elsewhere. */
  private mayTranslate(chain: HostChain, crossing: Crossing, seen: Set<HostChain>): boolean {
    if (seen.has(chain)) return false;
    seen.add(chain);
    return chain.rules.some((rule) => {
      if (isMet(rule, crossing, this.rules) === false) return false;
      const { verdict } = rule;
      if (verdict.kind === 'jump' || verdict.kind === 'goto') {
        const next = this.chains.get(keyOf(chain.table, verdict.chain));
        return next === undefined || this.mayTranslate(next, crossing, seen);
      }
      return !['accept', 'drop', 'reject', 'return', 'log', 'continue'].includes(verdict.kind);
    });
  }
}

/** Deeper than Docker's chains and ours. */
const MOST_JUMPS = 16;

function policyOf({ policy }: BaseChain): Fate {
  return policy === 'drop' ? 'dropped' : 'accepted';
}

function keyOf(table: string, name: string): string {
  return `${table} ${name}`;
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

function isMatched(match: Match, { entry, exits, sources }: Crossing, { family }: HostRules): Met {
  const named = (name: string) =>
    (match.kind === 'in-interface' || match.kind === 'out-interface') && (match.prefix ? name.startsWith(match.name) : name === match.name);
  switch (match.kind) {
    case 'in-interface':
      return named(entry) !== (match.negate ?? false);
    case 'out-interface':
      return not(allOf(exits, named), match.negate);
    case 'source': {
      const range = readRange(family, match.block);
      if (range === undefined) return 'some';
      return not(
        allOf(sources, ({ number }) => number !== undefined && inRange(range, number)),
        match.negate,
      );
    }
    case 'ct-state':
      // New, and not translated.
      return match.states.includes('NEW') !== (match.negate ?? false);
    case 'ct-direction':
      return match.direction === 'original';
    case 'address-type':
      return match.of === 'destination' && match.type === 'local' ? (match.negate ?? false) : 'some';
    default:
      return 'some';
  }
}

function allOf<T>(items: readonly T[], test: (item: T) => boolean): Met {
  const count = items.filter(test).length;
  return count === items.length ? true : count === 0 ? false : 'some';
}

function not(met: Met, negate = false): Met {
  return met === 'some' || !negate ? met : !met;
}
