import { DNS_NAME, reservedName } from './check-names';
import { ValidationError } from '../../private/errors';
import { matching, wholeNumber } from '../../private/text';
import type { HardenedContainerProps } from '../hardened-container-props';

/** The largest number that the engine takes for a group. */
const LARGEST_GROUP = 2 ** 31 - 1;

export interface CheckedSettings {
  /** Numbers of groups, sorted; undefined for none. */
  readonly groups?: string[];
  /** In MiB; undefined for the default of the engine. */
  readonly sharedMemory?: number;
}

/** What a container has besides its networks, files and users. */
export function checkSettings(
  path: string,
  { hostname, extraGroups = [], limits }: HardenedContainerProps,
  memory: number,
): CheckedSettings {
  if (hostname !== undefined) checkHostname(path, hostname);
  const groups = checkGroups(path, extraGroups);
  const given = limits?.sharedMemoryMebibytes;
  const sharedMemory =
    given === undefined ? undefined : wholeNumber(path, 'limits.sharedMemoryMebibytes', given, 1, 1_048_576, 'SharedMemory');
  if (sharedMemory !== undefined && sharedMemory > memory) {
    throw new ValidationError(
      'SharedMemory',
      path,
      `'limits.sharedMemoryMebibytes' is ${sharedMemory}, more than the ${memory} MiB of 'limits.memoryMebibytes', which it counts for; raise 'limits.memoryMebibytes', or lower it`,
    );
  }
  return { groups: groups.length > 0 ? groups : undefined, sharedMemory };
}

function checkHostname(path: string, hostname: string): void {
  matching(path, 'hostname', hostname, DNS_NAME, 'HostName', "a DNS name of at most 63 letters, digits, '-' and '.'");
  if (hostname.length > 63) {
    throw new ValidationError(
      'HostName',
      path,
      `'hostname' has ${hostname.length} characters, and the kernel takes a DNS name of at most 63`,
    );
  }
  const why = reservedName(hostname);
  if (why !== undefined) {
    throw new ValidationError('HostName', path, `'hostname' is '${hostname}', which is ${why}; use another name`);
  }
}

function checkGroups(path: string, groups: readonly number[]): string[] {
  for (const group of groups) {
    if (group === 0) {
      throw new ValidationError(
        'UserNumber',
        path,
        "'extraGroups' contains 0, the group of root, which may read files that are closed to others; remove it, and give the files another group",
      );
    }
    wholeNumber(path, 'extraGroups', group, 1, LARGEST_GROUP, 'UserNumber');
  }
  return [...new Set(groups)].sort((a, b) => a - b).map(String);
}
