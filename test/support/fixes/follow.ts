import type { FixPair } from './pair';
import { type Finding, FindingState, type Rule, RulePack, Rules, Severity, SupplyChain } from '../../../src';

const REGISTRIES = ['registry.example.com', 'docker.io'];

/** Every rule there is, also the one that a list of registries brings. */
export function everyRule(registries: string[] = REGISTRIES): Rule[] {
  const known = Rules.all();
  const brought = new SupplyChain({ registries }).rules.filter(({ ruleId }) => !known.some((rule) => rule.ruleId === ruleId));
  return [...known, ...brought];
}

function findings({ rules, program }: FixPair, isFixed: boolean): Finding[] {
  const pack = new RulePack({ packName: 'Everything', rules: rules?.(isFixed) ?? everyRule() });
  return pack.check(program(isFixed));
}

function isOpen({ state }: Finding): boolean {
  return state === FindingState.OPEN;
}

function idsOf(told: readonly Finding[]): string[] {
  return [...new Set(told.map(({ ruleId }) => ruleId))].sort();
}

/** Finds, follows the fix, and looks again. */
export function followEach(pairs: readonly FixPair[]): void {
  test.each(pairs.map((pair) => [pair.ruleId, pair.follows.join(' … '), pair] as const))('%s: %s', (ruleId, _words, pair) => {
    const before = findings(pair, false).filter(isOpen);
    expect(idsOf(before)).toEqual([ruleId, ...(pair.beside ?? [])].sort());
    const fixes = before.filter((finding) => finding.ruleId === ruleId).map(({ fix }) => fix);
    for (const fix of fixes) for (const words of pair.follows) expect(fix).toContain(words);
    const all = findings(pair, true);
    const after = all.filter(isOpen);
    const left = all.filter((finding) => finding.ruleId === ruleId);
    expect(left.filter(isOpen)).toEqual([]);
    // What is accepted is not cleared: the words must say so.
    expect(left.length > 0).toBe(pair.accepts ?? false);
    if (pair.accepts) expect(pair.follows.join()).toContain('suppress');
    const known = new Set(before.map(nameOf));
    const risen = after.filter((finding) => !known.has(nameOf(finding)));
    expect(risen.filter(({ severity }) => severity === Severity.ERROR)).toEqual([]);
    expect(idsOf(risen)).toEqual([...(pair.thereafter ?? [])].sort());
  });
}

function nameOf({ ruleId, path, detail, severity }: Finding): string {
  return JSON.stringify([ruleId, path, detail, severity]);
}

/** What of a fix nobody follows: its words without those of pairs, and without what joins them. */
export function notFollowed(fix: string, pairs: readonly FixPair[]): string {
  const isFollowed = new Array<boolean>(fix.length).fill(false);
  for (const words of pairs.flatMap(({ follows }) => follows)) {
    const at = fix.indexOf(words);
    if (at < 0) return `'${words}' is no part of: ${fix}`;
    isFollowed.fill(true, at, at + words.length);
  }
  const rest = [...fix].map((letter, index) => (isFollowed[index] ? '\n' : letter)).join('');
  return rest
    .split(/\n+/)
    .map((words) => words.replace(/[\s,;:]+/g, ' ').trim())
    .filter((words) => !['', 'or', 'and'].includes(words))
    .join(' … ');
}
