// A registry on the host's loopback address, which engines trust without TLS: Debian's own.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { cacheDir, once } from '../lab/cache';
import { unpackPackage } from '../lab/debian';
import { sleep } from '../lab/exec';
import type { Lab } from '../lab/lab';

const REPOSITORY = '127.0.0.1:5000/bulkhead/shop';
const PACKAGE = 'docker-registry';

const folder = () => path.join(cacheDir(), `${PACKAGE}-1`);

/** Once, before the first lab. */
export async function fetchRegistry(): Promise<void> {
  await once(folder(), async (temporary) => {
    if (!(await unpackPackage(PACKAGE, temporary))) throw new Error(`apt has no package ${PACKAGE}`);
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

/** Starts one, gives it the lab's image, which the engine then has no more, and returns its reference by digest. */
export function pushToRegistry(lab: Lab): string {
  startRegistry(lab);
  lab.docker('tag', 'lab:1', `${REPOSITORY}:1`);
  lab.docker('push', '--quiet', `${REPOSITORY}:1`);
  const digest = lab.docker('image', 'inspect', '--format', '{{index .RepoDigests 0}}', `${REPOSITORY}:1`).split('@')[1];
  lab.docker('image', 'rm', '--force', 'lab:1', `${REPOSITORY}:1`);
  return `${REPOSITORY}@${digest}`;
}
