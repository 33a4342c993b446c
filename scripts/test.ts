/**
 * Runs every check, with the time each takes, and ends with one line: N passed, N failed.
 *
 * First what is built and read (lint, types, documents, packages), then three stages: `--unit` (tables and constructs), `--laws` (property tests) and
 * `--engines` (real engines, for which it needs root on Linux) choose among them. `--unit` builds, too. `--plan` tells which scenarios the engines
 * would run, and for how long, and runs nothing.
 */
import { spawn, spawnSync } from 'child_process';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { ENGINE_MINUTES, RUN_MINUTES } from '../test/integ/budget';

const ROOT = path.resolve(__dirname, '..');
const BIN = path.join(ROOT, 'node_modules/.bin');
const TSX = path.join(BIN, 'tsx');
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
  /** It runs beside others: what it prints is told when it has ended. */
  readonly isBeside?: boolean;
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
const PRINTED = ['API.md', 'docs/ERRORS.md', 'docs/CIS.md', 'docs/IMAGES.md', 'docs/RULES.md', 'src/private/properties.generated.ts'];

/** What the linter reads. */
const FORMATTED = [...['src', 'test', 'examples', 'scripts'].map((folder) => `${folder}/**/*.ts`), '!**/*.generated.ts', '!**/*.d.ts'];
const FORMAT_CACHE = 'node_modules/.cache/bulkhead-prettier';

const seconds = (since: number) => ((Date.now() - since) / 1000).toFixed(0);

