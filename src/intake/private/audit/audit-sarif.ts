import { SarifRuleBuilder } from 'node-sarif-builder';
import { type Difference, KIND_NAMES, kindOf } from './difference';
import { type SarifResult, sarifText } from '../../../validation/private/report/sarif-text';

const LEVELS = { error: 'error', warning: 'warning', unknown: 'note' } as const;

/**
 * The differences for code scanning: each kind is a rule, and the location is the file of the program that says how the host should be.
 * @param file with the topology of the daemon
 */
export function auditSarif(daemon: string, file: string, differences: readonly Difference[]): string {
  const rules = KIND_NAMES.map((kind) => {
    const { severity, fix } = kindOf(kind);
    const name = kind.replaceAll('-', ' ');
    return new SarifRuleBuilder({
      id: `audit/${kind}`,
      name,
      shortDescription: { text: name },
      help: { text: fix },
      defaultConfiguration: { level: LEVELS[severity] },
      properties: { tags: ['security'] },
    });
  });
  return sarifText(
    rules,
    differences.map((each) => resultOf(daemon, file, each)),
  );
}

function resultOf(daemon: string, file: string, { kind, severity, subject, program, host, fix }: Difference): SarifResult {
  const what =
    kind === 'not-compared' ? `${subject} was not compared: ${host}` : `${subject}: the program has '${program}', the host '${host}'`;
  return {
    ruleId: `audit/${kind}`,
    level: LEVELS[severity],
    message: { text: `${what}; ${fix}` },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: file }, region: { startLine: 1 } },
        logicalLocations: [{ fullyQualifiedName: daemon, name: subject, kind: 'resource' }],
      },
    ],
    partialFingerprints: { 'bulkhead/v1': JSON.stringify([kind, daemon, subject, program]) },
  };
}
