/** Modules that must be there before the settings below exist, and those that our rules match with. */
export const MODULES = [
  'br_netfilter',
  'nf_conntrack',
  'xt_conntrack',
  'xt_comment',
  'xt_set',
  'xt_hashlimit',
  'xt_limit',
  'xt_connlabel',
  'ip_set',
  'ip_set_hash_ip',
  'ip_set_hash_ipportip',
  'ip_set_hash_net',
  'ip_set_hash_netiface',
];

/**
 * Kernel settings of the host.
 *
 * Forwarding is turned on here, before Docker does it: the guard must not rest on the DROP policy that Docker sets only when it turns it on itself.
 */
export const SYSCTLS: Readonly<Record<string, string>> = {
  'net.ipv4.ip_forward': '1',
  // Without these neither Docker's rules nor ours see frames that stay on one bridge.
  'net.bridge.bridge-nf-call-iptables': '1',
  'net.bridge.bridge-nf-call-ip6tables': '1',
  'net.bridge.bridge-nf-call-arptables': '0',
  // VLAN-tagged frames would go round the rules otherwise.
  'net.bridge.bridge-nf-filter-vlan-tagged': '1',
  'net.ipv4.conf.all.accept_redirects': '0',
  'net.ipv4.conf.default.accept_redirects': '0',
  'net.ipv4.conf.all.send_redirects': '0',
  'net.ipv4.conf.default.send_redirects': '0',
  'net.ipv4.conf.all.accept_source_route': '0',
  'net.ipv4.conf.default.accept_source_route': '0',
  'net.ipv6.conf.all.accept_redirects': '0',
  'net.ipv6.conf.default.accept_redirects': '0',
  'net.ipv4.icmp_echo_ignore_broadcasts': '1',
  'net.ipv4.tcp_syncookies': '1',
  // Otherwise any number passes for an answer, and a forged source for one that has completed its handshake.
  'net.netfilter.nf_conntrack_tcp_be_liberal': '0',
};
