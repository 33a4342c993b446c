import { Token } from 'cdktf';
import { Cidr, Disposition, HostShim, IpvlanMode, type IpvlanSegmentProps, IpvlanSegment, Peer, Port, Reachability } from '../../src';
import { expectError } from '../support/errors';
import { Program } from '../support/programs';

const LAN: Partial<IpvlanSegmentProps> = {
  ipv4Block: Cidr.parse('192.168.1.0/24'),
  ipv4Gateway: '192.168.1.1',
  ipRange: Cidr.parse('192.168.1.192/27'),
};

function ipvlan(program: Program, id: string, props: Partial<IpvlanSegmentProps>): IpvlanSegment {
  return new IpvlanSegment(program.stack, id, {
    daemon: program.daemon,
    reason: 'the switch takes one MAC address',
    parent: 'eth0',
    ...props,
  });
}

test('in mode l2 the containers are stations of the LAN', () => {
  const program = new Program();
  const segment = ipvlan(program, 'Lan', LAN);
  const camera = program.container('Camera', segment);
  new HostShim(program.stack, 'Shim', { segment });
  camera.connections.allowFrom(Peer.host(), Port.tcp(8080));
  const synth = program.synth();
  expect(synth.network()).toEqual({
    provider: 'docker',
    name: 'app-lan',
    driver: 'ipvlan',
    options: { parent: 'eth0', ipvlan_mode: 'l2' },
    ipam_config: [{ subnet: '192.168.1.0/24', gateway: '192.168.1.1', ip_range: '192.168.1.220/30' }],
  });
  expect(synth.container().networks_advanced).toEqual([{ name: '${docker_network.Lan_8E87DFCA.id}', ipv4_address: '192.168.1.192' }]);
  expect(segment.routerRoute).toBe('');
  expect(program.topology().wires[0]).toMatchObject({ driver: 'ipvlan', mode: 'l2', shim: { address: '192.168.1.193' } });
});

test.each([IpvlanMode.L3, IpvlanMode.L3S])('in mode %s they have a block of their own, which the router must send here', (mode) => {
  const program = new Program();
  const segment = ipvlan(program, 'Routed', { mode, vlanId: 30 });
  program.container('Camera', segment, { environment: { ROUTE: segment.routerRoute, BLOCK: segment.ipv4Block } });
  const synth = program.synth();
  expect(synth.network()).toMatchObject({
    options: { parent: 'eth0.30', ipvlan_mode: mode },
    ipam_config: [{ subnet: '10.20.0.0/24', gateway: '10.20.0.1', ip_range: '10.20.0.240/28' }],
  });
  expect(Token.isUnresolved(segment.routerRoute)).toBe(true);
  expect(synth.container().env).toEqual(['BLOCK=10.20.0.0/24', 'ROUTE=10.20.0.0/24 via 192.0.2.10']);
  const named = ipvlan(program, 'Named', { mode, parent: 'eth1', ipv4Block: Cidr.parse('10.99.0.0/26') });
  expect(program.synth().network('app-named').ipam_config[0].subnet).toBe('10.99.0.0/26');
  expectError(() => new HostShim(program.stack, 'Shim', { segment: named }), 'ShimRefused', { says: [`in mode ${mode}`] });
});

test('the proof knows as little of it as of a macvlan', () => {
  const program = new Program();
  const segment = ipvlan(program, 'Routed', { mode: IpvlanMode.L3 });
  const [a, b] = ['A', 'B'].map((id) => program.container(id, segment));
  a.connections.allowTo(b, Port.tcp(8080));
  const reachability = Reachability.of(program.daemon);
  expect(reachability.disposition(Peer.address('203.0.113.7'), a, Port.tcp(8080))).toBe(Disposition.UNKNOWN);
  expect(reachability.canReach(a, b, Port.tcp(8080))).toBe(true);
  program.synth();
});

test.each<[string, Partial<IpvlanSegmentProps>, string, string]>([
  ['a LAN that is not described', {}, 'WireRange', "'ipv4Block', 'ipv4Gateway' and 'ipRange'"],
  ['a gateway where there is none', { mode: IpvlanMode.L3, ipv4Gateway: '10.99.0.1' }, 'WireRange', "'ipv4Gateway' says nothing"],
  [
    'a DHCP range where there is none',
    { mode: IpvlanMode.L3S, dhcpRange: { first: '10.99.0.1', last: '10.99.0.2' } },
    'WireRange',
    "'dhcpRange'",
  ],
  ['a small block', { mode: IpvlanMode.L3, ipv4Block: Cidr.parse('10.99.0.0/29') }, 'BlockTooSmall', 'got /29'],
  ['an IPv6 block', { mode: IpvlanMode.L3, ipv4Block: Cidr.parse('fd00::/64') }, 'WrongFamily', 'fd00::/64'],
  ['no reason', { ...LAN, reason: 'no' }, 'ReasonTooShort', 'at least 10'],
])('%s is refused', (_what, props, code, words) => {
  const program = new Program();
  expectError(() => ipvlan(program, 'Bad', props), code as never, { says: [words] });
});

test('a parent carries macvlan or ipvlan, not both', () => {
  const program = new Program();
  program.lan('Lan');
  expectError(() => ipvlan(program, 'Other', { mode: IpvlanMode.L3 }), 'ParentTaken', { says: ["'app/Lan' is on eth0 already"] });
});
