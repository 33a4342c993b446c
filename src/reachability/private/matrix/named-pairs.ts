import type { Endpoint, Target } from './endpoints';
import { pairKey, type RuleFacts } from './rule-facts';
import type { Translations } from './translations';
import { addTo } from '../../../private/multimap';
import type { AddressRange } from '../walk/address';

/** Pairs of single addresses that rules name, found by their source. */
export class NamedPairs {
  private readonly bySource = new Map<string, { readonly fact: RuleFacts; readonly target: string }[]>();
  private readonly addresses = new Map<readonly Target[], ReadonlySet<string>>();

  constructor(
    facts: readonly RuleFacts[],
    private readonly translations: Translations,
  ) {
    for (const fact of facts) {
      for (const key of fact.pairs?.keys() ?? []) {
        const [source, target] = key.split('>');
        addTo(this.bySource, source, { fact, target });
      }
    }
  }

  /** Those between two lists of endpoints. */
  public between(sources: readonly Endpoint[], targets: readonly Target[], concerns: (fact: RuleFacts) => boolean): ReadonlySet<string> {
    const result = new Set<string>();
    for (const { address } of sources) {
      for (const { fact, target } of this.bySource.get(address ?? '') ?? []) {
        if (this.addressesOf(targets).has(target) && concerns(fact)) result.add(pairKey(address!, target));
      }
    }
    return result;
  }

  /** Sources that rules name together with the target of a translation. */
  public led(sources: readonly Endpoint[]): AddressRange[] {
    return sources.flatMap(({ address, number }) => {
      const isLed = (this.bySource.get(address ?? '') ?? []).some(({ target }) => this.translations.mayLeadTo(target));
      return isLed && number !== undefined ? [{ first: number, last: number }] : [];
    });
  }

  private addressesOf(targets: readonly Target[]): ReadonlySet<string> {
    const known = this.addresses.get(targets) ?? new Set(targets.map(({ address }) => address));
    this.addresses.set(targets, known);
    return known;
  }
}
