/**
 * Compiles the code of the guides against the sources, and synthesizes each program of theirs in an empty folder; a `text` block behind a program has to be
 * what it prints. A file of tests (`test(`) is compiled and not run. A `python` block stands for itself, and is compiled. `test/docs/pages.ts` tells which
 * blocks make one program.
 */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as os from 'node:os';
import * as path from 'node:path';
import { typeErrors } from './types';
import { check, ROOT } from './user-project';
import { blocksOf, PAGES, programsOf, readPage, synthesizes, withSources } from '../test/docs/pages';

function compiles(folder: string): string {
  const compilerOptions = {
    rootDir: '/',
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    module: 'node16',
    target: 'es2022',
    types: ['node', 'jest'],
  };
  const config = path.join(folder, 'tsconfig.json');
  fs.writeFileSync(config, JSON.stringify({ compilerOptions, include: ['*.ts', path.join(ROOT, 'test/reachability/jest-matchers.d.ts')] }));
  return typeErrors(config, true);
}

/** What programs printed, by their pages. */
const printed = new Map<string, string>();

/** Why a program does not run to its end, or writes no stack though it should; nothing where all is well. An error of a rule fails a synth, too. */
function whatFails(page: string, file: string, isWriting: boolean): string | undefined {
  const folder = file.replace(/\.ts$/, '');
  fs.mkdirSync(folder);
  process.chdir(folder);
  const { log } = console;
  console.log = (...words: unknown[]) => printed.set(page, `${printed.get(page) ?? ''}${words.join(' ')}\n`);
  try {
    createRequire(file)(file);
  } catch (error) {
    return (error as Error).message;
  } finally {
    console.log = log;
  }
  const stacks = path.join(folder, 'cdktf.out/stacks');
  const isWritten = fs.existsSync(stacks) && fs.readdirSync(stacks).length > 0;
  return isWriting && !isWritten ? 'no stack was written' : undefined;
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

/** What OUTPUT.md says of the example: the files that it writes, and the line at its end. */
function outputIsAsShown(folder: string): void {
  const example = path.join(folder, 'three-tier');
  fs.mkdirSync(example);
  for (const file of ['main.ts', 'images.ts', 'cdktf.json']) {
    const text = fs.readFileSync(path.join(ROOT, 'examples/three-tier', file), 'utf8');
    fs.writeFileSync(path.join(example, file), withSources(text));
  }
  const env = { ...process.env, BULKHEAD_QUIET: undefined };
  const synth = spawnSync(path.join(ROOT, 'node_modules/.bin/tsx'), ['main.ts'], { cwd: example, encoding: 'utf8', env });
  const [tree, line] = blocksOf('docs/OUTPUT.md').map(({ text }) => text);
  const told = `${synth.stdout}${synth.stderr}`;
  check(`OUTPUT.md shows the line at the end${told.includes(line) ? '' : `, which is\n${told}`}`, told.includes(line));
  const stack = path.join(example, 'cdktf.out/stacks/three-tier');
  const { output } = JSON.parse(fs.readFileSync(path.join(stack, 'cdk.tf.json'), 'utf8'));
  const packed = Buffer.from(output['user-data'].value, 'base64').length;
  const plain = fs.statSync(path.join(stack, 'bulkhead/three-tier--Host/user-data')).size;
  const sizes = `${Math.round(packed / 1000)} kB compressed and ${Math.round(plain / 1000)} kB as text`;
  check(`host-files.md says how large user data is: ${sizes}`, readPage('docs/guides/host-files.md').includes(sizes));
  const missing = pathsIn(tree).filter((place) => !fs.existsSync(path.join(example, place)));
  check(`OUTPUT.md shows files that are written${missing.map((place) => `, but ${place} is not`).join('')}`, missing.length === 0);
}

/** The files of a drawn tree that are always there: what stands behind the others begins with "where". */
function pathsIn(tree: string): string[] {
  const [root, ...lines] = tree.trimEnd().split('\n');
  const above = [root];
  return lines.flatMap((line) => {
    const [, left, name, meaning] = /^(.*?── )(\S+)\s*(.*)$/.exec(line)!;
    const depth = left.length / 4;
    above.length = depth;
    above.push(name);
    return name === '…' || meaning.startsWith('where') ? [] : [path.join(...above)];
  });
}

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'bulkhead-guides-'));
process.env.BULKHEAD_QUIET = '1';
try {
  fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(work, 'node_modules'));
  const guides = PAGES.filter((page) => page.startsWith('docs/guides/'));
  const programs = guides.flatMap((page) => [...programsOf(page)].map(([name, program]) => ({ page, name, program })));
  for (const { name, program } of programs) fs.writeFileSync(path.join(work, `${name}.ts`), withSources(program));
  const errors = compiles(work);
  const isCompiled = programs.length > 0 && errors === '';
  check(`${programs.length} programs of ${guides.length} guides compile${errors === '' ? '' : `\n${errors}`}`, isCompiled);
  for (const { page, name, program } of programs) {
    if (!isCompiled || /^ *test\(/m.test(program)) continue;
    const wrong = whatFails(page, path.join(work, `${name}.ts`), synthesizes(program));
    check(`${name} runs${wrong === undefined ? '' : `: ${wrong}`}`, wrong === undefined);
  }
  outputIsAsShown(work);
  for (const page of guides) {
    const blocks = blocksOf(page);
    blocks.forEach(({ language, text, line }, index) => {
      if (language !== 'text' || blocks[index - 1]?.language !== 'ts') return;
      check(`${page}: its program prints what is in line ${line}`, (printed.get(page) ?? '').includes(text));
    });
    const python = blocks.filter(({ language }) => language === 'python').map(({ text }) => text);
    if (python.length > 0) pythonCompiles(work, path.basename(page, '.md'), python);
  }
} finally {
  process.chdir(ROOT);
  fs.rmSync(work, { recursive: true, force: true });
}
