/**
 * Makes what npm packs small. Takes files out of the bundled libraries that nothing reads at run time, since npm packs a bundled library as it is in
 * node_modules (`npm ci` brings the files back), and comments out of all
 * code (a build writes ours again); public declarations keep theirs, and licences are in files of their own.
 * Runs before every pack.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { minifySync } from '@swc/core';
import * as ts from 'typescript';
import { bundled } from './print-third-party';

const ROOT = path.resolve(__dirname, '..');
const UNREAD = [/\.map$/, /^dist\/esm\//, /\.coffee$/, /\.mjs$/, /(^|\/)(browser|perf)\//, /(^|\/)(CHANGELOG|README)\.md$/];

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

function withoutComments(file: string): void {
  const text = fs.readFileSync(file, 'utf8');
  if (file.endsWith('js')) {
    // Names stay, so that what a user sees in a stack trace is what stands in the sources.
    const { code } = minifySync(text, { compress: false, mangle: false, module: false });
    fs.writeFileSync(file, code);
    return;
  }
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, false, ts.ScriptKind.TS);
  fs.writeFileSync(file, ts.createPrinter({ removeComments: true }).printFile(source));
}

for (const { folder } of bundled()) {
  prune(path.join(ROOT, folder));
  for (const file of filesBelow(path.join(ROOT, folder))) if (/\.c?js$/.test(file)) withoutComments(file);
}
for (const file of filesBelow(path.join(ROOT, 'lib'))) {
  if (file.endsWith('.js') || /[\\/]private[\\/].*\.d\.ts$/.test(file)) withoutComments(file);
}
