/**
 * Backend of an engine's own firewall rules: `firewall-backend` of its daemon.json. The backend of the guard is independent of it.
 *
 * @see https://docs.docker.com/engine/network/packet-filtering-firewalls/
 */
export enum EngineFirewall {
  /** The default of every version. */
  IPTABLES = 'iptables',
  /** 29.0 and later. */
  NFTABLES = 'nftables',
}
