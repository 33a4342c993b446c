import type { ErrorCode } from '../../private/errors';

export interface Problem {
  readonly code: ErrorCode;
  readonly path: string;
  readonly message: string;
}

/** A declaration that works, but not as well as its author may think. */
export interface Warning {
  readonly path: string;
  readonly message: string;
}
