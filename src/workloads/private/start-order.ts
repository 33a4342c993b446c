import { ValidationError } from '../../private/errors';
import { wholeNumber } from '../../private/text';
import type { HealthCheck } from '../health-check';
import type { StartOptions } from '../start-options';

/** Containers whose order of creation can be said. */
export interface Starting {
  readonly path: string;
  readonly healthCheck?: HealthCheck;
  /** It ends, and nothing starts it again. */
  readonly isTask: boolean;
  /** Those that are created before it. */
  readonly after: ReadonlySet<Starting>;
}

/** The provider gives the creation of a container 20 minutes, the wait among them; 3.6.2 has no setting for it. */
const LONGEST_WAIT = 1_140;

/** Seconds in which a container is healthy that ever is by its own check. */
function longestStart({ startPeriodSeconds, retries, intervalSeconds, timeoutSeconds }: HealthCheck): number {
  return startPeriodSeconds + (retries + 1) * (intervalSeconds + timeoutSeconds);
}

/**
 * Checks that one container can start after another one.
 * @returns seconds to wait, or that its end is waited for; undefined where only the order counts
 */
export function checkStart(later: Starting, earlier: Starting, options: StartOptions): number | 'end' | undefined {
  const chain = chainTo(earlier, later);
  if (chain !== undefined) {
    const text = [later, ...chain].map(({ path }) => `'${path}'`).join(' after ');
    throw new ValidationError(
      'StartCycle',
      later.path,
      `${text}: no container can start first; remove one of these calls of startAfter(), and let the program retry its connection`,
    );
  }
  const { healthy = false, completed = false, timeoutSeconds } = options;
  if (!healthy && timeoutSeconds !== undefined) {
    throw new ValidationError(
      'StartTimeout',
      later.path,
      `'timeoutSeconds' needs 'healthy: true'; ${completed ? 'for the end of a container Terraform waits 20 minutes; remove it' : 'without it Terraform does not wait'}`,
    );
  }
  if (completed) return checkEnd(later, earlier, healthy);
  return healthy ? checkHealth(later, earlier, timeoutSeconds) : undefined;
}

function checkEnd(later: Starting, earlier: Starting, healthy: boolean): 'end' {
  if (healthy) {
    throw new ValidationError(
      'StartWithoutEnd',
      later.path,
      "'healthy' waits for a container that runs on, 'completed' for one that ends; remove one of them",
    );
  }
  if (!earlier.isTask) {
    throw new ValidationError(
      'StartWithoutEnd',
      later.path,
      `'completed' waits for the end of '${earlier.path}', which the engine starts again after each end; give it 'restartPolicy: RestartPolicy.NO', or wait with 'healthy'`,
    );
  }
  return 'end';
}

/**
 * The provider continues to wait when the engine reports the container as unhealthy, and a wait that ends too early costs the container, so there is
 * room: twice the time of a start, and at least ten minutes.
 */
function checkHealth(later: Starting, { path, healthCheck, isTask }: Starting, timeoutSeconds?: number): number {
  if (healthCheck === undefined || healthCheck._noneReason !== undefined) {
    const orEnd = isTask ? ", or wait for its end with 'completed'" : '';
    throw new ValidationError(
      'StartWithoutHealth',
      later.path,
      `'${path}' has no 'healthCheck', so Terraform cannot tell when it is healthy; give it one, such as HealthCheck.command(['pg_isready'])${orEnd}, or remove 'healthy'`,
    );
  }
  if (timeoutSeconds !== undefined) return wholeNumber(later.path, 'timeoutSeconds', timeoutSeconds, 1, LONGEST_WAIT, 'StartTimeout');
  const longest = longestStart(healthCheck);
  if (longest > LONGEST_WAIT) {
    throw new ValidationError(
      'StartTimeout',
      later.path,
      `by its health check '${path}' may take ${longest} seconds to be healthy, and the provider stops the creation of a container after 20 minutes; remove 'healthy', and let the program repeat its connection, or set 'timeoutSeconds' to ${LONGEST_WAIT} or less if the container is healthy by then`,
    );
  }
  return Math.min(LONGEST_WAIT, Math.max(600, 2 * longest));
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
