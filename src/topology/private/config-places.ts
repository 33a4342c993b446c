import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { ConfigFileFact, ConfigUse } from './facts';

/** A file or a folder of files that a container mounts. */
export interface ConfigMount {
  /** Name in the folder of the container. */
  readonly name: string;
  /** Path in the container. */
  readonly target: string;
}

/**
 * Whether the container mounts the folders of its files. A mounted file stays the same file until the container starts again, so a container that
 * must not start again gets the folder.
 */
export function isByFolder({ onChange }: Pick<ConfigUse, 'onChange'>): boolean {
  return onChange !== 'replace' && onChange !== 'restart';
}

/**
 * The mounts of a container. The name of a file that replaces the container contains a digest of everything in it: so the container never starts with
 * another file than the declared one, and another file is another mount.
 */
export function configMounts(use: ConfigUse): ConfigMount[] {
  const mounts = new Map(use.files.map((file) => [mountName(use, file), mountTarget(use, file)]));
  return [...mounts].map(([name, target]) => ({ name, target }));
}

/** Where a file is in the folder of its container. */
export function configPlace(use: ConfigUse, file: ConfigFileFact): string {
  const mount = mountName(use, file);
  return isByFolder(use) ? `${mount}/${posix.basename(file.target)}` : mount;
}

/** A digest that is the same for the same texts. */
export function configDigest(...texts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 12);
}

function mountTarget(use: ConfigUse, { target }: ConfigFileFact): string {
  return isByFolder(use) ? posix.dirname(target) : target;
}

function mountName(use: ConfigUse, file: ConfigFileFact): string {
  const target = mountTarget(use, file);
  const { text, owner, mode } = file;
  const rest = use.onChange === 'replace' ? [text, owner, mode] : [];
  return `${configDigest(target, ...rest)}-${posix.basename(target)}`;
}
