import type { StackReport } from './report';
import { xmlDocument, type XmlElement } from './xml';
import { groupBy } from '../../../private/multimap';
import { type Finding, FindingState } from '../../finding';
import { Severity } from '../../severity';
import { META } from '../meta-rules';

/** For CI systems that show tests: every rule is a suite; each of its findings a test, failed when it is an open error. Notes are left to the other reports. */
export function renderJunit({ stack, rules, findings }: StackReport): string {
  // Notes are no tests that somebody could pass.
  const tests = findings.filter(({ severity }) => severity !== Severity.INFO);
  const byRule = groupBy(tests, ({ ruleId }) => ruleId);
  const meta = Object.values(META).filter(({ ruleId }) => byRule.has(ruleId));
  return xmlDocument({
    name: 'testsuites',
    attributes: { name: `Bulkhead: ${stack}`, ...counts(tests) },
    content: [...rules.map(({ rule }) => rule), ...meta].map(({ ruleId, title }) => {
      const own = byRule.get(ruleId) ?? [];
      return {
        name: 'testsuite',
        attributes: { name: `${ruleId} ${title}`, ...counts(own) },
        content: own.length === 0 ? [testCase('nothing found', stack)] : own.map(caseOf),
      };
    }),
  });
}

/** A rule that found nothing is one test. */
function counts(findings: readonly Finding[]): Record<string, number> {
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

function caseOf(finding: Finding): XmlElement {
  const { path, detail, message, fix, severity, state, reason } = finding;
  const text = `${message}; ${fix}`;
  if (state !== FindingState.OPEN) {
    return testCase(detail, path, { name: 'skipped', attributes: { message: reason ?? 'in the baseline' } });
  }
  return testCase(
    detail,
    path,
    fails(finding)
      ? { name: 'failure', attributes: { message: text, type: severity } }
      : { name: 'system-out', content: `${severity}: ${text}` },
  );
}

function testCase(name: string, classname: string, ...content: XmlElement[]): XmlElement {
  return { name: 'testcase', attributes: { name, classname }, content };
}
