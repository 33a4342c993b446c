// What the lab is made of, pinned in one place, and where the finished parts are kept between runs (never in the work tree).
import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { EngineFirewall } from '../../../src/engine/private/docker-rules/input';

export type EngineId = '20.10' | '26.1' | '28.5' | '29' | '29-nft';
export const ENGINE_IDS: readonly EngineId[] = ['20.10', '26.1', '28.5', '29', '29-nft'];

export type Suite = 'bookworm' | 'trixie';
export type GoBuildId = 'engine-28.5' | 'engine-29' | 'provider' | 'wireguard-go' | 'compose';

export interface EngineSpec {
  readonly id: EngineId;
  /** What it is to the model: its release, and what it writes its rules with. */
  readonly version: string;
  readonly firewall: EngineFirewall;
  /** The Debian tree that the engine runs in: it brings containerd, runc, iptables and nft. */
  readonly suite: Suite;
  /** Where dockerd is built from the Go module proxy; without it, dockerd is the suite's own package. */
  readonly build?: GoBuildId;
  /** A layer with an engine of one's own, which stands in the place of the usual one. */
  readonly own?: string;
  /** The API version that clients ask for: Terraform's provider and the CLI must not ask for more than the engine speaks. */
  readonly api: string;
  /** Keys of daemon.json given as flags (so that daemon.json stays the emitted one); left out when daemon.json has the key itself. */
  readonly flags: Readonly<Record<string, readonly string[]>>;
}

const VFS = { 'storage-driver': ['--storage-driver=vfs'] };
/** vfs is a driver of the old image store; and trixie's runc does not know time namespaces, which 29 asks for otherwise. */
const FEATURES_29 = { features: ['--feature=containerd-snapshotter=false', '--feature=time-namespaces=false'] };

const ENGINES: Readonly<Record<EngineId, EngineSpec>> = {
  '20.10': { id: '20.10', version: '20.10', firewall: 'iptables', suite: 'bookworm', api: '1.41', flags: VFS },
  '26.1': { id: '26.1', version: '26.1', firewall: 'iptables', suite: 'trixie', api: '1.44', flags: VFS },
  '28.5': { id: '28.5', version: '28.5', firewall: 'iptables', suite: 'trixie', build: 'engine-28.5', api: '1.44', flags: VFS },
  '29': {
    id: '29',
    version: '29.8',
    firewall: 'iptables',
    suite: 'trixie',
    build: 'engine-29',
    api: '1.44',
    flags: { ...VFS, ...FEATURES_29 },
  },
  '29-nft': {
    id: '29-nft',
    version: '29.8',
    firewall: 'nftables',
    suite: 'trixie',
    build: 'engine-29',
    api: '1.44',
    flags: { ...VFS, ...FEATURES_29, 'firewall-backend': ['--firewall-backend=nftables'] },
  },
};

/** What an engine or a provider of one's own is told to other processes by: see `own.ts`. */
export const OWN_ENGINE = 'BULKHEAD_OWN_ENGINE';
export const OWN_ENGINE_IDS = 'BULKHEAD_OWN_ENGINE_IDS';
export const OWN_ENGINE_VERSION = 'BULKHEAD_OWN_ENGINE_VERSION';
export const OWN_PROVIDER = 'BULKHEAD_OWN_PROVIDER';

export function engineSpec(id: EngineId): EngineSpec {
  const spec = ENGINES[id];
  if (!spec) throw new Error(`unknown engine '${id}': choose one of ${ENGINE_IDS.join(', ')}`);
  const own = process.env[OWN_ENGINE];
  if (own === undefined || !process.env[OWN_ENGINE_IDS]?.split(',').includes(id)) return spec;
  const version = process.env[OWN_ENGINE_VERSION]!;
  // Before 25 engines speak less than their tree's client.
  return { ...spec, build: undefined, own, version, ...(Number(version.split('.')[0]) < 25 && { api: '1.41' }) };
}

const TREE_PACKAGES = [
  'docker.io',
  'iptables',
  'nftables',
  'iproute2',
  'ca-certificates',
  'ipset',
  'conntrack',
  'kmod',
  'procps',
  'util-linux',
  'tini',
];
export const TREES: Readonly<Record<Suite, readonly string[]>> = {
  bookworm: TREE_PACKAGES,
  // From trixie on, the client is a package of its own.
  trixie: [...TREE_PACKAGES, 'docker-cli'],
};

export interface GoBuild {
  /** A folder name: changes whenever the result would. */
  readonly version: string;
  readonly go: string;
  /** Lines for go.mod; absent where the module's own vendor.mod is used. */
  readonly goMod?: string;
  readonly module: string;
  readonly moduleVersion: string;
  readonly packages: readonly string[];
  readonly tags?: string;
  readonly ldflags?: string;
}

const PROVIDER_MODULE = 'github.com/terraform-providers/terraform-provider-docker';
/** The revision is a little after release 4.5.0, hence the number; a suffix would not satisfy version constraints. */
export const PROVIDER_VERSION = '4.5.1';

