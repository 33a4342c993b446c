/**
 * Runs everything: all stages, the property tests with new seeds, the benchmarks, and each scenario on each engine, the samples at their full size.
 *
 * What is done is kept beside the lab's cache, by commit and options: the same command again goes on where it was stopped, and runs again what failed.
 * `--fresh` begins anew, `--plan` tells what is still to do. `--engines A,B` and `--scenarios A,B` narrow it to scenarios; so does an engine of one's own
 * (`--engine-binary FILE`, a dockerd) or a provider (`--provider-binary FILE`), which take the place of those that the lab makes. `--jobs N` at a time.
 * `--seconds` writes what each scenario took to the table of seconds that landings are planned by.
 */
import { spawn, spawnSync } from 'node:child_process';
import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { cacheDir, ENGINE_IDS, type EngineId } from '../test/integ/lab/cache';
import { hasModules, whyNoGuest } from '../test/integ/lab/guest';
import { Lab } from '../test/integ/lab/lab';
import { useEngine, useProvider } from '../test/integ/lab/own';
import { setup } from '../test/integ/lab/setup';
import { candidates, JOBS, measured, writeSeconds } from '../test/integ/landing';
import { runApart, runSideBySide } from '../test/integ/pairs';
import { SCENARIOS } from '../test/integ/scenarios';
import type { Pair } from '../test/integ/schedule';

const ROOT = path.resolve(__dirname, '..');

/** What a landing takes a sample of. */
const FULL_SIZE: Readonly<Record<string, NodeJS.ProcessEnv>> = {
  generated: { BULKHEAD_GENERATED: '50' },
  combinations: { BULKHEAD_GENERATED: '500' },
  'engine-rules': { BULKHEAD_TOPOLOGIES: '200' },
  'cis-host': { BULKHEAD_SPOILINGS: 'all' },
};

/** What needs no engine. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  'unit and laws': ['scripts/test.sh', '--unit', '--laws'],
  'Node.js 22 and 24': ['node_modules/.bin/tsx', 'scripts/node-check.ts'],
  'breaks of the public API': ['node_modules/.bin/tsx', 'scripts/api-diff.ts'],
  'property tests, 50 seeds': ['scripts/hunt.sh', '50'],
  'second opinion, 1,000 hosts': ['node_modules/.bin/tsx', 'scripts/second-opinion.ts'],
  bench: ['npm', 'run', 'bench'],
  'bench:proof': ['npm', 'run', 'bench:proof'],
  'bench:rules': ['npm', 'run', 'bench:rules'],
  'bench:walk': ['npm', 'run', 'bench:walk'],
};

interface Result {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly string[];
  readonly failures: readonly string[];
  readonly seconds: number;
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const { values } = parseArgs({
  options: {
    ...{ engines: text, scenarios: text, jobs: text, 'engine-binary': text, 'provider-binary': text },
    ...{ fresh: flag, plan: flag, seconds: flag },
  },
});

/** The commit, what differs from it, and whose binaries these are: figures of two different things never stand in one table. */
function stateFolder(binaries: readonly string[]): string {
  const git = (...args: string[]) => spawnSync('git', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 28 }).stdout ?? '';
  const head = git('rev-parse', 'HEAD').trim();
  const key = crypto
    .createHash('sha256')
    .update(JSON.stringify([head, git('diff', 'HEAD'), binaries]))
    .digest('hex');
  return path.join(cacheDir(), 'campaign', `${head.slice(0, 12) || 'no-commit'}-${key.slice(0, 8)}`);
}

class State {
  private readonly file: string;
  private readonly results: Record<string, Result>;

  constructor(private readonly folder: string) {
    fs.mkdirSync(folder, { recursive: true });
    this.file = path.join(folder, 'results.json');
    this.results = fs.existsSync(this.file) ? (JSON.parse(fs.readFileSync(this.file, 'utf8')) as Record<string, Result>) : {};
  }

  get(item: string): Result | undefined {
    return this.results[item];
  }

  isDone(item: string): boolean {
    return this.results[item]?.failed === 0;
  }

  log(item: string): string {
    return path.join(this.folder, `${item.replace(/\W+/g, '-')}.log`);
  }

  /** Written anew and renamed, so that a campaign that is ended at this moment loses nothing. */
  put(item: string, result: Result): void {
    this.results[item] = result;
    fs.writeFileSync(`${this.file}.new`, JSON.stringify(this.results, null, 1));
    fs.renameSync(`${this.file}.new`, this.file);
  }
}

const nameOf = ({ name, engine }: Pair) => `${name} ${engine}`;

function told(item: string, result: Result): void {
  console.log(`${item}: ${result.passed} passed, ${result.failed} failed, ${result.seconds.toFixed(0)} s`);
  result.failures.forEach((line) => console.log(`  FAILED ${line}`));
}

