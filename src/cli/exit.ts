/** Where text goes. */
export interface Sink {
  /** People read it as it comes. */
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Exit codes of the process, which scripts use. */
export const EXIT = { yes: 0, no: 1, usage: 2, unknown: 3 } as const;
