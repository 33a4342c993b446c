/**
 * Makes what npm packs small. Takes files out of the bundled libraries that nothing reads at run time, since npm packs a bundled library as it is in
 * node_modules (`npm ci` brings the files back), and minifies their code; takes comments out of the code of this library, and the declarations that no
 * public one leads to (a build writes them again). Public declarations keep their comments, and licences are in files of their own.
 * Declarations of bundled libraries are in no public signature; this project compiles with them, so `--restore` brings them back after a pack.
 * Runs before every pack, and with `--restore` after it.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { minifySync } from '@swc/core';
import * as ts from 'typescript';
import { bundled } from './print-third-party';

const ROOT = path.resolve(__dirname, '..');
/** esm.mjs of commander stays: a tool of this repository loads it. */
const UNREAD = [
  /\.map$/,
  /^dist\/esm\//,
  /\.coffee$/,
  /^(?!esm\.mjs$).*\.mjs$/,
  /(^|\/)(browser|perf)\//,
  /(^|\/)(CHANGELOG|README)\.md$/i,
  /(?<!\.d)\.ts$/,
];

function filesBelow(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

function prune(folder: string): void {
  for (const file of filesBelow(folder)) {
    const inside = path.relative(folder, file).split(path.sep).join('/');
    // What is nested is a library of its own, which is pruned as such.
    if (!inside.startsWith('node_modules/') && UNREAD.some((pattern) => pattern.test(inside))) fs.rmSync(file);
  }
}

/** Where the declarations of bundled libraries are during a pack; npm packs nothing of this folder. */
const ASIDE = path.join(ROOT, 'node_modules/.cache/bulkhead-declarations');

function move(file: string, to: string): void {
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.renameSync(file, to);
}

function restore(): void {
  if (!fs.existsSync(ASIDE)) return;
  for (const file of filesBelow(ASIDE)) move(file, path.join(ROOT, path.relative(ASIDE, file)));
  fs.rmSync(ASIDE, { recursive: true });
}

function withoutComments(file: string): void {
  const source = ts.createSourceFile(file, fs.readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true, ts.ScriptKind.TS);
  replace(file, ts.createPrinter({ removeComments: true }).printFile(source));
}

/** A program may read them, and stack traces show them. */
const KEPT_NAMES = { keep_classnames: true, keep_fnames: true };

/**
 * Code of this library: each statement has a line of its own, because Node.js prints the line of an uncaught error above its stack trace. Names stay as
 * they are in the sources; in private files those of variables are short.
 */
function shortened(file: string): void {
  const mangle = /[\\/]private[\\/]/.test(path.relative(ROOT, file)) && KEPT_NAMES;
  const { code } = minifySync(fs.readFileSync(file, 'utf8'), { compress: false, mangle, module: false });
  const source = ts.createSourceFile(file, code, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
  const starts: number[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isStatement(node) && !ts.isBlock(node)) || ts.isClassElement(node)) starts.push(node.getStart(source));
    ts.forEachChild(node, visit);
  };
  visit(source);
  const lines = [...starts, code.length].map((start, i, all) => code.slice(i === 0 ? 0 : all[i - 1], start));
  replace(file, lines.filter((line) => line !== '').join('\n'));
}

/** Code of a bundled library, in few lines and with short names of variables. Classes and functions keep theirs, which a program may read. */
function minified(file: string): void {
  replace(file, minifySync(fs.readFileSync(file, 'utf8'), { compress: false, mangle: KEPT_NAMES, module: false }).code);
}

/** The file may be linked from another working tree, which must not see the new text. */
function replace(file: string, text: string): void {
  fs.rmSync(file);
  fs.writeFileSync(file, text);
}

/** Declarations that no public one leads to. jsii takes internal members out, so most of those of private files are among them. */
function unreachedDeclarations(): string[] {
  const reached = new Set<string>();
  const visit = (file: string): void => {
    if (reached.has(file) || !fs.statSync(file, { throwIfNoEntry: false })?.isFile()) return;
    reached.add(file);
    const { importedFiles } = ts.preProcessFile(fs.readFileSync(file, 'utf8'));
    for (const { fileName } of importedFiles.filter((each) => each.fileName.startsWith('.'))) {
      const bare = path.join(path.dirname(file), fileName.replace(/\.m?js$/, ''));
      [`${bare}.d.ts`, path.join(bare, 'index.d.ts'), bare].forEach(visit);
    }
  };
  const entries = fs.readdirSync(ROOT).filter((file) => /\.d\.m?ts$/.test(file));
  ['lib/index.d.ts', ...entries].forEach((file) => visit(path.join(ROOT, file)));
  return filesBelow(path.join(ROOT, 'lib')).filter((file) => file.endsWith('.d.ts') && !reached.has(file));
}

function prepare(): void {
  for (const { folder } of bundled()) {
    const library = path.join(ROOT, folder);
    prune(library);
    for (const file of filesBelow(library)) {
      if (/\.c?js$/.test(file)) minified(file);
      if (/\.d\.[cm]?ts$/.test(file)) move(file, path.join(ASIDE, path.relative(ROOT, file)));
    }
  }
  for (const file of unreachedDeclarations()) fs.rmSync(file);
  for (const file of filesBelow(path.join(ROOT, 'lib'))) {
    if (file.endsWith('.js')) shortened(file);
    else if (/[\\/]private[\\/].*\.d\.ts$/.test(file)) withoutComments(file);
  }
}

// Also what a pack that was killed left aside.
restore();
if (!process.argv.includes('--restore')) prepare();
