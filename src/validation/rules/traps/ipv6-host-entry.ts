import { defineTrap } from './private/define-trap';

// Measured with Bulkhead's containers, which therefore write no such entry.
export const ipv6HostEntry = defineTrap({
  ruleId: 'BH-T12',
  title: 'entry of the hosts file with an IPv6 address',
  differs: 'host',
  why: 'The provider reads the address only up to its first colon, so it always differs from the configuration: every plan replaces the container.',
  fix: 'give the name an IPv4 address, or add it to a DNS server',
  resourceTypes: ['docker_container'],
  applies: (container) => container.blocks('host').length > 0,
  find: (container) =>
    container
      .blocks('host')
      .filter((entry) => entry.text('ip')?.includes(':'))
      .map((entry) => ({ detail: entry.rawText('host') ?? '', message: `${entry.rawText('host')} has the address ${entry.text('ip')}` })),
});
