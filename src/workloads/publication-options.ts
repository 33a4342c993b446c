import type { IPeer } from '../connections/peer';
import type { ConnectionRate } from '../firewall/connection-rate';
import type { Port } from '../firewall/port';

/** Where a publication is opened, and for which clients. */
export interface PublicationOptions {
  /**
   * Address of the host on which the port is opened: one of the daemon's addresses, or `0.0.0.0` for every address that the host has or gets later, even if the program does not name it.
   *
   * @default - 127.0.0.1, reachable only from the host
   */
  readonly hostAddress?: string;

  /**
   * Addresses outside that may connect; required with a `hostAddress`. Containers need a flow instead. Engine 29 forwards from networks that Bulkhead
   * does not manage: their containers count as outside. On an `UnguardedDaemon` sources cannot be restricted (error: `NeedsGuard`).
   *
   * @default - only the host, on its loopback address
   */
  readonly sources?: IPeer[];

  /**
   * New connections that each source address may open; the excess is dropped. Error: `NeedsGuard` on an `UnguardedDaemon`.
   *
   * @default - not limited
   */
  readonly rate?: ConnectionRate;
}

/** How a port is opened on a host address. */
export interface PublishOptions extends PublicationOptions {
  /**
   * Port inside the container; as many ports as are published.
   *
   * @default - the published port
   */
  readonly targetPort?: Port;
}
