// Builds from the Go module proxy: the engines that no Debian tree has, and Terraform's Docker provider.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { GO_BUILDS, buildDir, cacheDir, once, provider, terraformEnv, type GoBuild, type GoBuildId } from './cache';
import { debootstrap } from './debian';
import { LabError, must, mustAsync, run, which } from './exec';

interface GoTool {
  /** What stands before `go`'s arguments. */
  readonly argv: (cwd: string) => string[];
  readonly env: NodeJS.ProcessEnv;
}

function atLeast(have: string, want: string): boolean {
  const [a, b] = [have, want].map((text) => text.split('.').map(Number));
  for (let i = 0; i < 3; i++) if ((a[i] ?? 0) !== (b[i] ?? 0)) return (a[i] ?? 0) > (b[i] ?? 0);
  return true;
}

type Told = (line: string) => void;

let debianGo: Promise<boolean> | undefined;

/** This machine's go, as it is or fetching a newer toolchain; else Debian's, in a tree of its own. */
async function goTool(wanted: string, onLine?: Told): Promise<GoTool> {
  const go = which('go');
  const version = go
    ? /go(\d+(\.\d+)+)/.exec(run([go, 'env', 'GOVERSION'], { env: { ...process.env, GOTOOLCHAIN: 'local' } }).stdout)?.[1]
    : undefined;
  if (go && version && atLeast(version, wanted)) return { argv: () => [go], env: process.env };
  if (go && version && atLeast(version, '1.21')) return { argv: () => [go], env: { ...process.env, GOTOOLCHAIN: 'auto' } };
  const tree = path.join(cacheDir(), 'tree-go');
  try {
    // Builds run side by side, and one of them makes it.
    await (debianGo ??= debootstrap(tree, 'trixie', ['golang-go', 'ca-certificates', 'git'], onLine));
  } catch (error) {
    throw new Error(
      `Go ${wanted} or later is needed to build parts of the lab (found: ${version ?? 'none'}): install it, then run again\n${error}`,
    );
  }
  // The build folder keeps its path inside the tree, so that file names in messages and arguments mean the same on both sides.
  const script = `set -e; t=$1; d=$2; shift 2; for b in /proc /dev; do mount --rbind $b $t$b; done
    cp -L /etc/resolv.conf /etc/hosts $t/etc/ 2>/dev/null || true; mkdir -p $t/etc/ssl/certs
    [ ! -d /etc/ssl/certs ] || mount --bind /etc/ssl/certs $t/etc/ssl/certs
    mkdir -p "$t$d"; mount --bind "$d" "$t$d"; exec chroot "$t" sh -c 'cd "$1"; shift; exec go "$@"' sh "$d" "$@"`;
  return {
    argv: (cwd) => ['unshare', '-m', '--propagation', 'private', 'sh', '-c', script, 'sh', tree, cwd],
    env: { ...process.env, GOTOOLCHAIN: 'auto', GOPATH: '/tmp/go', HOME: '/tmp' },
  };
}

