// Pages as Markdown, from their definitions and from what the engines did.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { iptablesCommands, nftCommands, setUp, switchCommands } from './commands';
import { type Answer, type Fragment, groupsOf, type PartResult } from './fragment';
import { type BookQuestion, EVERY, type Page, type Part, questionText } from './page';
import { PAGES } from './pages';
import { README } from './pages/readme';
import type { EngineId } from '../lab/cache';

const FOLDER = path.resolve(__dirname, '../../../docs/book');

type Fragments = ReadonlyMap<EngineId, Fragment>;

/** By the full name of the file. */
export function printedPages(fragments: Fragments): Map<string, string> {
  const list = PAGES.map(({ name, title }) => `1. [${title}](${name}.md)`);
  const pages = PAGES.map((page): [string, string] => [path.join(FOLDER, `${page.name}.md`), pageText(page, fragments)]);
  return new Map([[path.join(FOLDER, 'README.md'), blocks([...README, list.join('\n')])], ...pages]);
}

/** What no page is printed to any more. */
export function strayPages(printed: ReadonlyMap<string, string>): string[] {
  const there = fs.existsSync(FOLDER) ? fs.readdirSync(FOLDER).map((name) => path.join(FOLDER, name)) : [];
  return there.filter((file) => !printed.has(file));
}

export function writeFiles(files: ReadonlyMap<string, string>): void {
  for (const [file, text] of files) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    // Another engine's run may read it at the same time.
    fs.writeFileSync(`${file}.${process.pid}`, text);
    fs.renameSync(`${file}.${process.pid}`, file);
  }
}

function pageText(page: Page, fragments: Fragments): string {
  const number = Number(page.name.slice(0, 2));
  return blocks([`# ${number}. ${page.title}`, ...page.text, ...page.parts.flatMap((part) => partBlocks(page, part, fragments))]);
}

function blocks(list: readonly string[]): string {
  return `${list.join('\n\n')}\n`;
}

function partBlocks(page: Page, part: Part, fragments: Fragments): string[] {
  const resultOf = (fragment: Fragment): PartResult | undefined => fragment[page.name]?.[part.title];
  return [
    `## ${part.title}`,
    ...part.text,
    ...code(setUp(part), 'sh'),
    ...tryBlocks(part),
    ...questionBlocks(part.questions ?? [], fragments, resultOf),
    ...(part.hooks ? sections('Chains by hook', fragments, (fragment) => resultOf(fragment)?.hooks) : []),
    ...(part.rules ? sections('Rules of the engine', fragments, (fragment) => resultOf(fragment)?.rules) : []),
  ];
}

function code(lines: readonly string[], language = ''): string[] {
  return lines.length === 0 ? [] : [[`\`\`\`${language}`, ...lines, '```'].join('\n')];
}

function tryBlocks({ tries = {} }: Part): string[] {
  const nft = nftCommands(tries);
  return [
    ...code([...switchCommands(tries), ...iptablesCommands(tries)], 'sh'),
    ...(nft.length === 0 ? [] : ['With the nftables backend there is no `DOCKER-USER`. A separate table replaces it:', ...code(nft, 'sh')]),
  ];
}

function questionBlocks(
  questions: readonly BookQuestion[],
  fragments: Fragments,
  resultOf: (fragment: Fragment) => PartResult | undefined,
): string[] {
  if (questions.length === 0) {
    return [];
  }
  const engines = EVERY.filter((engine) => fragments.has(engine));
  const answerOf = (fragment: Fragment, question: BookQuestion): Answer | undefined => resultOf(fragment)?.answers[questionText(question)];
  const cells = (question: BookQuestion) => engines.map((engine) => cell(answerOf(fragments.get(engine)!, question)));
  const rows = questions.map((question) => row([questionText(question), ...cells(question)]));
  const ways = questions.flatMap((question) => wayBlocks(question, fragments, (fragment) => answerOf(fragment, question)));
  return [
    '### Packets',
    [row(['from → to', ...engines]), row(['---', ...engines.map(() => '---')]), ...rows].join('\n'),
    '### Why, by the model',
    ...ways,
  ];
}

function cell(answer: Answer | undefined): string {
  return answer === undefined ? '?' : answer.by === '' ? '–' : `**${answer.by}**`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function wayBlocks(question: BookQuestion, fragments: Fragments, answerOf: (fragment: Fragment) => Answer | undefined): string[] {
  const groups = groupsOf(fragments, answerOf);
  const title = `**${questionText(question)}**`;
  if (question.steps) {
    return groups.flatMap(({ engines, value }) => [`${title}, ${namesOf(engines, fragments)}`, ...code(value.way)]);
  }
  const items = groups.map(({ engines, value }) => {
    const end = value.by === '' ? 'closed' : `${value.by} answers`;
    return `- ${namesOf(engines, fragments)}: ${end}: ${value.way.map((step) => `\`${step}\``).join(', ')}`;
  });
  return [[title, '', ...items].join('\n')];
}

function sections(title: string, fragments: Fragments, linesOf: (fragment: Fragment) => readonly string[] | undefined): string[] {
  const groups = groupsOf(fragments, linesOf).filter(({ value }) => value.length > 0);
  return [`### ${title}`, ...groups.flatMap(({ engines, value }) => [`**${namesOf(engines, fragments)}**`, ...code(value)])];
}

function namesOf(engines: readonly EngineId[], fragments: Fragments): string {
  if (engines.length === fragments.size && engines.length > 1) {
    return 'all';
  }
  return engines.length === 1 ? engines[0] : `${engines.slice(0, -1).join(', ')} and ${engines[engines.length - 1]}`;
}
