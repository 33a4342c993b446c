import { cell } from './print-cis';
import { BuiltInRule } from '../src/validation/private/define-rule';
import type { Rule } from '../src/validation/rule';

/** docs/RULES.md: every rule, by id. */
export function rulesPage(rules: readonly Rule[]): string {
  const sorted = [...rules].sort((a, b) => byId(a.ruleId, b.ruleId));
  const inDefaults = (rule: Rule) => rule instanceof BuiltInRule && rule.inDefaults;
  const rows = sorted.map((rule) => {
    const { ruleId, title, severity, cisControls } = rule;
    const cells = [`[${ruleId}](#${ruleId.toLowerCase()})`, title, severity, inDefaults(rule) ? 'yes' : '', cisControls.join(', ')];
    return `| ${cells.map(cell).join(' | ')} |`;
  });
  return `# Rules

${sorted.length} rules, ${sorted.filter(inDefaults).length} of them in \`SecureDefaults\`. Errors fail the synth, the synth prints warnings, and notes
(severity \`info\`) are only in the reports. A rule checks the JSON that Terraform gets. A value that only Terraform knows is a finding of BH-X03 if a rule of severity error needs it.
Rules \`BH-F\` are about the firewall of a host: only \`FirewallReview\` asks them.

This page is printed from the rules by \`npx projen docs:print\`.

| rule | what it finds | severity | in SecureDefaults | CIS 1.8.0 |
|---|---|---|---|---|
${rows.join('\n')}

${sorted.map((rule) => section(rule, inDefaults(rule))).join('\n')}`;
}

function section(rule: Rule, inDefaults: boolean): string {
  const { cisControls, cisControls16, links, resourceTypes } = rule;
  const facts = [
    `Severity ${rule.severity}; ${inDefaults ? 'in SecureDefaults' : 'not in SecureDefaults'}; ${rule.suppressible ? 'can be suppressed' : 'cannot be suppressed'}.`,
    ...(resourceTypes.length > 0 ? [`Checks ${resourceTypes.map((type) => `\`${type}\``).join(', ')}.`] : []),
    ...(cisControls.length > 0
      ? [`CIS Docker Benchmark 1.8.0: ${cisControls.join(', ')}; 1.6.0: ${cisControls16.length > 0 ? cisControls16.join(', ') : 'none'}.`]
      : []),
  ];
  return `## ${rule.ruleId}

**${sentence(rule.title)}**

${facts.join(' ')}

${rule.why}

*Fix:* ${rule.fix}
${links.length > 0 ? `\n${links.map((link) => `- <${link}>`).join('\n')}\n` : ''}`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function byId(a: string, b: string): number {
  const [, first, number] = /^(.*?)(\d*)$/.exec(a)!;
  const [, second, other] = /^(.*?)(\d*)$/.exec(b)!;
  return first === second ? Number(number) - Number(other) : first < second ? -1 : 1;
}
