import { checkProps } from '../private/check-props';
import { UnscopedValidationError } from '../private/errors';
import { reasonText, shown, startText, wholeNumber } from '../private/text';
import { wordsOf } from '../private/written-as';

/** How long a check may take, and when a container counts as unhealthy. Times are in seconds. */
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

/** Why a container has no health check. */
export interface NoHealthCheckOptions {
  /** Why nothing checks the container, at least 10 characters; it appears in the reports. */
  readonly reason: string;
}

/**
 * How the engine checks whether the container works.
 *
 * @see https://docs.docker.com/reference/dockerfile/#healthcheck
 */
export class HealthCheck {
  /** Runs a program of the image with its arguments, without a shell. */
  public static command(argv: string[], options: HealthCheckOptions = {}): HealthCheck {
    if (!Array.isArray(argv)) {
      throw new UnscopedValidationError(
        'HealthCheckValue',
        `HealthCheck.command() takes a list of words, got ${shown(argv)}; write HealthCheck.command([${wordsOf(String(argv), '/healthy')}]), or HealthCheck.shell() for a line of the shell`,
      );
    }
    return new HealthCheck(['CMD', ...argv.map((word) => startText(undefined, 'health check', word))], options);
  }

  /**
   * Runs a line in the shell of the image, `/bin/sh -c`; an image without a shell is then always unhealthy.
   *
   * The shell reads the whole line: never put text from outside the program into it, and use `command()` where no pipe or variable is needed. The
   * engine shows the line to every user who may inspect the container, so it must not contain a secret.
   */
  public static shell(line: string, options: HealthCheckOptions = {}): HealthCheck {
    return new HealthCheck(['CMD-SHELL', startText(undefined, 'health check', line)], options);
  }

  /**
   * No health check: the one of the image is turned off, for example because its program is not in use here. A container without `healthCheck` keeps the
   * check of its image. The rule BH-C22 accepts the reason; `verify.sh` reports CIS 5.27 as FAIL.
   */
  public static none(options: NoHealthCheckOptions): HealthCheck {
    checkProps(undefined, 'NoHealthCheckOptions', options);
    return new HealthCheck(['NONE'], {}, reasonText(undefined, 'reason', options.reason));
  }

  /** The kind of the check and its words, as the engine gets them. */
  public readonly test: string[];
  /** Seconds between two checks. */
  public readonly intervalSeconds: number;
  /** Seconds after which a check counts as failed. */
  public readonly timeoutSeconds: number;
  /** Failed checks in a row that make the container unhealthy. */
  public readonly retries: number;
  /** Seconds at the start in which failed checks do not count. */
  public readonly startPeriodSeconds: number;

  private constructor(
    test: string[],
    options: HealthCheckOptions,
    /**
     * Why there is none.
     *
     * @internal
     */
    public readonly _noneReason?: string,
  ) {
    checkProps(undefined, 'HealthCheckOptions', options);
    if ((test[1] ?? '') === '' && _noneReason === undefined) {
      throw new UnscopedValidationError(
        'HealthCheckValue',
        "a health check needs a command; pass its words, such as HealthCheck.command(['/healthy'])",
      );
    }
    const number = (what: string, value: number, least: number) => wholeNumber(undefined, what, value, least, 86_400, 'HealthCheckValue');
    this.test = test;
    this.intervalSeconds = number('intervalSeconds', options.intervalSeconds ?? 30, 1);
    this.timeoutSeconds = number('timeoutSeconds', options.timeoutSeconds ?? 5, 1);
    this.retries = number('retries', options.retries ?? 3, 1);
    this.startPeriodSeconds = number('startPeriodSeconds', options.startPeriodSeconds ?? 10, 0);
  }
}
