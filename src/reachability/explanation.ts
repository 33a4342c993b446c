import type { Disposition } from './disposition';
import type { ExplanationWords } from './private/explanation-text';

/** Why a connection arrives or does not. */
export class Explanation {
  /**
   * @internal
   */
  public static _of({ disposition, summary, decidedBy, remedy }: ExplanationWords, steps: string[], text: string): Explanation {
    return new Explanation(disposition, summary, decidedBy, remedy, steps, text);
  }

  private constructor(
    /** The result of the connection. */
    public readonly disposition: Disposition,
    /** One sentence that says what decides. */
    public readonly summary: string,
    /** The rule that decides, by what it is for; nothing where no rule does. */
    public readonly decidedBy: string | undefined,
    /** What to change for the other result. */
    public readonly remedy: string,
    /** The path of the packet: one line per rule or decision, in order, first the packet and then its reply. */
    public readonly steps: string[],
    /**
     * The whole explanation as lines of text: the result, the path of the packet and of its reply hop by hop with each rule and verdict, `>` before
     * the line that decides, and what to change.
     */
    public readonly text: string,
  ) {}

  /** The same as `text`. */
  public toString(): string {
    return this.text;
  }
}
