/**
 * Compiles the code of the guides against the sources, and synthesizes each program of theirs in an empty folder.
 *
 * The first `ts` block of a page begins a program, and so does each block with `new App(` or `Testing.app(`. Any other goes on with the program before it: its
 * imports come to the top, the rest before `app.synth()`. A file of tests (`test(`) is compiled and not run. A `python` block stands for itself, and is compiled.
 */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as os from 'node:os';
import * as path from 'node:path';
import { check, ROOT } from './user-project';

const GUIDES = path.join(ROOT, 'docs/guides');
const SYNTH = 'app.synth();\n';

/** The programs of a page, by the name of their file. */
function programsOf(page: string, text: string): Map<string, string> {
  const programs: string[] = [];
  for (const block of blocksOf(text, 'ts')) {
    const before = programs.at(-1);
    if (before === undefined || /new App\(|Testing\.app\(/.test(block)) programs.push(block);
    else programs[programs.length - 1] = goneOn(before, block);
  }
  return new Map(programs.map((program, index) => [`${page.replace(/\.md$/, '')}-${index + 1}`, program]));
}

const blocksOf = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, code]) => code);

function goneOn(program: string, block: string): string {
  const imports = block.match(/^import .*?;\n/gms) ?? [];
  const rest = imports.reduce((left, line) => left.replace(line, ''), block);
  const end = program.lastIndexOf(SYNTH);
  const [before, after] = end < 0 ? [program, ''] : [program.slice(0, end), program.slice(end)];
  return `${imports.join('')}${before}${rest}${after}`;
}

/** As if the library were installed: what the published names mean here. */
const withSources = (program: string) =>
  program
    .replaceAll("'cdktf-docker-bulkhead/jest'", `'${ROOT}/src/reachability/private/matchers'`)
    .replaceAll("'cdktf-docker-bulkhead/assert'", `'${ROOT}/src/reachability/private/assertions'`)
    .replaceAll("'cdktf-docker-bulkhead'", `'${ROOT}/src'`);

function compiles(folder: string): boolean {
  const compilerOptions = {
    rootDir: '/',
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    module: 'node16',
    target: 'es2022',
    types: ['node', 'jest'],
  };
  fs.writeFileSync(
    path.join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, include: ['*.ts', path.join(ROOT, 'test/reachability/jest-matchers.d.ts')] }),
  );
  return spawnSync(path.join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder], { stdio: 'inherit' }).status === 0;
}

/** Why a program does not run to its end, or writes no stack though it synthesizes; nothing where all is well. An error of a rule fails a synth, too. */
function whatFails(file: string, synthesizes: boolean): string | undefined {
  const folder = file.replace(/\.ts$/, '');
  fs.mkdirSync(folder);
  process.chdir(folder);
  const { log } = console;
  console.log = () => undefined;
  try {
    createRequire(file)(file);
  } catch (error) {
    return (error as Error).message;
  } finally {
    console.log = log;
  }
  const stacks = path.join(folder, 'cdktf.out/stacks');
  const isWritten = fs.existsSync(stacks) && fs.readdirSync(stacks).length > 0;
  return synthesizes && !isWritten ? 'no stack was written' : undefined;
}

function pythonCompiles(folder: string, page: string, blocks: readonly string[]): void {
  const files = blocks.map((block, index) => {
    const file = path.join(folder, `${page}-${index + 1}.py`);
    fs.writeFileSync(file, block);
    return file;
  });
  const { status, error, stderr } = spawnSync('python3', ['-m', 'py_compile', ...files], { encoding: 'utf8' });
  if (error) console.log('SKIPPED Python code of the guides: there is no python3');
  else check(`${page}: ${blocks.length} blocks of Python compile${stderr === '' ? '' : `\n${stderr}`}`, status === 0);
}

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'bulkhead-guides-'));
process.env.BULKHEAD_QUIET = '1';
try {
  fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(work, 'node_modules'));
  const pages = fs.readdirSync(GUIDES).filter((file) => file.endsWith('.md'));
  const texts = new Map(pages.map((page) => [page, fs.readFileSync(path.join(GUIDES, page), 'utf8')]));
  const programs = new Map([...texts].flatMap(([page, text]) => [...programsOf(page, text)]));
  for (const [name, program] of programs) fs.writeFileSync(path.join(work, `${name}.ts`), withSources(program));
  const isCompiled = programs.size > 0 && compiles(work);
  check(`${programs.size} programs of ${pages.length} guides compile`, isCompiled);
  for (const [name, program] of programs) {
    if (!isCompiled || /^ *test\(/m.test(program)) continue;
    const wrong = whatFails(path.join(work, `${name}.ts`), program.includes(SYNTH));
    check(`${name} runs${wrong === undefined ? '' : `: ${wrong}`}`, wrong === undefined);
  }
  for (const [page, text] of texts) {
    const blocks = blocksOf(text, 'python');
    if (blocks.length > 0) pythonCompiles(work, page, blocks);
  }
} finally {
  process.chdir(ROOT);
  fs.rmSync(work, { recursive: true, force: true });
}
