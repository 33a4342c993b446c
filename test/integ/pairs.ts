// Pairs of a scenario and an engine, each in a process of its own, of this kernel or of the guest's.
import { spawn } from 'node:child_process';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import { Checks } from './harness/checks';
import type { EngineId } from './lab/cache';
import { isGuest } from './lab/exec';
import { runInGuest } from './lab/guest';
import { SCENARIOS } from './scenarios';
import { nextOf, type Pair } from './schedule';

export interface Sum {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly string[];
  readonly failures: readonly string[];
}

export interface Done {
  readonly pair: Pair;
  readonly sum: Sum;
  /** What it took. */
  readonly seconds: number;
}

function checked(name: string, engine: EngineId): Checks {
  const started = Date.now();
  const checks = new Checks(`${name} ${engine}`);
  checks.step('the scenario runs to its end', () => SCENARIOS[name].run(engine, checks));
  checks.say(`${checks.passed} passed, ${checks.failed} failed (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  return checks;
}

/** In this process. */
export function runHere(name: string, engine: EngineId): Sum {
  const again: string[] = [];
  let checks = checked(name, engine);
  // There a machine with other work may be too slow for what waits for packets; what is wrong with the program fails again.
  if (checks.failed > 0 && isGuest()) {
    again.push(...checks.failures.map((text) => `first try in the guest, which was run again: ${text}`));
    checks = checked(name, engine);
  }
  const named = (texts: readonly string[]) => texts.map((text) => `${name} ${engine}: ${text}`);
  return { passed: checks.passed, failed: checks.failed, skipped: named([...again, ...checks.skipped]), failures: named(checks.failures) };
}

/** What says to a process that it is one of these. */
export const PREPARED = '--prepared';

/** Far more than a scenario takes: this is for what hangs. */
const limitSeconds = ({ seconds }: Pair) => Math.max(1200, 6 * seconds);

/** In a process of its own, whose last line holds the sum. */
export async function runApart(pair: Pair, env: NodeJS.ProcessEnv = {}, tell: (line: string) => void = console.log): Promise<Done> {
  const { name, engine } = pair;
  const started = Date.now();
  const failed = (why: string): Sum => ({ passed: 0, failed: 1, skipped: [], failures: [`${name} ${engine}: ${why}`] });
  let sum = failed('ended before its end');
  const heard = (line: string) => {
    if (line.startsWith('SUM ')) sum = JSON.parse(line.slice(4)) as Sum;
    else tell(line);
  };
  const argv = [process.execPath, ...process.execArgv, path.join(__dirname, 'run.ts'), PREPARED, name, engine];
  const late = new AbortController();
  const timer = setTimeout(
    () => {
      sum = failed(`hangs: no end after ${limitSeconds(pair)} s`);
      late.abort();
    },
    limitSeconds(pair) * 1000,
  );
  if (pair.inGuest) await runInGuest(argv, heard, env, late.signal);
  else await spawnTelling(argv, heard, env, late.signal);
  clearTimeout(timer);
  return { pair, sum, seconds: (Date.now() - started) / 1000 };
}

function spawnTelling(argv: readonly string[], tell: (line: string) => void, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    // It ends with this process, however that ends: it waits for programs and sees no signal. A lab whose process is gone is removed by its guardian.
    const words = ['setpriv', '--pdeathsig', 'KILL', '--', ...argv];
    const child = spawn(words[0], words.slice(1), { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    signal.addEventListener('abort', () => child.kill('SIGKILL'), { once: true });
    createInterface({ input: child.stderr }).on('line', tell);
    createInterface({ input: child.stdout }).on('line', tell);
    child.on('error', (error) => tell(error.message));
    child.on('close', () => resolve());
  });
}

/** Runs them in their order, so many side by side; one for which there is no time any more is not started. */
export async function runSideBySide(
  pairs: readonly Pair[],
  jobs: number,
  runOne: (pair: Pair) => Promise<void>,
  isTimeFor: (pair: Pair) => boolean = () => true,
): Promise<Pair[]> {
  const queue = [...pairs];
  const leftOut: Pair[] = [];
  const running = new Map<Pair, Promise<void>>();
  for (;;) {
    while (running.size < jobs) {
      const next = nextOf(
        queue,
        [...running.keys()].some(({ inGuest }) => inGuest),
      );
      if (next === undefined) break;
      if (isTimeFor(next)) {
        running.set(
          next,
          runOne(next).finally(() => running.delete(next)),
        );
      } else {
        leftOut.push(next);
      }
    }
    if (running.size === 0) return leftOut;
    await Promise.race(running.values());
  }
}
