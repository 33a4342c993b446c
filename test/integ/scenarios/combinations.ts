// Containers with combinations of all properties from a seed: what synthesizes is accepted, starts, and is inside what its properties say; the plan after
// that is empty. `BULKHEAD_GENERATED` says how many, `BULKHEAD_SEED` which (`TEXT/17` for one alone).
import * as fs from 'node:fs';
import * as path from 'node:path';
import { BridgeSegment, DataVolume, SecretFile } from '../../../src';
import { type Combination, combinationOf, GIVEN, type Made, make, TOLD } from '../../support/combinations';
import type { Checks } from '../harness/checks';
import { type Container, lookAt, type Seen } from '../harness/combinations-look';
import { differences, ENOUGH_CPU } from '../harness/combinations-oracle';
import { Deployment, type Given, type Program } from '../harness/deployment';
import type { EngineId } from '../lab/cache';
import { sleep } from '../lab/exec';
import { type Lab, withLab } from '../lab/lab';
import * as terraform from '../lab/terraform';

export const engines: readonly EngineId[] = ['20.10', '26.1', '28.5', '29'];

const SAMPLE = 40;
/** Containers of one program: as many as a small machine starts at once. */
const BATCH = 50;
const SECRET = 'note';

export function run(engine: EngineId, checks: Checks): void {
  const { all, refused } = drawn();
  checks.say(`${all.length + refused} combinations of seed ${seed()}: ${refused} are to be refused, ${all.length} to run`);
  const sum = { containers: 0, differences: 0 };
  withLab(engine, (lab) => {
    const folder = path.join(lab.labDir, 'combinations');
    fs.mkdirSync(folder, { recursive: true });
    const deployment = new Deployment(lab, () => undefined, { daemon: { runtimes: { 'lab-runc': '/usr/local/bin/lab-runc' } } });
    lab.mustHost('what programs of users have', ['sh', '-c', `mkdir -p /usr/local/bin ${GIVEN} && cp "$(command -v runc)" /usr/local/bin/lab-runc && echo given >${GIVEN}/note && chmod 0777 ${GIVEN}`]); // prettier-ignore
    deployment.up();
    for (let first = 0; first < all.length; first += BATCH) {
      const batch = all.slice(first, first + BATCH);
      let isKnown = true;
      checks.step(`combinations ${batch[0].seed} to ${batch.at(-1)!.seed}`, () => {
        isKnown = runBatch(checks, deployment, batch, folder, sum);
      });
      // What an apply that was cut off has made is in no state, so every later one would fail on it.
      if (!isKnown) throw new Error(`combinations from ${batch[0].seed} on were not tried: the apply ended without naming what failed`);
      // Their own time to stop is looked at before; here nobody waits for it.
      lab.mustHost('ending containers', ['sh', '-c', 'docker ps -aq | xargs -r docker rm -f >/dev/null'], { timeout: 240_000 });
    }
    deployment.change(() => undefined);
  });
  checks.say(`${sum.containers} containers, ${sum.differences} differences`);
}

function seed(): string {
  return process.env.BULKHEAD_SEED ?? 'bulkhead';
}

/** Those that are to run; the law about the others is tested without an engine. */
function drawn(): { all: Combination[]; refused: number } {
  const [text, only] = seed().split('/');
  const count = Number(process.env.BULKHEAD_GENERATED ?? SAMPLE);
  const numbers = only === undefined ? Array.from({ length: count }, (_, number) => number) : [Number(only)];
  const combinations = numbers.map((number) => combinationOf(`${text}/${number}`, number));
  const all = combinations.filter(({ wrong }) => wrong.length === 0);
  return { all, refused: combinations.length - all.length };
}

/** The program of a batch; notes the containers that it makes. */
function programOf(batch: readonly Combination[], folder: string, containers: Container[]): Program {
  return ({ stack, daemon, image }: Given) => {
    containers.length = 0;
    const segment = new BridgeSegment(stack, 'Front', { daemon });
    const secret = new SecretFile(stack, 'Note', { daemon, secretName: SECRET });
    for (const combination of batch) {
      let volumes = 0;
      const volume: Made['volume'] = (props) => new DataVolume(stack, `${combination.id}V${volumes++}`, { daemon, ...props });
      const made = make({ stack, daemon, segment, image, folder, volume, secret: () => secret }, combination);
      const { name = `app-${combination.id.toLowerCase()}`, replicas } = combination.facts;
      made.forEach((_, index) => containers.push({ combination, name: replicas > 0 ? `${name}-${index + 1}` : name }));
    }
  };
}

