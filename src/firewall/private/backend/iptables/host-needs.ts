import type { HostNeeds } from '../guard-backend';

export const NEEDS: HostNeeds = {
  tools: {
    iptables: ['iptables', 'iptables-save', 'iptables-restore', 'ip6tables', 'ip6tables-save', 'ip6tables-restore'],
    ipset: ['ipset'],
  },
  modules: [
    'xt_conntrack',
    'xt_comment',
    'xt_set',
    'xt_hashlimit',
    'xt_limit',
    'xt_connlabel',
    'xt_addrtype',
    'xt_owner',
    'ip_set',
    'ip_set_hash_ip',
    'ip_set_hash_ipportip',
    'ip_set_hash_net',
    'ip_set_hash_netiface',
  ],
  program: 'firewall/iptables/guard.sh',
};
