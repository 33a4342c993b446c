/**
 * Decisions of a walk that are not the packet's: a walk is repeated with other decisions until all that matter were tried.
 *
 * There are two kinds. The sender chooses among its paths, and one that arrives is enough. No sender chooses whether a rule that is not understood
 * matches: all cases must have the same result.
 */
export class Choices {
  private readonly picks: number[] = [];
  private readonly limits: number[] = [];
  private picked = 0;
  private readonly guesses: boolean[] = [];
  private guessed = 0;

  /** Before each run. */
  public rewind(): void {
    this.picked = 0;
    this.guessed = 0;
  }

  /** One of `count` ways. */
  public pick(count: number): number {
    if (count <= 1) {
      return 0;
    }
    const at = this.picked++;
    this.picks[at] ??= 0;
    this.limits[at] = Math.max(this.limits[at] ?? 0, count);
    return this.picks[at] % count;
  }

  public guess(): boolean {
    const at = this.guessed++;
    this.guesses[at] ??= false;
    return this.guesses[at];
  }

  /** Whether there is another case of the rules for the same ways. */
  public nextGuess(): boolean {
    while (this.guesses.at(-1) === true) {
      this.guesses.pop();
    }
    if (this.guesses.length === 0) {
      return false;
    }
    this.guesses[this.guesses.length - 1] = true;
    return true;
  }

  /** Whether there is another combination of ways. */
  public nextPick(): boolean {
    this.guesses.length = 0;
    while (this.picks.length > 0) {
      const at = this.picks.length - 1;
      if (this.picks[at] + 1 < this.limits[at]) {
        this.picks[at]++;
        return true;
      }
      this.picks.pop();
      this.limits.pop();
    }
    return false;
  }
}
