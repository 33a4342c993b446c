import { fail } from '../../private/errors';
import { plainText } from '../../private/text';

/** Where secrets show in a container, as in those of Swarm and Compose. */
export const SECRETS_TARGET = '/run/secrets';

/** Written by the engine for each container, with what sets their content. */
export const WRITTEN_BY_ENGINE: Readonly<Record<string, string>> = {
  '/etc/hosts': "use 'hostEntries' of the container",
  '/etc/resolv.conf': "use 'dns' of the container",
  '/etc/hostname': "use 'hostname' of the container",
};

/**
 * A path inside a container, in the form in which two of them compare.
 * @param place path of the construct; undefined for value objects
 */
export function checkTarget(target: string, what = 'target', place?: string): string {
  const text = normalised(plainText(place, what, target), what, place);
  if (text === '/') fail('MountTarget', place, `'${what}' must be a path below '/', got '${target}'`);
  if (/^\/proc(\/|$)/.test(text)) {
    fail(
      'MountTarget',
      place,
      `'${what}' is '${text}', and runc starts no container with a mount in /proc; choose another path, such as '/srv/data'`,
    );
  }
  if (text === '/dev') {
    fail(
      'MountTarget',
      place,
      `'${what}' is '/dev', where the engine puts the devices of the container; choose a path below it, such as '/dev/shm'`,
    );
  }
  return text;
}

/** The same for a directory: no container starts with a directory instead of a file that the engine writes. */
export function checkFolderTarget(target: string, what = 'target', place?: string): string {
  const text = checkTarget(target, what, place);
  if (Object.hasOwn(WRITTEN_BY_ENGINE, text)) {
    fail(
      'MountTarget',
      place,
      `'${what}' is '${text}', which is a file that the engine writes, and a directory cannot be mounted there; choose another path`,
    );
  }
  return text;
}

/** An absolute path without doubled slashes and one at the end. */
export function normalised(path: string, what: string, place?: string): string {
  if (!/^\/[^:,]*$/.test(path) || hasDots(path)) {
    fail('MountTarget', place, `'${what}' must be an absolute path without '.', '..', ':' or ',', got '${path}'`);
  }
  return withoutSlashes(path);
}

/** The working directory as the engine keeps it: it removes such slashes, and what it reads back would replace the container on every apply. */
export function checkWorkingDirectory(place: string, directory: string | undefined): string | undefined {
  if (directory === undefined) return undefined;
  const text = plainText(place, 'workingDirectory', directory);
  if (!text.startsWith('/') || hasDots(text)) {
    fail('MountTarget', place, `'workingDirectory' must be an absolute path without '.' and '..', got '${text}'`);
  }
  return withoutSlashes(text);
}

function hasDots(path: string): boolean {
  return path.split('/').some((part) => part === '..' || part === '.');
}

function withoutSlashes(path: string): string {
  const single = path.replace(/\/+/g, '/');
  return single.length > 1 ? single.replace(/\/$/, '') : single;
}
