import { Token } from 'cdktf';
import {
  Cidr,
  Disposition,
  EngineVersion,
  HostShim,
  IpvlanMode,
  IpvlanSegment,
  type IpvlanSegmentProps,
  Peer,
  Port,
  Reachability,
} from '../../src';
import { EMPTY_LOCK } from '../../src/addressing/private/allocation';
import { derive } from '../../src/topology/private/derive';
import { expectError } from '../support/errors';
import { hostFile } from '../support/host-file';
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
  expect(segment.routerRoutes).toEqual([]);
  expect(program.topology().wires[0]).toMatchObject({ driver: 'ipvlan', mode: 'l2', shim: { address: '192.168.1.193' } });
});

test.each([IpvlanMode.L3, IpvlanMode.L3S])('in mode %s they have a block of their own, which the router must send here', (mode) => {
  const program = new Program();
  const segment = ipvlan(program, 'Routed', { mode, vlanId: 30 });
  program.container('Camera', segment, { environment: { ROUTE: segment.routerRoutes.join(), BLOCK: segment.ipv4Block } });
  const synth = program.synth();
  expect(synth.network()).toMatchObject({
    options: { parent: 'eth0.30', ipvlan_mode: mode },
    ipam_config: [{ subnet: '10.20.0.0/24', gateway: '10.20.0.1', ip_range: '10.20.0.240/28' }],
  });
  expect(Token.isUnresolved(segment.routerRoutes[0])).toBe(true);
  expect(synth.container().env).toEqual(['BLOCK=10.20.0.0/24', 'ROUTE=10.20.0.0/24 via 192.0.2.10']);
  const named = ipvlan(program, 'Named', { mode, parent: 'eth1', ipv4Block: Cidr.parse('10.99.0.0/26') });
  expect(program.synth().network('app-named').ipam_config[0].subnet).toBe('10.99.0.0/26');
  expectError(() => new HostShim(program.stack, 'Shim', { segment: named }), 'ShimRefused', { says: [`in mode ${mode}`] });
});

