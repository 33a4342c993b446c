// Images of Debian's real services, made without a registry: a Debian tree with the package in it, packed for `docker import`, kept in the lab's cache.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { cacheDir, once } from '../lab/cache';
import { debootstrap } from '../lab/debian';
import { must } from '../lab/exec';

export type Service = 'nginx' | 'postgresql' | 'haproxy';

const PACKAGES: Readonly<Record<Service, readonly string[]>> = {
  nginx: ['nginx-light', 'libnginx-mod-stream'],
  postgresql: ['postgresql'],
  haproxy: ['haproxy'],
};
/** Raised when the recipe changes. */
const RECIPE = 1;

function imageDir(service: Service): string {
  return path.join(cacheDir(), `image-${service}-bookworm-${RECIPE}`);
}

export function serviceTar(service: Service): string {
  return path.join(imageDir(service), 'rootfs.tar');
}

/** The user of a service in its image. */
export function userId(service: Service, user: string): number {
  const passwd = must('reading the users of the image', ['tar', '-xOf', serviceTar(service), './etc/passwd']);
  return Number(new RegExp(`^${user}:[^:]*:(\\d+):`, 'm').exec(passwd)![1]);
}

async function make(service: Service): Promise<void> {
  await once(imageDir(service), async (temporary) => {
    const tree = path.join(temporary, 'tree');
    await debootstrap(tree, 'bookworm', PACKAGES[service]);
    for (const name of [
      'var/log',
      'var/lib/postgresql/15',
      'etc/postgresql/15',
      'var/cache/debconf',
      'var/cache/ldconfig',
      'usr/share/lintian',
      'usr/share/bash-completion',
    ]) {
      fs.rmSync(path.join(tree, name), { recursive: true, force: true });
    }
    const packed = ['--exclude=./dev/*', '--exclude=./proc/*', '--exclude=./sys/*', '--exclude=./run/*', '--exclude=./tmp/*'];
    must(
      'packing the image',
      ['tar', '-C', tree, '--sort=name', '--numeric-owner', ...packed, '-cf', path.join(temporary, 'rootfs.tar'), '.'],
      {
        timeout: 300_000,
      },
    );
    fs.rmSync(tree, { recursive: true });
  });
}

/** Scenarios are synchronous and debootstrap is not: it is run by this file as a program. */
export function needService(service: Service): string {
  if (!fs.existsSync(serviceTar(service))) {
    must(`making the image of ${service}`, [process.execPath, ...process.execArgv, __filename, service], { timeout: 900_000 });
  }
  return serviceTar(service);
}

if (require.main === module) {
  make(process.argv[2] as Service).catch((error: Error) => {
    console.error(error.stack);
    process.exit(1);
  });
}
