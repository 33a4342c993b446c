// Config files where only the API of the engine is ours: a container of its own writes them into a volume.
import { began, inside, inspect, odd, read, replansEmpty, type Stage, LARGE, whole } from './config-files-stage';
import { BridgeSegment, ConfigFile, ContainerImage, FileOwner, HardenedContainer } from '../../../src';
import type { Checks } from '../harness/checks';
import type { Deployment, Program } from '../harness/deployment';
import { firewallOf, UnguardedDeployment } from '../harness/unguarded-deployment';
import type { EngineId } from '../lab/cache';
import { type Lab, withLab } from '../lab/lab';
import * as terraform from '../lab/terraform';

export const engines: readonly EngineId[] = ['20.10', '26.1', '28.5', '29'];

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    const deployment = new UnguardedDeployment(lab, byVolume(), { engineFirewall: firewallOf(engine) });
    deployment.up();
    const stage = { lab, checks, deployment };
    whole(stage, '/etc/large/file');
    throughTheApi(stage);
    failing(stage);
    deployment.destroy();
    const left = lab.docker('ps', '-aq') + lab.docker('volume', 'ls', '-q');
    checks.shown('destroy leaves no container and no volume', left === '', left);
  });
}

interface ByVolume {
  readonly text?: string;
  readonly image?: ContainerImage;
  readonly writerImage?: ContainerImage;
}

/** Where only the API is ours. */
const byVolume =
  ({ text = 'level = 1\n', image: other, writerImage }: ByVolume = {}): Program =>
  ({ stack, daemon, image }) => {
    const segment = new BridgeSegment(stack, 'Front', { daemon });
    const shared = ConfigFile.fromText('/etc/app/app.conf', text);
    const owned = ConfigFile.fromText('/etc/own/own.conf', 'mine\n', { owner: FileOwner.of(10001, 10002), mode: '0400' });
    new HardenedContainer(stack, 'One', { segment, image, configFiles: { files: [shared, owned] } });
    new HardenedContainer(stack, 'Two', { segment, image, configFiles: { files: [shared, ConfigFile.fromText('/etc/app/second', 'x')] } });
    new HardenedContainer(stack, 'Odd', {
      segment,
      image,
      configFiles: { files: [...odd('/etc/odd'), ConfigFile.fromText('/etc/large/file', LARGE)] },
    });
    if (other !== undefined) {
      new HardenedContainer(stack, 'Lacking', {
        segment,
        image: other,
        command: ['/bin/busybox', 'sleep', '100000'],
        configFiles: { files: [shared], writerImage },
      });
    }
  };

/** No file goes to that host. */
function applied(deployment: Deployment, next: Program): void {
  deployment.synth(next);
  deployment.apply();
}

function throughTheApi(stage: Stage): void {
  const { lab, checks, deployment } = stage;
  const stats = inside(lab, 'one', 'stat', '-c', '%u:%g %a', '/etc/app/app.conf', '/etc/own/own.conf').stdout;
  checks.shown('through the API: owner and mode are as declared', stats === '0:0 444\n10001:10002 400\n', stats);
  const writer = inspect(
    lab,
    'app-one-config',
    '{{.HostConfig.NetworkMode}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.CapAdd}} {{.State.Status}} {{.State.ExitCode}}',
  );
  checks.shown(
    'what wrote it had no network, three capabilities and nothing else to write to, and has ended',
    writer === 'none true [ALL] [CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER] exited 0',
    writer,
  );
  for (const attempt of [
    'echo x >/etc/app/app.conf',
    'rm -f /etc/own/own.conf',
    'chmod 666 /etc/own/own.conf',
    'touch /etc/app/new',
    'mv /etc/app /tmp/away',
  ]) {
    checks.check(`through the API: a container cannot: ${attempt}`, inside(lab, 'one', 'sh', '-c', attempt).code !== 0);
  }
  replansEmpty(stage, 'through the API');
  const before = ['one', 'two', 'odd'].map((name) => began(lab, name));
  const volumes = lab.docker('volume', 'ls', '-q').trim().split('\n');
  applied(deployment, byVolume({ text: 'level = 2\n' }));
  const after = ['one', 'two', 'odd'].map((name) => began(lab, name));
  checks.shown(
    'a change of one letter replaces both containers that have the file, and no other one',
    after[0] !== before[0] && after[1] !== before[1] && after[2] === before[2],
  );
  checks.shown(
    'both read the new text',
    read(lab, 'one', '/etc/app/app.conf') === 'level = 2\n' && read(lab, 'two', '/etc/app/app.conf') === 'level = 2\n',
  );
  const now = lab.docker('volume', 'ls', '-q').trim().split('\n');
  checks.shown(
    'the volumes of before are gone',
    now.length === volumes.length && now.filter((name) => !volumes.includes(name)).length === 2,
    now.join(),
  );
  replansEmpty(stage, 'a change through the API');
}

function failing(stage: Stage): void {
  const { lab, checks, deployment } = stage;
  const image = committed(
    lab,
    'unowned',
    `rm /bin/sh && printf '#!/bin/busybox ash\\necho chown: not found >&2\\nexit 127\\n' >/bin/sh && chmod 0755 /bin/sh`,
  );
  deployment.synth(byVolume({ text: 'level = 2\n', image }));
  const failed = terraform.tryApply(deployment.stackDir, { ...lab.terraformEnv(), TF_CLI_ARGS_apply: '-parallelism=1' });
  checks.shown(
    'a file that cannot be written fails the apply',
    failed.code !== 0 && /The config files of app-lacking were not\s+written/.test(failed.stderr.replace(/\n[│ ]*/g, ' ')),
    failed.stderr,
  );
  checks.shown('its container is not created', lab.host(['docker', 'container', 'inspect', 'app-lacking']).code !== 0);
  const log = lab.host(['docker', 'logs', 'app-lacking-config']);
  checks.shown('the log that the message names says why', /chown: not found/.test(log.stdout + log.stderr), log.stdout + log.stderr);
  const writerImage = ContainerImage.fromId(inspect(lab, 'lab:1', '{{.Id}}'));
  applied(deployment, byVolume({ text: 'level = 2\n', image, writerImage }));
  checks.shown('with an image that can, the next apply ends', read(lab, 'lacking', '/etc/app/app.conf') === 'level = 2\n');
  replansEmpty(stage, 'a failure that was mended');
}

/** An image of the lab's own, changed by a command. */
function committed(lab: Lab, name: string, command: string): ContainerImage {
  lab.docker('run', '--name', `make-${name}`, '--network', 'none', 'lab:1', '/bin/busybox', 'sh', '-c', command);
  const id = lab.docker('commit', '--change', 'CMD ["/bin/busybox","sleep","100000"]', `make-${name}`, `${name}:1`).trim();
  lab.docker('rm', `make-${name}`);
  return ContainerImage.fromId(id);
}
