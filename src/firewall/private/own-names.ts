/** How Bulkhead recognizes its rules among other rules. */

/** Labels of connections, the last of 128: other programs that use labels begin with the first. */
export const LABELS: readonly number[] = [126, 127];

/** Names of sets that rules fill. */
export const SOURCE_SET = /^bh[46]-rate-[0-9a-z]{8}$/;
