import type { Port } from '../firewall/port';
import type { ISegment } from '../segments/segment';

/** What a program has to know of a container that others made. */
export interface ContainerAttributes {
  /** Network that it is attached to, made by `BridgeSegment.fromSegmentAttributes()`. */
  readonly segment: ISegment;

  /** Name of the container, by which others of the network find it. */
  readonly containerName: string;

  /**
   * Its IPv4 address in the network. The proof takes your word for it; an address that Docker gave may be another one after a restart.
   *
   * @default - unknown: flows with the container can be declared, and the proof says `UNKNOWN` of them
   */
  readonly ipv4Address?: string;

  /**
   * Port on which the container is spoken to; `allowTo(this)` uses it when no port is given.
   *
   * @default - flows to the container must name their port
   */
  readonly defaultPort?: Port;
}
