/** Modules that must be there before the settings below exist; the guard needs others. */
export const MODULES: readonly string[] = ['br_netfilter', 'nf_conntrack'];

/** What the engine itself loads when it first needs it: by name, so that a host that loads no more modules after boot has them. */
export const ENGINE_MODULES: readonly string[] = ['overlay'];

/** On a node of a swarm: overlays, their encryption, and the matches and the balancer that the engine's own rules ask for, old ones among them. */
export const SWARM_MODULES: readonly string[] = [
  ...['vxlan', 'esp4', 'xfrm_user', 'xfrm_algo', 'xt_policy', 'xt_bpf', 'xt_u32'],
  ...['ip_vs', 'ip_vs_rr', 'xt_ipvs'],
];

interface Setting {
  readonly value: string;
  /** The guard does nothing without it. */
  readonly isNeeded?: boolean;
}

/**
 * Kernel settings of the host.
 *
 * Forwarding is turned on here, before Docker does it: the guard must not rest on the DROP policy that Docker sets only when it turns it on itself.
 */
const SETTINGS: Readonly<Record<string, Setting>> = {
  'net.ipv4.ip_forward': { value: '1', isNeeded: true },
  // Without these neither Docker's rules nor ours see frames that stay on one bridge.
  'net.bridge.bridge-nf-call-iptables': { value: '1', isNeeded: true },
  'net.bridge.bridge-nf-call-ip6tables': { value: '1', isNeeded: true },
  'net.bridge.bridge-nf-call-arptables': { value: '0' },
  // VLAN-tagged frames would go round the rules otherwise.
  'net.bridge.bridge-nf-filter-vlan-tagged': { value: '1', isNeeded: true },
  'net.ipv4.conf.all.accept_redirects': { value: '0' },
  'net.ipv4.conf.default.accept_redirects': { value: '0' },
  'net.ipv4.conf.all.send_redirects': { value: '0' },
  'net.ipv4.conf.default.send_redirects': { value: '0' },
  'net.ipv4.conf.all.accept_source_route': { value: '0' },
  'net.ipv4.conf.default.accept_source_route': { value: '0' },
  'net.ipv6.conf.all.accept_redirects': { value: '0' },
  'net.ipv6.conf.default.accept_redirects': { value: '0' },
  'net.ipv4.icmp_echo_ignore_broadcasts': { value: '1' },
  'net.ipv4.tcp_syncookies': { value: '1' },
  // Otherwise any number passes for an answer, and a forged source for one that has completed its handshake.
  'net.netfilter.nf_conntrack_tcp_be_liberal': { value: '0' },
};

/** What is set. */
export const SYSCTLS: Readonly<Record<string, string>> = valuesOf(() => true);

/** What the guard needs whatever else is asked for: without these, frames inside a bridge go round every rule. */
export const REQUIRED_SYSCTLS: Readonly<Record<string, string>> = valuesOf(({ isNeeded }) => isNeeded === true);

function valuesOf(wanted: (setting: Setting) => boolean): Record<string, string> {
  return Object.fromEntries(
    Object.entries(SETTINGS)
      .filter(([, setting]) => wanted(setting))
      .map(([key, { value }]) => [key, value]),
  );
}
