import { Cidr, EngineVersion, HostShim, type MacvlanSegmentProps, Peer, Port } from '../../src';
import { EMPTY_LOCK } from '../../src/addressing/private/allocation';
import { derive } from '../../src/topology/private/derive';
import { expectError } from '../support/errors';
import { Program } from '../support/programs';

const LAN6: Partial<MacvlanSegmentProps> = {
  ipv6Block: Cidr.parse('2001:db8:1::/64'),
  ipv6Gateway: '2001:db8:1::1',
  ipv6Range: Cidr.parse('2001:db8:1::4:0/112'),
};
const OFF = { 'net.ipv6.conf.default.accept_ra': '0' };

function dualStack(engine = EngineVersion.V28): Program {
  return new Program({ dualStack: true, engine });
}

/** What is set of router advertisements on a container. */
function advertisements(program: Program, name: string): Record<string, string> {
  const { sysctls } = program.synth().container(name);
  return Object.fromEntries(Object.entries<string>(sysctls).filter(([key]) => key.endsWith('accept_ra')));
}

describe('a LAN with IPv6', () => {
  test('is said to the engine in both families', () => {
    const program = dualStack();
    const lan = program.lan('Lan', { ...LAN6, reservedAddresses: ['2001:db8:1::4:f001', '2001:db8:1::7', '192.168.1.221'] });
    expect(program.synth().network()).toMatchObject({
      ipv6: true,
      ipam_config: [
        {
          subnet: '192.168.1.0/24',
          gateway: '192.168.1.1',
          ip_range: '192.168.1.220/30',
          aux_address: { reserved0: '192.168.1.221' },
        },
        {
          subnet: '2001:db8:1::/64',
          gateway: '2001:db8:1::1',
          ip_range: '2001:db8:1::4:f000/116',
          aux_address: { reserved0: '2001:db8:1::4:f001' },
        },
      ],
    });
    expect([lan.ipv4Block, lan.ipv6Block]).toEqual(['192.168.1.0/24', '2001:db8:1::/64']);
  });

  test('gives a container the same place in both ranges, where that is free', () => {
    const program = dualStack();
    const lan = program.lan('Lan', { ...LAN6, reservedAddresses: ['2001:db8:1::4:1'] });
    program.container('Far', lan, { ipv4Address: '192.168.1.20', ipv6Address: '2001:db8:1::20' });
    program.container('Half', lan, { ipv4Address: '192.168.1.21' });
    ['A', 'B', 'C'].forEach((id) => program.container(id, lan));
    const found = Object.fromEntries(program.topology().wires[0].members.map(({ workload, ipv4, ipv6 }) => [workload, [ipv4, ipv6]]));
    expect(found).toEqual({
      'app/A': ['192.168.1.192', '2001:db8:1::4:0'],
      // .1 is somebody else's, and so is the first one that is free then.
      'app/B': ['192.168.1.193', '2001:db8:1::4:3'],
      'app/C': ['192.168.1.194', '2001:db8:1::4:2'],
      'app/Far': ['192.168.1.20', '2001:db8:1::20'],
      'app/Half': ['192.168.1.21', '2001:db8:1::4:4'],
    });
  });

  test('keeps the addresses in the lock', () => {
    const facts = (ids: readonly string[]) => {
      const program = dualStack();
      const lan = program.lan('Lan', LAN6);
      ids.forEach((id) => program.container(id, lan));
      return program.daemon._declarations.store.facts();
    };
    const first = derive(facts(['B']), EMPTY_LOCK);
    const second = derive(facts(['A', 'B']), first.allocation.lock);
    const b = (derived: typeof first) => derived.topology.wires[0].members.find(({ workload }) => workload === 'app/B');
    expect(b(second)).toEqual(b(first));
    expect(b(first)).toMatchObject({ ipv4: '192.168.1.192', ipv6: '2001:db8:1::4:0' });
    expect(second.allocation.missing).toEqual(['app/A in app/Lan']);
  });

  test.each<[string, string, string]>([
    ['2001:db8:1::1', 'AddressIsGateway', 'gateway'],
    ['2001:db8:2::9', 'AddressOutsideBlock', 'not inside the block'],
    ['2001:db8:1::', 'AddressOutsideBlock', 'network address'],
    ['2001:db8:1::1234', 'AddressNotOurs', 'DHCP server (2001:db8:1::1000 to 2001:db8:1::1fff)'],
    ['2001:db8:1::7', 'AddressNotOurs', 'reservedAddresses'],
    ['2001:db8:1::4:f123', 'AddressInDockerRange', "choose from '2001:db8:1::4:0' to '2001:db8:1::4:efff'"],
  ])('refuses the static address %s (%s)', (ipv6Address, code, words) => {
    const program = dualStack();
    const ipv6DhcpRange = { first: '2001:db8:1::1000', last: '2001:db8:1::1fff' };
    const lan = program.lan('Lan', { ...LAN6, ipv6DhcpRange, reservedAddresses: ['2001:db8:1::7'] });
    expectError(() => program.container('Bad', lan, { ipv6Address }), code as never, { says: [words] });
    program.container('Bad', lan);
  });

  test.each<[string, Partial<MacvlanSegmentProps>, string, string]>([
    ['a block alone', { ipv6Block: LAN6.ipv6Block }, 'WireRange', "'ipv6Block', 'ipv6Gateway' and 'ipv6Range' together"],
    ['a gateway alone', { ipv6Gateway: '2001:db8:1::1' }, 'WireRange', "'ipv6Gateway' alone"],
    ['an IPv4 block', { ...LAN6, ipv6Block: Cidr.parse('192.168.3.0/24') }, 'WrongFamily', "'ipv6Block' must be an IPv6 block"],
    ['a range of IPv4', { ...LAN6, ipv6Range: Cidr.parse('192.168.1.0/29') }, 'WrongFamily', "'ipv6Range' must be an IPv6 block"],
    ['a range elsewhere', { ...LAN6, ipv6Range: Cidr.parse('2001:db8:2::/112') }, 'WireRange', 'not part of 2001:db8:1::/64'],
    ['a range with the gateway', { ...LAN6, ipv6Range: Cidr.parse('2001:db8:1::/112') }, 'WireRange', 'contains the gateway 2001:db8:1::1'],
    ['a range that is too small', { ...LAN6, ipv6Range: Cidr.parse('2001:db8:1::4:0/126') }, 'WireRange', 'a /125 or larger'],
    [
      'a range of the DHCP server',
      { ...LAN6, ipv6DhcpRange: { first: '2001:db8:1::3:0', last: '2001:db8:1::4:0' } },
      'WireRange',
      'two machines could get the same address',
    ],
    [
      'a DHCP range backwards',
      { ...LAN6, ipv6DhcpRange: { first: '2001:db8:1::9', last: '2001:db8:1::8' } },
      'WireRange',
      'before its start',
    ],
    ['an IPv4 gateway', { ...LAN6, ipv6Gateway: '192.168.1.1' }, 'AddressSyntax', "'ipv6Gateway' must be an IPv6 address"],
    ['a gateway elsewhere', { ...LAN6, ipv6Gateway: 'fe80::1' }, 'AddressOutsideBlock', "'ipv6Gateway' fe80::1"],
    [
      'a reserved address elsewhere',
      { ...LAN6, reservedAddresses: ['2001:db8:2::1'] },
      'AddressOutsideBlock',
      '192.168.1.0/24 or 2001:db8:1::/64',
    ],
    ['a reserved address that is none', { reservedAddresses: ['printer'] }, 'AddressSyntax', "got 'printer'"],
  ])('refuses %s', (_what, props, code, words) => {
    const program = dualStack();
    expectError(() => program.lan('Lan', props), code as never, { says: [words] });
    program.lan('Lan');
    program.synth();
  });

  test('needs a daemon that is dual stack', () => {
    expectError(() => new Program().lan('Lan', LAN6), 'WrongFamily', { says: ["'ipv6Block' is 2001:db8:1::/64", "'dualStack: true'"] });
  });

  test('may be the block of no other segment', () => {
    const program = dualStack();
    program.lan('Lan', LAN6);
    const ipv4 = { ipv4Block: Cidr.parse('192.168.2.0/24'), ipv4Gateway: '192.168.2.1', ipRange: Cidr.parse('192.168.2.192/27') };
    program.lan('Other', { ...LAN6, ...ipv4, parent: 'eth1' });
    expect(() => program.synth()).toThrow(/'app\/Lan' \(2001:db8:1::\/64\) and 'app\/Other' \(2001:db8:1::\/64\)/);
  });
});

