import { create, type XMLElement } from 'xmlbuilder';
import type { StackReport } from './report';
import { groupBy } from '../../../private/multimap';
import { type Finding, FindingState } from '../../finding';
import { Severity } from '../../severity';
import { META } from '../meta-rules';

/** For CI systems that show tests: every rule is a suite; each of its findings a test, failed when it is an open error. Notes are left to the other reports. */
export function renderJunit({ stack, rules, findings }: StackReport): string {
  // Notes are not tests that can pass.
  const tests = findings.filter(({ severity }) => severity !== Severity.INFO);
  const byRule = groupBy(tests, ({ ruleId }) => ruleId);
  const meta = Object.values(META).filter(({ ruleId }) => byRule.has(ruleId));
  // XML 1.0 has no way to write most control characters, and a value may hold one.
  const root = create('testsuites', { encoding: 'UTF-8' }, {}, { invalidCharReplacement: '\uFFFD' }).att({
    name: `Bulkhead: ${stack}`,
    ...counts(tests),
  });
  for (const { ruleId, title } of [...rules.map(({ rule }) => rule), ...meta]) {
    const own = byRule.get(ruleId) ?? [];
    const suite = root.ele('testsuite', { name: `${ruleId} ${title}`, ...counts(own) });
    if (own.length === 0) suite.ele('testcase', { name: 'nothing found', classname: stack });
    own.forEach((finding) => addCase(suite, finding));
  }
  return `${root.end({ pretty: true })}\n`;
}

/** A rule that found nothing is one test. */
function counts(findings: readonly Finding[]): object {
  return {
    tests: Math.max(1, findings.length),
    failures: findings.filter(fails).length,
    errors: 0,
    skipped: findings.filter(({ state }) => state !== FindingState.OPEN).length,
  };
}

function fails({ severity, state }: Finding): boolean {
  return severity === Severity.ERROR && state === FindingState.OPEN;
}

function addCase(suite: XMLElement, finding: Finding): void {
  const { path, detail, message, fix, severity, state, reason } = finding;
  const test = suite.ele('testcase', { name: detail, classname: path });
  const text = `${message}; ${fix}`;
  if (state !== FindingState.OPEN) {
    test.ele('skipped', { message: reason ?? 'in the baseline' });
  } else if (fails(finding)) {
    test.ele('failure', { message: text, type: severity });
  } else {
    test.ele('system-out', `${severity}: ${text}`);
  }
}
