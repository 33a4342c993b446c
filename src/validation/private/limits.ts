import type { Violation } from '../rule';

/** More than any host has: the value is in bytes although a larger unit is meant. */
const NO_HOST_HAS = 16 * 2 ** 40;

/**
 * The fault of a memory limit.
 *
 * @param raw the written value: a limit from a variable is also a limit
 */
export function memoryProblem(attribute: string, raw: string | undefined, unit: 'MiB' | 'bytes'): Violation[] {
  const limit = raw === undefined ? 0 : Number(raw) * (unit === 'MiB' ? 2 ** 20 : 1);
  if (limit > NO_HOST_HAS) {
    return [{ detail: 'memory', message: `'${attribute}' is ${raw}, more than any host has, so it limits nothing; its unit is ${unit}` }];
  }
  return limit <= 0
    ? [{ detail: 'memory', message: raw === undefined ? `no '${attribute}' is set` : `'${attribute}' is ${raw}, which means no limit` }]
    : [];
}

/** Whether something is set to more than nothing; a variable is. */
export function isPositive(raw: string | undefined): boolean {
  return raw !== undefined && !(Number(raw) <= 0);
}
