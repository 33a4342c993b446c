import { textsOf } from './host-texts';
import type { HostTexts } from '../../src/intake/private/host/host-texts';
import { hostOf } from '../../src/intake/private/host/intake-host';
import type { ProbeSource } from '../../src/reachability/private/walk/outcome';
import { walk } from '../../src/reachability/private/walk/walk';

const texts = textsOf('docker-28.5');
const host = hostOf(texts);

const OUTSIDE: ProbeSource = { kind: 'outside', interface: 'eth0', address: '192.0.2.20' };
const OUTSIDE6: ProbeSource = { kind: 'outside', interface: 'eth0', address: '2001:db8:1::20' };
const container = (key: string): ProbeSource => ({ kind: 'container', key });

function ask(from: ProbeSource, to: string, port: number, protocol: 'tcp' | 'udp' = 'tcp', view = host.view): string {
  const { disposition, receiver, doubts } = walk(view, { family: to.includes(':') ? 'ipv6' : 'ipv4', from, to, protocol, port });
  const where = receiver && disposition === 'DELIVERED' ? ` ${receiver.container ?? receiver.interface ?? receiver.kind}` : '';
  return `${disposition}${where}${disposition === 'UNKNOWN' ? ` ${doubts.map(({ text }) => text).join()}` : ''}`;
}

test.each<[ProbeSource, string, number, string]>([
  [OUTSIDE, '192.0.2.10', 8080, 'DELIVERED web'],
  [OUTSIDE, '192.0.2.11', 8080, 'DELIVERED web'],
  [OUTSIDE, '192.0.2.10', 8443, 'DELIVERED web'],
  [OUTSIDE, '192.0.2.11', 8443, 'DELIVERED host'],
  [OUTSIDE6, '2001:db8:1::10', 8080, 'DELIVERED web'],
  [OUTSIDE, '172.18.0.2', 80, 'DROPPED'],
  [OUTSIDE, '192.0.2.10', 22, 'DELIVERED host'],
  [container('web'), '172.19.0.3', 5432, 'DELIVERED db'],
  [container('plain'), '172.19.0.3', 5432, 'DROPPED'],
  [container('plain'), '172.18.0.2', 80, 'DROPPED'],
  [container('db'), '198.51.100.7', 443, 'DROPPED'],
  [container('plain'), '198.51.100.7', 443, 'DELIVERED eth0'],
  [container('dual'), '2001:db8:1::20', 443, 'DELIVERED eth0'],
  [{ kind: 'host' }, '172.19.0.3', 5432, 'DELIVERED db'],
  [{ kind: 'host' }, '127.0.0.1', 8080, 'DELIVERED web'],
])('%j to %s %i: %s', (from, to, port, expected) => {
  expect(ask(from, to, port)).toBe(expected);
});

test('names: containers with their networks, stopped ones, and who has the network of another', () => {
  expect(host.engineVersion).toBe('28.5.2');
  const byName = Object.fromEntries(host.names.containers.map((each) => [each.name, each]));
  expect(byName.web).toMatchObject({ isRunning: true, network: 'own', addresses: [{ network: 'back', address: '172.19.0.2' }, { network: 'front', address: '172.18.0.2' }] }); // prettier-ignore
  expect(byName.side.network).toEqual({ of: 'web' });
  expect([byName.onhost.network, byName.none.network, byName.stopped.isRunning]).toEqual(['host', 'none', false]);
  expect(host.names.networks).toContainEqual({ name: 'six', driver: 'bridge', internal: false, blocks: ['10.9.0.0/24', 'fd00:9::/64'], interface: 'six' }); // prettier-ignore
  expect(host.notes).toEqual([]);
});

test.each<[string, Partial<HostTexts>, string]>([
  ['empty rules', { iptables: '' }, "the text 'iptables' is empty"],
  ['cut rules', { iptables: texts.iptables!.slice(0, 900) }, "the text 'iptables' is cut: table filter without COMMIT"],
  ['cut JSON', { 'docker-containers': texts['docker-containers']!.slice(0, 900) }, "the text 'docker-containers' is not JSON, or is cut"],
  ['no list', { 'docker-networks': '{}' }, "the text 'docker-networks' is not a JSON list"],
  ['empty JSON', { addresses: ' \n' }, "the text 'addresses' is empty"],
  ['no interface', { addresses: '[]' }, "the text 'addresses' lists no interface"],
  ['cut settings', { sysctls: 'net.ipv4.ip_for' }, "the text 'sysctls' has the line 'net.ipv4.ip_for'"],
])('%s is an error', (_, changed, message) => {
  expect(() => hostOf({ ...texts, ...changed })).toThrow(message);
});

test('line ends of Windows change nothing', () => {
  const windows = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, text.replace(/\n/g, '\r\n')]));
  expect(hostOf(windows)).toEqual(host);
});
