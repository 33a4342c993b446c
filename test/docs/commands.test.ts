import * as fs from 'fs';
import * as path from 'path';
import { COMMANDS, commandBlocks, keyOf, linesOf, TEXTS } from './commands';
import { blocksOf, COMMAND_LANGUAGES, PAGES, PROJECT } from './pages';

const blocks = PAGES.flatMap((page) => blocksOf(page));
const read = (file: string) => fs.readFileSync(path.join(PROJECT, file), 'utf8');

test('every block of the pages says what it is', () => {
  const known = [...COMMAND_LANGUAGES, 'ts', 'python', 'json', 'ini', 'text', 'yaml'];
  const strange = blocks
    .filter(({ language }) => !known.includes(language))
    .map(({ page, line, language }) => `${page}:${line} ${language}`);
  expect(strange).toEqual([]);
});

test('every block of commands is classified, and nothing else', () => {
  expect(commandBlocks().map(keyOf).sort()).toEqual(Object.keys(COMMANDS).sort());
});

test('what runs elsewhere is named there', () => {
  const elsewhere = commandBlocks().flatMap((block) => {
    const run = COMMANDS[keyOf(block)];
    return run?.runs === 'elsewhere' ? [{ by: run.by, lines: linesOf(block) }] : [];
  });
  expect(elsewhere.length).toBeGreaterThan(0);
  for (const { by, lines } of elsewhere) lines.forEach((line) => expect(read(by)).toContain(line));
});

test('a check that runs the blocks of a page reads that page', () => {
  const pages = commandBlocks().flatMap((block) => {
    const run = COMMANDS[keyOf(block)];
    return run?.runs === 'page' ? [{ by: run.by, page: block.page }] : [];
  });
  expect(pages.length).toBeGreaterThan(0);
  for (const { by, page } of pages) expect(read(by)).toContain(page);
});

test('every text that is shown is what something printed', () => {
  const alone = blocks.filter(({ page, language, line }) => {
    const before = blocks.filter((block) => block.page === page && block.line < line).at(-1);
    return language === 'text' && (before === undefined || ![...COMMAND_LANGUAGES, 'ts'].includes(before.language));
  });
  const beginning = (key: string) => Object.keys(TEXTS).find((known) => key.startsWith(known)) ?? key;
  expect(alone.map((block) => beginning(keyOf(block))).sort()).toEqual(Object.keys(TEXTS).sort());
  for (const file of Object.values(TEXTS)) expect(read(file)).toMatch(/README|OUTPUT/);
});

test('commands in lists are found, too', () => {
  const page = '1. Write `main.ts`:\n\n   ```sh\n   sh install.sh # now\n   ```\n';
  expect(blocksOf('page.md', page)).toEqual([{ page: 'page.md', language: 'sh', text: 'sh install.sh # now\n', line: 3 }]);
  expect(keyOf(blocksOf('page.md', page)[0])).toBe('page.md: sh install.sh');
});
