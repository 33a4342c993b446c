import { UnscopedValidationError } from '../private/errors';
import { passedText, wholeNumber } from '../private/text';

/** How long an answer may take, and when a container counts as sick. Times are seconds. */
export interface HealthCheckOptions {
  /**
   * Seconds between two checks.
   *
   * @default 30
   */
  readonly intervalSeconds?: number;

  /**
   * Seconds after which a check counts as failed.
   *
   * @default 5
   */
  readonly timeoutSeconds?: number;

  /**
   * Failed checks in a row that make the container unhealthy.
   *
   * @default 3
   */
  readonly retries?: number;

  /**
   * Seconds at the start in which failed checks do not count.
   *
   * @default 10
   */
  readonly startPeriodSeconds?: number;
}

/**
 * A command that tells whether the container works.
 *
 * @see https://docs.docker.com/reference/dockerfile/#healthcheck
 */
export class HealthCheck {
  /** Runs a program of the image with its arguments, without a shell. */
  public static command(argv: string[], options: HealthCheckOptions = {}): HealthCheck {
    return new HealthCheck(['CMD', ...argv.map((word) => passedText(undefined, 'health check', word))], options);
  }

  /** Runs a line in the shell of the image. */
  public static shell(line: string, options: HealthCheckOptions = {}): HealthCheck {
    return new HealthCheck(['CMD-SHELL', passedText(undefined, 'health check', line)], options);
  }

  /** What the engine gets: the kind and its words. */
  public readonly test: string[];
  /** Seconds between two checks. */
  public readonly intervalSeconds: number;
  /** Seconds after which a check counts as failed. */
  public readonly timeoutSeconds: number;
  /** Failed checks in a row that make the container unhealthy. */
  public readonly retries: number;
  /** Seconds at the start in which failed checks do not count. */
  public readonly startPeriodSeconds: number;

  private constructor(test: string[], options: HealthCheckOptions) {
    if (test.length < 2) {
      throw new UnscopedValidationError('HealthCheckValue', 'a health check needs a command');
    }
    const number = (what: string, value: number, least: number) => wholeNumber(undefined, what, value, least, 86_400, 'HealthCheckValue');
    this.test = test;
    this.intervalSeconds = number('intervalSeconds', options.intervalSeconds ?? 30, 1);
    this.timeoutSeconds = number('timeoutSeconds', options.timeoutSeconds ?? 5, 1);
    this.retries = number('retries', options.retries ?? 3, 1);
    this.startPeriodSeconds = number('startPeriodSeconds', options.startPeriodSeconds ?? 10, 0);
  }
}

/** What the engine does when the container ends. */
export class RestartPolicy {
  /** Never again. */
  public static readonly NO = new RestartPolicy('no');
  /** Always, unless somebody stopped it. */
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

/** A limit of the kernel on one kind of resource of a process. */
export interface Ulimit {
  /** Name without `RLIMIT_`, in lower case, such as `nofile`. */
  readonly limitName: string;
  /** Limit that applies; a process may raise it up to the hard one. */
  readonly soft: number;
  /** Limit that nobody in the container can pass. */
  readonly hard: number;
}
