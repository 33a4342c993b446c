import type { Cidr } from '../addressing/cidr';
import type { IDaemon } from '../topology/daemon';

/** What a program has to know of a bridge network that others made, such as Compose. `docker network inspect NAME` tells all of it. */
export interface SegmentAttributes {
  /** Daemon that the network is on. */
  readonly daemon: IDaemon;

  /** Name of the Docker network. */
  readonly networkName: string;

  /** IPv4 block of the network, /29 or larger: `Subnet`. No network of this daemon is given addresses of it. */
  readonly ipv4Block: Cidr;

  /** Whether the network is cut off from everything outside: `Internal`. */
  readonly isInternal: boolean;

  /** Why workloads may be members of a network that nothing of ours narrows, at least 10 characters. */
  readonly reason: string;

  /**
   * Address of the host in the network: `Gateway`.
   *
   * @default - the first address of the block, as Docker chooses it
   */
  readonly ipv4Gateway?: string;

  /**
   * Why flows with containers of others may make workloads of other segments members, at least 10 characters. Whoever is attached to the network then
   * reaches them on every port.
   *
   * @default - such flows throw; only workloads that are placed in the network are members of it
   */
  readonly joinReason?: string;
}
