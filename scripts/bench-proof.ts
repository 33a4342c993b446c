/**
 * What the proof costs: a synth with all claims against one without, the matrix of a large daemon against a tenth of it, one explanation.
 *
 * All in processor time, since the machine may have other work. Usage: `ts-node -T -P test/tsconfig.json scripts/bench-proof.ts [runs]`.
 */
import { App, TerraformStack, Testing } from 'cdktf';
import { cpuMillis, median } from './cpu';
import { BridgeSegment, Cidr, ContainerImage, EngineVersion, HardenedContainer, HardenedDaemon, Peer, Port, Reachability } from '../src';

const RUNS = Number(process.argv[2] ?? 5);
const IMAGE = ContainerImage.fromId(`sha256:${'0'.repeat(64)}`);
const PER_SEGMENT = 10;

interface Large {
  readonly stack: TerraformStack;
  readonly daemon: HardenedDaemon;
  readonly containers: readonly HardenedContainer[];
}

/** Two flows for each container, one to the next and one to the segment after; where wanted, one publication and one egress per segment. */
function program(count: number, options: { readonly withGateways: boolean; readonly withoutProof?: boolean }): Large {
  const stack = new TerraformStack(Testing.app(), 'app');
  const daemon = new HardenedDaemon(stack, 'Edge', {
    engine: EngineVersion.V28,
    hostAddress: '192.0.2.10',
    addressPool: Cidr.parse('10.0.0.0/8'),
    ...(options.withoutProof && { withoutProofReason: 'the other side of a comparison' }),
  });
  const segments = Array.from({ length: count / PER_SEGMENT }, (_, i) => new BridgeSegment(stack, `S${i}`, { daemon }));
  const containers = Array.from(
    { length: count },
    (_, i) => new HardenedContainer(stack, `C${i}`, { segment: segments[Math.floor(i / PER_SEGMENT)], image: IMAGE }),
  );
  containers.forEach((container, i) => {
    container.connections.allowTo(containers[(i + 1) % count], Port.tcp(8080));
    container.connections.allowTo(containers[(i + PER_SEGMENT) % count], Port.tcp(5432));
  });
  if (options.withGateways) {
    segments.forEach((_, i) => {
      containers[i * PER_SEGMENT].publish(Port.tcp(10_000 + i), { hostAddress: '192.0.2.10', sources: [Peer.anyIpv4()] });
      containers[i * PER_SEGMENT + 1].connections.allowTo(Peer.cidr('203.0.113.0/24'), Port.tcp(443));
    });
  }
  return { stack, daemon, containers };
}

function spent(work: () => unknown): number {
  const start = cpuMillis();
  work();
  return cpuMillis() - start;
}

function times(work: () => number): number {
  return median(Array.from({ length: RUNS }, work));
}

function synth(withoutProof: boolean): number {
  return spent(() => App.of(program(300, { withGateways: true, withoutProof }).stack).synth());
}

/** Warm, and both sides in turns. */
synth(true);
synth(false);
const pairs = Array.from({ length: RUNS }, () => [synth(false), synth(true)] as const);
const [proved, unproved] = [median(pairs.map(([a]) => a)), median(pairs.map(([, b]) => b))];
console.log(
  `300 containers, construct and synth: ${proved.toFixed(0)} ms with all claims, ${unproved.toFixed(0)} ms without: ${(proved / unproved).toFixed(2)}x`,
);

for (const withGateways of [false, true]) {
  const matrix = (count: number) => {
    const { daemon } = program(count, { withGateways });
    daemon._declarations.store.derived();
    return spent(() => Reachability.of(daemon)._proof.matrix);
  };
  matrix(100);
  const [large, small] = [times(() => matrix(1000)), times(() => matrix(100))];
  console.log(
    `matrix of 1,000 containers in 100 segments, 2,000 flows${withGateways ? ', 100 publications and egresses' : ''}: ${large.toFixed(0)} ms; of a tenth: ${small.toFixed(0)} ms: ${(large / small).toFixed(1)}x`,
  );
}

const { daemon, containers } = program(1000, { withGateways: true });
const reachability = Reachability.of(daemon);
reachability.matrix();
const explain = times(() => spent(() => reachability.explain(containers[0], containers[1], Port.tcp(8080))));
const deny = times(() => spent(() => reachability.explain(containers[0], containers[500], Port.tcp(8080))));
console.log(`explain at that size: ${explain.toFixed(1)} ms for what is open, ${deny.toFixed(1)} ms for what is not`);
