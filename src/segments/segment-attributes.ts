import type { Cidr } from '../addressing/cidr';
import type { IDaemon } from '../topology/daemon';

/**
 * What a program must know about a bridge network that Bulkhead does not manage, such as a network of Compose. `docker network inspect NAME` shows
 * all of it.
 */
export interface SegmentAttributes {
  /** Daemon that the network is on. */
  readonly daemon: IDaemon;

  /** Name of the Docker network. */
  readonly networkName: string;

  /** IPv4 block of the network, /29 or larger: `Subnet`. No network of this daemon gets addresses from it. */
  readonly ipv4Block: Cidr;

  /** Whether the network has no access to the outside: `Internal`. */
  readonly isInternal: boolean;

  /** Why workloads may be members of a network that Bulkhead does not restrict, at least 10 characters. */
  readonly reason: string;

  /**
   * Address of the host in the network: `Gateway`.
   *
   * @default - the first address of the block, as Docker chooses it
   */
  readonly ipv4Gateway?: string;

  /**
   * Why flows with containers that Bulkhead does not manage may make workloads of other segments members, at least 10 characters. Every container
   * attached to the network then reaches them on every port.
   *
   * @default - such flows throw; only workloads that are placed in the network are members of it
   */
  readonly joinReason?: string;
}
