// An engine or a provider of one's own in the place of those that the lab makes: a binary that is given, that is installed, or that Terraform can get.
import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import {
  cacheDir,
  engineSpec,
  once,
  OWN_ENGINE,
  OWN_ENGINE_IDS,
  OWN_ENGINE_VERSION,
  OWN_PROVIDER,
  provider,
  treeDir,
  type EngineId,
} from './cache';
import { makeTree } from './debian';
import { LabError, mustAsync, run, which } from './exec';
import { writeCliConfig } from './gobuild';
import { terraformProgram } from './setup';
import { EngineVersion } from '../../../src';

const hashOf = (file: string) => crypto.createHash('sha256').update(fs.readFileSync(file)).digest('hex').slice(0, 8);

/** The engines of the lab that one of this version can stand for: those that run in the same tree, and begin their rules alike. */
export function idsFor(version: string): readonly EngineId[] {
  const major = Number(version.split('.')[0]);
  if (major >= 29) return ['29', '29-nft'];
  if (major >= 28) return ['28.5'];
  return major >= 23 ? ['26.1'] : ['20.10'];
}

const versionIn = (text: string) => /version (\d+\.\d+\.\d+)/.exec(text)?.[1];

/** What a dockerd says it is: on this machine, else with the libraries of the tree that it would run in. */
async function versionOf(dockerd: string, layer: string): Promise<string> {
  const here = run([dockerd, '--version']);
  const ids = idsFor(versionIn(here.stdout) ?? '29');
  const { suite } = engineSpec(ids[0]);
  await makeTree(suite);
  const script = 'mount --bind "$1/usr/local/bin" "$2/usr/local/bin" && exec chroot "$2" /usr/local/bin/dockerd --version';
  const there = run(['unshare', '-m', '--propagation', 'private', 'sh', '-c', script, 'sh', layer, treeDir(suite)]);
  const version = there.code === 0 ? versionIn(there.stdout) : undefined;
  if (version === undefined) {
    throw new Error(`${dockerd} does not run in the lab's Debian ${suite}, or names no version:\n${there.stdout}${there.stderr}`);
  }
  return EngineVersion.of(version).version;
}

/**
 * From here on a dockerd of one's own, with the docker-proxy beside it, stands in the place of the engines of its generation: in this process and in
 * those that it starts. Returns which these are.
 */
export async function useEngine(dockerd: string): Promise<{ readonly version: string; readonly ids: readonly EngineId[] }> {
  const layer = path.join(cacheDir(), `engine-own-${hashOf(dockerd)}`);
  await once(layer, (temporary) => {
    const bin = path.join(temporary, 'usr/local/bin');
    fs.mkdirSync(bin, { recursive: true });
    fs.copyFileSync(dockerd, path.join(bin, 'dockerd'));
    const proxy = path.join(path.dirname(fs.realpathSync(dockerd)), 'docker-proxy');
    if (fs.existsSync(proxy)) fs.copyFileSync(proxy, path.join(bin, 'docker-proxy'));
    fs.readdirSync(bin).forEach((name) => fs.chmodSync(path.join(bin, name), 0o755));
    return Promise.resolve();
  });
  const version = await versionOf(dockerd, layer);
  const ids = idsFor(version);
  process.env[OWN_ENGINE] = layer;
  process.env[OWN_ENGINE_IDS] = ids.join(',');
  process.env[OWN_ENGINE_VERSION] = version;
  return { version, ids };
}

/** From here on Terraform gets this provider, in this process and in those that it starts. The file's name holds its version, as in every release. */
export async function useProvider(file: string): Promise<string> {
  const version = /_v(\d+\.\d+\.\d+)/.exec(path.basename(file))?.[1];
  if (version === undefined) {
    throw new Error(`the name of ${file} must hold the provider's version, as in its releases: terraform-provider-docker_v3.6.2`);
  }
  const target = path.join(cacheDir(), `provider-own-${version}-${hashOf(file)}`);
  await once(target, (temporary) => {
    fs.copyFileSync(file, path.join(temporary, 'provider'));
    fs.chmodSync(path.join(temporary, 'provider'), 0o755);
    writeCliConfig(temporary, target);
    return Promise.resolve();
  });
  process.env[OWN_PROVIDER] = target;
  return version;
}

/** The engine that is installed on this machine, if it is one that Bulkhead knows. */
export async function useInstalledEngine(): Promise<
  { readonly version: string; readonly ids: readonly EngineId[] } | { readonly why: string }
> {
  const dockerd = which('dockerd');
  if (dockerd === undefined) return { why: 'no dockerd is on PATH' };
  return useEngine(dockerd).catch((error: Error) => ({ why: error.message.split('\n')[0] }));
}

/** A registry that does not answer is given up after seconds; what it sends may take longer. */
const REGISTRY = { TF_REGISTRY_CLIENT_TIMEOUT: '5', TF_REGISTRY_DISCOVERY_RETRY: '0', CHECKPOINT_DISABLE: '1' };
const DOWNLOAD_TIMEOUT = 120_000;

/** The provider as `terraform init` gets it here: from its registry, or from the mirror that this machine's Terraform is set to. It is kept. */
export async function useProviderOfRegistry(constraint: string): Promise<string | undefined> {
  const note = path.join(cacheDir(), 'provider-of-registry');
  const known = fs.existsSync(note) ? path.join(cacheDir(), fs.readFileSync(note, 'utf8')) : undefined;
  if (known !== undefined && fs.existsSync(path.join(known, 'provider'))) {
    process.env[OWN_PROVIDER] = known;
    return provider().version;
  }
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'bulkhead-provider-'));
  try {
    const docker = { source: 'kreuzwerker/docker', version: constraint };
    fs.writeFileSync(path.join(dir, 'main.tf.json'), JSON.stringify({ terraform: { required_providers: { docker } } }));
    const argv = [terraformProgram(), `-chdir=${dir}`, 'init', '-backend=false', '-input=false'];
    await mustAsync('asking for the provider', argv, { env: { ...process.env, ...REGISTRY }, timeout: DOWNLOAD_TIMEOUT });
    const providers = path.join(dir, '.terraform/providers');
    const files = fs.readdirSync(providers, { recursive: true, encoding: 'utf8' });
    const version = await useProvider(
      path.join(
        providers,
        files.find((file) => /terraform-provider-docker_v[^/]*$/.test(file))!,
      ),
    );
    fs.writeFileSync(note, path.basename(process.env[OWN_PROVIDER]!));
    return version;
  } catch (error) {
    if (error instanceof LabError) return undefined;
    throw error;
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}
