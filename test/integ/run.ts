/**
 * The integration run: real engines, real Terraform, real packets.
 *
 * `--engines 28.5` and `--scenarios three-tier` narrow it to what is being worked on. With several engines each has a process of its own, two at a
 * time (`--jobs N`): a scenario waits for packets most of the time. The longest scenarios run on a sample of the engines unless `--full` is given. Those
 * that take modules of the kernel run in a guest where this machine's has none.
 */
import { spawn } from 'node:child_process';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import { Checks } from './harness/checks';
import { ENGINE_IDS, type EngineId } from './lab/cache';
import { isGuest } from './lab/exec';
import { hasModules, runInGuest, whyNoGuest } from './lab/guest';
import { Lab } from './lab/lab';
import { setup } from './lab/setup';
import { SAMPLED, SCENARIOS } from './scenarios';

/** Every scenario runs on these; on another engine only one that names it. */
const USUAL: readonly EngineId[] = ['20.10', '26.1', '28.5', '29'];

interface Sum {
  passed: number;
  failed: number;
  skipped: string[];
  failures: string[];
}

function option(name: string): string | undefined {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : (process.argv[at + 1] ?? '');
}

function chosen<T extends string>(name: string, all: readonly T[]): readonly T[] {
  const wanted = option(name)?.split(',');
  const unknown = (wanted ?? []).filter((word) => !all.includes(word as T));
  if (unknown.length > 0) throw new Error(`${name}: unknown ${unknown.join(', ')}; known are ${all.join(', ')}`);
  return (wanted as T[] | undefined) ?? all;
}

/** What one process runs. */
interface Task {
  readonly engine: EngineId;
  readonly names: readonly string[];
  readonly kernel: 'own' | 'guest';
}

function checked(name: string, engine: EngineId): Checks {
  const started = Date.now();
  const checks = new Checks(`${name} ${engine}`);
  checks.step('the scenario runs to its end', () => SCENARIOS[name].run(engine, checks));
  checks.say(`${checks.passed} passed, ${checks.failed} failed (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  return checks;
}

/** All scenarios on one engine, one after the other. */
function runEngine({ engine, names }: Task, sampled: boolean): Sum {
  const sum: Sum = { passed: 0, failed: 0, skipped: [], failures: [] };
  for (const name of names) {
    if (sampled && !(SAMPLED[name]?.includes(engine) ?? true)) {
      sum.skipped.push(`${name} ${engine}: a plain run tries it on ${SAMPLED[name].join(' and ')}; '--full' tries it here, too`);
      continue;
    }
    let checks = checked(name, engine);
    // There a machine with other work may be too slow for what waits for packets; what is wrong with the program fails again.
    if (checks.failed > 0 && isGuest()) {
      sum.skipped.push(...checks.failures.map((text) => `${name} ${engine}, first try in the guest, which was run again: ${text}`));
      checks = checked(name, engine);
    }
    sum.passed += checks.passed;
    sum.failed += checks.failed;
    sum.skipped.push(...checks.skipped.map((text) => `${name} ${engine}: ${text}`));
    sum.failures.push(...checks.failures.map((text) => `${name} ${engine}: ${text}`));
  }
  return sum;
}

/** The same in a process of its own, of this kernel or of the guest's, whose last line holds its sum. */
async function runApart(task: Task, sampled: boolean): Promise<Sum> {
  const { engine, names, kernel } = task;
  const mode = sampled ? '--prepared-sample' : '--prepared';
  const argv = [
    process.execPath,
    ...process.execArgv,
    path.resolve(process.argv[1]),
    '--engines',
    engine,
    '--scenarios',
    names.join(','),
    mode,
  ];
  let sum: Sum = { passed: 0, failed: 1, skipped: [], failures: [`${names.join(', ')} ${engine}: ended before its end`] };
  const tell = (line: string) => {
    if (line.startsWith('SUM ')) sum = JSON.parse(line.slice(4)) as Sum;
    else console.log(line);
  };
  if (kernel === 'guest') await runInGuest(argv, tell);
  else await spawnTelling(argv, tell);
  return sum;
}

function spawnTelling(argv: readonly string[], tell: (line: string) => void): Promise<void> {
  return new Promise((resolve) => {
    const child = spawn(argv[0], argv.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
    createInterface({ input: child.stdout }).on('line', tell).on('close', resolve);
  });
}

/** The guest has one processor and is slow, so it begins. */
function tasksOf(engines: readonly EngineId[], names: readonly string[], modules: Modules): Task[] {
  const task = (kernel: Task['kernel'], needsModules: boolean) => (engine: EngineId) => ({
    engine,
    kernel,
    names: names.filter(
      (name) => (SCENARIOS[name].engines ?? USUAL).includes(engine) && (SCENARIOS[name].needsModules ?? false) === needsModules,
    ),
  });
  const guests = modules.kernel === undefined ? [] : engines.map(task(modules.kernel, true));
  return [...guests, ...engines.map(task('own', false))].filter((each) => each.names.length > 0);
}

interface Modules {
  /** Where they are. */
  readonly kernel?: Task['kernel'];
  readonly why?: string;
}

function whereModulesAre(): Modules {
  if (hasModules()) return { kernel: 'own' };
  const why = whyNoGuest();
  return why === undefined ? { kernel: 'guest' } : { why: `this kernel lacks modules, and there is no second one: ${why}` };
}

async function runAll(tasks: readonly Task[], sampled: boolean, jobs: number): Promise<Sum> {
  const sums: Sum[] = [];
  const waiting = [...tasks];
  const worker = async () => {
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) sums.push(await runApart(task, sampled));
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return {
    passed: sums.reduce((total, { passed }) => total + passed, 0),
    failed: sums.reduce((total, { failed }) => total + failed, 0),
    skipped: sums.flatMap(({ skipped }) => skipped),
    failures: sums.flatMap(({ failures }) => failures),
  };
}

async function main(): Promise<void> {
  const engines = chosen('--engines', ENGINE_IDS);
  const names = chosen('--scenarios', Object.keys(SCENARIOS));
  const sampled = option('--scenarios') === undefined && !process.argv.includes('--full');
  for (const mode of ['--prepared', '--prepared-sample']) {
    if (process.argv.includes(mode)) {
      console.log(`SUM ${JSON.stringify(runEngine({ engine: engines[0], names, kernel: 'own' }, mode === '--prepared-sample'))}`);
      return;
    }
  }
  Lab.sweep();
  await setup(engines, console.log);
  for (const name of names) await SCENARIOS[name].prepare?.();
  const modules = whereModulesAre();
  const tasks = tasksOf(engines, names, modules);
  const isAlone = tasks.length === 1 && tasks[0].kernel === 'own';
  const sum = isAlone ? runEngine(tasks[0], sampled) : await runAll(tasks, sampled, Number(option('--jobs') ?? 2));
  if (modules.why !== undefined) {
    sum.skipped.push(...names.filter((name) => SCENARIOS[name].needsModules).map((name) => `${name}: ${modules.why}`));
  }
  sum.skipped.forEach((text) => console.log(`SKIPPED ${text}`));
  // Once more where who reads the end finds them.
  sum.failures.forEach((text) => console.log(`FAILED ${text}`));
  console.log(`${sum.passed} passed, ${sum.failed} failed${sum.skipped.length > 0 ? `, ${sum.skipped.length} skipped` : ''}`);
  process.exit(sum.failed > 0 ? 1 : 0);
}

main().catch((error: Error) => {
  console.error(error.stack);
  process.exit(1);
});
