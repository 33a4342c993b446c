import { Cidr, Disposition, HostShim, Peer, PluginSegment, type PluginSegmentProps, Port, Reachability, Requirement } from '../../src';
import { expectError } from '../support/errors';
import { Program } from '../support/programs';

const HTTP = Port.tcp(8080);
const DRIVER = 'ghcr.io/example/net-dhcp:1.2';

function plugin(program: Program, props: Partial<PluginSegmentProps> = {}, id = 'Net'): PluginSegment {
  return new PluginSegment(program.stack, id, { daemon: program.daemon, driver: DRIVER, reason: 'addresses come from the LAN', ...props });
}

test('the network is made by the plugin, with addresses of the address book', () => {
  const program = new Program();
  const segment = plugin(program, { options: { bridge: 'br-lan' } });
  program.container('Camera', segment);
  const { network, container } = program.synth();
  expect(network()).toEqual({
    provider: 'docker',
    name: 'app-net',
    driver: DRIVER,
    options: { bridge: 'br-lan' },
    ipam_config: [{ subnet: '10.20.0.0/24', gateway: '10.20.0.1', ip_range: '10.20.0.240/28' }],
  });
  expect(container().networks_advanced).toMatchObject([{ ipv4_address: '10.20.0.2' }]);
});

test('nothing is known of it, and nothing claimed', () => {
  const program = new Program();
  const segment = plugin(program);
  const [a, b] = ['A', 'B'].map((id) => program.container(id, segment));
  const web = program.container('Web', program.segment('Front'));
  a.connections.allowTo(b, HTTP);
  web.connections.allowTo(a, HTTP);
  const reachability = Reachability.of(program.daemon);
  for (const [from, to] of [
    [a, b],
    [b, a],
    [Peer.address('203.0.113.7'), a],
    [a, Peer.address('203.0.113.7')],
  ]) {
    // prettier-ignore
    expect(reachability.disposition(from, to, HTTP)).toBe(Disposition.UNKNOWN);
  }
  expect(reachability.canReach(web, a, HTTP)).toBe(true);
  expect(reachability.disposition(web, a, Port.tcp(81))).toBe(Disposition.DROPPED);
  expect(reachability.explain(a, b, HTTP).summary).toContain('which traffic the plugin of');
  program.synth();
  program.daemon.require(Requirement.unreachable(b, a, HTTP));
  expect(() => program.synth()).toThrow(/RequirementBroken/);
});

test.each([{}, { guardedBy: 'the policy of the plugin itself' }])('of the host it is not known either, with %j', (props) => {
  const program = new Program();
  const camera = program.container('Camera', plugin(program, props));
  const reachability = Reachability.of(program.daemon);
  expect(reachability.disposition(Peer.host(), camera, HTTP)).toBe(Disposition.UNKNOWN);
  expect(reachability.disposition(camera, Peer.host(), HTTP)).toBe(Disposition.UNKNOWN);
  program.daemon.require(Requirement.unreachable(Peer.host(), camera, HTTP));
  expect(() => program.synth()).toThrow(/RequirementBroken/);
});

test.each<[Partial<PluginSegmentProps>, string, string]>([
  [{ driver: 'weaveworks/net-plugin:latest' }, 'PluginDriver', 'archived in 2024'],
  [{ driver: 'calico' }, 'PluginDriver', 'ended with version 2.6'],
  [{ driver: 'cilium' }, 'PluginDriver', 'was removed in 2026'],
  [{ driver: 'flannel' }, 'PluginDriver', 'was never a plugin'],
  [{ driver: 'macvlan' }, 'PluginDriver', 'use a MacvlanSegment'],
  [{ driver: 'host' }, 'PluginDriver', 'no segment at all'],
  [{ driver: 'a b' }, 'PluginDriver', 'the name of a plugin'],
  [{ reason: 'so' }, 'ReasonTooShort', 'at least 10'],
  [{ ipv4Block: Cidr.parse('10.99.0.0/30') }, 'BlockTooSmall', 'got /30'],
  [{ options: { x: 'a\u0000b' } }, 'ControlCharacter', "options['x']"],
])('%j is refused', (props, code, words) => {
  expectError(() => plugin(new Program(), props), code as never, { path: 'app/Net', says: [words] });
});

test('has no shim, and stands beside others of its kind', () => {
  const program = new Program();
  const segment = plugin(program);
  plugin(program, {}, 'Other');
  expectError(() => new HostShim(program.stack, 'Shim', { segment }), 'ShimRefused', { says: ['in mode plugin'] });
  program.synth();
});
