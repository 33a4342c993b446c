import { countsOf, type StackReport } from './report';

const VERSION = 1;

/** For programs: everything that is known. */
export function renderJson({ stack, packs, findings, tallies, rules, without }: StackReport): string {
  const severities = new Map(rules.map(({ rule, severity }) => [rule.ruleId, severity]));
  const told = rules.map(({ rule }) => rule);
  const byId = new Map(told.map((rule) => [rule.ruleId, rule]));
  const report = {
    version: VERSION,
    stack,
    packs,
    counts: countsOf(findings),
    findings,
    rules: tallies.map((tally) => {
      const rule = byId.get(tally.ruleId)!;
      return {
        ...tally,
        title: rule.title,
        severity: severities.get(tally.ruleId),
        cis: { '1.8': rule.cisControls, '1.6': rule.cisControls16 },
      };
    }),
    without,
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}