function runBatch(
  checks: Checks,
  deployment: Deployment,
  batch: readonly Combination[],
  folder: string,
  sum: { containers: number; differences: number },
): boolean {
  // prettier-ignore
  const { lab } = deployment;
  const containers: Container[] = [];
  deployment.synth(programOf(batch, folder, containers));
  deployment.install();
  lab.mustHost('the secret', ['/usr/local/sbin/bulkhead-secret', 'put', SECRET], { input: 'a note\n' });
  const applied = terraform.tryApply(deployment.stackDir, lab.terraformEnv());
  const failed = batch.filter(({ id }) =>
    new RegExp(`docker_container\\.${id}(_|V|\\.)`, 'i').test(failures(applied.stdout + applied.stderr)),
  );
  if (
    !checks.check(
      'the apply succeeds',
      applied.code === 0,
      () => `${failed.map((each) => each.seed).join(' ')}\n${failures(applied.stdout + applied.stderr)}`,
    )
  ) {
    // prettier-ignore
    sum.differences += Math.max(1, failed.length);
    if (failed.length === 0) return false;
    const rest = batch.filter((each) => !failed.includes(each));
    lab.mustHost('ending containers', ['sh', '-c', 'docker ps -aq | xargs -r docker rm -f >/dev/null'], { timeout: 240_000 });
    return rest.length === 0 || runBatch(checks, deployment, rest, folder, sum);
  }
  const plan = terraform.plan(deployment.stackDir, lab.terraformEnv());
  if (!checks.check('the plan after apply is empty', !plan.changes, () => readable(plan.text))) sum.differences++;
  // Health checks of one and two seconds have come to an end.
  sleep(3_000);
  const inspected = JSON.parse(lab.docker('inspect', ...containers.map(({ name }) => name))) as any[];
  // A hundredth of a processor would take minutes for what is looked at.
  const slow = containers.filter(({ combination: { facts } }) => facts.cpuMillis < ENOUGH_CPU).map(({ name }) => name);
  if (slow.length > 0) lab.docker('update', '--cpu-quota', '100000', ...slow);
  const looked = lookAt(lab, containers);
  containers.forEach((container, index) => {
    const seen: Seen = { inside: looked.get(container.name)!.inside, inspect: inspected[index] };
    const wrong = differences(container, seen, Number.parseInt(lab.version().version, 10) < 23);
    checks.check(
      `combination ${container.combination.seed}: ${container.name} is what its properties say`,
      wrong.length === 0,
      wrong.join('\n'),
    );
    sum.differences += wrong.length;
  });
  sum.containers += containers.length;
  stop(checks, lab, containers);
  return true;
}

/** Only what Terraform says went wrong. */
function failures(text: string): string {
  return text.slice(Math.max(0, text.indexOf('Error:'))).slice(0, 6000);
}

function readable(text: string): string {
  return text.split('\n').filter((line) => /^\s*[-+~#]|forces/.test(line)).join('\n').slice(0, 4000); // prettier-ignore
}

/** Each gets its own signal: a program that notes it ends with the status that says so. */
function stop(checks: Checks, lab: Lab, containers: readonly Container[]): void {
  const those = containers.filter(({ combination: { facts } }) => facts.words !== undefined && facts.stopSignal !== 'SIGKILL');
  if (those.length === 0) return;
  const names = those.map(({ name }) => name);
  lab.mustHost('stopping', ['sh', '-c', 'printf "%s\\n" "$@" | xargs -P 4 -n 4 docker stop -t 8', 'sh', ...names], { timeout: 240_000 });
  const codes = lab.docker('inspect', '--format', '{{.State.ExitCode}}', ...names).split('\n').map(Number); // prettier-ignore
  those.forEach(({ combination: { facts, seed: own } }, index) =>
    checks.check(`combination ${own}: it gets ${facts.stopSignal ?? 'SIGTERM'}`, codes[index] === TOLD, `ended with ${codes[index]}`),
  );
}
