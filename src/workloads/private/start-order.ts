import { ValidationError } from '../../private/errors';
import { wholeNumber } from '../../private/text';
import type { HealthCheck } from '../health-check';
import type { StartOptions } from '../start-options';

/** Containers whose order of creation can be said. */
export interface Starting {
  readonly path: string;
  readonly healthCheck?: HealthCheck;
  /** Those that are created before it. */
  readonly after: ReadonlySet<Starting>;
}

/**
 * Seconds in which a container is healthy that ever is by its own check. The wait of the provider goes on when the engine calls the container
 * unhealthy, and a wait that ends too early costs the container, so there is room: twice that, and ten minutes at least.
 */
function patience({ startPeriodSeconds, retries, intervalSeconds, timeoutSeconds }: HealthCheck): number {
  return Math.min(86_400, Math.max(600, 2 * (startPeriodSeconds + (retries + 1) * (intervalSeconds + timeoutSeconds))));
}

/**
 * Checks that one container can start after another one.
 * @returns seconds to wait; undefined where only the order counts
 */
export function checkStart(later: Starting, earlier: Starting, { healthy = false, timeoutSeconds }: StartOptions): number | undefined {
  const chain = chainTo(earlier, later);
  if (chain !== undefined) {
    const text = [later, ...chain].map(({ path }) => `'${path}'`).join(' after ');
    throw new ValidationError(
      'StartCycle',
      later.path,
      `${text}: no container can start first; remove one of these calls of startAfter(), and let the program retry its connection`,
    );
  }
  if (!healthy) {
    if (timeoutSeconds !== undefined) {
      throw new ValidationError('StartTimeout', later.path, "'timeoutSeconds' needs 'healthy: true'; without it Terraform does not wait");
    }
    return undefined;
  }
  if (earlier.healthCheck === undefined || earlier.healthCheck._noneReason !== undefined) {
    throw new ValidationError(
      'StartWithoutHealth',
      later.path,
      `'${earlier.path}' has no 'healthCheck', so Terraform cannot tell when it is healthy; give it one, such as HealthCheck.command(['pg_isready']), or remove 'healthy'`,
    );
  }
  return timeoutSeconds === undefined
    ? patience(earlier.healthCheck)
    : wholeNumber(later.path, 'timeoutSeconds', timeoutSeconds, 1, 86_400, 'StartTimeout');
}

/** The containers from one to another, each after the next; undefined where there is no such way. */
function chainTo(from: Starting, to: Starting): Starting[] | undefined {
  if (from === to) return [from];
  for (const next of from.after) {
    const rest = chainTo(next, to);
    if (rest !== undefined) return [from, ...rest];
  }
  return undefined;
}
