/**
 * The integration run: real engines, real Terraform, real packets.
 *
 * Without arguments it runs what this landing's turn is (see `schedule.ts`) and tells what it left out; `--plan` tells it beforehand, with the
 * minutes, and runs nothing. `--engines 28.5` and `--scenarios three-tier` choose what is being worked on; `--full` is everything. `--jobs N` at a time,
 * each in a process of its own; `--minutes N` starts nothing that would end later; `--seconds` writes what each took to the table of seconds.
 * `--provider-binary FILE` and `--engine-binary FILE` (a dockerd) take the place of those that the lab makes.
 */
import '../support/outside-ci';
import { parseArgs } from 'node:util';
import { ENGINE_MINUTES } from './budget';
import { ENGINE_IDS, type EngineId } from './lab/cache';
import { hasModules, whyNoGuest } from './lab/guest';
import { Lab } from './lab/lab';
import { useEngine, useProvider } from './lab/own';
import { setup } from './lab/setup';
import { candidates, JOBS, measured, scheduleOfAll, writeSeconds } from './landing';
import { landingNumber } from './landing-number';
import { type Done, PREPARED, runApart, runHere, runSideBySide } from './pairs';
import { SCENARIOS } from './scenarios';
import { type Pair, type Schedule, secondsTogether } from './schedule';

function chosen<T extends string>(name: string, given: string | undefined, all: readonly T[]): readonly T[] {
  const wanted = given?.split(',') ?? all;
  const unknown = wanted.filter((word) => !all.includes(word as T));
  if (unknown.length > 0) throw new Error(`--${name}: unknown ${unknown.join(', ')}; known are ${all.join(', ')}`);
  return wanted as readonly T[];
}

/** Where the modules are that some scenarios need. */
function whereModulesAre(): { readonly hasGuest: boolean; readonly why?: string } {
  if (hasModules()) return { hasGuest: false };
  const why = whyNoGuest();
  return why === undefined ? { hasGuest: true } : { hasGuest: false, why: `this kernel lacks modules, and there is no second one: ${why}` };
}

// Hundreds of programs are synthesized.
process.env.BULKHEAD_QUIET = '1';

const label = ({ name, engine }: Pair) => `${name} ${engine}`;
const minutes = (seconds: number) => (seconds / 60).toFixed(1);

/** What is not among the pairs of a landing, in the order of its turn. */
function laterThan({ slices, landings }: Schedule, at: number): { readonly pair: Pair; readonly ahead: number }[] {
  const seen = new Set(landings[at].map(label));
  return Array.from({ length: slices - 1 }, (_, i) => i + 1).flatMap((ahead) =>
    landings[(at + ahead) % slices]
      .filter((pair) => !seen.has(label(pair)))
      .map((pair) => {
        seen.add(label(pair));
        return { pair, ahead };
      }),
  );
}

/** What was left out, a line for each scenario, and when its turn comes. */
function leftOutOf(schedule: Schedule, at: number, ran: ReadonlySet<Pair> = new Set()): string[] {
  const lines = new Map<string, string[]>();
  const add = (name: string, text: string) => lines.set(name, [...(lines.get(name) ?? []), text]);
  for (const { pair, ahead } of laterThan(schedule, at)) if (!ran.has(pair)) add(pair.name, `${pair.engine} in ${ahead}`);
  schedule.tooLong.forEach((pair) =>
    add(pair.name, `${pair.engine} in the campaign alone, since it takes ${minutes(pair.seconds)} minutes`),
  );
  return [...lines].map(([name, engines]) => `${name}: left to a later landing (${engines.join(', ')})`);
}

function tellPlan(schedule: Schedule, at: number, jobs: number): void {
  console.log('this landing runs:');
  for (const { name, engine, seconds, inGuest } of schedule.landings[at]) {
    console.log(`  ${name.padEnd(24)} ${engine.padEnd(7)} ${String(Math.round(seconds)).padStart(5)} s${inGuest ? ', in the guest' : ''}`);
  }
  leftOutOf(schedule, at).forEach((line) => console.log(`  not ${line}`));
  schedule.landings.forEach((pairs, i) => {
    const estimate = minutes(secondsTogether(pairs, jobs));
    console.log(`${i === at ? 'this' : `in ${(i - at + schedule.slices) % schedule.slices}`}: ${pairs.length} pairs, ${estimate} minutes`);
  });
}

/** Says whether a pair still ends in time, at the pace that was seen so far. */
function clock(limitMinutes: number | undefined, done: readonly Done[]): (pair: Pair) => boolean {
  if (limitMinutes === undefined) return () => true;
  const end = Date.now() + limitMinutes * 60_000;
  return ({ seconds }) => {
    const [took, thought] = [done.reduce((sum, each) => sum + each.seconds, 0), done.reduce((sum, { pair }) => sum + pair.seconds, 0)];
    return Date.now() + seconds * Math.max(1, thought > 0 ? took / thought : 1) * 1000 <= end;
  };
}

