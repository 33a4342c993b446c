/**
 * What checking costs: a synth of 1,000 raw containers with all packs on the stack, against the same without. Both take turns in one process; medians of
 * processor time and their ratio are printed. Usage: `ts-node -T -P test/tsconfig.json scripts/bench-rules.ts [runs] [containers]`.
 */
import { Container } from '@cdktf/provider-docker/lib/container';
import { Network } from '@cdktf/provider-docker/lib/network';
import { DockerProvider } from '@cdktf/provider-docker/lib/provider';
import { App, Aspects, TerraformStack, Testing } from 'cdktf';
import { collectGarbage, cpuMillis, median } from './cpu';
import { CisDocker, CisLevel, NetworkExposure, Rules, SecureDefaults, SupplyChain } from '../src';

const RUNS = Number(process.argv[2] ?? 7);
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

function measure(checked: boolean): number {
  const app = program(checked);
  collectGarbage();
  const start = cpuMillis();
  app.synth();
  return cpuMillis() - start;
}

const samples = { plain: [] as number[], checked: [] as number[] };
measure(true);
for (let run = 0; run < RUNS; run++) {
  samples.plain.push(measure(false));
  samples.checked.push(measure(true));
}
const [plain, checked] = [median(samples.plain), median(samples.checked)];
console.log(
  `${CONTAINERS} containers, ${Rules.all().length} rules: synth ${plain.toFixed(0)} ms without, ${checked.toFixed(0)} ms with all packs, ratio ${(checked / plain).toFixed(2)}`,
);
