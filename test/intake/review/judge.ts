import { type Generation, GENERATIONS, textsOf, type Written } from './texts';
import { EngineVersion, type FirewallFinding, FirewallReview } from '../../../src';

/** A host, and the codes that its review says: all of them, and no others. */
export type Row = readonly [
  name: string,
  written: Written,
  says: readonly string[] | Readonly<Partial<Record<Generation, readonly string[]>>>,
];

export interface Verdict {
  readonly name: string;
  readonly missing: readonly string[];
  readonly invented: readonly string[];
  readonly unproved: readonly string[];
}

export function reviewOf(version: Generation, written: Written): FirewallFinding[] {
  return FirewallReview.of({ engine: EngineVersion.of(version), ...textsOf(version, written) }).findings;
}

/** Where a row names generations, on these; else on all. */
export function judge([name, written, says]: Row): Verdict[] {
  const isSame = Array.isArray(says);
  const byGeneration = says as Readonly<Partial<Record<Generation, readonly string[]>>>;
  const asked = isSame ? GENERATIONS : GENERATIONS.filter((version) => byGeneration[version] !== undefined);
  return asked.map((version) => {
    const wanted = isSame ? (says as readonly string[]) : byGeneration[version]!;
    const found = reviewOf(version, written);
    const codes = [...new Set(found.map(({ code }) => code))];
    return {
      name: `${name} (${version})`,
      missing: wanted.filter((code) => !codes.includes(code)),
      invented: found.filter(({ code }) => !wanted.includes(code)).map(({ code, statement, rule }) => `${code}: ${rule}: ${statement}`),
      unproved: found.filter(({ afterFix, isFixProved }) => afterFix !== undefined && !isFixProved).map(({ code, commands, afterFix }) => `${code}: ${commands.join('; ')}: ${afterFix}`),
    }; // prettier-ignore
  });
}