export const GO_BUILDS: Readonly<Record<GoBuildId, GoBuild>> = {
  'engine-28.5': {
    version: '28.5.2',
    go: '1.24',
    module: 'github.com/docker/docker',
    moduleVersion: 'v28.5.2+incompatible',
    packages: ['./cmd/dockerd', './cmd/docker-proxy'],
    tags: 'exclude_graphdriver_btrfs',
    ldflags: '-X github.com/docker/docker/dockerversion.Version=28.5.2',
  },
  'engine-29': {
    version: 'moby-v2.0.0-beta.24',
    go: '1.26',
    goMod: '',
    module: 'github.com/moby/moby/v2/cmd/dockerd',
    moduleVersion: 'v2.0.0-beta.24',
    packages: ['github.com/moby/moby/v2/cmd/dockerd', 'github.com/moby/moby/v2/cmd/docker-proxy'],
    tags: 'exclude_graphdriver_btrfs',
    // The module is not told its release number; it is of the days between 29.8.0 and 29.8.1.
    ldflags: '-X github.com/moby/moby/v2/dockerversion.Version=29.8.0-moby.v2.0.0-beta.24',
  },
  provider: {
    version: PROVIDER_VERSION,
    go: '1.25.8',
    goMod: `replace ${PROVIDER_MODULE} => github.com/kreuzwerker/terraform-provider-docker v0.0.0-20260916201441-96d331c98ff4\n`,
    module: PROVIDER_MODULE,
    moduleVersion: 'v0.0.0-00010101000000-000000000000',
    packages: [PROVIDER_MODULE],
  },
  // WireGuard over /dev/net/tun, where the kernel has none.
  'wireguard-go': {
    version: 'v0.0.0-20260522210424-ecfc5a8d5446',
    go: '1.23.1',
    goMod: '',
    module: 'golang.zx2c4.com/wireguard',
    moduleVersion: 'v0.0.0-20260522210424-ecfc5a8d5446',
    packages: ['golang.zx2c4.com/wireguard'],
  },
  compose: {
    version: 'v2.40.3',
    go: '1.24.9',
    goMod: '',
    module: 'github.com/docker/compose/v2/cmd',
    moduleVersion: 'v2.40.3',
    packages: ['github.com/docker/compose/v2/cmd'],
  },
};

export function cacheDir(): string {
  const env = process.env;
  return path.resolve(env.BULKHEAD_CACHE || path.join(env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'bulkhead'));
}

export function keyed(name: string, recipe: unknown): string {
  return `${name}-${crypto.createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 8)}`;
}

/** Where a Debian tree is, or will be. */
export function treeDir(suite: Suite): string {
  return path.join(cacheDir(), keyed(`tree-${suite}`, TREES[suite]));
}

/** Raised when what is inside a build's folder changes. */
const LAYOUT = 2;

/** Where a build's result is, or will be. Engines: a layer with usr/local/bin to be laid over a tree. */
export function buildDir(id: GoBuildId): string {
  return path.join(cacheDir(), keyed(`${id}-${GO_BUILDS[id].version}`, [GO_BUILDS[id], LAYOUT]));
}

/** Lower layers of the engine's root, uppermost first. */
export function engineLayers(id: EngineId): string[] {
  const spec = engineSpec(id);
  const engine = spec.own ?? (spec.build && buildDir(spec.build));
  return [...(engine === undefined ? [] : [engine]), treeDir(spec.suite)];
}

/** The folder with the provider's binary, and the version that it is offered to Terraform as. */
export function provider(): { readonly dir: string; readonly version: string } {
  const own = process.env[OWN_PROVIDER];
  if (own === undefined) return { dir: buildDir('provider'), version: PROVIDER_VERSION };
  return { dir: own, version: /-own-(\d+\.\d+\.\d+)-/.exec(path.basename(own))![1] };
}

/** What Terraform must see so that it takes the provider from the cache and asks nobody. */
export function terraformEnv(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    TF_CLI_CONFIG_FILE: path.join(provider().dir, 'terraform.rc'),
    CHECKPOINT_DISABLE: '1',
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
  };
  delete env.TF_PLUGIN_CACHE_DIR;
  delete env.TF_DATA_DIR;
  delete env.TF_CLI_ARGS;
  return env;
}

/**
 * Makes `target` with `make(temporary)` unless it is there: built under another name and renamed when done, so that an interrupted run never
 * looks finished. Leftovers of dead runs are removed. Returns whether anything was made.
 */
export async function once(target: string, make: (temporary: string) => Promise<void>): Promise<boolean> {
  if (fs.existsSync(target)) return false;
  fs.mkdirSync(path.dirname(target), { recursive: true });
  const stem = `${path.basename(target)}.tmp-`;
  for (const name of fs.readdirSync(path.dirname(target))) {
    if (!name.startsWith(stem)) continue;
    const owner = name.slice(stem.length);
    if (owner === String(process.pid) || !fs.existsSync(`/proc/${owner}`)) {
      fs.rmSync(path.join(path.dirname(target), name), { recursive: true, force: true });
    }
  }
  const temporary = path.join(path.dirname(target), stem + process.pid);
  fs.mkdirSync(temporary);
  try {
    await make(temporary);
    if (fs.existsSync(target)) return false; // Another run was faster: its result is as good.
    fs.renameSync(temporary, target);
    return true;
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}
