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

/** docs/CIS.md: what stands behind each control. */
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

How each of the ${controls.length} controls of version 1.8.0 is covered; the titles are Bulkhead's. Version 1.8.0 put a new 2.7 in, so that from there on its numbers in
section 2 are one more than those of 1.6.0, which docker-bench-security prints.

- **rules at synth**: a finding when a stack shows the opposite, in resources of any kind (${count((control) => enforced(control).length > 0)} controls). \`CisDocker\` is the pack of them.
- **set by the constructs**: what a HardenedDaemon writes to its host, or HardenedContainer, HardenedService and SwarmCluster set (${count((control) => CIS_COVERAGE[control]?.configured !== undefined)}).
- **verify.sh**: looked at on the live host by the script beside \`install.sh\` (${count((control) => VERIFIED.includes(control))}).
- **not here**: what is left to others, and why.

This page is printed from the rules and the script by \`npx projen docs:print\`.

${sections.join('\n')}
## What docker-bench-security finds

Its warnings and notes on a host of Bulkhead, with three tiers and \`auditRules: true\`, in the lab on 28.5, and why each is there. The scenario \`docker-bench\` runs
the tool again, where \`BULKHEAD_DOCKER_BENCH\` names its folder, and fails when a finding has no row here.

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
