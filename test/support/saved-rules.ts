/** The text of `iptables-save` as lines that can be taken away, by where they stand. */
export class SavedRules {
  private readonly tables = new Map<string, { readonly policies: Map<string, string>; rules: { chain: string; line: string }[] }>();

  constructor(text: string) {
    let table = this.table('filter');
    for (const line of text.split('\n')) {
      if (line.startsWith('*')) table = this.table(line.slice(1));
      else this.read(table, line);
    }
  }

  /** The same with what a text for `iptables-restore --noflush` adds. */
  public with(restored: string): SavedRules {
    return new SavedRules(`${this.text}\n${restored}`);
  }

  /** A copy without the rule with this number, from 1, of a chain. */
  public without(table: string, chain: string, number: number): SavedRules {
    const copy = new SavedRules(this.text);
    const own = copy.table(table);
    const rule = own.rules.filter((each) => each.chain === chain)[number - 1];
    if (rule === undefined) throw new Error(`no rule ${number} in ${table} ${chain}`);
    own.rules = own.rules.filter((each) => each !== rule);
    return copy;
  }

  /** A copy with the other policy for a chain. */
  public turned(table: string, chain: string): SavedRules {
    const copy = new SavedRules(this.text);
    const { policies } = copy.table(table);
    policies.set(chain, policies.get(chain) === 'DROP' ? 'ACCEPT' : 'DROP');
    return copy;
  }

  public get text(): string {
    return [...this.tables]
      .map(
        ([name, { policies, rules }]) =>
        [`*${name}`, ...[...policies].map(([chain, policy]) => `:${chain} ${policy} [0:0]`), ...rules.map(({ line }) => line), 'COMMIT', ''].join('\n'), // prettier-ignore
      )
      .join('');
  }

  private table(name: string) {
    const known = this.tables.get(name) ?? { policies: new Map<string, string>(), rules: [] };
    this.tables.set(name, known);
    return known;
  }

  private read(table: { readonly policies: Map<string, string>; rules: { chain: string; line: string }[] }, line: string): void {
    const [, how, chain, rest] = /^(?:-([AIP]) |:)(\S+) (.*)$/.exec(line) ?? [];
    if (chain === undefined) return;
    if (how === undefined || how === 'P') table.policies.set(chain, rest.split(' ')[0]);
    else if (how === 'A') table.rules.push({ chain, line });
    else table.rules.unshift({ chain, line: line.replace('-I', '-A') });
  }
}
