import { WITH_IPTABLES } from './hosts';
import { can, type Capability } from '../../src/engine/private/capabilities';

/** Last release without it, and first one with it. */
test.each<[Capability, string, string]>([
  ['closesUnpublished', '27.5.1', '28.0.0'],
  ['closesUnpublished', '27.5', '28.0'],
  ['closesContainers', '28.1.1', '28.2'],
  ['keepsSctpChecksum', '27.5.1', '28.0.0'],
  ['nftables', '28.5.2', '29.0'],
  ['ip6tables', '26.1.5', '27.0.1'],
  ['defaultNetworkOptions', '23.0.18', '24.0'],
  ['ordersPublications', '27.5.1', '28.0.0'],
  ['encryptsOverlays', '20.10.23', '20.10.24'],
  ['encryptsOverlays', '23.0', '23.0.3'],
  ['encryptsOverlays', '23.0.2', '24.0'],
  ['encryptsOverlays', '20.10', '20.10.27'],
  ['encryptsAnyDataPort', '23.0.6', '23.0.7'],
  ['ipvlanL3s', '20.10.27', '23.0'],
])('%s: not %s, but %s', (capability, without, first) => {
  expect([can(without, capability), can(first, capability)]).toEqual([false, true]);
});

test('names inside: forwarded, but for two lines that a mend of DNS queries closed, and one that reopened', () => {
  const forwards = ['20.10', '20.10.27', '23.0.10', '24', '24.0.9', '25.0.4', '26.1.3', '26.1.5', '27', '28.5.2', '29'];
  const keeps = ['23', '23.0', '23.0.11', '23.0.18', '25', '25.0', '25.0.5', '25.0.19', '26', '26.0', '26.0.2', '26.1', '26.1.2'];
  expect([...forwards, ...keeps].filter((version) => can(version, 'forwardsInternalNames'))).toEqual(forwards);
});

test('what an engine could do, later ones can', () => {
  const names: Capability[] = ['closesUnpublished', 'closesContainers', 'keepsSctpChecksum', 'nftables', 'ip6tables', 'ipvlanL3s'];
  for (const name of names) {
    const has = WITH_IPTABLES.map((version) => can(version, name));
    expect(has).toEqual([...has].sort());
  }
});
