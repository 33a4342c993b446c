// A host as ours in all, but for one thing: each way is found under its control, or by the guard's own look at itself, and nowhere else. Every landing
// tries some of them, the next ones the others; BULKHEAD_SPOILINGS says how many, or `all`.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { UnwatchedDeployment } from './attacks-stage';
import { type HostWay, WAYS } from './cis-host-ways';
import { BridgeSegment, EngineVersion, type HardenedDaemon } from '../../../src';
import { PATHS } from '../../../src/host/private/constants';
import type { Checks } from '../harness/checks';
import { declaredVersion, type Program } from '../harness/deployment';
import type { EngineId } from '../lab/cache';
import { type Lab, withLab } from '../lab/lab';
import { landingNumber } from '../landing-number';

const SAMPLE = 12;

const program: Program = ({ stack, daemon }) => {
  new BridgeSegment(stack, 'Front', { daemon: daemon as HardenedDaemon });
};

type States = ReadonlyMap<string, string>;

interface Seen {
  readonly states: States;
  readonly text: string;
  readonly guard: string;
  readonly files: string;
}

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const deployment = new UnwatchedDeployment(lab, program, { daemon: { auditRules: true } });
    deployment.up();
    const host = new Host(lab, deployment.hostFiles);
    host.guard();
    const before = host.look();
    checks.check('a host as ours has no fault of its own', before.guard === '' && before.files === '', before.guard + before.files);
    const here = WAYS.filter(({ since, below }) => isWithin(lab, since, below));
    const ways = sampleOf(here);
    for (const way of WAYS.filter((each) => !here.includes(each))) checks.skip(way.what, 'this engine has no such setting');
    checks.say(`${ways.length} of ${here.length} ways to spoil a host of this engine`);
    for (const way of ways) checks.step(way.what, () => tryOne(checks, host, before, way));
    const after = host.look();
    checks.check('the host is as it was', same(before.states, after.states).length === 0 && after.guard === '' && after.files === '', `${after.guard}${after.files}${after.text}`); // prettier-ignore
  });
}

function tryOne(checks: Checks, host: Host, before: Seen, way: HostWay): void {
  const { what, controls = [], unknown = [], guard } = way;
  const files = way.files ?? (way.json || way.text ? /would write \S+daemon\.json/ : undefined);
  const seen = host.spoilt(way);
  const changed = same(before.states, seen.states);
  const failing = changed.filter((control) => seen.states.get(control) === 'FAIL').sort();
  const unsure = changed.filter((control) => seen.states.get(control) === 'SKIP');
  checks.check(`${what}: ${controls.join(', ') || 'no control'} fails`, failing.join() === [...controls].sort().join(), `failing: ${failing.join() || 'none'}\n${seen.text}`); // prettier-ignore
  checks.check(
    `${what}: nothing else is doubted`,
    unsure.every((control) => unknown.includes(control)),
    `SKIP of ${unsure.join()}`,
  );
  const passing = unknown.filter((control) => seen.states.get(control) === 'PASS');
  checks.check(`${what}: what cannot be known does not pass`, passing.length === 0, `PASS of ${passing.join()}\n${seen.text}`);
  checks.check(`${what}: the guard's own look ${guard ? 'finds it' : 'is silent'}`, guard ? guard.test(seen.guard) : seen.guard === '', seen.guard); // prettier-ignore
  checks.check(`${what}: install.sh --check ${files ? 'finds it' : 'is silent'}`, files ? files.test(seen.files) : seen.files === '', seen.files); // prettier-ignore
}

/** Controls of which the two say something else. */
function same(before: States, after: States): string[] {
  return [...before.keys()].filter((control) => before.get(control) !== after.get(control));
}

/** Every so many of them, from the landing's own on: ways that start the engine anew stand together, and take longer. */
function sampleOf(ways: readonly HostWay[]): readonly HostWay[] {
  const wanted = process.env.BULKHEAD_SPOILINGS ?? `${SAMPLE}`;
  if (wanted === 'all') return ways;
  const turns = Math.ceil(ways.length / Number(wanted));
  return ways.filter((_, i) => i % turns === landingNumber().number % turns);
}

function isWithin(lab: Lab, since: string | undefined, below: string | undefined): boolean {
  const version = declaredVersion(lab);
  return (since === undefined || version.isAtLeast(since)) && (below === undefined || !EngineVersion.of(version.version).isAtLeast(below));
}

class Host {
  private readonly json: string;

  constructor(
    private readonly lab: Lab,
    hostFiles: string,
  ) {
    for (const name of ['verify.sh', 'install.sh']) lab.writeFile(`/lab/${name}`, fs.readFileSync(path.join(hostFiles, name), 'utf8'));
    this.json = this.sh(`cat ${PATHS.daemonJson}`);
  }

  /** What the timer does every 30 s on a host that systemd runs. */
  guard(): void {
    this.lab.mustHost('applying the guard', [PATHS.script, 'apply', '--quiet'], { timeout: 120_000 });
  }

  look(): Seen {
    const { stdout, stderr } = this.lab.host(['sh', '/lab/verify.sh', '--level', '2'], { timeout: 300_000 });
    const lines = stdout.split('\n').map((line) => line.split(' '));
    const states = new Map(lines.filter(([state, control]) => /^(PASS|FAIL|SKIP)$/.test(state) && control !== '-').map(([a, b]) => [b, a]));
    const guard = this.lab.host([PATHS.script, 'check'], { timeout: 120_000 });
    // It asks the guard as well.
    const files = this.lab.host(['sh', '/lab/install.sh', '--check'], { timeout: 120_000 });
    const would = files.stdout.split('\n').filter((line) => line.includes('would write'));
    return { states, text: stdout + stderr, guard: guard.code === 0 ? '' : guard.stdout + guard.stderr, files: would.join('\n') };
  }

  /** What is seen of a host that is spoilt in one way; it is mended however that ends. */
  spoilt(way: HostWay): Seen {
    const { spoil = ':', after = ':', mend = ':', isLive = false } = way;
    try {
      if (isLive) {
        this.sh(spoil);
      } else {
        this.lab.stopEngine();
        this.sh(spoil);
        this.write(way);
        this.lab.startEngine({ extraFlags: way.flags ?? [], timeout: 90_000 });
        this.guard();
        this.sh(after);
      }
      return this.look();
    } finally {
      this.sh(mend);
      if (!isLive || way.unknown !== undefined) {
        this.lab.writeFile(PATHS.daemonJson, this.json);
        this.lab.restartEngine({});
        this.guard();
      } else if (way.guard) {
        // A look that finds something takes the stamp away.
        this.guard();
      }
    }
  }

  private write({ json, text }: HostWay): void {
    if (json) this.lab.writeFile(PATHS.daemonJson, JSON.stringify({ ...(JSON.parse(this.json) as object), ...json }, null, 2));
    if (text) this.lab.writeFile(PATHS.daemonJson, text(this.json));
  }

  private sh(command: string, ...words: string[]): string {
    return this.lab.mustHost(command, ['sh', '-c', command, 'sh', ...words]);
  }
}
