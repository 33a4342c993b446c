/** How a container resolves names. Names of containers resolve in any case. */
export interface DnsSettings {
  /**
   * Addresses of resolvers for names outside. Each needs egress on port 53, which `connections.allowDnsTo()` declares (error:
   * `ResolverWithoutEgress`).
   *
   * @default - the single addresses that egress by UDP on port 53 names; without such egress the container queries no resolver
   */
  readonly servers?: string[];

  /**
   * Search domains for names without dots; `['.']` for none. The Terraform provider keeps no order among several. Error: `SearchDomain`.
   *
   * @default - those of the host, as the engine finds them in its resolv.conf
   */
  readonly searchDomains?: string[];

  /**
   * Options of the resolver in the container's C library, such as `ndots:1`, `timeout:2` or `rotate`. Error: `ResolverOption`.
   *
   * @default - those that the engine writes
   * @see https://man7.org/linux/man-pages/man5/resolv.conf.5.html
   */
  readonly options?: string[];
}