describe('a LAN without', () => {
  test('stays so on a daemon that is dual stack', () => {
    const program = dualStack();
    const lan = program.lan('Lan');
    const camera = program.container('Camera', lan);
    const { ipam_config: ipam, ipv6 } = program.synth().network();
    expect([ipam.length, ipv6, lan.ipv6Block, camera.ipv6Address]).toEqual([1, undefined, undefined, undefined]);
    expect(advertisements(program, 'app-camera')).toEqual({});
  });

  test('refuses what would have no effect', () => {
    const program = dualStack();
    const lan = program.lan('Lan');
    const camera = program.container('Camera', lan);
    expectError(() => program.container('Bad', lan, { ipv6Address: '2001:db8:1::5' }), 'WrongFamily', {
      says: ["'app/Lan'", "'ipv6Block'"],
    });
    expectError(() => camera.connections.allowTo(Peer.anyIpv6(), Port.tcp(443)), 'WrongFamily', { says: ["'app/Lan'", "'ipv6Block'"] });
    expectError(() => program.lan('Bad', { parent: 'eth1', acceptRouterAdvertisements: true }), 'RouterAdvertisements', {
      says: ['without IPv6'],
    });
  });
});

test('egress over IPv6 on a wire rests on no translation', () => {
  const program = dualStack(EngineVersion.V26);
  const camera = program.container('Camera', program.lan('Lan', LAN6));
  camera.connections.allowTo(Peer.anyIpv6(), Port.tcp(443));
  const web = program.container('Web', program.segment('Front'));
  expectError(() => web.connections.allowTo(Peer.anyIpv6(), Port.tcp(443)), 'Ipv6NotTranslated', {});
});

