// Debian's part of the set-up: packages of the machine itself, and the trees that engines run in.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { TREES, once, treeDir, type Suite } from './cache';
import { LabError, must, mustAsync, run, which } from './exec';

const TOOLS: ReadonlyArray<readonly [string, string]> = [
  ['debootstrap', 'debootstrap'],
  ['ip', 'iproute2'],
  ['iptables', 'iptables'],
  ['nft', 'nftables'],
  ['conntrack', 'conntrack'],
  ['ipset', 'ipset'],
  ['python3', 'python3'],
  ['nsenter', 'util-linux'],
  ['setpriv', 'util-linux'],
  ['modprobe', 'kmod'],
];

/** Packages that the machine lacks. busybox is looked for by file: only the static one can be an image. */
function missingPackages(): string[] {
  const missing = TOOLS.filter(([program]) => !which(program)).map(([, name]) => name);
  if (!busyboxPath()) missing.push('busybox-static');
  return missing;
}

/** The static busybox, which becomes the container image. */
export function busyboxPath(): string | undefined {
  const file = which('busybox');
  if (!file) return undefined;
  return isStatic(fs.readFileSync(file)) ? file : undefined;
}

/** A static ELF file has no program header of type PT_INTERP (3). Both supported machines are 64-bit little-endian. */
function isStatic(elf: Buffer): boolean {
  const [start, size, count] = [Number(elf.readBigUInt64LE(32)), elf.readUInt16LE(54), elf.readUInt16LE(56)];
  return !Array.from({ length: count }, (_, i) => elf.readUInt32LE(start + i * size)).includes(3);
}

export async function installTools(): Promise<boolean> {
  const missing = missingPackages();
  if (missing.length === 0) return false;
  if (!which('apt-get')) throw new Error(`the lab needs these programs, and there is no apt-get to install them: ${missing.join(', ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const argv = ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...missing];
  try {
    await mustAsync(`installing ${missing.join(', ')}`, argv, { env });
  } catch {
    await mustAsync('refreshing the package lists', ['apt-get', 'update', '-qq'], { env });
    await mustAsync(`installing ${missing.join(', ')}`, argv, { env });
  }
  const still = missingPackages();
  if (still.length) throw new Error(`installed, but still not on PATH: ${still.join(', ')}`);
  return true;
}

/** Puts the files of a package into a folder, uninstalled: nothing of it starts on this machine. Returns whether apt has it. */
export async function unpackPackage(name: string, folder: string): Promise<boolean> {
  const isKnown = () => run(['apt-cache', 'show', name]).code === 0;
  if (!which('apt-get')) return false;
  if (!isKnown()) await mustAsync('refreshing the package lists', ['apt-get', 'update', '-qq']);
  if (!isKnown()) return false;
  const cwd = fs.mkdtempSync(path.join(os.tmpdir(), 'bulkhead-fetch-'));
  try {
    await mustAsync(`downloading ${name}`, ['apt-get', 'download', '-qq', '-o', 'APT::Sandbox::User=root', name], { cwd });
    const archive = fs.readdirSync(cwd).find((file) => file.endsWith('.deb'))!;
    must(`unpacking ${name}`, ['dpkg-deb', '-x', path.join(cwd, archive), folder]);
  } finally {
    fs.rmSync(cwd, { recursive: true, force: true });
  }
  return true;
}

/** The mirror that this machine's apt uses. apt prints its sources whatever their format, and keeps snapshot-style paths. */
export function debianMirror(): string {
  if (process.env.BULKHEAD_DEBIAN_MIRROR) return process.env.BULKHEAD_DEBIAN_MIRROR;
  const argv = ['apt-get', 'indextargets', '--format', '$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(ORIGIN)', 'Created-By: Packages'];
  const listed = run(argv);
  const rows = listed.stdout.split('\n').map((line) => line.split('|'));
  const main = rows.filter(
    ([uri, release, component]) => uri && component === 'main' && !/[-/](security|updates|backports|proposed)/.test(release),
  );
  const found = main.find((row) => row[3] === 'Debian') ?? main.find(([uri]) => /\/debian(\/|$)/.test(uri));
  if (!found) {
    throw new LabError(
      "no Debian mirror among this machine's apt sources: set BULKHEAD_DEBIAN_MIRROR to one that has bookworm and trixie",
      argv,
      listed.stdout + listed.stderr,
    );
  }
  return found[0];
}

/** debootstrap downloads with wget, and apt in a tree has settings of its own: neither reads this machine's. */
export function proxyEnv(): NodeJS.ProcessEnv {
  const shown = run(['apt-config', 'shell', 'p', 'Acquire::http::Proxy']).stdout;
  const proxy = /^p='(http[^']+)'/m.exec(shown)?.[1];
  return { ...process.env, DEBIAN_FRONTEND: 'noninteractive', ...(proxy ? { http_proxy: proxy } : {}) };
}

export function debootstrap(target: string, suite: Suite, packages: readonly string[], onLine?: (line: string) => void): Promise<boolean> {
  return once(target, async (temporary) => {
    const argv = ['debootstrap', '--variant=minbase', `--include=${packages.join(',')}`, suite, temporary, debianMirror()];
    try {
      await mustAsync(`making the Debian tree '${suite}'`, argv, { env: proxyEnv(), onLine });
    } catch (error) {
      const log = path.join(temporary, 'debootstrap', 'debootstrap.log');
      const detail = fs.existsSync(log) ? fs.readFileSync(log, 'utf8') : '';
      run(['umount', '-l', path.join(temporary, 'proc')]);
      run(['umount', '-l', path.join(temporary, 'sys')]);
      if (error instanceof LabError) throw new LabError(error.step, argv, `${error.output}\n${detail}`);
      throw error;
    }
    for (const name of ['var/cache/apt', 'var/lib/apt/lists', 'usr/share/doc', 'usr/share/man', 'usr/share/locale', 'usr/share/info']) {
      fs.rmSync(path.join(temporary, name), { recursive: true, force: true });
    }
    // What debootstrap mounted must not be carried along by the rename.
    run(['umount', '-l', path.join(temporary, 'proc')]);
    run(['umount', '-l', path.join(temporary, 'sys')]);
  });
}

export function makeTree(suite: Suite, onLine?: (line: string) => void): Promise<boolean> {
  return debootstrap(treeDir(suite), suite, TREES[suite], onLine);
}

/** A program of this machine, from Debian's package where it is missing; whether it is there then. */
export function installed(program: string, debianPackage: string): boolean {
  if (which(program)) return true;
  if (which('apt-get')) run(['apt-get', 'install', '-y', '-qq', '--no-install-recommends', debianPackage], { timeout: 300_000 });
  return which(program) !== undefined;
}
