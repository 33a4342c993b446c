import * as fs from 'fs';
import * as path from 'path';

export const PROJECT = path.resolve(__dirname, '../..');

/** A block of code of a page. */
export interface Block {
  /** Relative to the project. */
  readonly page: string;
  /** What stands behind the three marks, without options; empty where nothing does. */
  readonly language: string;
  readonly text: string;
  /** The file that the line before it names: `main.ts`: */
  readonly file?: string;
  /** Of its first line in the page, from 1. */
  readonly line: number;
}

export const COMMAND_LANGUAGES = ['sh', 'bash', 'shell', 'console', 'zsh'];

/** Pages whose commands a reader runs. `docs/book` is printed by a run, and nobody follows `docs/decisions`. */
export const PAGES: readonly string[] = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'examples/three-tier/README.md'],
  ...pagesIn('docs'),
  ...pagesIn('docs/guides'),
];

function pagesIn(folder: string): string[] {
  const names = fs.readdirSync(path.join(PROJECT, folder)).filter((name) => name.endsWith('.md'));
  return names.sort().map((name) => `${folder}/${name}`);
}

/** Whether a block can be a file. */
const isShown = (language: string) => ![...COMMAND_LANGUAGES, 'text'].includes(language);

export const readPage = (page: string): string => fs.readFileSync(path.join(PROJECT, page), 'utf8');

/** In lists blocks are indented; their text is not. */
export function blocksOf(page: string, text = readPage(page)): Block[] {
  return [...text.matchAll(/^( *)```([\w-]*)[^\n]*\n(.*?)^ *```$/gms)].map((match) => {
    const [, indent, language, body] = match;
    const before = text.slice(0, match.index).trimEnd();
    const named = isShown(language) ? /`([\w.-]+\.(?:ts|json|py))`:$/.exec(before)?.[1] : undefined;
    return {
      page,
      language,
      text: body.replace(new RegExp(`^${indent}`, 'gm'), ''),
      ...(named !== undefined && { file: named }),
      line: text.slice(0, match.index).split('\n').length,
    };
  });
}

const SYNTH = 'app.synth();\n';

/**
 * Programs of a page by the names of their files. The first `ts` block begins a program, and so does each block with `new App(` or `Testing.app(`. Any other
 * goes on with the program before it: its imports come to the top, the rest before `app.synth()`.
 */
export function programsOf(page: string): Map<string, string> {
  const programs: string[] = [];
  for (const { text } of blocksOf(page).filter(({ language }) => language === 'ts')) {
    const before = programs.at(-1);
    if (before === undefined || /new App\(|Testing\.app\(/.test(text)) programs.push(text);
    else programs[programs.length - 1] = goneOn(before, text);
  }
  return new Map(programs.map((program, index) => [`${path.basename(page, '.md')}-${index + 1}`, program]));
}

/** Whether a program writes what it declares. */
export const synthesizes = (program: string): boolean => program.includes(SYNTH);

function goneOn(program: string, block: string): string {
  const imports = block.match(/^import .*?;\n/gms) ?? [];
  const rest = imports.reduce((left, line) => left.replace(line, ''), block);
  const end = program.lastIndexOf(SYNTH);
  const [before, after] = end < 0 ? [program, ''] : [program.slice(0, end), program.slice(end)];
  return `${imports.join('')}${before}${rest}${after}`;
}

/** As if the library were installed: what the published names mean here. */
export const withSources = (program: string): string =>
  program
    .replaceAll("'cdktf-docker-bulkhead/jest'", `'${PROJECT}/src/reachability/private/matchers'`)
    .replaceAll("'cdktf-docker-bulkhead/assert'", `'${PROJECT}/src/reachability/private/assertions'`)
    .replaceAll("'cdktf-docker-bulkhead'", `'${PROJECT}/src'`);
