import type { Cidr } from '../addressing/cidr';
import type { IDaemon } from '../topology/daemon';

/** Properties of a segment that a plugin makes. */
export interface PluginSegmentProps {
  /** Daemon to place the network on. */
  readonly daemon: IDaemon;

  /** Driver of the network: the name of the plugin on the host, such as `ghcr.io/devplayer0/docker-net-dhcp:release-linux-amd64`. */
  readonly driver: string;

  /** Why a plugin must create the network, at least 10 characters: Bulkhead does not know what the plugin permits. */
  readonly reason: string;

  /**
   * Options of the driver.
   *
   * @default - none
   */
  readonly options?: { [option: string]: string };

  /**
   * IPv4 block of the network, /28 or larger.
   *
   * @default - a free /24 of the daemon's address pool, and kept in the lock file
   */
  readonly ipv4Block?: Cidr;

  /**
   * What restricts the network to the declared flows, such as the plugin's own policy; at least 10 characters. The proof trusts this value for
   * connections with the outside.
   *
   * @default - whether the outside reaches the containers is UNKNOWN
   */
  readonly guardedBy?: string;

  /**
   * Name of the Docker network: letters, digits, `_`, `.` and `-`, 2 to 58 characters.
   *
   * @default - the construct path in lower case, its parts joined by '-'
   */
  readonly networkName?: string;
}
