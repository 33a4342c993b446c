// The container image, made without a registry: a static busybox, links for its applets, and the few files a process expects.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { cacheDir, once } from './cache';
import { busyboxPath } from './debian';
import { must } from './exec';

const RECIPE = 'image-busybox-1';

/** The tar that `docker import` takes. */
export function imageTar(): string {
  return path.join(cacheDir(), RECIPE, 'rootfs.tar');
}

export function makeImage(): Promise<boolean> {
  return once(path.join(cacheDir(), RECIPE), async (temporary) => {
    const busybox = busyboxPath();
    if (!busybox) throw new Error('no static busybox on this machine: install the package busybox-static');
    const root = path.join(temporary, 'rootfs');
    for (const dir of [
      'bin',
      'sbin',
      'usr/bin',
      'usr/sbin',
      'etc',
      'tmp',
      'data',
      'run',
      'proc',
      'sys',
      'dev',
      'root',
      'var',
      'home/app',
      'www',
    ]) {
      fs.mkdirSync(path.join(root, dir), { recursive: true });
    }
    fs.copyFileSync(busybox, path.join(root, 'bin/busybox'));
    fs.chmodSync(path.join(root, 'bin/busybox'), 0o755);
    for (const applet of must('asking busybox for its applets', [busybox, '--list']).split('\n').filter(Boolean)) {
      if (applet !== 'busybox') fs.symlinkSync('/bin/busybox', path.join(root, 'bin', applet));
    }
    fs.writeFileSync(
      path.join(root, 'etc/passwd'),
      'root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000:app:/home/app:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n',
    );
    fs.writeFileSync(path.join(root, 'etc/group'), 'root:x:0:\napp:x:1000:\nnogroup:x:65534:\n');
    fs.writeFileSync(path.join(root, 'www/index.html'), 'bulkhead lab\n');
    fs.chmodSync(path.join(root, 'tmp'), 0o1777);
    fs.chmodSync(path.join(root, 'data'), 0o777);
    const tar = [
      'tar',
      '-C',
      root,
      '--sort=name',
      '--owner=0',
      '--group=0',
      '--numeric-owner',
      '--mtime=@0',
      '-cf',
      path.join(temporary, 'rootfs.tar'),
      '.',
    ];
    must('packing the image', tar);
    fs.rmSync(root, { recursive: true });
  });
}
