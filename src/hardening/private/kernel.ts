/** Modules that must be loaded before the settings below exist; the guard needs others. */
export const MODULES: readonly string[] = ['br_netfilter', 'nf_conntrack'];

/** Modules that the engine itself loads when it first needs them: by name, so that a host that loads no more modules after boot has them. */
export const ENGINE_MODULES: readonly string[] = ['overlay'];

/**
 * The modules that the engine of a swarm node, or the kernel for it, requests after boot, and why; for every engine from 20.10 to 29 unless an entry
 * says otherwise. Modules that one of these depends on are omitted. A module that a kernel lacks or has built in stops nothing: neither systemd (from
 * 244 on) nor the guard.
 *
 * @see https://github.com/moby/moby/tree/master/daemon/libnetwork `drivers/overlay`, `service_linux.go`, `ns`; before 22,
 * https://github.com/moby/libnetwork
 */
const SWARM_USES = {
  vxlan: 'each overlay has a link of this kind',
  xfrm_user: 'states and policies of encrypted overlays go over NETLINK_XFRM',
  esp4: 'their states are ESP in transport mode',
  gcm: 'their cipher is rfc4106(gcm(aes)); the kernel asks for it and the next three by name',
  ctr: 'the mode that gcm is built on',
  ghash_generic: 'the hash that gcm is built on, where the processor has none',
  seqiv: 'numbers the packets of that cipher',
  xt_mark: 'what is to be encrypted is marked, and so is what the balancer is to take',
  xt_policy: 'unencrypted packets to an encrypted overlay are dropped',
  xt_u32: 'tells by what overlay a datagram is of; engines below 24',
  xt_bpf: 'the same; engines from 23.0.3 on',
  ip_vs: 'the balancer behind the address of a service, and behind ports of the ingress',
  ip_vs_rr: 'the only schedule that the engine asks for',
  xt_ipvs: 'what the balancer sends on gets the address of the node',
  xt_REDIRECT: 'a port of the ingress becomes that of the task',
} as const;

export const SWARM_MODULES: readonly string[] = Object.keys(SWARM_USES);

interface Setting {
  readonly value: string;
  /** The guard does nothing without it. */
  readonly isNeeded?: boolean;
}

/**
 * Kernel settings of the host.
 *
 * Forwarding is turned on here, before Docker does it: the guard must not depend on the DROP policy that Docker sets only when it turns it on itself.
 */
const SETTINGS: Readonly<Record<string, Setting>> = {
  'net.ipv4.ip_forward': { value: '1', isNeeded: true },
  // Without these, neither Docker's rules nor Bulkhead's see frames that stay on one bridge.
  'net.bridge.bridge-nf-call-iptables': { value: '1', isNeeded: true },
  'net.bridge.bridge-nf-call-ip6tables': { value: '1', isNeeded: true },
  'net.bridge.bridge-nf-call-arptables': { value: '0' },
  // Otherwise VLAN-tagged frames would bypass the rules.
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
  // Otherwise the kernel accepts any number as an answer, and treats a forged source as one that has completed its handshake.
  'net.netfilter.nf_conntrack_tcp_be_liberal': { value: '0' },
};

/** What is set. */
export const SYSCTLS: Readonly<Record<string, string>> = valuesOf(() => true);

/** What the guard needs in every case: without these, frames inside a bridge bypass every rule. */
export const REQUIRED_SYSCTLS: Readonly<Record<string, string>> = valuesOf(({ isNeeded }) => isNeeded === true);

function valuesOf(wanted: (setting: Setting) => boolean): Record<string, string> {
  return Object.fromEntries(
    Object.entries(SETTINGS)
      .filter(([, setting]) => wanted(setting))
      .map(([key, { value }]) => [key, value]),
  );
}
