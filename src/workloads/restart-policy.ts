import { wholeNumber } from '../private/text';

/** What the engine does when the container ends. */
export class RestartPolicy {
  /** Never again. */
  public static readonly NO = new RestartPolicy('no');
  /** Always, unless a user stopped it. */
  public static readonly UNLESS_STOPPED = new RestartPolicy('unless-stopped');

  /**
   * After a failure, at most so many times in a row.
   * @param retries 1 to 100
   */
  public static onFailure(retries: number): RestartPolicy {
    return new RestartPolicy('on-failure', wholeNumber(undefined, 'retries', retries, 1, 100, 'RestartRetries'));
  }

  private constructor(
    /** Docker's name of the policy. */
    public readonly text: string,
    /** Retries in a row; nothing where they are not counted. */
    public readonly maxRetries?: number,
  ) {}
}
