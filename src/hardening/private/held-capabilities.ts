import { CAPABILITIES, capabilitiesWith } from './capabilities';

/** What of a container decides which capabilities its processes hold. */
export interface ProcessStart {
  /** Of its first process: root, or a user with another number. A user that nobody knows counts as root. */
  readonly isRoot: boolean;
  /** What it adds to the capabilities of the engine, and drops of them: names without prefix, in capitals, or ALL. */
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
 * What no process of the container can go beyond. Added by name, a capability is there even if it is dropped by name, too: so does the engine.
 *
 * @see https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities
 */
export function boundingSet({ add, drop }: Pick<ProcessStart, 'add' | 'drop'>): string[] {
  const kept = drop.includes('ALL') ? [] : DEFAULTS.filter((name) => !drop.includes(name));
  const names = add.includes('ALL') ? ALL.filter((name) => !drop.includes(name)) : [...kept, ...add];
  return [...new Set(names)].sort();
}

/**
 * Of each process that the engine starts in the container: the first one, a health check, `docker exec`. Root holds the bounding set. Any other user holds
 * nothing, whatever was added: the engine fills the bounding set alone, and sets no ambient capability.
 */
export function capabilitySets(start: ProcessStart): CapabilitySets {
  const bounding = boundingSet(start);
  const held = start.isRoot ? bounding : [];
  return { inheritable: [], permitted: held, effective: held, bounding, ambient: [] };
}

/**
 * What a process of the container can come to hold. With no-new-privileges a process keeps what it has, or loses it. Without, a set-user-id program or
 * file capabilities of the image give any user what is in the bounding set.
 *
 * @see https://docs.kernel.org/userspace-api/no_new_privs.html
 */
export function attainable(start: ProcessStart): readonly string[] {
  return start.isRoot || !start.noNewPrivileges ? boundingSet(start) : [];
}
