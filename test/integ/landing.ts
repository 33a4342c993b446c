// Which landing this is, what there is to run, and how long it takes: what `schedule.ts` is asked with.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { ENGINE_MINUTES } from './budget';
import { ENGINE_IDS, type EngineId } from './lab/cache';
import { CORE, SCENARIOS } from './scenarios';
import { scheduleOf, secondsOf, type Candidate, type Pair, type Schedule, type Seconds } from './schedule';

/** So many scenarios side by side: most of the time they wait for packets. */
export const JOBS = 2;

/** Every scenario runs on these; on another engine only one that names it. */
const USUAL: readonly EngineId[] = ['20.10', '26.1', '28.5', '29'];

const TABLE = path.join(__dirname, 'seconds.json');

export const measured = (): Seconds => JSON.parse(fs.readFileSync(TABLE, 'utf8')) as Seconds;

/** Puts what a run measured into the table; what it did not run keeps its figure. */
export function writeSeconds(pairs: readonly Pair[]): void {
  const table: Record<string, Record<string, number>> = JSON.parse(JSON.stringify(measured()));
  for (const { name, engine, seconds } of pairs) (table[name] ??= {})[engine] = Math.ceil(seconds);
  const names = Object.keys(table)
    .filter((name) => name in SCENARIOS)
    .sort();
  const rows = names.map((name) => {
    const known = ENGINE_IDS.filter((engine) => table[name][engine] !== undefined);
    return `  ${JSON.stringify(name)}: { ${known.map((engine) => `"${engine}": ${table[name][engine]}`).join(', ')} }`;
  });
  fs.writeFileSync(TABLE, `{\n${rows.join(',\n')}\n}\n`);
}

/** The scenarios and engines that are asked for, each with its seconds. */
export function candidates(names: readonly string[], engines: readonly EngineId[], table: Seconds, hasGuest: boolean): Candidate[] {
  return names.map((name) => ({
    name,
    isCore: CORE.includes(name),
    pairs: (SCENARIOS[name].engines ?? USUAL)
      .filter((engine) => engines.includes(engine))
      .map((engine) => ({
        name,
        engine,
        seconds: secondsOf(table, name, engine),
        inGuest: hasGuest && (SCENARIOS[name].needsModules ?? false),
      })),
  }));
}

export function scheduleOfAll(hasGuest: boolean): Schedule {
  return scheduleOf(candidates(Object.keys(SCENARIOS), ENGINE_IDS, measured(), hasGuest), ENGINE_MINUTES * 60, JOBS);
}
