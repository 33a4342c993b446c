/** Terminal settings of a container, for `docker attach`. */
export interface TerminalOptions {
  /**
   * Whether the first process has a terminal. Its output then goes through the terminal: lines end with CR and LF, and errors are not separate.
   *
   * @default false
   */
  readonly tty?: boolean;

  /**
   * Whether its standard input stays open while no client is attached.
   *
   * @default false
   */
  readonly stdinOpen?: boolean;
}
