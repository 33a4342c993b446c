import { Cidr } from '../addressing/cidr';
import type { IDaemon } from '../topology/daemon';

/** Properties of a bridge segment. */
export interface BridgeSegmentProps {
  /** Daemon to place the network on. */
  readonly daemon: IDaemon;

  /**
   * Name of the Docker network: letters, digits, `_`, `.` and `-`, 2 to 58 characters.
   *
   * @default - the construct path in lower case, its parts joined by '-'
   */
  readonly networkName?: string;

  /**
   * Name of the bridge interface on the host: starts with `bh-`, at most 15 characters.
   *
   * @default - made from the construct path, and kept in the lock file
   */
  readonly bridgeName?: string;

  /**
   * IPv4 block of the network, /28 or larger.
   *
   * @default - a free block of the daemon's address pool, and kept in the lock file
   */
  readonly ipv4Block?: Cidr;

  /**
   * IPv6 block of the network, /96 or larger, where the daemon is dual stack.
   *
   * @default - a free /64 of the daemon's IPv6 pool, and kept in the lock file
   */
  readonly ipv6Block?: Cidr;

  /**
   * Prefix length of automatic blocks, 16 to 28; the gateway network gets one of the same size.
   *
   * @default 24
   */
  readonly prefixLength?: number;

  /**
   * MTU of the network and of its gateway network in bytes: 68 to 65535, with dual stack 1280 or more, and no more than `uplinkMtu` of the daemon.
   * Another value replaces both networks and their containers. Errors: `MtuRange`, `MtuAboveUplink`.
   *
   * @default - `uplinkMtu` of the daemon if that is less than 1500; otherwise the network sets no MTU, and the engine uses 1500
   */
  readonly mtu?: number;

  /**
   * Why no workload placed here may publish a port; printable text. The error of publish() quotes it.
   *
   * @default - publications are allowed
   */
  readonly noPublicationsReason?: string;
}
