import { stampMount } from './common';
import { oneShot } from './one-shot';
import type { ContainerConfig } from '../../private/bindings';
import type { ConfigFileFact } from '../../topology/private/facts';

/** The shell takes words of at most 128 KiB, which the kernel sets. */
const WORD = 100_000;
/** The kernel passes words of two megabytes in all to a program, with what else is there. */
export const WORDS_LIMIT = 1_800_000;

/** A volume that a separate container fills. */
export interface FilledVolume {
  /** The volume, as Terraform refers to it. */
  readonly source: string;
  readonly files: readonly ConfigFileFact[];
}

/**
 * The shell gets all texts as arguments: for each file its path, owner and mode, and how many words of content follow. The owner comes last, when the file is
 * whole.
 */
const WRITE = `set -eu
umask 077
while [ $# -gt 0 ]; do
  file=$1 owner=$2 mode=$3 words=$4
  shift 4
  : >"$file"
  while [ "$words" -gt 0 ]; do
    printf %b "$1" >>"$file"
    words=$((words - 1))
    shift
  done
  chmod "$mode" "$file"
  chown "$owner" "$file"
done`;

/** A container without network that writes files into volumes and ends. */
export function writerConfig({
  container,
  image,
  stamp,
  volumes,
}: {
  readonly container: string;
  readonly image: string;
  readonly stamp: string | undefined;
  readonly volumes: readonly FilledVolume[];
}): ContainerConfig {
  const name = `${container}-config`;
  const targetOf = (index: number) => `/bulkhead/${index}`;
  return {
    ...oneShot(name, `The config files of ${container} were not written.`),
    image,
    entrypoint: ['sh', '-c', WRITE, 'write'],
    command: volumes.flatMap(({ files }, index) =>
      files.flatMap(({ target, text, owner, mode }) => {
        const words = printfWords(text);
        return [`${targetOf(index)}/${target.slice(target.lastIndexOf('/') + 1)}`, owner, mode, `${words.length}`, ...words];
      }),
    ),
    mounts: [
      ...(stamp === undefined ? [] : [stampMount(stamp)]),
      ...volumes.map(({ source }, index) => ({ type: 'volume', source, target: targetOf(index), readOnly: false })),
    ],
  };
}

/**
 * A text as words that `printf %b` of any shell turns into its bytes. Everything except printable ASCII is written as its bytes: Terraform normalizes
 * letters with accents, and would change them. The same applies to characters that Terraform would evaluate.
 */
export function printfWords(text: string): string[] {
  const words: string[] = [];
  let word = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const isPlain = byte === 0x0a || (byte >= 0x20 && byte < 0x7f && !'\\$%{}#&'.includes(String.fromCharCode(byte)));
    word += isPlain ? String.fromCharCode(byte) : `\\0${byte.toString(8).padStart(3, '0')}`;
    if (word.length >= WORD) {
      words.push(word);
      word = '';
    }
  }
  return word === '' ? words : [...words, word];
}
