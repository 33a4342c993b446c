import { countsOf, countsText, type StackReport } from './report';
import { type Finding, FindingState } from '../../finding';

/** For people, as the comment of a pull request. */
export function renderMarkdown(report: StackReport): string {
  const { stack, packs, findings, tallies, without } = report;
  const open = findings.filter(({ state }) => state === FindingState.OPEN);
  const accepted = findings.filter(({ state }) => state !== FindingState.OPEN);
  const lines = [
    `# What was checked in \`${stack}\``,
    '',
    `${countsText(countsOf(findings))}. ${tallies.length} rules of ${packs.join(', ')}.`,
    '',
    ...table(['', 'Rule', 'Construct', 'What', 'Way out'], open.map(openRow)),
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
  return text
    .replace(/[\r\n]+/g, ' ')
    .replace(/[\\`*_{}[\]<>#|!~]/g, (mark) => (mark === '<' ? '&lt;' : mark === '>' ? '&gt;' : `\\${mark}`));
}