test('mode l3s came with engine 23.0', () => {
  const program = new Program({ engine: EngineVersion.V20_10 });
  expectError(() => ipvlan(program, 'Bad', { mode: IpvlanMode.L3S }), 'IpvlanModeUnknown', { says: ['engine 20.10', 'use mode l3'] });
  ipvlan(program, 'Bad', { mode: IpvlanMode.L3 });
  ipvlan(new Program({ engine: EngineVersion.V23 }), 'Good', { mode: IpvlanMode.L3S });
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

test.each([IpvlanMode.L3, IpvlanMode.L3S])('what the host routes in mode %s reaches the host no more than the other way round', (mode) => {
  const program = new Program();
  const segment = ipvlan(program, 'Routed', {
    mode,
    ipv4Block: Cidr.parse('10.99.0.0/24'),
    additionalIpv4Blocks: [Cidr.parse('10.98.0.0/16')],
  });
  const a = program.container('A', segment);
  const reachability = Reachability.of(program.daemon);
  expect(reachability.disposition(a, Peer.host(), Port.tcp(22))).toBe(Disposition.DROPPED);
  expect(reachability.disposition(Peer.host(), a, Port.tcp(8080))).toBe(Disposition.DROPPED);
  program.synth();
  const rules = hostFile(program, '/etc/bulkhead/rules.v4');
  for (const block of ['10.99.0.0/24', '10.98.0.0/16']) {
    expect(rules).toMatch(new RegExp(`^-A BULKHEAD-OUTPUT -s ${block} -o lo .*-j DROP$`, 'm'));
    expect(rules).toMatch(new RegExp(`^-A BULKHEAD-OUTPUT -d ${block} .*-j DROP$`, 'm'));
  }
});

test('nor is the host reached by a wire that routes from the address that its container has in a segment', () => {
  const program = new Program();
  const a = program.container('A', ipvlan(program, 'Routed', { mode: IpvlanMode.L3, ipv4Block: Cidr.parse('10.99.0.0/24') }));
  a.connections.allowTo(program.container('Db', program.segment('Back')), Port.tcp(5432));
  const reachability = Reachability.of(program.daemon);
  expect(reachability.disposition(a, Peer.host(), Port.tcp(22))).toBe(Disposition.DROPPED);
  program.synth();
  expect(hostFile(program, '/etc/bulkhead/rules.v4')).toMatch(/^-A BULKHEAD-OUTPUT -o lo ! -p tcp -m owner ! --socket-exists .*-j DROP$/m);
  expect(hostFile(program, '/etc/bulkhead/rules.v4')).toMatch(
    /^-A BULKHEAD-OUTPUT -o lo -m addrtype ! --src-type LOCAL -m set --match-set bh4-own-\S+ src .*-j DROP$/m,
  );
});

test('nothing is said about the host of wires whose frames pass as they are', () => {
  const program = new Program();
  program.container('Camera', ipvlan(program, 'Lan', LAN));
  program.synth();
  expect(hostFile(program, '/etc/bulkhead/rules.v4')).not.toContain('ipvlan L3');
});

test.each<[string, Partial<IpvlanSegmentProps>, string, string]>([
  ['a LAN that is not described', {}, 'WireRange', "'ipv4Block', 'ipv4Gateway' and 'ipRange'"],
  ['a gateway where there is none', { mode: IpvlanMode.L3, ipv4Gateway: '10.99.0.1' }, 'WireRange', "'ipv4Gateway' has no effect"],
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
  expectError(() => ipvlan(program, 'Other', { mode: IpvlanMode.L3 }), 'ParentTaken', { says: ["'app/Lan' already uses eth0"] });
});

describe('several blocks', () => {
  const L3 = { mode: IpvlanMode.L3, ipv4Block: Cidr.parse('10.99.0.0/24') };
  const more = (...texts: string[]) => ({ ...L3, additionalIpv4Blocks: texts.map((text) => Cidr.parse(text)) });

  test('are said to the engine, and a container is in the one that its address is of', () => {
    const program = new Program({ dualStack: true, additionalHostAddresses: ['2001:db8:1::10'] });
    const segment = ipvlan(program, 'Routed', { ...more('10.99.7.0/26', '10.98.0.0/16'), ipv6Block: Cidr.parse('2001:db8:9::/64') });
    program.container('First', segment);
    program.container('Chosen', segment, { ipv4Address: '10.99.7.9' });
    program.container('Other', segment, { ipv4Address: '10.98.1.1', ipv6Address: '2001:db8:9::77' });
    const synth = program.synth();
    expect(synth.network()).toMatchObject({
      ipv6: true,
      ipam_config: [
        { subnet: '10.99.0.0/24', gateway: '10.99.0.1', ip_range: '10.99.0.240/28' },
        { subnet: '10.99.7.0/26', gateway: '10.99.7.1', ip_range: '10.99.7.60/30' },
        { subnet: '10.98.0.0/16', gateway: '10.98.0.1', ip_range: '10.98.240.0/20' },
        { subnet: '2001:db8:9::/64', gateway: '2001:db8:9::1', ip_range: '2001:db8:9:0:f000::/69' },
      ],
    });
    const found = program.topology().wires[0].members.map(({ workload, ipv4, ipv6 }) => [workload, ipv4, ipv6]);
    expect(found).toEqual([
      ['app/Chosen', '10.99.7.9', '2001:db8:9::709'],
      ['app/First', '10.99.0.2', '2001:db8:9::2'],
      ['app/Other', '10.98.1.1', '2001:db8:9::77'],
    ]);
    expect(segment.routerRoutes.slice(1)).toEqual([
      '10.99.7.0/26 via 192.0.2.10',
      '10.98.0.0/16 via 192.0.2.10',
      '2001:db8:9::/64 via 2001:db8:1::10',
    ]);
    expect(synth.container('app-first').sysctls).toMatchObject({ 'net.ipv6.conf.default.accept_ra': '0' });
  });

  test('an address moves only when it is told to', () => {
    const facts = (ipv4Address?: string) => {
      const program = new Program();
      const segment = ipvlan(program, 'Routed', more('10.99.7.0/26'));
      program.container('Moved', segment, { ipv4Address });
      return program.daemon._declarations.store.facts();
    };
    const first = derive(facts('10.99.7.9'), EMPTY_LOCK);
    const second = derive(facts(), first.allocation.lock);
    expect(second.topology.wires[0].members).toEqual(first.topology.wires[0].members);
    expect(second.allocation.missing).toEqual([]);
  });

  test.each<[string, string, RegExp]>([
    ['10.99.8.1', 'AddressOutsideBlock', /10\.99\.0\.0\/24, 10\.99\.7\.0\/26/],
    ['10.99.7.1', 'AddressIsGateway', /choose from '10\.99\.7\.2' to '10\.99\.7\.59'/],
    ['10.99.7.63', 'AddressOutsideBlock', /broadcast/],
    ['10.99.7.61', 'AddressInDockerRange', /reserved for addresses that Docker allocates/],
  ])('%s is told (%s)', (ipv4Address, code, words) => {
    const program = new Program();
    const container = program.container('Bad', ipvlan(program, 'Routed', more('10.99.7.0/26')), { ipv4Address });
    expect(() => program.synth()).toThrow(words);
    expect(() => program.synth()).toThrow(new RegExp(`\\[${container.node.path}\\].*\\(${code}\\)`, 's'));
  });

  test('must not overlap, with each other or with anything else', () => {
    for (const text of ['10.99.0.128/25', '10.20.0.0/24', '172.17.1.0/24']) {
      const program = new Program();
      ipvlan(program, 'Routed', more(text));
      program.segment('Front', { ipv4Block: Cidr.parse('10.20.0.0/24') });
      expect(() => program.synth()).toThrow(/BlockOverlap/);
    }
  });

  test.each<[string, Partial<IpvlanSegmentProps>, string, string]>([
    ['in mode l2', { ...LAN, additionalIpv4Blocks: [Cidr.parse('10.99.7.0/26')] }, 'WireRange', "remove 'additionalIpv4Blocks'"],
    ['of IPv6', more('2001:db8:9::/64'), 'WrongFamily', "'additionalIpv4Blocks' must be an IPv4 block"],
    ['that are small', more('10.99.7.0/29'), 'BlockTooSmall', 'got /29'],
  ])('are refused %s', (_what, props, code, words) => {
    expectError(() => ipvlan(new Program(), 'Bad', props), code as never, { says: [words] });
  });
});

describe('IPv6', () => {
  const OWN = { mode: IpvlanMode.L3, ipv6Block: Cidr.parse('2001:db8:9::/64') };

  test('of a LAN is that of a macvlan', () => {
    const program = new Program({ dualStack: true });
    const v6 = { ipv6Block: Cidr.parse('2001:db8:1::/64'), ipv6Gateway: '2001:db8:1::1', ipv6Range: Cidr.parse('2001:db8:1::4:0/112') };
    program.container('Camera', ipvlan(program, 'Lan', { ...LAN, ...v6, acceptRouterAdvertisements: true }));
    const synth = program.synth();
    expect(synth.network().ipam_config[1]).toEqual({
      subnet: '2001:db8:1::/64',
      gateway: '2001:db8:1::1',
      ip_range: '2001:db8:1::4:f000/116',
    });
    expect(synth.container().networks_advanced[0].ipv6_address).toBe('2001:db8:1::4:0');
    expect(synth.container().sysctls['net.ipv6.conf.default.accept_ra']).toBe('1');
  });

  test('without an address of the host there has no route that could be named', () => {
    const program = new Program({ dualStack: true });
    expect(ipvlan(program, 'Routed', OWN).routerRoutes).toHaveLength(1);
  });

  test('of its own is there on every engine: no router announces itself', () => {
    const program = new Program({ dualStack: true, engine: EngineVersion.V27 });
    program.container('Camera', ipvlan(program, 'Routed', OWN));
    expect(program.synth().container().sysctls).toEqual({ 'net.ipv4.ip_forward': '0', 'net.ipv6.conf.all.forwarding': '0' });
  });

  test.each<[string, Partial<IpvlanSegmentProps>, string, string]>([
    ['a gateway where there is none', { ...OWN, ipv6Gateway: '2001:db8:9::1' }, 'WireRange', "'ipv6Gateway' has no effect"],
    ['a range where there is none', { ...OWN, ipv6Range: Cidr.parse('2001:db8:9::/112') }, 'WireRange', "'ipv6Range' has no effect"],
    [
      'routers where there are none',
      { ...OWN, acceptRouterAdvertisements: true },
      'WireRange',
      "'acceptRouterAdvertisements' has no effect",
    ],
    ['a small block', { ...OWN, ipv6Block: Cidr.parse('2001:db8:9::/97') }, 'BlockTooSmall', '/96 or larger'],
    ['an IPv4 block', { ...OWN, ipv6Block: Cidr.parse('10.99.0.0/24') }, 'WrongFamily', "'ipv6Block' must be an IPv6 block"],
  ])('refuses %s', (_what, props, code, words) => {
    expectError(() => ipvlan(new Program({ dualStack: true }), 'Bad', props), code as never, { says: [words] });
  });

  test('needs a daemon that is dual stack', () => {
    expectError(() => ipvlan(new Program(), 'Bad', OWN), 'WrongFamily', { says: ["'dualStack: true'"] });
  });
});
