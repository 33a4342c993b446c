import type { RuleFacts } from './rule-facts';
import type { Family } from '../../../topology/private/terms';
import { type AddressRange, inRange, readAddress } from '../walk/address';

/** Which addresses may be translated, and to which. Where a rule is not understood, any to any. */
export class Translations {
  private readonly from: (AddressRange | undefined)[] = [];
  private readonly to = new Set<string>();
  private readonly isOpenEnded: boolean;

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
    this.isOpenEnded = facts.some(
      ({ rule }) => rule.verdict.kind === 'unknown' || (rule.verdict.kind === 'dnat' && rule.verdict.address === undefined),
    );
  }

  public mayChange(address: string): boolean {
    const number = readAddress(this.family, address)!;
    return this.isOpenEnded || this.from.some((range) => range === undefined || inRange(range, number));
  }

  public mayLeadTo(address: string): boolean {
    return this.isOpenEnded || this.to.has(address);
  }
}