describe('router advertisements', () => {
  test('are not taken, on whatever interface the wire is', () => {
    const program = dualStack();
    const lan = program.lan('Lan', LAN6);
    const camera = program.container('Camera', lan);
    const web = program.container('Web', program.segment('Front'));
    expect([advertisements(program, 'app-camera'), advertisements(program, 'app-web')]).toEqual([OFF, {}]);
    web.connections.allowTo(camera, Port.tcp(8080));
    expect([advertisements(program, 'app-camera'), advertisements(program, 'app-web')]).toEqual([OFF, {}]);
    expect(program.synth().container('app-camera').sysctls).toMatchObject({ 'net.ipv4.ip_forward': '0' });
  });

  test.each([EngineVersion.V20_10, EngineVersion.V26])('are turned off for each interface by an engine %s', (engine) => {
    const program = dualStack(engine);
    const camera = program.container('Camera', program.lan('Lan', LAN6));
    expect(advertisements(program, 'app-camera')).toEqual({ 'net.ipv6.conf.eth0.accept_ra': '0' });
    program.container('Web', program.segment('Front')).connections.allowTo(camera, Port.tcp(8080));
    const both = { 'net.ipv6.conf.eth0.accept_ra': '0', 'net.ipv6.conf.eth1.accept_ra': '0' };
    expect(advertisements(program, 'app-camera')).toEqual(both);
  });

  test.each<[EngineVersion, Partial<MacvlanSegmentProps>, boolean]>([
    [EngineVersion.V20_10, LAN6, true],
    [EngineVersion.V26, LAN6, true],
    [EngineVersion.V28, LAN6, false],
    [EngineVersion.V26, { ...LAN6, acceptRouterAdvertisements: true }, false],
    [EngineVersion.V26, {}, false],
  ])('on an engine %s may come before the setting, and that is told', (engine, props, isTold) => {
    const { node } = dualStack(engine).lan('Lan', props);
    const told = node.metadata.filter(({ data }) => /turns router advertisements off some milliseconds after/.test(String(data)));
    expect(told.length > 0).toBe(isTold);
  });

  test('are taken where that is asked for', () => {
    const program = dualStack();
    program.container('Camera', program.lan('Lan', { ...LAN6, acceptRouterAdvertisements: true }));
    expect(advertisements(program, 'app-camera')).toEqual({ 'net.ipv6.conf.default.accept_ra': '1' });
  });

  test('cannot be turned off on engines 27, so nobody is promised that', () => {
    const program = dualStack(EngineVersion.V27);
    expectError(() => program.lan('Lan', LAN6), 'RouterAdvertisements', { says: ['engine 27.5', "'acceptRouterAdvertisements: true'"] });
    program.container('Camera', program.lan('Lan', { ...LAN6, acceptRouterAdvertisements: true }));
    expect(advertisements(program, 'app-camera')).toEqual({});
  });
});

test('the shim has IPv4 alone', () => {
  const program = dualStack();
  const lan = program.lan('Lan', LAN6);
  const camera = program.container('Camera', lan);
  new HostShim(program.stack, 'Shim', { segment: lan });
  camera.connections.allowFrom(Peer.host(), Port.tcp(8080));
  const { wires, hostFlows } = program.topology();
  expect(wires[0].shim).toMatchObject({ address: '192.168.1.193', routes: ['192.168.1.192/27'] });
  expect(hostFlows.map(({ family }) => family)).toEqual(['ipv4']);
  program.synth();
});
