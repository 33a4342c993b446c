import { ErrorCode, UnscopedValidationError } from '../../private/errors';

export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

/** Turns a parser's error into data, with the message without the code at its end. */
export function tryParse<T>(parse: (text: string) => T, text: string): Parsed<T> {
  try {
    return { ok: true, value: parse(text) };
  } catch (error) {
    if (!(error instanceof UnscopedValidationError)) {
      throw error;
    }
    return { ok: false, code: error.code, message: error.message.slice(0, -` (${error.code})`.length) };
  }
}
