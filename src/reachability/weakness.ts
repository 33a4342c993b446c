import type { ReachableCell } from './results';

/** A connection that is open on a daemon without the guard, although it is not declared. */
export interface Weakness {
  /** Stable name of the kind, such as `SegmentOpen`. */
  readonly code: string;
  /** What is not enforced, and why. */
  readonly sentence: string;
  /** Open connections with their undeclared ports, such as `everything except tcp/8080`. For a publication they are the ports of the host. */
  readonly cells: ReachableCell[];
}
