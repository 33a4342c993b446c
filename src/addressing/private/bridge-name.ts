import { createHash } from 'node:crypto';
import { AllocationProblem, compareKeys, LockedDaemon, ownEntry, pathOf, SegmentRequest } from './allocation';

/** The prefix that all Bulkhead bridges share: the guard's closing rules match it, so their number does not grow with the number of bridges. */
export const BRIDGE_PREFIX = 'bh-';

/** Linux keeps 16 bytes for the name of an interface, the last one is zero. */
const MAX_LENGTH = 15;
const PATTERN = /^bh-[a-zA-Z0-9][a-zA-Z0-9_-]*$/;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

export function bridgeNameProblem(name: string): Pick<AllocationProblem, 'code' | 'message'> | undefined {
  if (!PATTERN.test(name)) {
    return {
      code: 'BridgeNameInvalid',
      message: `'bridgeName' must be '${BRIDGE_PREFIX}' followed by letters, digits, '-' or '_', got '${name}'`,
    };
  }
  if (name.length > MAX_LENGTH) {
    return { code: 'BridgeNameTooLong', message: `'bridgeName' must be at most ${MAX_LENGTH} characters, got '${name}' (${name.length})` };
  }
  return undefined;
}

/**
 * A name that depends only on the daemon and the key: `bh-<slug>-<hash>`, for a gateway network `bh-g-<slug>-<hash>`.
 *
 * @param attempt above 0 if the names before are taken
 */
export function computeBridgeName(daemon: string, key: string, attempt: number = 0): string {
  const gateway = key.endsWith('#gateway');
  const last = pathOf(key).split('/').pop() ?? '';
  const slug = last.toLowerCase().replace(/[^a-z0-9]/g, '') || 'net';
  const digest = createHash('sha256')
    .update(JSON.stringify([daemon, key, attempt]))
    .digest();
  const hash = [...digest.subarray(0, 5)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
  return gateway ? `${BRIDGE_PREFIX}g-${slug.slice(0, 4)}-${hash}` : `${BRIDGE_PREFIX}${slug.slice(0, 6)}-${hash}`;
}

export interface BridgeAssignment {
  readonly names: ReadonlyMap<string, string>;
  /** Keys of entries of removed constructs whose name another construct has. */
  readonly forgotten: ReadonlySet<string>;
  readonly problems: readonly AllocationProblem[];
}

/** Explicit names first, then locked, then computed ones. Segments come in key order. */
export function assignBridges(daemon: string, segments: readonly SegmentRequest[], lock: LockedDaemon): BridgeAssignment {
  const names = new Map<string, string>();
  const owners = new Map<string, string>();
  const problems: AllocationProblem[] = [];
  const take = (key: string, name: string) => {
    const owner = owners.get(name);
    if (owner === undefined) {
      owners.set(name, key);
    } else {
      problems.push({
        code: 'BridgeNameTaken',
        path: pathOf(key),
        message: `bridge name '${name}' of '${key}' is already the name of the bridge of '${owner}'; give one of them another 'bridgeName'`,
      });
    }
    names.set(key, name);
  };

  for (const { key, bridgeName } of segments) {
    if (bridgeName === undefined) continue;
    const problem = bridgeNameProblem(bridgeName);
    if (problem) {
      problems.push({ ...problem, path: pathOf(key) });
    } else {
      take(key, bridgeName);
    }
  }
  const live = new Set(segments.map((segment) => segment.key));
  for (const { key } of segments) {
    const locked = names.has(key) ? undefined : ownEntry(lock.segments, key)?.bridge;
    if (locked !== undefined) take(key, locked);
  }

  const forgotten = new Set<string>();
  const held = new Set(owners.keys());
  for (const key of Object.keys(lock.segments).sort(compareKeys)) {
    const name = lock.segments[key].bridge;
    if (!live.has(key) && owners.has(name)) forgotten.add(key);
    held.add(name);
  }
  for (const { key } of segments) {
    if (names.has(key)) continue;
    let name = computeBridgeName(daemon, key);
    for (let attempt = 1; held.has(name); attempt++) name = computeBridgeName(daemon, key, attempt);
    held.add(name);
    take(key, name);
  }
  return { names, forgotten, problems };
}
