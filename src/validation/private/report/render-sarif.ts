import type { StackReport } from './report';
import { type Finding, FindingState } from '../../finding';
import type { Rule } from '../../rule';
import { Severity } from '../../severity';
import { META } from '../meta-rules';

const LEVELS = { [Severity.ERROR]: 'error', [Severity.WARNING]: 'warning', [Severity.INFO]: 'note' } as const;
/** A construct is no line of a file, so that all findings are in the stack's Terraform. */
const FILE = 'cdk.tf.json';

/**
 * For code scanning.
 *
 * The place is the stack's Terraform, and the construct's path the logical one. The fingerprint keeps a finding the same from one run to the next.
 *
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function renderSarif({ rules, findings }: StackReport): string {
  const meta = Object.values(META).map((rule) => ({ rule, severity: rule.severity }));
  const all = new Map([...rules, ...meta].map((active) => [active.rule.ruleId, active]));
  const indices = new Map([...all.keys()].map((ruleId, index) => [ruleId, index]));
  const driver = {
    name: 'Bulkhead',
    rules: [...all.values()].map(({ rule, severity }) => ruleOf(rule, severity)),
    version: '0.0.0',
    informationUri: 'https://www.npmjs.com/package/cdktf-docker-bulkhead',
  };
  const run = {
    tool: { driver },
    results: findings.map((finding) => resultOf(finding, indices.get(finding.ruleId)!)),
    artifacts: findings.length === 0 ? [] : [{ sourceLanguage: 'JSON', location: { uri: FILE } }],
  };
  const sarif = { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] };
  // Nobody reads it: with line breaks and indents it would be twice as long.
  return `${JSON.stringify(sarif)}\n`;
}

function ruleOf(rule: Rule, severity: Severity): object {
  return {
    id: rule.ruleId,
    shortDescription: { text: rule.title },
    name: rule.title,
    fullDescription: { text: rule.why },
    help: { text: rule.fix },
    ...(rule.links.length > 0 && { helpUri: rule.links[0] }),
    defaultConfiguration: { level: LEVELS[severity] },
    properties: { tags: ['security', ...rule.cisControls.map((control) => `cis-docker-1.8.0/${control}`)] },
  };
}

function resultOf({ ruleId, severity, path, address, detail, message, fix, state, reason }: Finding, ruleIndex: number): object {
  return {
    level: LEVELS[severity],
    message: { text: `${message}; ${fix}` },
    ruleId,
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: FILE, index: 0 }, region: { startLine: 1 } },
        logicalLocations: [{ fullyQualifiedName: path, ...(address !== '' && { name: address, kind: 'resource' }) }],
      },
    ],
    partialFingerprints: { 'bulkhead/v1': JSON.stringify([ruleId, path, detail]) },
    ...(state === FindingState.BASELINE && { baselineState: 'unchanged' }),
    ...(state === FindingState.SUPPRESSED && { suppressions: [{ kind: 'external', status: 'accepted', justification: reason }] }),
    ruleIndex,
  };
}
