/**
 * Runs every check in the order in which they fail fastest, with the time each takes, and ends with one line: N passed, N failed.
 * `--unit` leaves the engines out. Without root on Linux they are left out anyway, and that is said.
 */
import { spawn } from 'child_process';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';

const ROOT = path.resolve(__dirname, '..');
const BIN = path.join(ROOT, 'node_modules/.bin');
const counts = { passed: 0, failed: 0 };
const skipped: string[] = [];
/** Told at the end: of a long run somebody may see nothing else. */
const failures: string[] = [];

interface Step {
  readonly name: string;
  readonly argv: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Reads its own counts from what it printed; without it the step counts as one. */
  readonly count?: (output: string) => { passed: number; failed: number } | undefined;
}

const closingLine = (output: string) => {
  const found = [...output.matchAll(/^(\d+) passed, (\d+) failed/gm)].pop();
  return found && { passed: Number(found[1]), failed: Number(found[2]) };
};

const jestCount = (output: string) => {
  const line = /^Tests:.*$/m.exec(output)?.[0] ?? '';
  const number = (word: string) => Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0);
  return line === '' ? undefined : { passed: number('passed'), failed: number('failed') };
};

/** Generated files that are committed: printing them again must change nothing. */
const PRINTED = ['API.md', 'docs/ERRORS.md', 'docs/CIS.md', 'docs/RULES.md'];

function run(step: Step): Promise<boolean> {
  const started = Date.now();
  console.log(`\n== ${step.name}`);
  return new Promise((resolve) => {
    const child = spawn(step.argv[0], step.argv.slice(1), {
      cwd: ROOT,
      env: { ...process.env, ...step.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        process.stdout.write(chunk);
      });
    }
    child.on('error', (error) => (output += error.message));
    child.on('close', (code) => {
      const counted = step.count?.(output);
      const leftOut = step.count === undefined ? [...output.matchAll(/^SKIPPED (.*)$/gm)].map(([, why]) => why) : [];
      skipped.push(...leftOut);
      counts.passed += counted?.passed ?? (code === 0 && leftOut.length === 0 ? 1 : 0);
      counts.failed += code === 0 ? 0 : Math.max(1, counted?.failed ?? 0);
      if (code !== 0) failures.push(step.name, ...reasonsIn(output));
      console.log(`== ${step.name}: ${code === 0 ? 'passed' : `FAILED (exit ${code})`}, ${((Date.now() - started) / 1000).toFixed(0)} s`);
      resolve(code === 0);
    });
  });
}

/** The lines of a failed step that name what failed; the last ones where it named nothing. */
function reasonsIn(output: string): string[] {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const named = lines.filter((line) => /^FAILED |^FAIL |^ {2}● |\berror\b/.test(line));
  return [...new Set(named.length > 0 ? named : lines.slice(-10))].slice(0, 40).map((line) => `  ${line.slice(0, 400)}`);
}

async function printedFilesAreFresh(): Promise<void> {
  const before = new Map(PRINTED.map((file) => [file, read(file)]));
  await run({ name: 'print API.md', argv: [path.join(BIN, 'jsii-docgen'), '-o', 'API.md'] });
  await run({ name: 'print docs', argv: [path.join(BIN, 'tsx'), 'scripts/print-docs.ts'] });
  for (const [file, text] of before) {
    if (read(file) === text) {
      counts.passed++;
    } else {
      counts.failed++;
      failures.push(`${file} is stale: it was just printed anew; look at the change and commit it`);
      console.log(`FAILED ${failures.at(-1)}`);
    }
  }
}

function read(file: string): string {
  const full = path.join(ROOT, file);
  return fs.existsSync(full) ? fs.readFileSync(full, 'utf8') : '';
}

async function main(): Promise<void> {
  const tsx = path.join(BIN, 'tsx');
  await run({
    name: 'lint',
    argv: [path.join(BIN, 'eslint'), '--ext', '.ts', 'src', 'test', 'examples', 'scripts'],
    env: { ESLINT_USE_FLAT_CONFIG: 'false', NODE_NO_WARNINGS: '1' },
  });
  const compiled = await run({
    name: 'compile',
    argv: [path.join(BIN, 'jsii'), '--fail-on-warnings'],
    env: { JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '1' },
  });
  await run({ name: 'types of tests and scripts', argv: [path.join(BIN, 'tsc'), '--noEmit', '-p', 'test/tsconfig.json'] });
  await run({ name: 'types of the examples', argv: [path.join(BIN, 'tsc'), '-p', 'examples/three-tier'] });
  if (compiled) {
    await run({ name: 'README code', argv: [path.join(BIN, 'jsii-rosetta'), 'extract', '--strict'] });
    await printedFilesAreFresh();
  }
  await run({ name: 'unit tests', argv: [path.join(BIN, 'jest'), '--ci', '--maxWorkers=2'], count: jestCount });
  if (compiled) {
    await run({ name: 'packed library in an empty project', argv: [tsx, 'scripts/pack-check.ts', '--no-build'] });
    await run({ name: 'Python package in an empty environment', argv: [tsx, 'scripts/python-check.ts', '--no-build'] });
  }
  if (process.argv.includes('--unit')) {
    skipped.push('real engines: left out by --unit');
  } else if (os.platform() !== 'linux' || process.getuid?.() !== 0) {
    skipped.push('real engines: they need root on Linux; run this again with sudo');
  } else {
    await run({ name: 'the demo, on a real engine', argv: [tsx, 'scripts/demo-check.ts'], count: closingLine });
    await run({ name: 'real engines, real Terraform, real packets', argv: [tsx, 'test/integ/run.ts'], count: closingLine });
  }
  console.log('');
  skipped.forEach((text) => console.log(`SKIPPED ${text}`));
  failures.forEach((text) => console.log(text.startsWith(' ') ? text : `FAILED ${text}`));
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  process.exit(counts.failed > 0 ? 1 : 0);
}

main().catch((error: Error) => {
  console.error(error.stack);
  process.exit(1);
});
