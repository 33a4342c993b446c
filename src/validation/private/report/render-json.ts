import { countsOf, type StackReport } from './report';

const VERSION = 1;

/** For programs: everything that is known. */
export function renderJson({ stack, packs, findings, tallies, rules, without }: StackReport): string {
  const byId = new Map(rules.map((active) => [active.rule.ruleId, active]));
  const report = {
    version: VERSION,
    stack,
    packs,
    counts: countsOf(findings),
    findings,
    rules: tallies.map((tally) => {
      const { rule, severity } = byId.get(tally.ruleId)!;
      return {
        ...tally,
        title: rule.title,
        severity,
        cis: { '1.8': rule.cisControls, '1.6': rule.cisControls16 },
      };
    }),
    without,
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}
