import type { ReachableCell } from './results';

/** Something that stands open on a daemon without the guard, though nobody declared it. */
export interface Weakness {
  /** Stable name of the kind, such as `SegmentOpen`. */
  readonly code: string;
  /** What does not hold, and why. */
  readonly sentence: string;
  /** Who reaches whom, on the ports that nobody declared, such as `everything but tcp/8080`. Of a publication they are the ports on the host. */
  readonly cells: ReachableCell[];
}
