// Images of Debian's real services, made without a registry: a Debian tree with the package in it, packed for `docker import`, kept in the lab's cache.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { markWithPorts } from './file-marks';
import { cacheDir, once } from '../lab/cache';
import { debootstrap } from '../lab/debian';
import { must } from '../lab/exec';
import { buildWireguard, wireguardProgram } from '../lab/gobuild';

/** `profiles` holds the programs of several public images at once, with the folders that these images make. */
export type Service = 'nginx' | 'postgresql' | 'haproxy' | 'profiles' | 'vpn';

const PACKAGES: Readonly<Record<Service, readonly string[]>> = {
  nginx: ['nginx-light', 'libnginx-mod-stream'],
  postgresql: ['postgresql'],
  haproxy: ['haproxy'],
  // With wireguard-go beside them.
  vpn: ['wireguard-tools', 'iptables', 'iproute2', 'busybox'],
  // The core packages of MariaDB start nothing when they are installed.
  profiles: [
    'postgresql',
    'mariadb-server-core',
    'mariadb-client-core',
    'redis-server',
    'nginx-light',
    'caddy',
    'prometheus',
    'curl',
    'busybox',
  ],
};
/** Raised when the recipe changes. */
const RECIPES: Readonly<Record<Service, number>> = { nginx: 1, postgresql: 1, haproxy: 1, profiles: 1, vpn: 1 };

function imageDir(service: Service): string {
  return path.join(cacheDir(), `image-${service}-bookworm-${RECIPES[service]}`);
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
    if (service === 'profiles') asPublicImages(tree);
    if (service === 'vpn') {
      await buildWireguard();
      fs.copyFileSync(wireguardProgram(), path.join(tree, 'usr/local/bin/wireguard-go'));
    }
    const packed = [
      '--xattrs',
      '--xattrs-include=security.*',
      '--exclude=./dev/*',
      '--exclude=./proc/*',
      '--exclude=./sys/*',
      '--exclude=./run/*',
      '--exclude=./tmp/*',
    ];
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

/** Folders that the Dockerfiles of public images make, with their owners; and the mark that the program of Caddy has there. */
const PUBLIC_FOLDERS: readonly (readonly [path: string, uid: number, gid: number, mode: number])[] = [
  ['var/lib/postgresql/data', 999, 999, 0o1777],
  ['var/lib/mysql', 999, 999, 0o755],
  ['data', 999, 999, 0o755],
  ['var/cache/nginx', 0, 0, 0o755],
  ['prometheus', 65534, 65534, 0o775],
  ['etc/caddy', 0, 0, 0o755],
  ['config/caddy', 0, 0, 0o1777],
  ['caddy-data/caddy', 0, 0, 0o1777],
  ['docker-entrypoint-initdb.d', 0, 0, 0o755],
];

function asPublicImages(tree: string): void {
  for (const [name, uid, gid, mode] of PUBLIC_FOLDERS) {
    const folder = path.join(tree, name);
    fs.mkdirSync(folder, { recursive: true });
    fs.chownSync(folder, uid, gid);
    fs.chmodSync(folder, mode);
  }
  // Debian gives its users other numbers; initdb wants to find its own by number.
  const passwd = path.join(tree, 'etc/passwd');
  const others = fs
    .readFileSync(passwd, 'utf8')
    .split('\n')
    .filter((line) => !/^postgres:|^[^:]*:[^:]*:999:/.test(line));
  fs.writeFileSync(passwd, ['postgres:x:999:999::/var/lib/postgresql:/bin/bash', ...others].join('\n'));
  fs.symlinkSync('/bin/busybox', path.join(tree, 'usr/local/bin/wget'));
  markWithPorts(path.join(tree, 'usr/bin/caddy'));
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
