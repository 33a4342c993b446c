import type { Disposition } from './disposition';
import type { ExplanationWords } from './private/explanation-text';

/** Why a connection gets through or does not. */
export class Explanation {
  /**
   * @internal
   */
  public static _of({ disposition, summary, decidedBy, remedy }: ExplanationWords, steps: string[], text: string): Explanation {
    return new Explanation(disposition, summary, decidedBy, remedy, steps, text);
  }

  private constructor(
    /** What becomes of the connection. */
    public readonly disposition: Disposition,
    /** One plain sentence: what decides. */
    public readonly summary: string,
    /** The rule that decides, by what it is for; nothing where no rule does. */
    public readonly decidedBy: string | undefined,
    /** What would have to change for the other answer. */
    public readonly remedy: string,
    /** The way of the packet: one line per rule or decision, in order, first the packet and then its answer. */
    public readonly steps: string[],
    /**
     * All of it for people, in lines: the answer, the way of the packet and of its answer hop by hop with each rule and verdict, `>` before the line that
     * decides, and what would have to change.
     */
    public readonly text: string,
  ) {}

  /** The same as `text`. */
  public toString(): string {
    return this.text;
  }
}
