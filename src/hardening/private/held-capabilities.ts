import { CAPABILITIES, capabilitiesWith } from './capabilities';

/** The properties of a container that determine the capabilities of its processes. */
export interface ProcessStart {
  /** For its first process: root, or a user with another number. An unknown user counts as root. */
  readonly isRoot: boolean;
  /** What it adds to the capabilities of the engine, and what it drops: names without prefix, in capitals, or ALL. */
  readonly add: readonly string[];
  readonly drop: readonly string[];
  readonly noNewPrivileges: boolean;
}

/** The sets of a process, as `/proc/PID/status` shows them: names without prefix, sorted. */
export interface CapabilitySets {
  readonly inheritable: readonly string[];
  readonly permitted: readonly string[];
  readonly effective: readonly string[];
  readonly bounding: readonly string[];
  readonly ambient: readonly string[];
}

const ALL = Object.keys(CAPABILITIES);
const DEFAULTS = capabilitiesWith('isDefault');

/**
 * The limit for every process of the container. A capability that is added by name is in it even if it is dropped by name, too: the engine does the
 * same.
 *
 * @see https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities
 */
export function boundingSet({ add, drop }: Pick<ProcessStart, 'add' | 'drop'>): string[] {
  const kept = drop.includes('ALL') ? [] : DEFAULTS.filter((name) => !drop.includes(name));
  const names = add.includes('ALL') ? ALL.filter((name) => !drop.includes(name)) : [...kept, ...add];
  return [...new Set(names)].sort();
}

/**
 * For each process that the engine starts in the container: the first one, a health check, `docker exec`. Root holds the bounding set. Any other user
 * holds no capability, whatever was added: the engine fills only the bounding set, and sets no ambient capability.
 */
export function capabilitySets(start: ProcessStart): CapabilitySets {
  const bounding = boundingSet(start);
  const held = start.isRoot ? bounding : [];
  return { inheritable: [], permitted: held, effective: held, bounding, ambient: [] };
}

/**
 * What a process of the container can gain. With no-new-privileges, a process keeps its capabilities or loses them. Without, a set-user-id program or
 * file capabilities of the image give any user the capabilities of the bounding set.
 *
 * @see https://docs.kernel.org/userspace-api/no_new_privs.html
 */
export function attainable(start: ProcessStart): readonly string[] {
  return start.isRoot || !start.noNewPrivileges ? boundingSet(start) : [];
}
