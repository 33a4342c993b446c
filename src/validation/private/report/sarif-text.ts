import { SarifBuilder, type SarifRuleBuilder, SarifRunBuilder } from 'node-sarif-builder';

export type SarifResult = NonNullable<SarifRunBuilder['run']['results']>[number];

/** One run of Bulkhead, as code scanning takes it. */
export function sarifText(rules: readonly SarifRuleBuilder[], results: readonly SarifResult[]): string {
  const run = new SarifRunBuilder().initSimple({
    toolDriverName: 'Bulkhead',
    toolDriverVersion: '0.0.0',
    url: 'https://www.npmjs.com/package/cdktf-docker-bulkhead',
  });
  // The builder wants one. What a report is about does not depend on it, and a wrong one is worse than none.
  delete run.run.tool.driver.version;
  rules.forEach((rule) => run.addRule(rule));
  // As they are: a builder for each of thousands takes more time than all the rest.
  run.run.results = [...results];
  const sarif = new SarifBuilder({ $schema: 'https://json.schemastore.org/sarif-2.1.0.json' });
  sarif.addRun(run);
  // People do not read it: with line breaks and indents it would be twice as long.
  return `${sarif.buildSarifJsonString()}\n`;
}
