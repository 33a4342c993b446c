import type { ErrorCode } from '../../src/private/errors';
import { Program, type Synthesized } from '../support/programs';

/** Whether what the author wanted is there. */
export type Wanted = (synthesized: Synthesized) => unknown;

/** One way to make an error, and the program after its words were followed. */
export interface Entry {
  readonly code: ErrorCode;
  /** Path in front of the message; undefined for the error of a value, which has no place. */
  readonly path?: string;
  /** What of the message says the value and the reason. */
  readonly says: readonly string[];
  /** The words of the message that the mended program follows. */
  readonly follow: string;
  /** What the program comes to, with the mistake or mended; it throws, or says how to see that it works. */
  readonly outcome: (isMended: boolean) => Outcome;
}

export interface Outcome {
  /** The message of the error. */
  readonly refused?: string;
  readonly works: boolean;
}

type Told = readonly [path: string | undefined, says: readonly string[], follow: string];

/** A value by itself. */
export function value(code: ErrorCode, [, says, follow]: Told, make: (isMended: boolean) => unknown): Entry {
  return { code, says, follow, outcome: (isMended) => outcomeOf(() => Boolean(make(isMended))) };
}

/** A program of one stack with one daemon, which is synthesized with its validations. */
export function program(code: ErrorCode, [path, says, follow]: Told, make: (p: Program, isMended: boolean) => Wanted): Entry {
  const outcome = (isMended: boolean) =>
    outcomeOf(() => {
      const p = new Program();
      const wanted = make(p, isMended);
      return Boolean(wanted(p.synth()));
    });
  return { code, path, says, follow, outcome };
}

/** A program that synthesizes by itself, and says whether it works. */
export function whole(code: ErrorCode, [path, says, follow]: Told, make: (isMended: boolean) => boolean): Entry {
  return { code, path, says, follow, outcome: (isMended) => outcomeOf(() => make(isMended)) };
}

export function told(path: string | undefined, says: string | readonly string[], follow: string): Told {
  return [path, [says].flat(), follow];
}

function outcomeOf(run: () => boolean): Outcome {
  try {
    return { works: run() };
  } catch (error) {
    return { refused: (error as Error).message, works: false };
  }
}

/** Whether the outcome is the error of an entry, in its words. */
export function isRefused({ code, path, says, follow }: Entry, { refused = '' }: Outcome): boolean {
  const line = refused.split('\n').find((each) => each.trimEnd().endsWith(`(${code})`)) ?? '';
  const isPlaced = path === undefined ? !line.startsWith('[') : line.includes(`[${path}] `);
  return isPlaced && [...says, follow].every((words) => line.includes(words));
}

/** Makes each error, follows its words, and looks at both with the eyes of the other. */
export function followEach(entries: readonly Entry[]): void {
  const names = entries.map((entry, index) => [entry.code, `${index} ${entry.follow}`, entry] as const);
  test.each(names)('%s: %s', (_code, _name, entry) => {
    const [bad, mended] = [false, true].map((isMended) => entry.outcome(isMended));
    // The message itself is compared, so that a failure shows it.
    if (!isRefused(entry, bad)) expect(bad.refused ?? 'nothing was refused').toBe([`[${entry.path}]`, ...entry.says, entry.follow, `(${entry.code})`].join(' … ')); // prettier-ignore
    expect(bad.works).toBe(false);
    expect(mended).toEqual({ works: true });
    expect(isRefused(entry, mended)).toBe(false);
  });
}
