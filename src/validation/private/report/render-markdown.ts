import { countsOf, countsText, type StackReport } from './report';
import { groupBy } from '../../../private/multimap';
import { readable } from '../../../private/readable';
import { type Finding, FindingState } from '../../finding';
import { Severity } from '../../severity';

/** For people, as the comment of a pull request. */
export function renderMarkdown(report: StackReport): string {
  const { stack, packs, findings, tallies, without } = report;
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
    ...table(['', 'Rule', 'Construct', 'What', 'Way out'], open.map(openRow)),
    ...section('Notes', table(['Rule', 'Times', 'The first', 'What'], notes.map(noteRow))),
    ...section('Accepted', table(['Rule', 'Construct', 'What', 'Why', 'Until', 'Ticket'], accepted.map(acceptedRow))),
    ...section(
      'Rules left out',
      table(
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
  return [
    ruleId,
    path,
    detail,
    state === FindingState.BASELINE ? 'it was there when the baseline was written' : (reason ?? ''),
    expires ?? '',
    ticket ?? '',
  ];
}

function section(title: string, content: readonly string[]): string[] {
  return content.length === 0 ? [] : [`## ${title}`, '', ...content];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line), ''];
}

/** What users wrote must neither end a cell nor become markup. */
function cell(text: string): string {
  return readable(text)
    .replace(/[\r\n]+/g, ' ')
    .replace(/[\\`*_{}[\]<>#|!~]/g, (mark) => (mark === '<' ? '&lt;' : mark === '>' ? '&gt;' : `\\${mark}`));
}
