// Other firewalls on a Docker host: firewalld with its bus, and ufw, as Debian packs them. A layer over the tree that an engine runs in, made once.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { cacheDir, engineSpec, keyed, once, treeDir, TREES, type EngineId, type Suite } from './cache';
import { proxyEnv } from './debian';
import { LabError, mustAsync } from './exec';

const PACKAGES = ['firewalld', 'ufw', 'dbus'];

// $1: the tree, $2: where the layer is made. Packages are fetched first and installed in a network of their own, so that no script of theirs finds rules
// of this machine.
const INSTALL = `
set -e
mkdir "$2/layer" "$2/work" "$2/root"
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/layer,workdir=$2/work" "$2/root"
cd "$2/root"
mount -t proc proc proc
mount --rbind /dev dev
mount -t tmpfs tmpfs tmp
rm -f etc/resolv.conf
cp /etc/resolv.conf etc/resolv.conf
printf '#!/bin/sh\\nexit 101\\n' >usr/sbin/policy-rc.d
chmod 755 usr/sbin/policy-rc.d
apt='apt-get -o APT::Sandbox::User=root -o Dpkg::Use-Pty=0 -qq -y --no-install-recommends'
chroot . $apt update
chroot . $apt install --download-only ${PACKAGES.join(' ')}
unshare --net chroot . $apt install --no-download ${PACKAGES.join(' ')}
rm -rf var/cache/apt var/lib/apt/lists usr/share/doc usr/share/man usr/share/locale usr/sbin/policy-rc.d
`;

const folder = (suite: Suite) => path.join(cacheDir(), keyed(`firewalls-${suite}`, [PACKAGES, TREES[suite], INSTALL]));

/** Layers to lie over those of an engine; undefined where they could not be made. */
export function firewallLayers(engine: EngineId): readonly string[] | undefined {
  const layer = path.join(folder(engineSpec(engine).suite), 'layer');
  return fs.existsSync(layer) ? [layer] : undefined;
}

/** Makes the layer of each tree that is there. Where Debian's mirror cannot be asked, none is made, and why is said. */
export async function makeFirewalls(log: (line: string) => void = console.log): Promise<void> {
  for (const suite of (Object.keys(TREES) as Suite[]).filter((each) => fs.existsSync(treeDir(each)))) {
    try {
      await once(folder(suite), async (temporary) => {
        const argv = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', INSTALL, 'sh', treeDir(suite), temporary];
        await mustAsync(`installing ${PACKAGES.join(', ')} in the tree '${suite}'`, argv, { env: proxyEnv(), timeout: 600_000 });
        for (const name of ['work', 'root']) fs.rmSync(path.join(temporary, name), { recursive: true });
      });
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      log(`other firewalls: ${error.message}`);
    }
  }
}