/** Seconds of processors that ended steps took, on Linux: the clock tells little on a machine with other work. */
function processorSeconds(): number {
  if (os.platform() !== 'linux') return 0;
  // The name in parentheses may hold blanks; of what follows, children's user and system time are the 14th and 15th, in hundredths.
  const fields = fs
    .readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

function run(step: Step): Promise<boolean> {
  const started = Date.now();
  if (!step.isBeside) console.log(`\n== ${step.name}`);
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
        if (!step.isBeside) process.stdout.write(chunk);
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
      if (step.isBeside) console.log(`\n== ${step.name}\n${output.trimEnd()}`);
      console.log(`== ${step.name}: ${code === 0 ? 'passed' : `FAILED (exit ${code})`}, ${seconds(started)} s`);
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
  await run({ name: 'print docs', argv: [TSX, 'scripts/print-docs.ts'] });
  await run({ name: 'print properties', argv: [TSX, 'scripts/print-properties.ts'] });
  for (const [file, text] of before) {
    if (read(file) === text) {
      counts.passed++;
    } else {
      counts.failed++;
      failures.push(`${file} is stale: it was just printed again; check the change and commit it`);
      console.log(`FAILED ${failures.at(-1)}`);
    }
  }
}

function read(file: string): string {
  const full = path.join(ROOT, file);
  return fs.existsSync(full) ? fs.readFileSync(full, 'utf8') : '';
}

/** What each does takes one processor, so the linter runs beside the rest, and the two packages side by side. */
async function build(): Promise<void> {
  const linted = run({
    name: 'lint',
    argv: [path.join(BIN, 'eslint'), '--ext', '.ts', '--rule', 'prettier/prettier: off', 'src', 'test', 'examples', 'scripts'],
    env: { ESLINT_USE_FLAT_CONFIG: 'false', NODE_NO_WARNINGS: '1' },
    isBeside: true,
  });
  // It took more than half of the linter's time. How a file is to look depends on nothing but the file, so what was seen before need not be seen again.
  const formatted = run({
    name: 'format',
    argv: [path.join(BIN, 'prettier'), '--check', '--cache', '--cache-strategy', 'content', '--cache-location', FORMAT_CACHE, ...FORMATTED],
    isBeside: true,
  });
  const imports = run({
    name: 'order of imports',
    argv: [path.join(BIN, 'depcruise'), '--config', '.dependency-cruiser.cjs', 'src'],
    isBeside: true,
  });
  const compiled = await run({
    name: 'compile',
    argv: [path.join(BIN, 'jsii'), '--fail-on-warnings'],
    env: { JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '1' },
  });
  await run({ name: 'types of tests and scripts', argv: [path.join(BIN, 'tsc'), '--noEmit', '-p', 'scripts'] });
  for (const example of fs
    .readdirSync('examples')
    .filter((name) => fs.existsSync(path.join('examples', name, 'main.ts')) && name !== 'start')) {
    await run({ name: `types of examples/${example}`, argv: [path.join(BIN, 'tsc'), '-p', path.join('examples', example)] });
  }
  if (compiled) {
    await run({ name: 'README code', argv: [path.join(BIN, 'jsii-rosetta'), 'extract', '--strict'] });
    await run({ name: 'programs of the guides', argv: [TSX, 'scripts/guides-check.ts'] });
    await printedFilesAreFresh();
  }
  await Promise.all([linted, formatted, imports]);
  if (!compiled) return;
  await Promise.all([
    run({ name: 'packed library in an empty project', argv: [TSX, 'scripts/pack-check.ts', '--no-build'], isBeside: true }),
    run({ name: 'Python package in an empty environment', argv: [TSX, 'scripts/python-check.ts', '--no-build'], isBeside: true }),
  ]);
}

/** Each file of Jest's makes and drops a few hundred modules; with room for them the collector takes a fifth less of the time. */
const jest = (stage: string) => [
  process.execPath,
  '--max-semi-space-size=64',
  'node_modules/jest/bin/jest.js',
  '--ci',
  '--maxWorkers=2',
  '--selectProjects',
  stage,
];

/** What was spent on making the lab is not counted: it is done once on a machine. */
async function engines(started: number): Promise<void> {
  if (os.platform() !== 'linux' || process.getuid?.() !== 0) {
    skipped.push('real engines: they need root on Linux; run this again with sudo');
    return;
  }
  const beforeLab = Date.now();
  if (!(await run({ name: 'the lab', argv: [TSX, 'test/integ/lab/setup.ts'] }))) return;
  const labMinutes = (Date.now() - beforeLab) / 60_000;
  await run({ name: 'the demo, on a real engine', argv: [TSX, 'scripts/demo-check.ts'], count: closingLine });
  const left = RUN_MINUTES - ((Date.now() - started) / 60_000 - labMinutes);
  const minutes = Math.max(0, Math.min(ENGINE_MINUTES, left)).toFixed(1);
  await run({
    name: 'real engines, real Terraform, real packets',
    argv: [TSX, 'test/integ/run.ts', '--minutes', minutes],
    count: closingLine,
  });
}

async function main(): Promise<void> {
  if (process.argv.includes('--plan')) {
    process.exit(spawnSync(TSX, ['test/integ/run.ts', '--plan'], { cwd: ROOT, stdio: 'inherit' }).status ?? 1);
  }
  const started = Date.now();
  const stages: Record<string, () => Promise<unknown>> = {
    build,
    unit: () => run({ name: 'unit tests', argv: jest('together'), count: jestCount }),
    laws: () => run({ name: 'property tests', argv: jest('laws'), count: jestCount }),
    engines: () => engines(started),
  };
  const given = process.argv.slice(2).map((word) => word.replace(/^--/, ''));
  const unknown = given.filter((word) => !['unit', 'laws', 'engines'].includes(word));
  if (unknown.length > 0) throw new Error(`unknown ${unknown.join(', ')}: choose among --unit, --laws, --engines and --plan`);
  const chosen = given.length === 0 ? Object.keys(stages) : [...(given.includes('unit') ? ['build'] : []), ...given];
  const times: string[] = [];
  for (const [name, stage] of Object.entries(stages)) {
    if (!chosen.includes(name)) {
      skipped.push(`${name}: not among the stages that were chosen`);
      continue;
    }
    const [began, before] = [Date.now(), processorSeconds()];
    await stage();
    times.push(`${name} ${seconds(began)} s (${(processorSeconds() - before).toFixed(0)} s of processors)`);
  }
  console.log('');
  skipped.forEach((text) => console.log(`SKIPPED ${text}`));
  failures.forEach((text) => console.log(text.startsWith(' ') ? text : `FAILED ${text}`));
  console.log(`${times.join(', ')}; ${((Date.now() - started) / 60_000).toFixed(1)} minutes in all`);
  console.log(`${counts.passed} passed, ${counts.failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`);
  process.exit(counts.failed > 0 ? 1 : 0);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
