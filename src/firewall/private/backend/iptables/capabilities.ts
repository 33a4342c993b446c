import type { Capabilities } from '../../capabilities';

export const IPTABLES: Capabilities = {
  target: 'iptables',
  matches: [
    'in-interface',
    'out-interface',
    'source',
    'destination',
    'protocol',
    'destination-port',
    'icmp-type',
    'tcp-flags',
    'ct-state',
    'ct-original',
    'ct-direction',
    'ct-status',
    'ct-label',
    'address-type',
    'host-socket',
    'in-set',
    'rate-per-source',
    'limit',
  ],
  verdicts: ['accept', 'drop', 'return', 'log', 'add-source'],
  logPrefixLength: 28,
};
