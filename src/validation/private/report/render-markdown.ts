import { countsOf, countsText, type StackReport } from './report';
import { markdownTable } from '../../../private/markdown';
import { groupBy } from '../../../private/multimap';
import { type Finding, FindingState } from '../../finding';
import { Severity } from '../../severity';

/** For people, as the comment of a pull request. */
export function renderMarkdown(report: StackReport): string {
  const { stack, packs, findings, tallies, without, warnings } = report;
  const isNote = ({ severity }: Finding) => severity === Severity.INFO;
  const all = findings.filter(({ state }) => state === FindingState.OPEN);
  const open = all.filter((finding) => !isNote(finding));
  const notes = [...groupBy(all.filter(isNote), ({ ruleId }) => ruleId).values()];
  const accepted = findings.filter(({ state }) => state !== FindingState.OPEN);
  const lines = [
    `# What was checked in \`${stack}\``,
    '',
    `${countsText(countsOf(findings))}. ${tallies.length} rules of ${packs.join(', ')}.`,
    '',
    ...ended(markdownTable(['', 'Rule', 'Construct', 'What', 'Fix'], open.map(openRow))),
    ...section(
      'Warnings of constructs',
      markdownTable(
        ['Construct', 'What'],
        warnings.map(({ path, message }) => [path, message]),
      ),
    ),
    ...section('Notes', markdownTable(['Rule', 'Times', 'The first', 'What'], notes.map(noteRow))),
    ...section('Accepted', markdownTable(['Rule', 'Construct', 'What', 'Why', 'Until', 'Ticket'], accepted.map(acceptedRow))),
    ...section(
      'Rules left out',
      markdownTable(
        ['Rule', 'Pack', 'Why'],
        without.map(({ ruleId, packName, reason }) => [ruleId, packName, reason]),
      ),
    ),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

function openRow({ severity, ruleId, cisControls, path, detail, message, fix }: Finding): string[] {
  const cis = cisControls.length > 0 ? ` (CIS ${cisControls.join(', ')})` : '';
  return [severity, `${ruleId}${cis}`, path, `${message} [${detail}]`, fix];
}

/** A note mostly holds for everything of its kind; the JSON has each. */
function noteRow(same: readonly Finding[]): string[] {
  const [{ ruleId, path, message, fix }] = same;
  return [ruleId, `${same.length}`, path, `${message}; ${fix}`];
}

function acceptedRow({ ruleId, path, detail, state, reason, expires, ticket }: Finding): string[] {
  return [ruleId, path, detail, state === FindingState.BASELINE ? 'listed in the baseline' : (reason ?? ''), expires ?? '', ticket ?? ''];
}

function section(title: string, content: readonly string[]): string[] {
  return content.length === 0 ? [] : [`## ${title}`, '', ...ended(content)];
}

function ended(content: readonly string[]): string[] {
  return content.length === 0 ? [] : [...content, ''];
}
