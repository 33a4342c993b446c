/**
 * The integration run: real engines, real Terraform, real packets.
 *
 * `--engines 28.5` and `--scenarios three-tier` narrow it to what is being worked on. With several engines each has a process of its own, two at a
 * time (`--jobs N`): a scenario waits for packets most of the time. The longest scenarios run on a sample of the engines unless `--full` is given.
 */
import { spawn } from 'node:child_process';
import { Checks } from './harness/checks';
import { ENGINE_IDS, type EngineId } from './lab/cache';
import { Lab } from './lab/lab';
import { setup } from './lab/setup';
import { SAMPLED, SCENARIOS } from './scenarios';

/** Every scenario runs on these; on another engine only one that names it. */
const USUAL: readonly EngineId[] = ['20.10', '26.1', '28.5', '29'];

interface Sum {
  passed: number;
  failed: number;
  skipped: string[];
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

/** All scenarios on one engine, one after the other. */
function runEngine(engine: EngineId, names: readonly string[], sampled: boolean): Sum {
  const sum: Sum = { passed: 0, failed: 0, skipped: [] };
  for (const name of names.filter((one) => (SCENARIOS[one].engines ?? USUAL).includes(engine))) {
    if (sampled && !(SAMPLED[name]?.includes(engine) ?? true)) {
      sum.skipped.push(`${name} ${engine}: a plain run tries it on ${SAMPLED[name].join(' and ')}; '--full' tries it here, too`);
      continue;
    }
    const started = Date.now();
    const checks = new Checks(`${name} ${engine}`);
    checks.step('the scenario runs to its end', () => SCENARIOS[name].run(engine, checks));
    checks.say(`${checks.passed} passed, ${checks.failed} failed (${((Date.now() - started) / 1000).toFixed(1)} s)`);
    sum.passed += checks.passed;
    sum.failed += checks.failed;
    sum.skipped.push(...checks.skipped.map((text) => `${name} ${engine}: ${text}`));
  }
  return sum;
}

/** The same in a process of its own, whose last line holds its sum. */
function runEngineApart(engine: EngineId, names: readonly string[], sampled: boolean): Promise<Sum> {
  const argv = [
    ...process.execArgv,
    process.argv[1],
    '--engines',
    engine,
    '--scenarios',
    names.join(','),
    sampled ? '--prepared-sample' : '--prepared',
  ];
  return new Promise((resolve) => {
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
    let rest = '';
    let sum: Sum = { passed: 0, failed: 1, skipped: [] };
    child.stdout.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line.startsWith('SUM ')) sum = JSON.parse(line.slice(4)) as Sum;
        else console.log(line);
      }
    });
    child.on('close', () => resolve(sum));
  });
}

async function runAll(engines: readonly EngineId[], names: readonly string[], sampled: boolean, jobs: number): Promise<Sum> {
  const sums: Sum[] = [];
  const waiting = [...engines];
  const worker = async () => {
    for (let engine = waiting.shift(); engine !== undefined; engine = waiting.shift()) {
      sums.push(await runEngineApart(engine, names, sampled));
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return {
    passed: sums.reduce((total, { passed }) => total + passed, 0),
    failed: sums.reduce((total, { failed }) => total + failed, 0),
    skipped: sums.flatMap(({ skipped }) => skipped),
  };
}

async function main(): Promise<void> {
  const engines = chosen('--engines', ENGINE_IDS);
  const names = chosen('--scenarios', Object.keys(SCENARIOS));
  const sampled = option('--scenarios') === undefined && !process.argv.includes('--full');
  for (const mode of ['--prepared', '--prepared-sample']) {
    if (process.argv.includes(mode)) {
      console.log(`SUM ${JSON.stringify(runEngine(engines[0], names, mode === '--prepared-sample'))}`);
      return;
    }
  }
  Lab.sweep();
  await setup(engines, console.log);
  for (const name of names) await SCENARIOS[name].prepare?.();
  const sum =
    engines.length > 1 ? await runAll(engines, names, sampled, Number(option('--jobs') ?? 2)) : runEngine(engines[0], names, sampled);
  sum.skipped.forEach((text) => console.log(`SKIPPED ${text}`));
  console.log(`${sum.passed} passed, ${sum.failed} failed${sum.skipped.length > 0 ? `, ${sum.skipped.length} skipped` : ''}`);
  process.exit(sum.failed > 0 ? 1 : 0);
}

main().catch((error: Error) => {
  console.error(error.stack);
  process.exit(1);
});
