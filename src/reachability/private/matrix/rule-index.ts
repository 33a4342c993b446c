import type { RuleFacts } from './rule-facts';
import { addTo } from '../../../private/multimap';
import type { Address } from '../walk/address';

/** Rules found by the interfaces that they name: of thousands, a few dozen may concern what goes from one bridge to another. */
export class RuleIndex {
  private readonly byIn = new Map<string, RuleFacts[]>();
  private readonly anyIn: RuleFacts[] = [];
  private readonly known = new Map<string, EnteringRules>();

  constructor(public readonly all: readonly RuleFacts[]) {
    for (const fact of all) {
      if (fact.onlyIn === undefined) this.anyIn.push(fact);
      else addTo(this.byIn, fact.onlyIn, fact);
    }
  }

  public entering(name: string): EnteringRules {
    const known =
      this.known.get(name) ?? new EnteringRules([...(this.byIn.get(name) ?? []), ...this.anyIn].filter((fact) => fact.admitsIn(name)));
    this.known.set(name, known);
    return known;
  }
}

/** Rules that may concern what comes in by one interface. */
export class EnteringRules {
  private readonly byOut = new Map<string, RuleFacts[]>();
  private readonly byDestination = new Map<Address, RuleFacts[]>();
  private readonly others: RuleFacts[] = [];

  constructor(public readonly all: readonly RuleFacts[]) {
    for (const fact of all) {
      const { onlyOut, destination } = fact;
      if (onlyOut !== undefined) {
        addTo(this.byOut, onlyOut, fact);
      } else if (destination !== undefined && destination.first === destination.last && !isNegated(fact)) {
        addTo(this.byDestination, destination.first, fact);
      } else {
        this.others.push(fact);
      }
    }
  }

  /** Of these, the ones that may concern what goes out by one of some interfaces to an address. */
  public leaving(names: readonly string[], destination: Address): RuleFacts[] {
    const named = names.flatMap((name) => this.byOut.get(name) ?? []);
    const addressed = this.byDestination.get(destination) ?? [];
    return [...named, ...addressed, ...this.others].filter((fact) => names.some((name) => fact.admitsOut(name)));
  }
}

function isNegated({ rule }: RuleFacts): boolean {
  return rule.matches.some((match) => match.kind === 'destination' && match.negate);
}
