/** By what rules of ours are known among those of others. */

/** Labels of connections, the last of 128: others who use some begin with the first. */
export const LABELS: readonly number[] = [126, 127];

/** Names of sets that rules fill. */
export const SOURCE_SET = /^bh[46]-rate-[0-9a-z]{8}$/;
