// Images by digest, pulled from a registry: Debian's own, on the host's loopback address, which engines trust without TLS.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { ContainerImage, HardenedContainer, Port, ThreeTierNetwork } from '../../../src';
import type { Checks } from '../harness/checks';
import { Deployment, type Program } from '../harness/deployment';
import { cacheDir, once, type EngineId } from '../lab/cache';
import { must, mustAsync, run as exec, sleep } from '../lab/exec';
import { withLab, type Lab } from '../lab/lab';

const REPOSITORY = '127.0.0.1:5000/bulkhead/shop';

const folder = () => path.join(cacheDir(), 'docker-registry-1');

/** The package is unpacked, not installed: nothing of it starts on this machine. */
export async function prepare(): Promise<void> {
  await once(folder(), async (temporary) => {
    if (exec(['apt-cache', 'show', 'docker-registry']).code !== 0) {
      await mustAsync('refreshing the package lists', ['apt-get', 'update', '-qq'], {});
    }
    await mustAsync('downloading docker-registry', ['apt-get', 'download', 'docker-registry'], { cwd: temporary });
    const archive = fs.readdirSync(temporary).find((name) => name.endsWith('.deb'))!;
    must('unpacking docker-registry', ['dpkg', '-x', path.join(temporary, archive), temporary]);
  });
}

function startRegistry(lab: Lab): void {
  const config = path.join(lab.runDir, 'registry.yml');
  const storage = path.join(lab.runDir, 'registry');
  fs.writeFileSync(
    config,
    JSON.stringify({ version: 0.1, storage: { filesystem: { rootdirectory: storage } }, http: { addr: '127.0.0.1:5000' } }),
  );
  lab.backgroundIn(
    { host: true },
    [path.join(folder(), 'usr/bin/docker-registry'), 'serve', config],
    path.join(lab.runDir, 'registry.log'),
  );
  for (let i = 0; i < 100; i++) {
    if (lab.inWhere({ host: true }, ['python3', '-c', 'import socket; socket.create_connection(("127.0.0.1", 5000), 1)']).code === 0) {
      return;
    }
    sleep(100);
  }
  throw new Error(`the registry does not answer:\n${fs.readFileSync(path.join(lab.runDir, 'registry.log'), 'utf8')}`);
}

export function run(engine: EngineId, checks: Checks): void {
  withLab(engine, (lab) => {
    let reference = '';
    const program: Program = ({ stack, daemon }) => {
      if (reference === '') return;
      const tiers = new ThreeTierNetwork(stack, 'Shop', { daemon });
      const image = ContainerImage.fromRegistry(reference);
      const api = new HardenedContainer(stack, 'Api', { segment: tiers.app, image, defaultPort: Port.tcp(8080) });
      new HardenedContainer(stack, 'Web', { segment: tiers.dmz, image }).connections.allowTo(api);
    };
    const deployment = new Deployment(lab, program);
    deployment.up();
    startRegistry(lab);
    lab.docker('tag', 'lab:1', `${REPOSITORY}:1`);
    lab.docker('push', '--quiet', `${REPOSITORY}:1`);
    const digest = lab.docker('image', 'inspect', '--format', '{{index .RepoDigests 0}}', `${REPOSITORY}:1`).split('@')[1];
    lab.docker('image', 'rm', '--force', 'lab:1', `${REPOSITORY}:1`);
    checks.shown('the engine has no image before', lab.docker('images', '-q') === '');

    reference = `${REPOSITORY}@${digest}`;
    deployment.change(program);
    checks.shown('two containers run from an image that was pulled by digest', lab.docker('ps', '-q').split('\n').length === 2);
    const plan = deployment.plan();
    checks.shown('the plan after apply is empty', !plan.changes, plan.text);
    deployment.destroy();
    checks.shown(
      'destroy leaves no container and no network',
      lab.docker('ps', '-aq') + lab.docker('network', 'ls', '-q', '--filter', 'name=app-') === '',
    );
  });
}
