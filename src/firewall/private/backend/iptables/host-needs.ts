import type { HostNeeds } from '../guard-backend';

const SWEEPER = ['other_rules', 'clear_other', 'clear_others'];

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
  functions: [
    ...['pick_families', 'use_family', 'first_error'],
    ...['list_rules', 'tables', 'set_names', 'one_set', 'live'],
    ...['restore_sets', 'hooks', 'is_hooked', 'make_hooks', 'restore_rules', 'set_jumps', 'apply_family'],
    ...['remember', 'drop_old'],
    ...SWEEPER,
  ],
  sweeper: SWEEPER,
};
