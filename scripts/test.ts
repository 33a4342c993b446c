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

/** What the steps that ended so far took: each one that ends adds its own. */
let spent = 0;

function run(step: Step): Promise<boolean> {
  const started = Date.now();
  let own = 0;
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
    child.on('exit', () => {
      own = processorSeconds() - spent;
      spent += own;
    });
    child.on('close', (code) => {
      const counted = step.count?.(output);
      const leftOut = step.count === undefined ? [...output.matchAll(/^SKIPPED (.*)$/gm)].map(([, why]) => why) : [];
      skipped.push(...leftOut);
      counts.passed += counted?.passed ?? (code === 0 && leftOut.length === 0 ? 1 : 0);
      counts.failed += code === 0 ? 0 : Math.max(1, counted?.failed ?? 0);
      if (code !== 0) failures.push(step.name, ...reasonsIn(output));
      if (step.isBeside) console.log(`\n== ${step.name}\n${output.trimEnd()}`);
      console.log(
        `== ${step.name}: ${code === 0 ? 'passed' : `FAILED (exit ${code})`}, ${seconds(started)} s, ${own.toFixed(0)} s of processors`,
      );
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

function printedFilesAreFresh(before: ReadonlyMap<string, string>): void {
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

/** A step of the build, and those that have to be good before. */
interface BuildStep extends Step {
  readonly after?: readonly string[];
}

const bin = (name: string, ...args: string[]) => [path.join(BIN, name), ...args];

/** In this order as far as the steps before them allow: those that others wait for, and long ones, come first. */
const BUILD: readonly BuildStep[] = [
  {
    name: 'compile',
    argv: bin('jsii', '--fail-on-warnings'),
    env: { JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '1' },
  },
  {
    name: 'lint',
    argv: bin('eslint', '--ext', '.ts', '--rule', 'prettier/prettier: off', 'src', 'test', 'examples', 'scripts'),
    env: { ESLINT_USE_FLAT_CONFIG: 'false', NODE_NO_WARNINGS: '1' },
  },
  { name: 'types of tests, scripts and examples', argv: [TSX, 'scripts/types-check.ts'] },
  { name: 'programs of the guides', argv: [TSX, 'scripts/guides-check.ts'] },
  { name: 'print API.md', argv: bin('jsii-docgen', '-o', 'API.md'), after: ['compile'] },
  { name: 'README code', argv: bin('jsii-rosetta', 'extract', '--strict'), after: ['compile'] },
  { name: 'print docs', argv: [TSX, 'scripts/print-docs.ts'], after: ['compile'] },
  { name: 'print properties', argv: [TSX, 'scripts/print-properties.ts'], after: ['compile'] },
  { name: 'order of imports', argv: bin('depcruise', '--config', '.dependency-cruiser.cjs', 'src') },
  // It took more than half of the linter's time. How a file is to look depends on nothing but the file, so what was seen before need not be seen again.
  {
    name: 'format',
    argv: bin('prettier', '--check', '--cache', '--cache-strategy', 'content', '--cache-location', FORMAT_CACHE, ...FORMATTED),
  },
];

/** They need `lib`, and while they pack, declarations that other steps read are aside. */
const PACKED: readonly BuildStep[] = [
  { name: 'packed library in an empty project', argv: [TSX, 'scripts/pack-check.ts', '--no-build'] },
  { name: 'Python package in an empty environment', argv: [TSX, 'scripts/python-check.ts', '--no-build'] },
];

/** Each takes one processor, so as many run at a time as there are, and two at least. One that waits for a failed one is left out. */
async function together(steps: readonly BuildStep[]): Promise<Set<string>> {
  const waiting = [...steps];
  const [good, bad] = [new Set<string>(), new Set<string>()];
  const running = new Map<string, Promise<void>>();
  while (waiting.length + running.size > 0) {
    for (const step of [...waiting]) {
      const { after = [] } = step;
      if (after.some((name) => bad.has(name))) {
        waiting.splice(waiting.indexOf(step), 1);
        bad.add(step.name);
        skipped.push(`${step.name}: what it needs failed`);
      } else if (running.size < Math.max(2, os.availableParallelism()) && after.every((name) => good.has(name))) {
        waiting.splice(waiting.indexOf(step), 1);
        running.set(
          step.name,
          run({ ...step, isBeside: true }).then((isGood) => {
            (isGood ? good : bad).add(step.name);
            running.delete(step.name);
          }),
        );
      }
    }
    if (running.size > 0) await Promise.race(running.values());
  }
  return good;
}

async function build(): Promise<void> {
  const before = new Map(PRINTED.map((file) => [file, read(file)]));
  const good = await together(BUILD);
  if (!good.has('compile')) return;
  printedFilesAreFresh(before);
  await together(PACKED);
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
  const unknown = given.filter((word) => !(word in stages));
  if (unknown.length > 0) throw new Error(`unknown ${unknown.join(', ')}: choose among --build, --unit, --laws, --engines and --plan`);
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
