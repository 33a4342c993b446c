import type { ErrorCode } from '../../private/errors';

/** What allocation needs to know of one Docker network. */
export interface SegmentRequest {
  /** Construct path; a gateway network has its segment's path with `#gateway`. */
  readonly key: string;
  readonly bridgeName?: string;
  readonly ipv4: {
    readonly explicitBlock?: string;
    readonly prefixLength: number;
    readonly shared?: SharedBlock;
    /** More blocks of the same network, in which members get only the addresses that they request. */
    readonly further?: readonly string[];
  };
  /** A /64 of the IPv6 pool, unless a block is given. */
  readonly ipv6?: { readonly explicitBlock?: string; readonly shared?: SharedBlock };
  readonly members: readonly MemberRequest[];
  /** Addresses of either family that no member may take. */
  readonly reserved?: readonly string[];
}

/** A block that other machines also use, such as that of a LAN: only a part of it is for members. */
export interface SharedBlock {
  readonly gateway: string;
  /** The reserved part: automatic addresses and the range left to Docker come from here. */
  readonly range: string;
  /** Ranges of either family that explicit addresses must avoid, with their owners. */
  readonly taken: readonly { readonly label: string; readonly first: string; readonly last: string }[];
}

export interface MemberRequest {
  /** Path of the workload. */
  readonly key: string;
  readonly explicitIpv4?: string;
  readonly explicitIpv6?: string;
}

export interface ForeignBlock {
  /** What the user calls it, such as 'LAN'. */
  readonly label: string;
  readonly block: string;
}

export interface AllocationRequest {
  /** Path of the daemon. */
  readonly daemon: string;
  readonly ipv4Pools: readonly string[];
  readonly ipv6Pool?: string;
  /** Blocks that Bulkhead does not manage: never allocated, and an error if an explicit or locked block overlaps them. */
  readonly foreign: readonly ForeignBlock[];
  readonly segments: readonly SegmentRequest[];
}

export interface AllocatedBlock {
  readonly block: string;
  readonly gateway: string;
  /** Left to Docker for containers that are attached by hand. */
  readonly dockerRange: string;
}

export interface AllocatedMember {
  readonly ipv4: string;
  readonly ipv6?: string;
}

export interface AllocatedSegment {
  readonly bridge: string;
  readonly ipv4: AllocatedBlock;
  readonly ipv6?: AllocatedBlock;
  readonly members: Readonly<Record<string, AllocatedMember>>;
}

export interface AllocationProblem {
  readonly code: ErrorCode;
  /** Path of the construct to blame. */
  readonly path: string;
  /** Without path and code. */
  readonly message: string;
}

export interface Allocation {
  /** Contains every requested key, even if there is a problem: a call during rendering must not throw. */
  readonly segments: Readonly<Record<string, AllocatedSegment>>;
  /** The user's mistakes, in a fixed order. With any of them the addresses are good for rendering only. */
  readonly problems: readonly AllocationProblem[];
  /** The new content of the lock file for the daemon; the given lock if there are problems. */
  readonly lock: LockedDaemon;
  /** Entries that the given lock lacks or has with another value: `<segment>` or `<member> in <segment>`. */
  readonly missing: readonly string[];
}

/** What the lock file holds for one daemon. Entries of removed constructs stay. */
export interface LockedDaemon {
  readonly segments: Readonly<Record<string, LockedSegment>>;
}

export interface LockedSegment {
  readonly bridge: string;
  readonly ipv4: string;
  readonly ipv6?: string;
  readonly members: Readonly<Record<string, AllocatedMember>>;
}

export const EMPTY_LOCK: LockedDaemon = { segments: {} };

/** Order of keys everywhere: by code unit, so that it does not depend on the locale. */
export function compareKeys(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A plain look-up would find `constructor` in an empty record. */
export function ownEntry<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}

/** A key as the path of a construct: messages name the segment of a gateway network. */
export function pathOf(key: string): string {
  const hash = key.indexOf('#');
  return hash < 0 ? key : key.slice(0, hash);
}
