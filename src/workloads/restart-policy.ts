import { HARDENED } from '../hardening/private/hardened-defaults';
import { wholeNumber } from '../private/text';

/** What the engine does when the container ends. */
export class RestartPolicy {
  /**
   * The container is not started again. Use it for a task that ends: Terraform does not start the container again either, until it replaces it.
   */
  public static readonly NO = new RestartPolicy('no');

  /**
   * The container is started again whenever it ends, with any exit code, and after a restart of the engine or the host. A container that a user
   * stopped (`docker stop`) stays down until the next apply or `docker start`. The engine waits before each attempt: 100 ms at first, twice as long
   * each time, at most a minute; a container that ran for 10 seconds begins at 100 ms again.
   *
   * CIS Docker Benchmark 5.15 asks for `on-failure` with at most 5 retries. A container with this policy accepts that finding (BH-C21) automatically,
   * and `verify.sh` prints SKIP.
   *
   * @see https://docs.docker.com/engine/containers/start-containers-automatically/
   */
  public static readonly UNLESS_STOPPED = new RestartPolicy('unless-stopped');

  /**
   * @internal
   */
  public static readonly _DEFAULT = new RestartPolicy(HARDENED.restart);

  /**
   * The container is started again after a failure, at most this many times in a row.
   *
   * A program that ends with exit code 0 when it is asked to stop does not start again after a restart of the host, or of an engine without live restore.
   * @param retries 1 to 100; CIS Docker Benchmark 5.15 asks for at most 5
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

  /**
   * @internal
   */
  public get _isEndless(): boolean {
    return this.text === 'unless-stopped';
  }
}