async function main(): Promise<void> {
  if (process.argv[2] === PREPARED) {
    console.log(`SUM ${JSON.stringify(runHere(process.argv[3], process.argv[4] as EngineId))}`);
    return;
  }
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    options: {
      ...{ engines: text, scenarios: text, jobs: text, minutes: text, landing: text, 'provider-binary': text, 'engine-binary': text },
      ...{ full: flag, plan: flag, seconds: flag },
    },
  });
  const jobs = Number(values.jobs ?? JOBS);
  if (values['provider-binary'] !== undefined) await useProvider(values['provider-binary']);
  const own = values['engine-binary'] === undefined ? undefined : await useEngine(values['engine-binary']);
  const engines = chosen('engines', values.engines ?? own?.ids.join(','), ENGINE_IDS);
  const names = chosen('scenarios', values.scenarios, Object.keys(SCENARIOS));
  const isLanding = !values.full && values.engines === undefined && values.scenarios === undefined && own === undefined;

  if (!values.plan) {
    Lab.sweep();
    await setup(engines, console.log);
    for (const name of names) await SCENARIOS[name].prepare?.();
  }
  const { hasGuest, why } = whereModulesAre();
  const skipped: string[] = [];
  /** What is begun when the landing's own are, and there is still time. */
  let extra: Pair[] = [];
  let leftOut: (ran: ReadonlySet<Pair>) => string[] = () => [];
  let pairs = candidates(names, engines, measured(), hasGuest).flatMap((candidate) => candidate.pairs);
  if (isLanding) {
    const schedule = scheduleOfAll(hasGuest);
    const { number, from } = values.landing === undefined ? landingNumber() : { number: Number(values.landing), from: '--landing' };
    const at = number % schedule.slices;
    const core = schedule.isCoreInEvery ? 'the core on every engine' : 'the core in turns, since it takes too long';
    const others = schedule.isEachInEvery ? 'each other scenario on one engine at least' : 'other scenarios in turns';
    console.log(`landing ${number} (${from}), turn ${at + 1} of ${schedule.slices}: ${core}, ${others}, in ${ENGINE_MINUTES} minutes`);
    pairs = [...schedule.landings[at]];
    leftOut = (ran) => leftOutOf(schedule, at, ran);
    if (values.minutes !== undefined) extra = laterThan(schedule, at).map(({ pair }) => pair);
    if (values.plan) tellPlan(schedule, at, jobs);
  } else if (values.plan) {
    pairs.forEach(({ name, engine, seconds }) =>
      console.log(`  ${name.padEnd(24)} ${engine.padEnd(7)} ${String(Math.round(seconds)).padStart(5)} s`),
    );
  }
  const estimate = secondsTogether(pairs, jobs);
  console.log(`${pairs.length} pairs of a scenario and an engine, about ${minutes(estimate)} minutes, ${jobs} at a time`);
  if (values.plan) return;

  const needModules = (pair: Pair) => why !== undefined && SCENARIOS[pair.name].needsModules === true;
  skipped.push(...new Set([...pairs, ...extra].filter(needModules).map(({ name }) => `${name}: ${why}`)));
  pairs = pairs.filter((pair) => !needModules(pair));
  extra = extra.filter((pair) => !needModules(pair));
  const done: Done[] = [];
  const limit = values.minutes === undefined ? undefined : Number(values.minutes);
  const runOne = async (pair: Pair) => {
    const started = Date.now();
    // What is worked on alone runs in this process, so that a debugger sees it.
    const isAlone = pairs.length === 1 && !pair.inGuest;
    done.push(
      isAlone ? { pair, sum: runHere(pair.name, pair.engine as EngineId), seconds: (Date.now() - started) / 1000 } : await runApart(pair),
    );
  };
  const late = new Set(await runSideBySide([...pairs, ...extra], jobs, runOne, clock(limit, done)));
  skipped.push(...pairs.filter((pair) => late.has(pair)).map((pair) => `${label(pair)}: no time is left of ${limit} minutes`));
  skipped.push(...leftOut(new Set(done.map(({ pair }) => pair))));
  skipped.push(...done.flatMap(({ sum }) => sum.skipped));
  if (values.seconds) writeSeconds(done.filter(({ sum }) => sum.failed === 0).map(({ pair, seconds }) => ({ ...pair, seconds })));

  const passed = done.reduce((total, { sum }) => total + sum.passed, 0);
  const failed = done.reduce((total, { sum }) => total + sum.failed, 0);
  skipped.forEach((line) => console.log(`SKIPPED ${line}`));
  // Once more where who reads the end finds them.
  done.flatMap(({ sum }) => sum.failures).forEach((line) => console.log(`FAILED ${line}`));
  console.log(`${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`);
  process.exit(failed > 0 ? 1 : 0);
}

main().catch((error: Error) => {
  console.error(error.stack);
  process.exit(1);
});
