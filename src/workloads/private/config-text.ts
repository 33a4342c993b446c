import { posix } from 'node:path';
import { checkTarget, WRITTEN_BY_ENGINE } from './mount-target';
import { fail, UnscopedValidationError } from '../../private/errors';
import { isTokenText, matching } from '../../private/text';

/** Maximum size of a config file in bytes: the limit of Swarm. */
export const CONFIG_LIMIT = 512_000;

/** The placeholder of a value in a text: `{{ name }}`. */
const PLACEHOLDER = /\{\{ ?([A-Za-z_][A-Za-z0-9_]*) ?\}\}/g;

/** Further folders of a container that the kernel fills. */
const OF_THE_KERNEL = /^\/(sys|dev)(?=\/|$)/;

/** Folders of a container with content that every program of the image needs: a whole folder must not hide them. */
const OF_THE_IMAGE = /^\/(etc|bin|sbin|lib|lib32|lib64|usr|var|opt|home|root|run|srv|tmp)?$/;
const PROGRAMS = /^(\/usr(\/local)?)?\/(bin|sbin|lib|lib32|lib64|libexec)(\/|$)/;

/** Path of a config file in a container. */
export function configTarget(path: string): string {
  const target = checkTarget(path, 'path');
  const refuse = (why: string, wayOut: string): never => {
    throw new UnscopedValidationError('ConfigFileValue', `'path' '${target}' ${why}; ${wayOut}`);
  };
  if (target.length > 100 || !/^(\/[A-Za-z0-9._@+-]{1,64})+$/.test(target)) {
    refuse(
      'has characters other than letters, digits, ., _, @, + and -, is longer than 100 characters, or has a name longer than 64',
      "name another path, such as '/etc/app/app.conf'",
    );
  }
  const [kernel] = OF_THE_KERNEL.exec(target) ?? [];
  if (kernel !== undefined) refuse(`is in ${kernel}, which the kernel fills`, "name another path, such as '/etc/app/app.conf'");
  if (Object.hasOwn(WRITTEN_BY_ENGINE, target)) refuse('is a file that the engine writes', WRITTEN_BY_ENGINE[target]);
  return target;
}

/** Whether a folder that hides that of the image would hide what its programs need. */
export function hidesImage(folder: string): boolean {
  return OF_THE_IMAGE.test(folder) || PROGRAMS.test(folder);
}

/** The folder that a file is in. */
export function folderOf(target: string): string {
  return posix.dirname(target);
}

/** A text that goes through byte for byte. */
export function configText(what: string, text: unknown, isReference: (text: string) => boolean): string {
  if (typeof text !== 'string') fail('NotText', undefined, `'${what}' must be a string, got ${JSON.stringify(text)}`);
  if (isTokenText(text) || isReference(text)) {
    fail(
      'UnresolvedValue',
      undefined,
      `'${what}' must be known at synth, got a Terraform reference; pass the literal value, for another container its 'dnsName', or set a variable of 'environment'`,
    );
  }
  if (/[\0\p{Cs}]/u.test(text)) {
    fail(
      'ConfigFileValue',
      undefined,
      `'${what}' is not text: it has a zero byte or half of a character; put a binary file into the image, or mount it with VolumeMount.hostPath()`,
    );
  }
  return text;
}

/** A text with each `{{ name }}` replaced by a value. The code does not search a value again. */
export function filledIn(text: string, values: Readonly<Record<string, string>>): string {
  const used = new Set<string>();
  const filled = text.replace(PLACEHOLDER, (mark: string, name: string) => {
    if (!Object.hasOwn(values, name)) {
      throw new UnscopedValidationError(
        'ConfigFileValue',
        `the text has '${mark}', and 'values' has no '${name}'; add it; if '${mark}' is to stay, add ${name}: '${mark}'`,
      );
    }
    used.add(name);
    return values[name];
  });
  const unused = Object.keys(values).find((name) => !used.has(name));
  if (unused !== undefined) {
    throw new UnscopedValidationError(
      'ConfigFileValue',
      `'values' has '${unused}', and the text has no '{{ ${unused} }}'; remove it, or correct the name, which has letters, digits and '_'`,
    );
  }
  return filled;
}

export function checkSize(target: string, text: string): void {
  const size = Buffer.byteLength(text, 'utf8');
  if (size > CONFIG_LIMIT) {
    throw new UnscopedValidationError(
      'ConfigFileValue',
      `the file for '${target}' has ${size} bytes, more than ${CONFIG_LIMIT}; put it into the image, or mount it with VolumeMount.hostPath()`,
    );
  }
}

/** Four octal digits. Only the owner may write: the container cannot write in any case, and on the host no other user may. */
export function configMode(mode: string): string {
  return matching(
    undefined,
    'mode',
    mode,
    /^0?[0-7][0145]{2}$/,
    'ConfigFileValue',
    "three or four octal digits by which only the owner may write, such as '0444'",
  ).padStart(4, '0');
}
