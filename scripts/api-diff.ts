/**
 * Tells what breaks for programs that use the public API: compares this tree with the last release (a tag `v…`), or with a commit that is named. The other
 * side is built from its commit, so that no copy of it has to be kept. Ends with 1 where something breaks.
 *
 * Usage: `tsx scripts/api-diff.ts [COMMIT]`; builds this tree with jsii first unless `--no-build` is given.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { inEmptyFolder, ROOT, run } from './user-project';

const BIN = path.join(ROOT, 'node_modules/.bin');
const git = (...args: string[]) => spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' }).stdout.trim();

/** Builds a commit in a folder; what it needs is taken from this tree. */
function built(commit: string, folder: string): void {
  const archive = execFileSync('git', ['archive', commit], { cwd: ROOT, maxBuffer: 1 << 28 });
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
  fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  run(folder, path.join(BIN, 'jsii'), ['--silence-warnings=reserved-word']);
}

process.env.JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION = '1';
const given = process.argv.slice(2).find((word) => !word.startsWith('--'));
const base = given ?? git('describe', '--tags', '--abbrev=0', '--match', 'v*');
if (base === '') {
  console.log('SKIPPED breaks of the public API: nothing is released; name a commit to compare with: tsx scripts/api-diff.ts COMMIT');
} else if (git('rev-parse', '--verify', '--quiet', `${base}^{commit}`) === '') {
  throw new Error(`'${base}' is not a commit of this repository`);
} else {
  inEmptyFolder((folder) => {
    built(base, folder);
    // All of it is marked as experimental, and a user's program breaks all the same.
    const { status, stdout, stderr } = spawnSync(path.join(BIN, 'jsii-diff'), ['--error-on', 'all', folder, ROOT], { encoding: 'utf8' });
    // jsii draws a box of exclamation marks around what it thinks of the release of Node.js.
    const told = `${stdout}${stderr}`.replace(/^!!.*\n?/gm, '').trim();
    const breaks = told.split('\n').filter((line) => /^err\b/i.test(line));
    if (told !== '') console.log(told);
    if (status !== 0 && breaks.length === 0) throw new Error('jsii-diff could not compare');
    console.log(`${breaks.length} breaks of the public API since ${base}`);
    process.exitCode = breaks.length > 0 ? 1 : 0;
  });
}
