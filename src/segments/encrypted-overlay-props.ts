import type { Cidr } from '../addressing/cidr';
import type { ISwarmCluster } from '../topology/swarm';

/** Properties of an overlay. */
export interface EncryptedOverlayProps {
  /** Swarm whose nodes the network spans. */
  readonly cluster: ISwarmCluster;

  /**
   * Name of the Docker network: letters, digits, `_`, `.` and `-`, 2 to 58 characters.
   *
   * @default - the construct path in lower case, its parts joined by '-'
   */
  readonly networkName?: string;

  /**
   * IPv4 block of the network, /28 or larger. Each task and each service has an address of it.
   *
   * @default - a free block of the swarm's address pool, and kept in the lock file
   */
  readonly ipv4Block?: Cidr;

  /**
   * Prefix length of automatic blocks, 16 to 28; the gateway network gets one of the same size.
   *
   * @default 24
   */
  readonly prefixLength?: number;

  /**
   * MTU inside the overlay in bytes: at least 576, and at most what the swarm's `underlayMtu` leaves (50 bytes less; encrypted 76 less, and a
   * multiple of 4).
   *
   * @default - as large as possible: for 1500 bytes 1424, and 1450 unencrypted
   */
  readonly mtu?: number;

  /**
   * Id of the network in the frames between nodes, 4096 to 16777215, different for each overlay of the swarm.
   *
   * @default - follows from the block, in the half that Docker does not choose from
   */
  readonly vxlanId?: number;

  /**
   * Why traffic between the nodes is not encrypted, at least 10 characters: such as a kernel without ESP, or an underlay that encrypts.
   *
   * @default - it is encrypted
   */
  readonly unencryptedReason?: string;
}
