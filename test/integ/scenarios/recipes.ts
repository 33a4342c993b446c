// The recipes of docs/guides/recipes.md with small images: a volume of Compose that is taken over and protected, a job that the host starts again, and the
// file of `docker login`.
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { TerraformResource } from 'cdktf';
import { BridgeSegment, DataVolume, FileOwner, HardenedContainer, HealthCheck, RestartPolicy, VolumeMount } from '../../../src';
import type { Checks } from '../harness/checks';
import { Deployment, type Program } from '../harness/deployment';
import type { EngineId } from '../lab/cache';
import { type Lab, withLab } from '../lab/lab';

export const engines: readonly EngineId[] = ['28.5', '29'];

const VOLUME = 'oldshop_pgdata';

/** @param login the file that `docker login` writes */
const program =
  (login: string, { volumeName = VOLUME, isProtected = true } = {}): Program =>
  ({ stack, daemon, image }) => {
    const segment = new BridgeSegment(stack, 'Back', { daemon });
    const data = new DataVolume(stack, 'Data', { daemon, volumeName, owner: FileOwner.fromImage() });
    (data.node.findChild('Resource') as TerraformResource).lifecycle = { preventDestroy: isProtected, ignoreChanges: ['labels'] };
    new HardenedContainer(stack, 'Db', { segment, image, volumes: [VolumeMount.volume(data, '/data')] });
    new HardenedContainer(stack, 'Backup', {
      segment,
      image,
      command: ['sh', '-c', 'date >>/backup/runs; exit "$(cat /backup/code 2>/dev/null || echo 0)"'],
      volumes: [VolumeMount.hostDirectory('/srv/backup', '/backup', { mode: '0700' })],
      healthCheck: HealthCheck.none({ reason: 'a job that ends needs no health check' }),
      restartPolicy: RestartPolicy.NO,
    });
    stack.addOverride('provider.docker.0.registry_auth', [{ address: 'registry.example.com', config_file: login }]);
  };

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const login = path.join(lab.labDir, 'config.json');
    fs.writeFileSync(login, JSON.stringify({ auths: { 'registry.example.com': { auth: Buffer.from('reader:word').toString('base64') } } }));
    const deployment = new Deployment(lab, () => undefined);
    deployment.up();
    lab.docker('volume', 'create', '--label', 'com.docker.compose.project=oldshop', VOLUME);
    const write = 'mkdir /v/base && echo rows >/v/base/table && chown -R 10001:10001 /v/base && chmod 0700 /v/base';
    lab.docker('run', '--rm', '--network', 'none', '-v', `${VOLUME}:/v`, 'lab:1', 'sh', '-c', write);
    const before = inside(lab);
    checks.check('control: Compose has data there', before.includes('rows'), before);
    deployment.change(program(login));
    checks.shown('the apply takes the volume over with its data, owners and modes', inside(lab) === before, inside(lab));
    replansEmpty(checks, 'with the labels of Compose', deployment);
    job(checks, lab, deployment);
    kept(checks, deployment, login);
    checks.shown('and the data is still there', inside(lab) === before, inside(lab));
    deployment.synth(program(login, { isProtected: false }));
    deployment.destroy();
  });
}

function inside(lab: Lab): string {
  return lab.docker(
    'run',
    '--rm',
    '--network',
    'none',
    '-v',
    `${VOLUME}:/v`,
    'lab:1',
    'sh',
    '-c',
    'cat /v/base/table; stat -c "%u:%g %a" /v /v/base /v/base/table',
  );
}

/** As the timer of the host starts it. */
function job(checks: Checks, lab: Lab, deployment: Deployment): void {
  const start = () => lab.host(['docker', 'start', '--attach', 'app-backup'], { timeout: 60_000 });
  const runs = () => lab.host(['sh', '-c', 'wc -l </srv/backup/runs']).stdout.trim();
  const first = runs();
  const again = start();
  checks.shown('a job ran at the apply, and runs again when the host starts it', first === '1' && again.code === 0 && runs() === '2', `${first} ${again.code} ${again.stderr} ${runs()}`); // prettier-ignore
  lab.mustHost('letting the job fail', ['sh', '-c', 'echo 3 >/srv/backup/code && chmod 0644 /srv/backup/code']);
  const failed = start();
  checks.shown('its exit code is that of the command', failed.code === 3, `${failed.code} ${failed.stderr}`);
  replansEmpty(checks, 'after runs of the job', deployment);
}

/** Another name would delete the volume. */
function kept(checks: Checks, deployment: Deployment, login: string): void {
  deployment.synth(program(login, { volumeName: 'another' }));
  let said = '';
  try {
    deployment.plan();
  } catch (error) {
    said = (error as Error).message;
  }
  checks.shown('a plan that would delete the volume fails', /prevent_destroy|cannot be destroyed/.test(said), said);
}

function replansEmpty(checks: Checks, when: string, deployment: Deployment): void {
  const plan = deployment.plan();
  checks.shown(`${when}: the plan is empty`, !plan.changes, plan.text);
}
