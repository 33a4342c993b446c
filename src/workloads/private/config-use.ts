import { ValidationError } from '../../private/errors';
import { isByFolder } from '../../topology/private/config-places';
import type { Declarations } from '../../topology/private/declarations';
import type { ConfigUse } from '../../topology/private/facts';
import { ConfigFile } from '../config-file';
import type { ContainerConfigOptions } from '../container-config-options';
import { FileChange } from '../file-change';
import { checkImage } from './common';
import { folderOf, hidesImage } from './config-text';
import { printfWords, WORDS_LIMIT } from './config-writer';

/** Checks which config files a container reads; undefined where it reads none. */
export function checkConfig(path: string, options: ContainerConfigOptions | undefined, { store }: Declarations): ConfigUse | undefined {
  if (options === undefined) return undefined;
  const refuse = (message: string): never => {
    throw new ValidationError('ConfigFileValue', path, message);
  };
  const { files, onChange = FileChange.replace(), writerImage } = options;
  if (files.length === 0) refuse("'configFiles.files' is empty; name a ConfigFile, or remove 'configFiles'");
  if (!files.every((file) => file instanceof ConfigFile)) {
    refuse("'configFiles.files' holds something else than a ConfigFile; make it with ConfigFile.fromText(…)");
  }
  if (!(onChange instanceof FileChange)) refuse("'configFiles.onChange' must be made by FileChange, such as FileChange.restart()");
  const { _action: action } = onChange;
  if (!store.hasGuard && action !== 'replace') {
    refuse(
      `'configFiles.onChange' is ${action}, and Bulkhead has only the API of the engine of '${store.daemonPath}', so only Terraform can act; remove it, and Terraform replaces the container`,
    );
  }
  if (writerImage !== undefined) {
    checkImage(path, writerImage, 'configFiles.writerImage');
    if (store.hasGuard) refuse("'configFiles.writerImage' has no effect, since the host writes the files; remove it");
  }
  const facts = files.map(({ _fact }) => _fact).sort((a, b) => (a.target < b.target ? -1 : 1));
  const targets = facts.map(({ target }) => target);
  const twice = targets.find((target, index) => targets.indexOf(target) !== index);
  if (twice !== undefined) refuse(`'configFiles.files' holds '${twice}' twice; remove one of them`);
  if (mountsFolders(action, store.hasGuard)) {
    const hiding = targets.find((target) => hidesImage(folderOf(target)));
    if (hiding !== undefined) {
      const wayOut = store.hasGuard ? ', or write FileChange.restart(), which mounts the file alone' : ', and give the program that path';
      refuse(
        `the folder of '${hiding}' is mounted as a whole and would hide '${folderOf(hiding)}' of the image; put the file into a folder of its own, such as '/etc/app/${hiding.split('/').pop()}'${wayOut}`,
      );
    }
  }
  const words = store.hasGuard ? 0 : facts.reduce((sum, { text }) => sum + printfWords(text).join('').length, 0);
  if (words > WORDS_LIMIT) {
    refuse(
      `the files of 'configFiles' take ${words} bytes of arguments, of which the kernel passes at most ${WORDS_LIMIT} to what writes them; put the large ones into the image`,
    );
  }
  return { onChange: action, files: facts };
}

/** A single file can only be mounted from the host, and stays the same file. */
export function mountsFolders(action: ConfigUse['onChange'], hasGuard: boolean): boolean {
  return !hasGuard || isByFolder({ onChange: action });
}

/**
 * Files and folders of a container, and everything else that it mounts: a file below another mount would be created there, and a mount below a
 * read-only folder has no place.
 */
export function checkConfigTargets(path: string, own: readonly string[], others: readonly string[]): void {
  const isIn = (inner: string, outer: string) => inner !== outer && inner.startsWith(`${outer}/`);
  for (const target of own) {
    const above = [...own, ...others].find((other) => isIn(target, other));
    const below = others.find((other) => isIn(other, target));
    const other = above ?? below;
    if (other !== undefined) {
      throw new ValidationError(
        'MountTarget',
        path,
        `the config file or folder '${target}' lies ${above === undefined ? 'above' : 'in'} the mount '${other}'; give it a path beside the mount`,
      );
    }
  }
}
