import type { Rule } from '../../firewall/private/ir';

/** Comes after every character that a name may hold. */
const AFTER = '\u{10ffff}';

/**
 * Names on a line, so that a name is a point and all names with a common beginning are an interval: names in order are numbers in order. Names that
 * no rule mentions have separate points between the mentioned ones.
 */
export class NameLine {
  public static ofInterfaces(rules: Iterable<Rule>): NameLine {
    const names = new Set<string>();
    for (const { matches } of rules) {
      for (const match of matches) {
        if (match.kind === 'interface-list') {
          match.names.forEach((name) => names.add(name));
        } else if (match.kind === 'in-interface' || match.kind === 'out-interface') {
          names.add(match.name);
          if (match.prefix) names.add(match.name + AFTER);
        }
      }
    }
    return new NameLine([...names]);
  }

  private readonly places: ReadonlyMap<string, number>;

  private constructor(names: readonly string[]) {
    this.places = new Map([...names].sort((a, b) => (a < b ? -1 : 1)).map((name, i) => [name, i]));
  }

  /** The mentioned name i is point 2i + 1; 2i represents all names before it that no rule mentions. */
  public interval(name: string, prefix = false): readonly [first: bigint, last: bigint] {
    const first = BigInt(2 * this.place(name) + 1);
    return [first, prefix ? BigInt(2 * this.place(name + AFTER)) : first];
  }

  private place(name: string): number {
    const place = this.places.get(name);
    if (place === undefined) throw new Error(`'${name}' is mentioned by no rule`);
    return place;
  }
}
