import { createHash } from 'node:crypto';

/** A part of a path that every file system and every shell accepts unchanged. It neither contains `--` nor begins or ends with a mark. */
const PLAIN_PART = /^[A-Za-z0-9_]+(?:-[A-Za-z0-9_]+)*$/;
/** File systems take 255 bytes; the path of a file in the folder comes on top. */
const LONGEST = 120;

/**
 * Name of the folder with the files of a daemon: its construct path, with `--` between the parts, such as `shop--Edge`.
 *
 * The name depends only on the path. Two paths get two names, also if they differ only in characters that a name must not contain: then a digest of
 * the path ends the name, after a `+`, which no plain part contains.
 *
 * @param isTaken whether another daemon has the name, or one that file systems may not distinguish from it
 */
export function outputFolder(path: string, isTaken: (name: string) => boolean = () => false): string {
  const parts = path.split('/');
  const name = parts.join('--');
  // A single part could be the name of a file beside the folders.
  const isPlain = parts.length > 1 && name.length <= LONGEST && parts.every((part) => PLAIN_PART.test(part));
  return isPlain && !isTaken(name) ? name : `${cleaned(name)}+${digest(path)}`;
}

function cleaned(name: string): string {
  const readable = name
    .slice(0, LONGEST)
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^[^A-Za-z0-9_]+|[^A-Za-z0-9_]+$/g, '');
  return readable === '' ? 'daemon' : readable;
}

function digest(path: string): string {
  // Halves of pairs, for which UTF-8 has no bytes, are escaped.
  return createHash('sha256').update(JSON.stringify(path)).digest('hex').slice(0, 12);
}
