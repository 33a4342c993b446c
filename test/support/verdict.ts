import type { Rule, Severity } from '../../src';
import { evaluate } from '../../src/validation/private/evaluate';
import { stackView } from '../../src/validation/private/stack-view';
import type { Subject } from '../../src/validation/private/subject';

/** What one rule says of a stack's Terraform. */
export interface Verdict {
  /** `compliant`, `violated`, `unknown`, `notApplicable`, joined by a blank where resources differ; empty when it looks at none of them. */
  readonly state: string;
  /** Details of the findings, with the severity where it is not that of the rule. */
  readonly details: string[];
  readonly messages: string[];
}

/** Asks one rule about resources: `verdict(rule, { docker_container: { web: { image: 'nginx' } } })`. */
export function verdict(rule: Rule, resource: object, rest: object = {}, subjects: readonly Subject[] = []): Verdict {
  const { findings, tallies } = evaluate({
    resources: stackView({ resource, ...rest }, 'app', subjects),
    rules: [{ rule, severity: rule.severity, covers: () => true }],
    suppressions: [],
    baseline: [],
    today: '2026-11-21',
  });
  const [{ ruleId, ...states }] = tallies;
  const own = findings.filter((finding) => finding.ruleId === ruleId);
  const weight = (severity: Severity) => (severity === rule.severity ? '' : ` (${severity})`);
  return {
    state: Object.keys(states)
      .filter((state) => states[state as keyof typeof states] > 0)
      .join(' '),
    details: own.map(({ detail, severity }) => `${detail}${weight(severity)}`),
    messages: findings.map(({ ruleId: id, message }) => `${id} ${message}`),
  };
}

/** The same of one container. */
export function ofContainer(rule: Rule, attributes: object): Verdict {
  return verdict(rule, { docker_container: { web: { name: 'web', image: 'nginx', ...attributes } } });
}

/** The settings of an engine beside them. */
export function daemonJson(settings: object, index = 0): Subject {
  return { resourceType: 'daemon.json', path: `app/Edge${index || ''}`, attributes: { ...settings } };
}
