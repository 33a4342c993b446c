import { getJunitXml, type TestCase } from 'junit-xml';
import type { StackReport } from './report';
import { groupBy } from '../../../private/multimap';
import { type Finding, FindingState } from '../../finding';
import { Severity } from '../../severity';
import { META } from '../meta-rules';

/** For CI systems that show tests: every rule is a suite; each of its findings a test, failed when it is an open error. */
export function renderJunit({ stack, rules, findings }: StackReport): string {
  const byRule = groupBy(findings, ({ ruleId }) => ruleId);
  const meta = Object.values(META).filter(({ ruleId }) => byRule.has(ruleId));
  const suites = [...rules.map(({ rule }) => rule), ...meta].map(({ ruleId, title }) => ({
    name: `${ruleId} ${title}`,
    testCases: (byRule.get(ruleId) ?? []).map(caseOf).concat(byRule.has(ruleId) ? [] : [{ name: 'nothing found', classname: stack }]),
  }));
  return getJunitXml({ name: `Bulkhead: ${stack}`, suites });
}

function caseOf({ path, detail, message, fix, severity, state, reason }: Finding): TestCase {
  const text = `${message}; ${fix}`;
  const name = { name: detail, classname: path };
  if (state !== FindingState.OPEN) return { ...name, skipped: true, systemOut: [reason ?? 'in the baseline'] };
  return severity === Severity.ERROR
    ? { ...name, failures: [{ message: text, type: severity }] }
    : { ...name, systemOut: [`${severity}: ${text}`] };
}
