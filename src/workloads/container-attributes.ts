import type { Port } from '../firewall/port';
import type { ISegment } from '../segments/segment';

/** What a program must know about a container that Bulkhead does not manage. */
export interface ContainerAttributes {
  /** Network that it is attached to, made by `BridgeSegment.fromSegmentAttributes()`. */
  readonly segment: ISegment;

  /** Name of the container, which other members of the network resolve. */
  readonly containerName: string;

  /**
   * Its IPv4 address in the network. The proof trusts this value; an address that Docker assigned may change after a restart.
   *
   * @default - unknown: flows with the container can be declared, and the proof reports `UNKNOWN` for them
   */
  readonly ipv4Address?: string;

  /**
   * Port on which the container accepts connections; `allowTo(this)` uses it when no port is given.
   *
   * @default - flows to the container must give a port
   */
  readonly defaultPort?: Port;
}
