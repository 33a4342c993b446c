/**
 * What the library costs: 1,000 hardened containers over 100 segments with flows, against the same resources written by hand with the bindings.
 *
 * Both programs run in one process, taking turns, and print medians and their ratio; what the proof adds is printed apart. The JSON of both must be of one size and hold the same fields,
 * or the comparison would be of two different things. Usage: `ts-node -T -P test/tsconfig.json scripts/bench.ts [runs] [containers]`.
 */
import { Container } from '@cdktf/provider-docker/lib/container';
import { Network } from '@cdktf/provider-docker/lib/network';
import { DockerProvider } from '@cdktf/provider-docker/lib/provider';
import { App, TerraformStack, Testing } from 'cdktf';
import { collectGarbage, cpuMillis, median } from './cpu';
import { BridgeSegment, Cidr, ContainerImage, EngineVersion, HardenedContainer, HardenedDaemon, Peer, Port } from '../src';

const RUNS = Number(process.argv[2] ?? 5);
const CONTAINERS = Number(process.argv[3] ?? 1000);
const PER_SEGMENT = 10;
const SEGMENTS = CONTAINERS / PER_SEGMENT;
const IMAGE = ContainerImage.fromId(`sha256:${'0'.repeat(64)}`);

/** In each segment a chain of flows, the last one of a segment to the first of the next; one publication and one egress per segment. */
function ours(withProof = false): TerraformStack {
  const stack = new TerraformStack(Testing.app(), 'app');
  const daemon = new HardenedDaemon(stack, 'Edge', {
    engine: EngineVersion.V28,
    hostAddress: '192.0.2.10',
    addressPool: Cidr.parse('10.0.0.0/8'),
    ...(withProof ? {} : { withoutProofReason: 'raw resources prove nothing either' }),
  });
  const segments = Array.from({ length: SEGMENTS }, (_, i) => new BridgeSegment(stack, `S${i}`, { daemon }));
  const all = Array.from(
    { length: CONTAINERS },
    (_, i) =>
      new HardenedContainer(stack, `C${i}`, { segment: segments[Math.floor(i / PER_SEGMENT)], image: IMAGE, defaultPort: Port.tcp(8080) }),
  );
  all.slice(1).forEach((container, i) => all[i].connections.allowTo(container));
  segments.forEach((_, i) => {
    all[i * PER_SEGMENT].publish(Port.tcp(10_000 + i), { hostAddress: '192.0.2.10', sources: [Peer.anyIpv4()] });
    all[i * PER_SEGMENT + 1].connections.allowTo(Peer.cidr('203.0.113.0/24'), Port.tcp(443));
  });
  return stack;
}

type Json = Record<string, Record<string, Record<string, any>>>;

/** camelCase, as the bindings want it; keys of options and the like stay as they are. */
function bindingConfig(value: any, plainKeys = false): any {
  if (Array.isArray(value)) return value.map((entry) => bindingConfig(entry));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => {
      const name = plainKeys ? key : key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
      return [name, bindingConfig(entry, ['options', 'sysctls', 'tmpfs', 'log_opts'].includes(key))];
    }),
  );
}

/** The program that somebody would write without us: every value known, networks by reference. */
function rawProgram(json: Json): () => TerraformStack {
  const networks = Object.values(json.docker_network).map((entry) => bindingConfig(entry));
  const containers = Object.values(json.docker_container).map((entry) => bindingConfig(entry));
  const byReference = new Map(Object.keys(json.docker_network).map((id, i) => [`\${docker_network.${id}.id}`, networks[i].name as string]));
  for (const container of containers) {
    for (const block of container.networksAdvanced) block.network = byReference.get(block.name);
  }
  return () => {
    const stack = new TerraformStack(Testing.app(), 'app');
    const provider = new DockerProvider(stack, 'Provider', { host: 'unix:///var/run/docker.sock' });
    stack.addOverride('terraform.required_providers.docker.version', '>= 3.6.2, < 5.0.0');
    const ids = new Map<string, string>();
    for (const config of networks) ids.set(config.name, new Network(stack, `N-${config.name}`, { ...config, provider }).id);
    for (const { networksAdvanced, ...config } of containers) {
      const blocks = networksAdvanced.map(({ network, ...block }: any) => ({ ...block, name: ids.get(network) }));
      new Container(stack, `C-${config.name}`, { ...config, provider, networksAdvanced: blocks });
    }
    return stack;
  };
}

interface Sample {
  readonly construct: number;
  readonly synth: number;
}

function measure(program: () => TerraformStack): Sample {
  collectGarbage();
  const start = cpuMillis();
  const stack = program();
  const built = cpuMillis();
  App.of(stack).synth();
  const done = cpuMillis();
  return { construct: built - start, synth: done - built };
}

/** Names of all fields with how often they occur: equal for both, or the programs are not the same. */
function fields(json: unknown, into = new Map<string, number>()): Map<string, number> {
  if (Array.isArray(json)) {
    json.forEach((entry) => fields(entry, into));
  } else if (typeof json === 'object' && json !== null) {
    for (const [key, value] of Object.entries(json)) {
      into.set(key, (into.get(key) ?? 0) + 1);
      fields(value, into);
    }
  }
  return into;
}

function same(a: Json, b: Json): void {
  for (const type of Object.keys({ ...a, ...b })) {
    const [left, right] = [a, b].map((json) => fields(Object.values(json[type] ?? {})));
    for (const key of new Set([...left.keys(), ...right.keys()])) {
      if (left.get(key) !== right.get(key)) {
        throw new Error(`${type}: '${key}' occurs ${left.get(key)} times in Bulkhead, ${right.get(key)} in raw`);
      }
    }
  }
}

function main(): void {
  const json = JSON.parse(Testing.synth(ours(), true)).resource as Json;
  const raw = rawProgram(json);
  const rawText = Testing.synth(raw(), true);
  same(json, JSON.parse(rawText).resource as Json);
  const counts = Object.entries(json).map(([type, all]) => `${Object.keys(all).length} ${type}`);
  console.log(
    `${counts.join(', ')}; JSON ${Math.round(Testing.synth(ours(), true).length / 1024)} KiB Bulkhead, ${Math.round(rawText.length / 1024)} KiB raw`,
  );

  const samples = { ours: [] as Sample[], proved: [] as Sample[], raw: [] as Sample[] };
  for (let run = 0; run < RUNS; run++) {
    samples.raw.push(measure(raw));
    samples.ours.push(measure(() => ours()));
    samples.proved.push(measure(() => ours(true)));
  }
  const medians = (all: readonly Sample[]) => ({
    construct: median(all.map((s) => s.construct)),
    synth: median(all.map((s) => s.synth)),
    total: median(all.map((s) => s.construct + s.synth)),
  });
  const [a, b, proved] = [medians(samples.ours), medians(samples.raw), medians(samples.proved)];
  for (const part of ['construct', 'synth', 'total'] as const) {
    console.log(
      `${part.padEnd(9)} Bulkhead ${a[part].toFixed(0)} ms, raw ${b[part].toFixed(0)} ms, ratio ${(a[part] / b[part]).toFixed(2)}`,
    );
  }
  console.log(
    `with the proof of reachability: total ${proved.total.toFixed(0)} ms, ${(proved.total / a.total).toFixed(2)} times Bulkhead without it, ratio ${(proved.total / b.total).toFixed(2)}`,
  );
}

main();