async function runCommand(item: string, state: State): Promise<void> {
  const started = Date.now();
  const [program, ...args] = COMMANDS[item];
  const log = fs.openSync(state.log(item), 'w');
  const code = await new Promise<number>((resolve) => {
    const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', log, log] });
    child.on('error', () => resolve(127));
    child.on('close', (status) => resolve(status ?? 128));
  });
  fs.closeSync(log);
  const output = fs.readFileSync(state.log(item), 'utf8');
  const counted = [...output.matchAll(/^(\d+) passed, (\d+) failed/gm)].pop();
  const result: Result = {
    passed: counted ? Number(counted[1]) : Number(code === 0),
    failed: code === 0 ? 0 : Math.max(1, Number(counted?.[2] ?? 1)),
    skipped: [],
    failures: code === 0 ? [] : [`${item}: exit ${code}, see ${state.log(item)}`],
    seconds: (Date.now() - started) / 1000,
  };
  state.put(item, result);
  told(item, result);
}

async function runPair(pair: Pair, state: State): Promise<void> {
  const log = fs.createWriteStream(state.log(nameOf(pair)));
  const { sum, seconds } = await runApart(pair, FULL_SIZE[pair.name] ?? {}, (line) => log.write(`${line}\n`));
  log.end();
  const result = { ...sum, seconds };
  state.put(nameOf(pair), result);
  if (values.seconds && sum.failed === 0) writeSeconds([{ ...pair, seconds }]);
  told(nameOf(pair), result);
}

function printTable(items: readonly string[], state: State): void {
  const rows = items.map((item) => {
    const result = state.get(item);
    const figures =
      result === undefined ? ['-', '-', '-', '-'] : [result.passed, result.failed, result.skipped.length, result.seconds.toFixed(0)];
    return [item, ...figures.map(String)];
  });
  const table = [['', 'passed', 'failed', 'skipped', 'seconds'], ...rows];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  console.log('');
  table.forEach((row) => console.log(row.map((word, i) => (i === 0 ? word.padEnd(widths[i]) : word.padStart(widths[i]))).join('  ')));
}

const listed = <T extends string>(given: string | undefined, all: readonly T[]): readonly T[] => {
  const wanted = given?.split(',') ?? all;
  const unknown = wanted.filter((word) => !all.includes(word as T));
  if (unknown.length > 0) throw new Error(`unknown ${unknown.join(', ')}; known are ${all.join(', ')}`);
  return wanted as readonly T[];
};

async function main(): Promise<void> {
  const provider = values['provider-binary'] === undefined ? undefined : await useProvider(values['provider-binary']);
  const own = values['engine-binary'] === undefined ? undefined : await useEngine(values['engine-binary']);
  const engines: readonly EngineId[] = listed(values.engines ?? own?.ids.join(','), ENGINE_IDS);
  const names = listed(values.scenarios, Object.keys(SCENARIOS));
  if (own) console.log(`engine ${own.version} instead of ${own.ids.join(' and ')}`);
  if (provider) console.log(`provider ${provider}`);
  const isAll = values.engines === undefined && values.scenarios === undefined && own === undefined && provider === undefined;

  const why = hasModules() ? undefined : whyNoGuest();
  const hasGuest = !hasModules() && why === undefined;
  const pairs = candidates(names, engines, measured(), hasGuest)
    .flatMap((candidate) => candidate.pairs)
    .filter(({ name }) => why === undefined || !SCENARIOS[name].needsModules);
  const commands = isAll ? Object.keys(COMMANDS) : [];
  const items = [...commands, ...pairs.map(nameOf)];

  const folder = stateFolder([process.env.BULKHEAD_OWN_ENGINE, process.env.BULKHEAD_OWN_PROVIDER].map((dir) => path.basename(dir ?? '')));
  if (values.fresh) fs.rmSync(folder, { recursive: true, force: true });
  const state = new State(folder);
  const open = items.filter((item) => !state.isDone(item));
  console.log(`${items.length} items, ${items.length - open.length} done before; state and logs are in ${folder}`);
  if (values.plan) return open.forEach((item) => console.log(`  ${item}`));

  for (const item of commands.filter((each) => open.includes(each))) await runCommand(item, state);
  const openPairs = pairs.filter((pair) => open.includes(nameOf(pair)));
  if (openPairs.length > 0) {
    Lab.sweep();
    await setup(engines, console.log);
    for (const name of new Set(openPairs.map((pair) => pair.name))) await SCENARIOS[name].prepare?.();
    const guestsFirst = [...openPairs.filter(({ inGuest }) => inGuest), ...openPairs.filter(({ inGuest }) => !inGuest)];
    await runSideBySide(guestsFirst, Number(values.jobs ?? JOBS), (pair) => runPair(pair, state));
  }

  printTable(items, state);
  const results = items.flatMap((item) => state.get(item) ?? []);
  const skipped = results.flatMap((result) => result.skipped);
  if (why !== undefined) skipped.push(...names.filter((name) => SCENARIOS[name].needsModules).map((name) => `${name}: no modules: ${why}`));
  skipped.forEach((line) => console.log(`SKIPPED ${line}`));
  results.flatMap(({ failures }) => failures).forEach((line) => console.log(`FAILED ${line}`));
  const [passed, failed] = (['passed', 'failed'] as const).map((key) => results.reduce((sum, result) => sum + result[key], 0));
  console.log(`${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`);
  process.exit(failed > 0 ? 1 : 0);
}

main().catch((error: Error) => {
  console.error(error.stack);
  process.exit(1);
});
