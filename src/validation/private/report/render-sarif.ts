import { SarifBuilder, SarifRuleBuilder, SarifRunBuilder } from 'node-sarif-builder';
import type { StackReport } from './report';
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
  const run = new SarifRunBuilder().initSimple({
    toolDriverName: 'Bulkhead',
    toolDriverVersion: '0.0.0',
    url: 'https://www.npmjs.com/package/cdktf-docker-bulkhead',
  });
  // The builder wants one. What a report is about does not depend on it, and a wrong one is worse than none.
  delete run.run.tool.driver.version;
  const meta = Object.values(META).map((rule) => ({ rule, severity: rule.severity }));
  const all = new Map([...rules, ...meta].map((active) => [active.rule.ruleId, active]));
  all.forEach(({ rule, severity }) => run.addRule(ruleOf(rule, severity)));
  // As they are: a builder for each of thousands takes more time than all the rest.
  run.run.results = findings.map((finding) => resultOf(finding, artifact));
  const sarif = new SarifBuilder({ $schema: 'https://json.schemastore.org/sarif-2.1.0.json' });
  sarif.addRun(run);
  // People do not read it: with line breaks and indents it would be twice as long.
  return `${sarif.buildSarifJsonString()}\n`;
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

function resultOf(
  { ruleId, severity, path, address, detail, message, fix, state, reason }: Finding,
  artifact: string,
): NonNullable<SarifRunBuilder['run']['results']>[number] {
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
