// Prepares everything that the lab needs, once: tools, Debian trees, engines, provider, image. A second run only looks.
// CLI: tsx test/integ/lab/setup.ts [engine …]
import * as fs from 'node:fs';
import { ENGINE_IDS, cacheDir, engineSpec, type EngineId, type GoBuildId, type Suite } from './cache';
import { installTools, makeTree } from './debian';
import { which } from './exec';
import { buildEngine, buildProvider, linkProvider } from './gobuild';
import { makeGuest } from './guest';
import { makeImage } from './image';

export type Log = (line: string) => void;

/** `terraform`, or `tofu` where only that is there. */
export function terraformProgram(): string {
  const found = which('terraform') ?? which('tofu');
  if (!found) throw new Error('neither terraform nor tofu is on PATH: install one of them (Terraform 1.5 or later, or OpenTofu)');
  return found;
}

export async function setup(engineIds: readonly EngineId[] = ENGINE_IDS, log: Log = console.log): Promise<void> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new Error('the lab needs root on Linux: it makes network namespaces and mounts (nothing outside its own namespaces is changed)');
  }
  const began = Date.now();
  const step = async (name: string, make: () => Promise<boolean> | boolean): Promise<void> => {
    const start = Date.now();
    const made = await make();
    log(`${made ? 'made ' : 'have '} ${name} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
  };
  fs.mkdirSync(cacheDir(), { recursive: true });
  log(`cache ${cacheDir()}`);
  await step('programs of this machine', installTools);
  const program = terraformProgram();

  const specs = engineIds.map(engineSpec);
  const suites = [...new Set(specs.map((spec) => spec.suite))] as Suite[];
  const builds = [...new Set(specs.flatMap((spec) => (spec.build ? [spec.build] : [])))] as Exclude<GoBuildId, 'provider'>[];
  // Downloads wait for the network and compilers for the processor: side by side they take the time of the longest.
  const results = await Promise.allSettled([
    (async () => {
      for (const suite of suites) await step(`Debian tree ${suite}`, () => makeTree(suite));
    })(),
    (async () => {
      await step('Terraform provider', buildProvider);
      await step('provider mirror', () => linkProvider(program));
      for (const build of builds) await step(build, () => buildEngine(build));
    })(),
    step('container image', makeImage),
    step('kernel with modules', makeGuest),
  ]);
  const failed = results.filter((result): result is PromiseRejectedResult => result.status === 'rejected');
  if (failed.length) throw new Error(failed.map((result) => String((result.reason as Error)?.message ?? result.reason)).join('\n\n'));
  log(`ready ${engineIds.join(', ')} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
}

if (require.main === module) {
  const ids = process.argv.slice(2) as EngineId[];
  setup(ids.length ? ids : ENGINE_IDS).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
