import { ERROR_CODES } from './error-codes';
import { readable } from './readable';

/** A stable name for a kind of mistake; each is described in docs/ERRORS.md. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** What an error needs from a construct: its path. Keeps this file free of `constructs`. */
export interface Place {
  readonly node: { readonly path: string };
}

/**
 * A mistake in the program, with its place, the value and the fix.
 *
 * Errors cross language borders only as text, so the path comes first and the code last.
 */
export class ValidationError extends Error {
  public readonly code: ErrorCode;
  public readonly path: string;

  constructor(code: ErrorCode, place: Place | string, message: string) {
    const path = typeof place === 'string' ? place : place.node.path;
    super(`[${readable(path).replace(/\s/g, ' ') || '<root>'}] ${readable(message)} (${code})`);
    this.name = 'ValidationError';
    this.code = code;
    this.path = path;
  }
}

/** The same for value objects, which have no place in the tree. */
export class UnscopedValidationError extends Error {
  public readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(`${readable(message)} (${code})`);
    this.name = 'UnscopedValidationError';
    this.code = code;
  }
}

/** Throws for a construct, or for a value object where `place` is undefined. */
export function fail(code: ErrorCode, place: Place | string | undefined, message: string): never {
  throw place === undefined ? new UnscopedValidationError(code, message) : new ValidationError(code, place, message);
}

/** Makes a forgotten case of a union a compile error. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