async function compile(id: GoBuildId, build: GoBuild, temporary: string, onLine?: Told): Promise<string> {
  const work = path.join(temporary, 'build');
  const out = path.join(temporary, 'out');
  fs.mkdirSync(out);
  fs.mkdirSync(work);
  const tool = await goTool(build.go, onLine);
  const env = { ...tool.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod -buildvcs=false', GOWORK: 'off' };
  // The whole temporary folder is the place: sources and result lie beneath it.
  const go = (...args: string[]): Promise<string> =>
    mustAsync(`building ${id} ${build.version}`, [...tool.argv(temporary), '-C', work, ...args], { env, cwd: temporary, onLine });
  if (build.goMod === undefined) {
    fs.writeFileSync(path.join(work, 'go.mod'), 'module lab\n');
    const found = JSON.parse(await go('mod', 'download', '-json', `${build.module}@${build.moduleVersion}`)) as {
      Zip: string;
      Dir: string;
    };
    // Copied by the go tool's own view of the files; modules in its cache are read-only.
    fs.rmSync(path.join(work, 'go.mod'));
    const source = fs.existsSync(found.Dir) ? found.Dir : path.join(cacheDir(), 'tree-go', found.Dir);
    await mustAsync('copying the module', ['cp', '-r', '--no-preserve=mode', `${source}/.`, work]);
    fs.copyFileSync(path.join(work, 'vendor.mod'), path.join(work, 'go.mod'));
    fs.copyFileSync(path.join(work, 'vendor.sum'), path.join(work, 'go.sum'));
  } else {
    fs.writeFileSync(path.join(work, 'go.mod'), `module lab\n\ngo ${build.go}\n\n${build.goMod}`);
    await go('get', '-tool', `${build.module}@${build.moduleVersion}`);
  }
  const options = [...(build.tags ? ['-tags', build.tags] : []), '-ldflags', `-s -w ${build.ldflags ?? ''}`.trim()];
  await go('build', '-v', ...options, '-o', `${out}/`, ...build.packages);
  fs.rmSync(work, { recursive: true, force: true });
  return out;
}

/** An engine as a layer to lay over a tree: usr/local/bin with dockerd and docker-proxy. */
export function buildEngine(id: 'engine-28.5' | 'engine-29', onLine?: Told): Promise<boolean> {
  return once(buildDir(id), async (temporary) => {
    const out = await compile(id, GO_BUILDS[id], temporary, onLine);
    fs.mkdirSync(path.join(temporary, 'usr', 'local'), { recursive: true });
    fs.renameSync(out, path.join(temporary, 'usr', 'local', 'bin'));
  });
}

/** Where the program lies once it is built. */
export const wireguardProgram = (): string => path.join(buildDir('wireguard-go'), 'wireguard-go');
export const composeProgram = (): string => path.join(buildDir('compose'), 'compose');

export const buildWireguard = (): Promise<void> => buildProgram('wireguard-go');
export const buildCompose = (): Promise<void> => buildProgram('compose');

async function buildProgram(id: 'wireguard-go' | 'compose'): Promise<void> {
  await once(buildDir(id), async (temporary) => {
    const out = await compile(id, GO_BUILDS[id], temporary);
    fs.renameSync(path.join(out, fs.readdirSync(out)[0]), path.join(temporary, id));
    fs.rmSync(out, { recursive: true });
  });
}

/** The CLI configuration that points Terraform to the mirror in the folder that a provider's binary is in. */
export function writeCliConfig(folder: string, target: string): void {
  const mirror = JSON.stringify(path.join(target, 'mirror'));
  fs.writeFileSync(path.join(folder, 'terraform.rc'), `provider_installation {\n  filesystem_mirror {\n    path = ${mirror}\n  }\n}\n`);
}

export function buildProvider(onLine?: Told): Promise<boolean> {
  const target = buildDir('provider');
  return once(target, async (temporary) => {
    const out = await compile('provider', GO_BUILDS.provider, temporary, onLine);
    fs.renameSync(path.join(out, fs.readdirSync(out)[0]), path.join(temporary, 'provider'));
    fs.rmSync(out, { recursive: true });
    writeCliConfig(temporary, target);
  });
}

/** Puts the binary where `program` looks in a mirror: it says itself which address it spells `kreuzwerker/docker` out to. */
export function linkProvider(program: string): boolean {
  const { dir: target, version } = provider();
  const ask = path.join(target, 'ask');
  fs.mkdirSync(ask, { recursive: true });
  fs.writeFileSync(
    path.join(ask, 'main.tf.json'),
    JSON.stringify({ terraform: { required_providers: { docker: { source: 'kreuzwerker/docker' } } } }),
  );
  const said = must('asking for the address of the provider', [program, `-chdir=${ask}`, 'providers'], { env: terraformEnv() });
  const address = /provider\[([^\]]+)\]/.exec(said)?.[1];
  if (!address) throw new LabError('asking for the address of the provider', [program, 'providers'], said);
  const arch = ({ x64: 'amd64', arm64: 'arm64' } as Record<string, string>)[process.arch] ?? process.arch;
  const file = path.join(target, 'mirror', address, version, `linux_${arch}`, `terraform-provider-docker_v${version}`);
  if (fs.existsSync(file)) return false;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  try {
    fs.linkSync(path.join(target, 'provider'), file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // Another run was faster.
  }
  return true;
}
