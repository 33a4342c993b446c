/**
 * How many packets a second the walk takes through the rules of 100 bridges with 1,000 containers, in the shape that engine 28 writes them.
 *
 * Usage: `ts-node -T -P test/tsconfig.json scripts/bench-walk.ts [bridges] [containers of each]`.
 */
import { performance } from 'node:perf_hooks';
import type { HostView } from '../src/reachability/private/walk/host-view';
import type { ProbeSource, ProbeSpec } from '../src/reachability/private/walk/outcome';
import { walk } from '../src/reachability/private/walk/walk';
import { largeHost } from '../test/support/large-host';

const BRIDGES = Number(process.argv[2] ?? 100);
const EACH = Number(process.argv[3] ?? 10);
const SECONDS = 1;

const tcp = (from: ProbeSource, to: string, port: number): ProbeSpec => ({ family: 'ipv4', from, to, protocol: 'tcp', port });
const neighbour: ProbeSource = { kind: 'outside', interface: 'eth0', address: '192.0.2.50' };

function flows(): Record<string, ProbeSpec[]> {
  const many = (make: (bridge: number, host: number) => ProbeSpec) => Array.from({ length: 1000 }, (_, i) => make(i % BRIDGES, i % EACH));
  const key = (bridge: number, host: number): ProbeSource => ({ kind: 'container', key: `c${bridge}-${host}` });
  const address = (bridge: number, host: number) => `10.${bridge}.0.${host + 2}`;
  return {
    'neighbour to a publication': many((bridge) => tcp(neighbour, '192.0.2.10', 10_000 + bridge)),
    'container to the internet': many((bridge, host) => tcp(key(bridge, host), '203.0.113.5', 443)),
    'container to its neighbour': many((bridge, host) => tcp(key(bridge, host), address(bridge, (host + 1) % EACH), 80)),
    'container to another bridge': many((bridge, host) => tcp(key(bridge, host), address((bridge + 1) % BRIDGES, host), 80)),
    'neighbour straight to a container': many((bridge, host) => tcp(neighbour, address(bridge, host), 80)),
  };
}

/** Of processor time: the machine may have other work. */
function rate(view: HostView, probes: readonly ProbeSpec[], trace: boolean): number {
  const start = process.cpuUsage();
  const spent = () => Object.values(process.cpuUsage(start)).reduce((sum, each) => sum + each, 0) / 1e6;
  let walked = 0;
  while (spent() < SECONDS) {
    for (const probe of probes) walk(view, probe, { trace });
    walked += probes.length;
  }
  return walked / spent();
}

const view = largeHost(BRIDGES, EACH);
const rules = view.rules.ipv4.chains.reduce((sum, chain) => sum + chain.rules.length, 0);
const compiling = performance.now();
walk(view, tcp(neighbour, '192.0.2.10', 22));
console.log(
  `${BRIDGES} bridges, ${BRIDGES * EACH} containers, ${rules} rules: compiled in ${(performance.now() - compiling).toFixed(0)} ms`,
);
for (const [name, probes] of Object.entries(flows())) {
  const dispositions = [...new Set(probes.map((probe) => walk(view, probe).disposition))].join(', ');
  const [plain, traced] = [rate(view, probes, false), rate(view, probes, true)];
  console.log(
    `${name.padEnd(36)} ${dispositions.padEnd(12)} ${Math.round(plain)} packets per second of processor time, with a trace ${Math.round(traced)}`,
  );
}
