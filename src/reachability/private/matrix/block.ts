import { classesBy, type EndpointClasses } from './endpoint-classes';
import type { Group, Endpoint, Target } from './endpoints';
import type { NamedPairs } from './named-pairs';
import type { Listener } from './port-atoms';
import { type Arrival, isShut, type Party, type Question, reach, type Walk } from './reach';
import { pairKey, type RuleFacts } from './rule-facts';
import type { RuleIndex } from './rule-index';
import type { Family } from '../../../topology/private/terms';
import { type Address, type AddressRange, inRange } from '../walk/address';

/** What all blocks of one family share. */
export interface BlockContext {
  readonly family: Family;
  readonly walk: Walk;
  readonly classes: EndpointClasses;
  readonly index: RuleIndex;
  readonly pairs: NamedPairs;
  readonly led: ReadonlySet<string>;
  readonly everybody: readonly Party[];
  readonly listeners: readonly Listener[];
  add(source: Endpoint, target: Target, arrivals: readonly Arrival[]): void;
}

/** All pairs of a group and some targets of another, for which the same rules may decide. */
export class Block {
  constructor(
    private readonly matrix: BlockContext,
    private readonly from: Group<Endpoint>,
    private readonly to: Group,
    private readonly targets: readonly Target[],
    /** Interfaces that packets may go out by. */
    private readonly exits: readonly string[] | 'anywhere',
    /** The endpoints are forged sources: one of a class is enough, and no answer comes back. */
    private readonly isForged = false,
  ) {}

  public run(): void {
    if (this.targets.length === 0) return;
    const { classes, pairs } = this.matrix;
    const { endpoints } = this.from;
    const concerns = (fact: RuleFacts) => this.concerns(fact);
    const named = pairs.between(endpoints, this.to.endpoints, concerns);
    const link = { in: this.from.interface, ...(this.exits.length === 1 && this.exits !== 'anywhere' && { out: this.exits[0] }) };
    const bySource = classes.of(endpoints, endpoints, 'source', concerns, link);
    if (this.exits === 'anywhere') {
      const sources = bySource.flatMap((some) => classesBy(some, [...pairs.led(some), ...this.led(some)]));
      sources.forEach((some) => this.targets.forEach((target) => this.oneClass(some, [target], named)));
    } else {
      const byTarget = classes.of(this.targets, this.to.endpoints, 'destination', concerns, link);
      bySource.forEach((some) => byTarget.forEach((targets) => this.oneClass(some, targets, named)));
    }
  }

  private led(sources: readonly Endpoint[]): AddressRange[] {
    const isLed = ({ party }: Endpoint) => party.kind === 'container' && this.matrix.led.has(party.key);
    return sources.filter(isLed).flatMap(({ number }) => (number === undefined ? [] : [{ first: number, last: number }]));
  }

  /**
   * If a pair is closed, all pairs that no rule distinguishes from it are closed; other pairs are asked one by one, since answers may take other
   * paths.
   */
  private oneClass(sources: readonly Endpoint[], targets: readonly Target[], named: ReadonlySet<string>): void {
    let isClassShut: boolean | undefined;
    for (const source of this.isForged ? sources.slice(0, 1) : sources) {
      for (const target of targets) {
        if (!this.isForged && source.party.kind === 'container' && isSame(source.party, target.party)) continue;
        if (named.size === 0 || !named.has(pairKey(source.address ?? '', target.address))) {
          isClassShut ??= isShut(this.question(source, target), this.rulesThere(source, target), this.matrix.walk);
          if (isClassShut && named.size === 0) return;
          if (isClassShut) continue;
        }
        const concerned = { there: this.rulesThere(source, target), back: this.rulesBack(source, target) };
        this.matrix.add(source, target, reach(this.question(source, target), concerned, this.matrix.walk));
      }
    }
  }

  private question({ from, address }: Endpoint, { address: to, party }: Target): Question {
    const { everybody, listeners } = this.matrix;
    const others = this.exits === 'anywhere' ? everybody : [];
    return {
      family: this.matrix.family,
      from,
      source: address,
      to,
      owner: party,
      others,
      listeners,
      ...(this.isForged && { oneWay: true }),
    };
  }

  private concerns(fact: RuleFacts): boolean {
    const { exits } = this;
    return fact.admitsIn(this.from.interface) && (exits === 'anywhere' || exits.some((name) => fact.admitsOut(name)));
  }

  private rulesThere(source: Endpoint, target: Target): RuleFacts[] {
    const rules = this.matrix.index.entering(this.from.interface);
    if (this.exits === 'anywhere') {
      return rules.all.filter((fact) => mayHold(fact, 'source', source.number));
    }
    return concerning(rules.leaving(this.exits, target.number), source, target).filter(({ wantsTranslated }) => !wantsTranslated);
  }

  private rulesBack(source: Endpoint, target: Target): RuleFacts[] {
    const { index } = this.matrix;
    if (this.exits === 'anywhere' || source.number === undefined) return [...index.all];
    const back = this.exits.flatMap((name) => index.entering(name).leaving([this.from.interface], source.number!));
    return concerning(back, target, source);
  }
}

function concerning(facts: readonly RuleFacts[], source: Endpoint, target: Endpoint): RuleFacts[] {
  const pair = pairKey(source.address ?? '', target.address ?? '');
  return facts.filter(
    (fact) =>
      (fact.pairs === undefined || fact.pairs.has(pair)) &&
      mayHold(fact, 'source', source.number) &&
      mayHold(fact, 'destination', target.number),
  );
}

function mayHold(fact: RuleFacts, side: 'source' | 'destination', address: Address | undefined): boolean {
  const range = fact[side];
  if (range === undefined || address === undefined || inRange(range, address)) return true;
  return fact.rule.matches.some((match) => match.kind === side && match.negate);
}

export function isSame(a: Party, b: Party): boolean {
  return a.kind === b.kind && (a.kind !== 'container' || a.key === (b as { readonly key: string }).key);
}
