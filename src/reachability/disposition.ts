/** The result of an attempt to open a connection. */
export enum Disposition {
  /** Its first packet reaches the destination, and the reply comes back. The result does not depend on whether a program listens there. */
  DELIVERED = 'DELIVERED',
  /** A rule drops it, or its reply. */
  DROPPED = 'DROPPED',
  /** It cannot arrive: no route, no such address, or the kernel refuses it. */
  UNREACHABLE = 'UNREACHABLE',
  /** Bulkhead does not understand a rule or setting, so any result is possible. In a question whether something is closed it counts as open. */
  UNKNOWN = 'UNKNOWN',
}
