/**
 * What checking costs: 1,000 raw containers with all packs on the stack, against the same without, as somebody waits for it (constructs and synth), and
 * `app.synth()` alone. Both take turns at going first, each time in a process of its own; medians and their ratios are printed. One process may take twice the
 * time of the next, so few turns say little. Usage: `ts-node -T -P test/tsconfig.json scripts/bench-rules.ts [turns] [containers]`.
 */
import { execFileSync } from 'node:child_process';
import { Container } from '@cdktf/provider-docker/lib/container';
import { Network } from '@cdktf/provider-docker/lib/network';
import { DockerProvider } from '@cdktf/provider-docker/lib/provider';
import { App, Aspects, TerraformStack, Testing } from 'cdktf';
import { collectGarbage, cpuMillis, median } from './cpu';
import { CisDocker, CisLevel, NetworkExposure, Rules, SecureDefaults, SupplyChain } from '../src';

const TURNS = Number(process.argv[2] ?? 15);
const CONTAINERS = Number(process.argv[3] ?? 1000);
const IMAGE = `registry.example/web@sha256:${'0'.repeat(64)}`;

/** Containers as somebody has them who took care, ten in a network. */
function program(checked: boolean): App {
  const app = Testing.app();
  const stack = new TerraformStack(app, 'app');
  new DockerProvider(stack, 'Docker', {});
  const networks = Array.from(
    { length: CONTAINERS / 10 },
    (_, i) =>
      new Network(stack, `N${i}`, { name: `n${i}`, internal: true, ipamConfig: [{ subnet: `10.${i}.0.0/24`, gateway: `10.${i}.0.1` }] }),
  );
  for (let i = 0; i < CONTAINERS; i++) {
    new Container(stack, `C${i}`, {
      name: `c${i}`,
      image: IMAGE,
      user: '10001:10001',
      env: ['MODE=production', 'PORT=8080'],
      capabilities: { drop: ['ALL'] },
      securityOpts: ['no-new-privileges:true'],
      readOnly: true,
      tmpfs: { '/tmp': 'rw,noexec,nosuid,nodev,size=64m' },
      memory: 256,
      memorySwap: 256,
      cpuPeriod: 100_000,
      cpuQuota: 100_000,
      ulimit: [{ name: 'nofile', soft: 1024, hard: 4096 }],
      logDriver: 'json-file',
      logOpts: { 'max-size': '10m', 'max-file': '3' },
      restart: 'on-failure',
      maxRetryCount: 5,
      healthcheck: { test: ['CMD', 'wget', '-q', '-O', '-', 'http://localhost:8080/'], interval: '30s' },
      networksAdvanced: [{ name: networks[Math.floor(i / 10)].id }],
      mounts: [{ type: 'bind', source: '/srv/data', target: '/data', readOnly: true }],
      ports: i % 10 === 0 ? [{ internal: 8443, external: 10_000 + i, ip: '127.0.0.1' }] : undefined,
    });
  }
  if (checked) {
    const aspects = Aspects.of(stack);
    [new SecureDefaults(), new CisDocker({ level: CisLevel.LEVEL_2 }), new NetworkExposure(), new SupplyChain()].forEach((pack) =>
      aspects.add(pack),
    );
  }
  return app;
}

/** What it took, in milliseconds: of the clock for all of it, of the clock and of the processor, with its threads, for the synth. */
interface Cost {
  readonly program: number;
  readonly synth: number;
  readonly processor: number;
}

function measure(checked: boolean): Cost {
  // Stack traces with source maps, which users of the package do not pay, would make every token dearer, and so the checks look cheaper.
  Reflect.deleteProperty(Error, 'prepareStackTrace');
  const begin = performance.now();
  const app = program(checked);
  const built = performance.now() - begin;
  collectGarbage();
  const [cpu, wall] = [cpuMillis(), performance.now()];
  app.synth();
  const synth = performance.now() - wall;
  return { program: built + synth, synth, processor: cpuMillis() - cpu };
}

/** A process of its own, as `cdktf synth` has it: in one that synthesizes again and again, hidden classes are collected and code is compiled anew each time. */
function inProcess(form: 'plain' | 'checked'): Cost {
  const args = [...process.execArgv, __filename, `${TURNS}`, `${CONTAINERS}`, form];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Cost;
}

const form = process.argv[4];
if (form !== undefined) {
  console.log(JSON.stringify(measure(form === 'checked')));
} else {
  const samples = Array.from({ length: TURNS }, (_, turn) => {
    // A machine that slows down while it works would be hard on whoever is always second.
    const first = turn % 2 === 0 ? inProcess('plain') : undefined;
    const checked = inProcess('checked');
    return { plain: first ?? inProcess('plain'), checked };
  });
  console.log(`${CONTAINERS} containers, ${Rules.all().length} rules, ${TURNS} turns, medians:`);
  for (const [of, name] of [
    ['program', 'constructs and synth'],
    ['synth', 'synth alone'],
    ['processor', 'synth alone, processor time'],
  ] as const) {
    const [plain, checked] = (['plain', 'checked'] as const).map((which) => median(samples.map((sample) => sample[which][of])));
    console.log(
      `  ${name}: ${plain.toFixed(0)} ms without, ${checked.toFixed(0)} ms with all packs, ratio ${(checked / plain).toFixed(2)}`,
    );
  }
}
