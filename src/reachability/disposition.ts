/** What becomes of a connection that somebody tries to open. */
export enum Disposition {
  /** Its first packet reaches the destination, and the answer comes back. Whether a program listens there is not asked. */
  DELIVERED = 'DELIVERED',
  /** A rule drops it, or its answer. */
  DROPPED = 'DROPPED',
  /** There is no way: no route, no such address, or the kernel refuses it. */
  UNREACHABLE = 'UNREACHABLE',
  /** A rule or setting is not understood, so that it may be anything. In a question whether something is closed it counts as open. */
  UNKNOWN = 'UNKNOWN',
}
