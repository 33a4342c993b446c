import { type SavedHost, savedText } from './saved-host';

/** A text, and what a review must say about it, and must not. */
export interface Judged {
  readonly id: string;
  readonly why: string;
  readonly text: string;
  /** Undefined where the text tells it. */
  readonly engine?: string;
  /** Each is in some finding, or in what the command says besides. */
  readonly must: readonly RegExp[];
  readonly never: readonly RegExp[];
  /** Nothing is wrong: no error and no warning, but those that `allow` names. */
  readonly isClean?: true;
  readonly allow?: RegExp;
  /** The command refuses the text. */
  readonly isRefused?: true;
  /** A command of some finding. */
  readonly fix?: RegExp;
  /** No command of a finding: it would shut out who is let in. */
  readonly noFix?: RegExp;
  /** Why the review says nothing here, though it could. */
  readonly silent?: string;
}

export type More = Pick<Judged, 'allow' | 'silent' | 'isRefused' | 'engine' | 'isClean' | 'fix' | 'noFix'>;
type Written = Omit<SavedHost, 'engine'> & Partial<Pick<SavedHost, 'engine'>>;

const ENGINES = ['20.10.24', '26.1.5', '27.5.1', '28.0.4', '28.5.2', '29.1.0'] as const;
let turn = 0;

/** Where a row names no engine, it is the next one in turn. */
function hostOf(written: Written): SavedHost {
  return { ...written, engine: written.engine ?? ENGINES[turn++ % ENGINES.length] };
}

export function mistake(id: string, why: string, written: Written, must: readonly RegExp[], never: readonly RegExp[] = [], more: More = {}): Judged {
  const host = hostOf(written);
  return { id, why, text: savedText(host), engine: host.engine, must, never, ...more };
} // prettier-ignore

export function clean(id: string, why: string, written: Written, never: readonly RegExp[] = [], more: More = {}): Judged {
  const host = hostOf(written);
  return { id, why, text: savedText(host), engine: host.engine, must: [], never, isClean: true, ...more };
}

export function form(id: string, why: string, text: string, must: readonly RegExp[], never: readonly RegExp[] = [], more: More = {}): Judged {
  return { id, why, text, engine: '28.5.2', must, never, ...more };
} // prettier-ignore
