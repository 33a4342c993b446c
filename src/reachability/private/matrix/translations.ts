import type { RuleFacts } from './rule-facts';
import { chainKey, type HostChain } from '../../../firewall/private/host-rules';
import type { Match } from '../../../firewall/private/ir';
import { groupBy } from '../../../private/multimap';
import type { Family } from '../../../topology/private/terms';
import { type Address, type AddressRange, inRange, readAddress, readRange } from '../walk/address';

/** Which addresses may be translated, and to which. Where a rule is not understood, any to any. */
export class Translations {
  private readonly from: (AddressRange | undefined)[] = [];
  private readonly to = new Set<string>();
  private readonly isOpenEnded: boolean;
  /** Those that do not ask for an address of the host. */
  private readonly anywhere: readonly {
    readonly destinations: readonly ((address: Address) => boolean)[];
    admitsIn(name: string): boolean;
  }[];

  constructor(
    facts: readonly RuleFacts[],
    private readonly family: Family,
  ) {
    for (const { rule, destination } of facts) {
      if (rule.verdict.kind === 'dnat' || rule.verdict.kind === 'redirect') {
        const isNegated = rule.matches.some((match) => match.kind === 'destination' && match.negate);
        this.from.push(isNegated ? undefined : destination);
        if (rule.verdict.kind === 'dnat' && rule.verdict.address !== undefined) this.to.add(rule.verdict.address);
      }
    }
    const isTranslation = ({ rule: { verdict } }: RuleFacts) => verdict.kind === 'dnat' || verdict.kind === 'redirect';
    const local = localChains(facts);
    this.anywhere = facts
      .filter((fact) => isTranslation(fact) && !asksForLocal(fact) && !local.has(keyOf(fact.chain)))
      .map(({ rule: { matches }, admitsIn }) => ({ destinations: matches.flatMap((match) => destinationTest(match, family)), admitsIn }));
    this.isOpenEnded = facts.some(
      ({ rule }) => rule.verdict.kind === 'unknown' || (rule.verdict.kind === 'dnat' && rule.verdict.address === undefined),
    );
  }

  public mayChange(address: string): boolean {
    const number = readAddress(this.family, address)!;
    return this.isOpenEnded || this.from.some((range) => range === undefined || inRange(range, number));
  }

  /** The same for an address that is none of the host's, of what comes in by an interface. */
  public mayTakeAway(number: Address, entry: string): boolean {
    return this.anywhere.some(({ destinations, admitsIn }) => admitsIn(entry) && destinations.every((holds) => holds(number)));
  }

  /** Whether a rule names it as what it leads to. */
  public leadsTo(address: string): boolean {
    return this.to.has(address);
  }

  public mayLeadTo(address: string): boolean {
    return this.isOpenEnded || this.to.has(address);
  }
}

/** Other ways to ask for a destination are taken to hold: in doubt, a packet is translated. */
function destinationTest(match: Match, family: Family): ((address: Address) => boolean)[] {
  if (match.kind !== 'destination') return [];
  const range = readRange(family, match.block);
  return range === undefined ? [] : [(address) => inRange(range, address) !== (match.negate ?? false)];
}

function asksForLocal({ rule: { matches } }: RuleFacts): boolean {
  return matches.some((match) => match.kind === 'address-type' && match.of === 'destination' && match.type === 'local' && !match.negate);
}

const keyOf = ({ table, name }: HostChain): string => chainKey(table, name);

/** Chains that only packets to addresses of the host come to: Docker jumps to its own so. */
function localChains(facts: readonly RuleFacts[]): ReadonlySet<string> {
  const jumps = groupBy(
    facts.filter(({ rule: { verdict } }) => verdict.kind === 'jump' || verdict.kind === 'goto'),
    ({ chain, rule: { verdict } }) => chainKey(chain.table, (verdict as { readonly chain: string }).chain),
  );
  const known = new Map<string, boolean>();
  const isLocal = (key: string): boolean => {
    const found = known.get(key);
    if (found !== undefined) return found;
    known.set(key, false);
    const result = (jumps.get(key) ?? []).every(
      (fact) => asksForLocal(fact) || (fact.chain.base === undefined && isLocal(keyOf(fact.chain))),
    );
    known.set(key, result);
    return result;
  };
  const chains = new Map(facts.map(({ chain }) => [keyOf(chain), chain]));
  return new Set([...chains].flatMap(([key, { base }]) => (base === undefined && isLocal(key) ? [key] : [])));
}
