import { SarifRuleBuilder } from 'node-sarif-builder';
import type { StackReport } from './report';
import { type SarifResult, sarifText } from './sarif-text';
import { type Finding, FindingState } from '../../finding';
import type { Rule } from '../../rule';
import { Severity } from '../../severity';
import { META } from '../meta-rules';

const LEVELS = { [Severity.ERROR]: 'error', [Severity.WARNING]: 'warning', [Severity.INFO]: 'note' } as const;

/**
 * For code scanning.
 *
 * A construct is not a line of a file, so the location is the stack's Terraform, and the construct's path the logical location. The fingerprint
 * identifies a finding from one run to the next.
 *
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function renderSarif({ rules, findings, artifact = 'cdk.tf.json' }: StackReport): string {
  const meta = Object.values(META).map((rule) => ({ rule, severity: rule.severity }));
  const all = new Map([...rules, ...meta].map((active) => [active.rule.ruleId, active]));
  return sarifText(
    [...all.values()].map(({ rule, severity }) => ruleOf(rule, severity)),
    findings.map((finding) => resultOf(finding, artifact)),
  );
}

function ruleOf(rule: Rule, severity: Severity): SarifRuleBuilder {
  return new SarifRuleBuilder({
    id: rule.ruleId,
    name: rule.title,
    shortDescription: { text: rule.title },
    fullDescription: { text: rule.why },
    help: { text: rule.fix },
    ...(rule.links.length > 0 && { helpUri: rule.links[0] }),
    defaultConfiguration: { level: LEVELS[severity] },
    properties: { tags: ['security', ...rule.cisControls.map((control) => `cis-docker-1.8.0/${control}`)] },
  });
}

function resultOf({ ruleId, severity, path, address, detail, message, fix, state, reason }: Finding, artifact: string): SarifResult {
  return {
    ruleId,
    level: LEVELS[severity],
    message: { text: `${message}; ${fix}` },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: artifact }, region: { startLine: 1 } },
        logicalLocations: [{ fullyQualifiedName: path, ...(address !== '' && { name: address, kind: 'resource' }) }],
      },
    ],
    partialFingerprints: { 'bulkhead/v1': JSON.stringify([ruleId, path, detail]) },
    ...(state === FindingState.BASELINE && { baselineState: 'unchanged' as const }),
    ...(state === FindingState.SUPPRESSED && {
      suppressions: [{ kind: 'external' as const, status: 'accepted' as const, justification: reason }],
    }),
  };
}
