// The integration run: real engines, real Terraform, real packets. `--engines 28.5` and `--scenarios three-tier` narrow it to what is being worked on.
import { Checks } from './harness/checks';
import { type EngineId } from './lab/cache';
import { Lab } from './lab/lab';
import { setup } from './lab/setup';
import * as generated from './scenarios/generated';
import * as threeTier from './scenarios/three-tier';

type Scenario = { run(engine: EngineId, checks: Checks): void };
const SCENARIOS: Readonly<Record<string, Scenario>> = { 'three-tier': threeTier, generated };
const ENGINES: readonly EngineId[] = ['20.10', '26.1', '28.5', '29'];

function chosen<T extends string>(option: string, all: readonly T[]): readonly T[] {
  const at = process.argv.indexOf(option);
  if (at < 0) return all;
  const wanted = (process.argv[at + 1] ?? '').split(',');
  const unknown = wanted.filter((name) => !all.includes(name as T));
  if (unknown.length > 0) throw new Error(`${option}: unknown ${unknown.join(', ')}; known are ${all.join(', ')}`);
  return wanted as T[];
}

async function main(): Promise<void> {
  const engines = chosen('--engines', ENGINES);
  const names = chosen('--scenarios', Object.keys(SCENARIOS));
  Lab.sweep();
  await setup(engines, console.log);
  let passed = 0;
  let failed = 0;
  const skipped: string[] = [];
  for (const name of names) {
    for (const engine of engines) {
      const started = Date.now();
      const checks = new Checks(`${name} ${engine}`);
      checks.step('the scenario runs to its end', () => SCENARIOS[name].run(engine, checks));
      checks.say(`${checks.passed} passed, ${checks.failed} failed (${((Date.now() - started) / 1000).toFixed(1)} s)`);
      passed += checks.passed;
      failed += checks.failed;
      skipped.push(...checks.skipped.map((text) => `${name} ${engine}: ${text}`));
    }
  }
  skipped.forEach((text) => console.log(`SKIPPED ${text}`));
  console.log(`${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`);
  process.exit(failed > 0 ? 1 : 0);
}

main().catch((error: Error) => {
  console.error(error.stack);
  process.exit(1);
});
