import { guardFiles } from '../../../src/firewall/private/backend/iptables/guard-files';
import type { RestoreFile } from '../../../src/firewall/private/backend/iptables/restore-file';
import { sampleRestore } from '../../daemon/host-files/sample';

const { ipv4, ipv6 } = sampleRestore();

test.each<[string, Partial<RestoreFile>]>([
  ['ipv4.rules: has no COMMIT', { rules: '*mangle\n' }],
  ['does not end with a newline', { rules: '*mangle\nCOMMIT' }],
  ['ipv4.chains: is empty', { chains: [] }],
  ['two chains want to be first', { chains: [ipv4.chains[0], { ...ipv4.chains[0], chain: 'OTHER' }] }],
  ['ipv4.setNames', { setNames: ['bh-none'] }],
  ['ipv4.digest', { digest: '' }],
  ['ipv4: holds rules for ipv6', { family: 'ipv6' }],
])('what could not be loaded safely is not written: %s', (message, change) => {
  expect(() => guardFiles({ ipv4: { ...ipv4, ...change }, ipv6 })).toThrow(message);
});
