import { CIS_COVERAGE } from './cis-coverage';
import { DOCKER_BENCH } from './docker-bench';
import { VERIFIED } from '../src/host/private/render-verify-script';
import { CIS_CONTROLS, controlIn16 } from '../src/validation/private/cis-controls';
import type { Rule } from '../src/validation/rule';

const SECTIONS: Readonly<Record<string, string>> = {
  1: 'Host',
  2: 'Settings of the engine',
  3: 'Files of the engine',
  4: 'Images',
  5: 'Containers',
  6: 'Operation',
  7: 'Swarm',
};

/** docs/CIS.md: what covers each control. */
export function cisPage(rules: readonly Rule[]): string {
  const controls = Object.keys(CIS_CONTROLS);
  const enforced = (control: string) => rules.filter(({ cisControls }) => cisControls.includes(control)).map(({ ruleId }) => ruleId);
  const count = (holds: (control: string) => boolean) => controls.filter(holds).length;
  const row = (control: string) => {
    const [level, title] = CIS_CONTROLS[control];
    const { configured = '', outside = '' } = CIS_COVERAGE[control] ?? {};
    const cells = [
      control,
      controlIn16(control) ?? '(new)',
      `${level}`,
      title,
      enforced(control)
        .sort()
        .map((ruleId) => `[${ruleId}](RULES.md#${ruleId.toLowerCase()})`)
        .join(', '),
      configured,
      VERIFIED.includes(control) ? 'yes' : '',
      outside,
    ];
    return `| ${cells.map(cell).join(' | ')} |`;
  };
  const sections = Object.entries(SECTIONS).map(
    ([number, name]) => `## ${number} ${name}

| 1.8.0 | 1.6.0 | level | about | rules at synth | set by the constructs | verify.sh | not here |
|---|---|---|---|---|---|---|---|
${controls
  .filter((control) => control.startsWith(`${number}.`))
  .map(row)
  .join('\n')}
`,
  );
  return `# CIS Docker Benchmark

This page lists how each of the ${controls.length} controls of version 1.8.0 is covered; the titles are Bulkhead's. Version 1.8.0 added control 2.7, so
later numbers in section 2 are one higher than in 1.6.0, the version that docker-bench-security uses.

- **rules at synth**: a finding if a stack violates the control, in any resources (${count((control) => enforced(control).length > 0)} controls). The pack \`CisDocker\` contains them.
- **set by the constructs**: a HardenedDaemon writes it to its host, or HardenedContainer, HardenedService and SwarmCluster set it (${count((control) => CIS_COVERAGE[control]?.configured !== undefined)}).
- **verify.sh**: the script beside \`install.sh\` checks it on the live host (${count((control) => VERIFIED.includes(control))}).
- **not here**: why Bulkhead does not cover it.

This page is printed from the rules and the script by \`npx projen docs:print\`.

${sections.join('\n')}
## What docker-bench-security finds

This table explains its warnings and notes on a host of Bulkhead, with three tiers and \`auditRules: true\`, in the lab on 28.5. If
\`BULKHEAD_DOCKER_BENCH\` names the folder of the tool, the scenario \`docker-bench\` runs it again, and fails if a finding has no row here.

| 1.6.0 | 1.8.0 | reason | why |
|---|---|---|---|
${Object.entries(DOCKER_BENCH)
  .map(
    ([id, [reason, why]]) =>
      `| ${[id, controls.find((control) => controlIn16(control) === id) ?? '', reason, why].map(cell).join(' | ')} |`,
  )
  .join('\n')}
`;
}

/** No text may end a cell or a line. */
export function cell(text: string): string {
  return text.replace(/\|/g, '\\|').replace(/\s*\n\s*/g, ' ');
}
