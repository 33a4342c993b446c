import { UnscopedValidationError } from '../../private/errors';
import { plainText } from '../../private/text';

/** Where secrets show in a container, as in those of Swarm and Compose. */
export const SECRETS_TARGET = '/run/secrets';

/** A path inside a container, in the form in which two of them compare. */
export function checkTarget(target: string, what = 'target'): string {
  const text = normalised(plainText(undefined, what, target), what);
  if (text === '/') {
    throw new UnscopedValidationError('MountTarget', `'${what}' must be a path below '/', got '/'`);
  }
  return text;
}

/** An absolute path without doubled slashes and one at the end. */
export function normalised(path: string, what: string): string {
  if (!/^\/[^:,]*$/.test(path) || path.split('/').some((part) => part === '..' || part === '.')) {
    throw new UnscopedValidationError('MountTarget', `'${what}' must be an absolute path without '.', '..', ':' or ',', got '${path}'`);
  }
  return path.length > 1 ? path.replace(/\/+/g, '/').replace(/\/$/, '') : path;
}
