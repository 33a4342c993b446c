import type { ErrorCode } from '../../src/private/errors';

export interface Expected {
  /** Path in front, in brackets; value objects have none. */
  readonly path?: string;
  /** Further texts that the message must hold: the value, and the way out. */
  readonly says?: readonly string[];
}

/** The error that a piece of a program throws. */
export function thrownBy(program: () => unknown): Error {
  try {
    program();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

/** Errors cross language borders as text only, so the text is what is tested: path first, code last, value and way out between. */
export function expectError(program: () => unknown, code: ErrorCode, expected: Expected = {}): void {
  expectMessage(thrownBy(program).message, code, expected);
}

export function expectMessage(message: string, code: ErrorCode, { path, says = [] }: Expected = {}): void {
  const line = message.split('\n').find((text) => text.includes(`(${code})`)) ?? message;
  expect(line.trimEnd()).toMatch(new RegExp(`\\(${code}\\)$`));
  if (path !== undefined) expect(line).toContain(`[${path}] `);
  for (const text of says) expect(line).toContain(text);
}
