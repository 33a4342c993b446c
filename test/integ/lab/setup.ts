// Prepares everything that the lab needs, once: tools, Debian trees, engines, provider, image. A second run only looks.
// CLI: tsx test/integ/lab/setup.ts [engine …]
import * as fs from 'node:fs';
import * as os from 'node:os';
import { OWN_PROVIDER, ENGINE_IDS, cacheDir, engineSpec, type EngineId, type GoBuildId, type Suite } from './cache';
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

/** Each compiler uses every processor for a part of its time, and the linker of an engine two gigabytes. */
function compilersAtOnce(): number {
  return Math.max(1, Math.min(os.cpus().length, Math.floor(os.freemem() / 3e9)));
}

/** One promise for each chain of `count`: a chain takes the next work when it has done one. */
function sideBySide(work: ReadonlyArray<() => Promise<void>>, count: number): Promise<void>[] {
  const waiting = [...work];
  return Array.from({ length: count }, async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await next();
  });
}

type Step = (name: string, make: (onLine: (line: string) => void) => Promise<boolean> | boolean) => Promise<void>;

const TELL_EVERY = 5_000;

/** Tells what was made, and every few seconds what each step that is not done yet last said. */
function stepsTold(log: Log): { readonly step: Step; readonly end: () => void } {
  const working = new Map<string, { readonly since: number; doing: string }>();
  const seconds = (since: number) => ((Date.now() - since) / 1000).toFixed(1);
  const timer = setInterval(() => {
    for (const [name, { since, doing }] of working) log(`  … ${name} (${seconds(since)} s)${doing && `: ${doing.slice(0, 100)}`}`);
  }, TELL_EVERY);
  timer.unref();
  const step: Step = async (name, make) => {
    const state = { since: Date.now(), doing: '' };
    working.set(name, state);
    try {
      const made = await make((line) => (state.doing = line.trim() || state.doing));
      log(`${made ? 'made ' : 'have '} ${name} (${seconds(state.since)} s)`);
    } finally {
      working.delete(name);
    }
  };
  return { step, end: () => clearInterval(timer) };
}

export async function setup(engineIds: readonly EngineId[] = ENGINE_IDS, log: Log = console.log): Promise<void> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new Error('the lab needs root on Linux: it makes network namespaces and mounts (nothing outside its own namespaces is changed)');
  }
  const began = Date.now();
  const { step, end } = stepsTold(log);
  fs.mkdirSync(cacheDir(), { recursive: true });
  log(`cache ${cacheDir()}`);
  await step('programs of this machine', installTools);
  const program = terraformProgram();

  const specs = engineIds.map(engineSpec);
  const suites = [...new Set(specs.map((spec) => spec.suite))] as Suite[];
  const builds = [...new Set(specs.flatMap((spec) => (spec.build ? [spec.build] : [])))] as Exclude<
    GoBuildId,
    'provider' | 'wireguard-go' | 'compose'
  >[];
  const isOwn = process.env[OWN_PROVIDER] !== undefined;
  const compilers = [
    async () => {
      if (!isOwn) await step('Terraform provider', buildProvider);
      await step('provider mirror', () => linkProvider(program));
    },
    ...builds.map((build) => () => step(build, (onLine) => buildEngine(build, onLine))),
  ];
  // Downloads wait for the network and compilers for the processor: side by side they take the time of the longest.
  const results = await Promise.allSettled([
    (async () => {
      for (const suite of suites) await step(`Debian tree ${suite}`, (onLine) => makeTree(suite, onLine));
    })(),
    ...sideBySide(compilers, compilersAtOnce()),
    step('container image', makeImage),
    step('kernel with modules', makeGuest),
  ]);
  end();
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
