/**
 * What a question on the command line costs as a whole process, beside netpol-analyzer on equal policies: 30, 100 and 300 workloads, each closed except for one
 * flow to the next of its group, one that the outside reaches and one with egress for each group of ten.
 *
 * In processor time, the median of some runs of both in turns. `BULKHEAD_NETPOL` names the other program; without it only our times and their growth are
 * printed. Needs the compiled package (`npx projen compile`). Usage: `ts-node -T -P test/tsconfig.json scripts/bench-questions.ts [runs]`.
 */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { App, TerraformStack } from 'cdktf';
import { median } from './cpu';
import { BridgeSegment, Cidr, ContainerImage, EngineVersion, HardenedContainer, HardenedDaemon, Peer, Port } from '../src';

const RUNS = Number(process.argv[2] ?? 3);
const SIZES = [30, 100, 300] as const;
const PER_GROUP = 10;
const PORT = 8080;
const OWN = path.join(__dirname, '../lib/cli/bulkhead.js');
const OTHER = process.env.BULKHEAD_NETPOL;

/** The second version of each policy lacks a flow that the first one has, and has one more. */
interface Flow {
  readonly from: number;
  readonly to: number;
}

function flowsOf(count: number, isChanged: boolean): Flow[] {
  const all = Array.from({ length: count }, (_, i) => ({ from: i, to: i + 1 })).filter(({ to }) => to % PER_GROUP !== 0);
  return isChanged ? [...all.slice(1), { from: 0, to: 5 }] : all;
}

function writeOurs(folder: string, count: number, isChanged: boolean): void {
  const app = new App({ outdir: folder });
  const stack = new TerraformStack(app, 'app');
  const daemon = new HardenedDaemon(stack, 'Edge', { engine: EngineVersion.V28, hostAddress: '192.0.2.10', addressPool: Cidr.parse('10.0.0.0/8') }); // prettier-ignore
  const image = ContainerImage.fromId(`sha256:${'0'.repeat(64)}`);
  const segments = Array.from({ length: count / PER_GROUP }, (_, i) => new BridgeSegment(stack, `S${i}`, { daemon }));
  const all = Array.from({ length: count }, (_, i) => new HardenedContainer(stack, `W${i}`, { segment: segments[Math.floor(i / PER_GROUP)], image })); // prettier-ignore
  for (const { from, to } of flowsOf(count, isChanged)) all[from].connections.allowTo(all[to], Port.tcp(PORT));
  segments.forEach((_, i) => {
    all[i * PER_GROUP].publish(Port.tcp(10_000 + i), { targetPort: Port.tcp(PORT), hostAddress: '192.0.2.10', sources: [Peer.anyIpv4()] });
    all[i * PER_GROUP + 1].connections.allowTo(Peer.cidr('203.0.113.0/24'), Port.tcp(443));
  });
  app.synth();
}

/** The same for Kubernetes, whose policies are JSON as well as YAML. */
function writeTheirs(folder: string, count: number, isChanged: boolean): void {
  const flows = flowsOf(count, isChanged);
  const pod = (i: number) => ({ podSelector: { matchLabels: { app: `w${i}` } } });
  const ports = (port: number) => [{ protocol: 'TCP', port }];
  const documents = Array.from({ length: count }, (_, i) => {
    const [isPublished, hasEgress] = [i % PER_GROUP === 0, i % PER_GROUP === 1];
    const labels = { app: `w${i}` };
    const ingress = [
      ...flows.filter(({ to }) => to === i).map(({ from }) => ({ from: [pod(from)], ports: ports(PORT) })),
      ...(isPublished ? [{ from: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: ports(PORT) }] : []),
    ];
    const egress = [
      ...flows.filter(({ from }) => from === i).map(({ to }) => ({ to: [pod(to)], ports: ports(PORT) })),
      ...(hasEgress ? [{ to: [{ ipBlock: { cidr: '203.0.113.0/24' } }], ports: ports(443) }] : []),
    ];
    return [
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: `w${i}`, namespace: 'default', labels }, spec: { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: PORT }] }] }, status: { hostIP: '192.0.2.10' } }, // prettier-ignore
      { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: `w${i}`, namespace: 'default' }, spec: { podSelector: { matchLabels: labels }, policyTypes: ['Ingress', 'Egress'], ingress, egress } }, // prettier-ignore
    ];
  }).flat();
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'policies.yaml'), documents.map((each) => JSON.stringify(each)).join('\n---\n'));
}

/** Seconds of processor time of a whole process; `times` prints those of the finished children in its second line. */
function cost(argv: readonly string[], codes: readonly number[]): number {
  const { stdout, stderr } = spawnSync('sh', ['-c', '"$@" >/dev/null 2>&1; echo "exit $?"; times', 'sh', ...argv], { encoding: 'utf8' });
  const [exit, , children] = stdout.split('\n');
  if (!codes.map((code) => `exit ${code}`).includes(exit)) throw new Error(`${argv.join(' ')}: ${exit}\n${stderr}`);
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, minutes, seconds]) => sum + 60 * Number(minutes) + Number(seconds), 0);
}

interface Question {
  readonly name: string;
  ours(first: string, second: string): readonly string[];
  theirs?(first: string, second: string): readonly string[];
}

const QUESTIONS: readonly Question[] = [
  { name: 'list', ours: (first) => ['list', '-i', first], theirs: (first) => ['list', '--dirpath', first] },
  {
    name: 'diff',
    ours: (first, second) => ['diff', first, second],
    theirs: (first, second) => ['diff', '--dir1', first, '--dir2', second],
  },
  { name: 'explain', ours: (first) => ['explain', 'W1', 'W2', String(PORT), '-i', first], theirs: (first) => ['list', '--dirpath', first, '--explain', '--focusworkload', 'w1'] }, // prettier-ignore
];

function main(): void {
  if (!fs.existsSync(OWN)) throw new Error(`${OWN} is missing: compile the package first`);
  if (OTHER === undefined) {
    console.log('SKIPPED the comparison: BULKHEAD_NETPOL names no netpol-analyzer; only the times of Bulkhead follow');
  }
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'bulkhead-questions-'));
  const measured = new Map<string, number>();
  for (const count of SIZES) {
    const folders = (kind: string) => ['a', 'b'].map((name) => path.join(root, `${kind}-${count}-${name}`)) as [string, string];
    const [ours, theirs] = [folders('ours'), folders('theirs')];
    ours.forEach((folder, i) => writeOurs(folder, count, i === 1));
    theirs.forEach((folder, i) => writeTheirs(folder, count, i === 1));
    for (const { name, ours: own, theirs: other } of QUESTIONS) {
      const runs = Array.from({ length: RUNS }, () => [
        cost([process.execPath, OWN, ...own(...ours)], name === 'diff' ? [1] : [0]),
        OTHER === undefined || other === undefined ? NaN : cost([OTHER, ...other(...theirs)], [0]),
      ]);
      const [mine, its] = [median(runs.map(([a]) => a)), median(runs.map(([, b]) => b))];
      measured.set(`${name} ${count}`, mine);
      const ratio = Number.isNaN(its) ? '' : `, netpol-analyzer ${its.toFixed(2)} s: ${(mine / its).toFixed(2)}x`;
      console.log(`${name}, ${count} workloads: ${mine.toFixed(2)} s${ratio}`);
    }
  }
  for (const { name } of QUESTIONS) {
    console.log(`${name}, 300 against 100 workloads: ${(measured.get(`${name} 300`)! / measured.get(`${name} 100`)!).toFixed(2)}x`);
  }
  fs.rmSync(root, { recursive: true });
}

main();
