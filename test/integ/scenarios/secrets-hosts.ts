// Two hosts in one program: each has the values that were put there, under one name two values, and nothing of the other's.
import { randomBytes } from 'node:crypto';
import * as path from 'node:path';
import { put } from './secrets-kill';
import {
  BridgeSegment,
  Cidr,
  ContainerImage,
  DaemonConnection,
  FileChange,
  HardenedContainer,
  HardenedDaemon,
  type IDaemon,
  SecretFile,
} from '../../../src';
import { SECRET_FOLDER } from '../../../src/hardening/private/host-paths';
import { outputFolder } from '../../../src/reports/private/output-folder';
import type { Checks } from '../harness/checks';
import { declaredVersion, Deployment } from '../harness/deployment';
import type { EngineId } from '../lab/cache';
import { run as execute, until } from '../lab/exec';
import { Lab } from '../lab/lab';

export const engines: readonly EngineId[] = ['20.10', '26.1', '28.5', '29'];
/** Lines of docs/THREATS.md that this shows. */
export const threats = ['T72'];

const PASSWORD = 'db-password';
const TOKEN = 'api-token';
/** The container of each host, and the secrets that it reads. */
const HOSTS = [
  { id: 'Near', container: 'app-near', names: [PASSWORD] },
  { id: 'Far', container: 'app-far', names: [PASSWORD, TOKEN] },
] as const;

interface Stage {
  readonly labs: readonly Lab[];
  readonly deployment: Deployment;
  daemons: readonly IDaemon[];
  images: readonly string[];
}

export function run(engine: EngineId, checks: Checks): void {
  const labs: Lab[] = [];
  try {
    const first = new Lab(engine);
    labs.push(first);
    labs.push(new Lab(engine, { id: first.id, last: 12 }));
    const stage = setTheStage(labs, checks);
    const values = given(stage, checks);
    apart(stage, checks, values);
    changed(stage, checks, values);
    stage.deployment.destroy();
  } finally {
    labs.reverse().forEach((lab) => lab.teardown());
  }
}

function setTheStage(labs: readonly Lab[], checks: Checks): Stage {
  const stage: Stage = { labs, daemons: [], images: [], deployment: undefined as never };
  const deployment = new Deployment(labs[0], ({ stack, daemon }) => {
    const far = new HardenedDaemon(stack, 'Second', {
      engine: declaredVersion(labs[1]),
      hostAddress: '192.0.2.12',
      addressPool: Cidr.parse('10.30.0.0/16'),
      connection: DaemonConnection.fromUrl(labs[1].dockerHost),
    });
    stage.daemons = [daemon, far];
    stage.daemons.forEach((host, index) => {
      const { id, names } = HOSTS[index];
      const files = names.map((secretName) => new SecretFile(stack, `${id}-${secretName}`, { daemon: host, secretName }));
      const segment = new BridgeSegment(stack, `${id}Net`, { daemon: host });
      const image = ContainerImage.fromId(stage.images[index] ?? `sha256:${'0'.repeat(64)}`);
      new HardenedContainer(stack, id, { segment, image, secrets: { files, onChange: FileChange.restart() } });
    });
  });
  Object.assign(stage, { deployment });
  deployment.synth();
  stage.images = labs.map((lab, index) => {
    const folder = path.join(deployment.stackDir, 'bulkhead', outputFolder(stage.daemons[index].node.path));
    const printed = lab.installFiles(path.join(folder, 'install.sh'));
    const { container, names } = HOSTS[index];
    const [missing] = /^.*does not start before these secrets are here.*$/m.exec(printed) ?? [''];
    const asked = HOSTS[1].names.filter((name) => missing.includes(name));
    checks.shown(`the installer of ${container}'s host asks for its secrets alone`, asked.join() === names.join() && missing.includes(container), printed); // prettier-ignore
    lab.startEngine();
    lab.startUnit('bulkhead-watch');
    return lab.importImage();
  });
  return stage;
}

const read = (lab: Lab, container: string, name: string) => lab.host(['docker', 'exec', container, 'cat', `/run/secrets/${name}`]);

/** What was put on the first host starts nothing on the second. */
function given({ labs, deployment }: Stage, checks: Checks): string[][] {
  const values = HOSTS.map(({ names }) => names.map(() => randomBytes(24).toString('hex')));
  const refused = put(labs[0], TOKEN, 'x');
  checks.check('a host does not take the secret of another host', refused.code === 2, refused.stdout + refused.stderr);
  put(labs[0], PASSWORD, `${values[0][0]}\n`);
  const half = deployment.tryApplyInTurn();
  checks.shown('what was put on one host starts no container on the other', half.code !== 0 && /bind source path does not exist: .*\/app-far/.test(half.stdout + half.stderr), half.stderr); // prettier-ignore
  HOSTS[1].names.forEach((name, at) => put(labs[1], name, `${values[1][at]}\n`));
  deployment.apply();
  const plan = deployment.plan();
  checks.shown('with the secrets of both hosts both start, and the plan is empty', !plan.changes, plan.text);
  return values;
}

function apart({ labs, deployment }: Stage, checks: Checks, values: readonly string[][]): void {
  HOSTS.forEach(({ container, names }, index) => {
    const got = names.map((name) => read(labs[index], container, name).stdout.trim());
    checks.shown(`${container} reads the values of its own host`, got.join() === values[index].join(), got.join());
  });
  labs.forEach((lab, index) => {
    const foreign = values[1 - index];
    const search = (needles: readonly string[]) => {
      const words = needles.flatMap((needle) => ['-e', needle]);
      const written = execute(['grep', '-rlaF', '--exclude-dir=root', ...words, lab.runDir]).stdout.trim();
      return [written, lab.host(['grep', '-rlaFs', '--exclude-dir=docker', ...words, '/run']).stdout.trim()].filter(Boolean).join('\n');
    };
    const own = search(values[index]);
    checks.check(`control: the values of the host of ${HOSTS[index].container} are found there`, own.includes(SECRET_FOLDER), own);
    const hits = search(foreign);
    checks.shown(`the host of ${HOSTS[index].container} has 0 hits of the other's values`, hits === '', hits);
  });
  const program = execute(['grep', '-rlaF', ...values.flat().flatMap((value) => ['-e', value]), deployment.dir]).stdout.trim();
  checks.shown('state, JSON and every file of the synth of both: 0 hits', program === '', program);
}

/** A rotation on one host is no event on the other. */
function changed({ labs, deployment }: Stage, checks: Checks, values: readonly string[][]): void {
  const began = (index: number) => labs[index].docker('inspect', '--format', '{{.State.StartedAt}}', HOSTS[index].container);
  const before = [began(0), began(1)];
  put(labs[1], PASSWORD, 'rotated\n');
  const isRestarted = until(() => began(1) !== before[1], 20_000);
  const isSeen = until(() => read(labs[1], 'app-far', PASSWORD).stdout === 'rotated\n', 20_000);
  checks.check('a rotation restarts the container of its host, which reads the new value', isRestarted && isSeen);
  const near = read(labs[0], 'app-near', PASSWORD).stdout;
  checks.shown('and touches nothing on the other', began(0) === before[0] && near === `${values[0][0]}\n`, near);
  labs[1].host(['/usr/local/sbin/bulkhead-secret', 'rm', PASSWORD]);
  checks.check('what is erased on one host stays on the other', read(labs[0], 'app-near', PASSWORD).stdout === near);
  put(labs[1], PASSWORD, 'back\n');
  const plan = deployment.plan();
  checks.shown('the plan is empty after all of that', !plan.changes, plan.text);
}
