/* eslint-disable no-console -- a report on the terminal */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { CASES } from './cases';

/**
 * Runs the files of a host against the real kernel: `npx tsx test/integ/host-files/kernel-check.ts [TREE]…` as root.
 *
 * Each run has its own network and mount namespace, and an overlay of `/` (or of a tree that debootstrap made) as its root, so nothing
 * outside is touched. Every tree is tried with iptables-nft and iptables-legacy.
 */
export interface Outcome {
  readonly code: number;
  readonly out: string;
}

export interface Host {
  sh(command: string): Outcome;
  write(path: string, content: string): void;
  expect(what: string, holds: boolean, detail?: string): void;
}

const ROOT = '/mnt/root';

function mountRoot(tree: string): void {
  const run = (...words: string[]) => execFileSync('mount', words);
  run('--make-rprivate', '/');
  run('-t', 'tmpfs', 'tmpfs', '/mnt');
  for (const name of ['up', 'work', 'root']) mkdirSync(`/mnt/${name}`);
  run('-t', 'overlay', 'overlay', '-o', `lowerdir=${tree},upperdir=/mnt/up,workdir=/mnt/work`, ROOT);
  run('-t', 'proc', 'proc', `${ROOT}/proc`);
  run('-t', 'sysfs', 'sysfs', `${ROOT}/sys`);
  run('--rbind', '/dev', `${ROOT}/dev`);
  run('-t', 'tmpfs', 'tmpfs', `${ROOT}/run`);
  run('-t', 'tmpfs', 'tmpfs', `${ROOT}/tmp`);
}

function inside(tree: string, variant: string): number {
  mountRoot(tree);
  let failures = 0;
  const host: Host = {
    sh: (command) => {
      const { status, stdout, stderr } = spawnSync('chroot', [ROOT, '/bin/sh', '-c', command], { encoding: 'utf8' });
      return { code: status ?? -1, out: `${stdout}${stderr}` };
    },
    write: (path, content) => {
      mkdirSync(`${ROOT}${path.replace(/\/[^/]*$/, '')}`, { recursive: true });
      writeFileSync(`${ROOT}${path}`, content);
    },
    expect: (what, holds, detail = '') => {
      if (!holds) failures++;
      const told = detail.slice(0, 1500).replace(/\n/g, '\n       ');
      if (!holds) console.log(`  FAIL ${what}\n       ${told}`);
      else if (process.env.VERBOSE) console.log(`  ok   ${what}`);
    },
  };
  // The cases bring a dockerd of their own where they want one.
  host.sh('rm -f /usr/sbin/dockerd /usr/bin/dockerd');
  for (const tool of ['iptables', 'ip6tables']) host.sh(`update-alternatives --set ${tool} /usr/sbin/${tool}-${variant}`);
  console.log(`${tree} ${host.sh('iptables --version; conntrack --version; ipset --version').out.replace(/\n/g, ' ')}`);
  for (const run of CASES) run(host);
  console.log(failures ? `  ${failures} failed` : '  all as wanted');
  return failures;
}

function main(): void {
  const [marker, tree, variant] = process.argv.slice(2);
  if (marker === '--inside') process.exit(inside(tree, variant) ? 1 : 0);
  let code = 0;
  for (const root of process.argv.length > 2 ? process.argv.slice(2) : ['/']) {
    if (!existsSync(`${root}/usr/sbin/iptables`)) throw new Error(`${root} has no iptables`);
    for (const name of ['nft', 'legacy']) {
      const words = ['-n', '-m', process.execPath, ...process.execArgv, __filename, '--inside', root, name];
      if (spawnSync('unshare', words, { stdio: 'inherit' }).status !== 0) code = 1;
    }
  }
  process.exit(code);
}

main();
