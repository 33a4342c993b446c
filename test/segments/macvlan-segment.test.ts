import { Token } from 'cdktf';
import { type AddressRange, Cidr, EngineVersion, HostShim, MacvlanMode, type MacvlanSegmentProps, Peer, Port } from '../../src';
import { EMPTY_LOCK } from '../../src/addressing/private/allocation';
import { derive } from '../../src/topology/private/derive';
import { expectError } from '../support/errors';
import { hostFile } from '../support/host-file';
import { members, newStack, Program } from '../support/programs';

const HTTP = Port.tcp(8080);
const DHCP: AddressRange = { first: '192.168.1.100', last: '192.168.1.191' };

function warnings(program: Program): string[] {
  program.synth();
  return program.stack.node
    .findAll()
    .flatMap((construct) => construct.node.metadata)
    .filter(({ type }) => type === '@cdktf/warn')
    .map(({ data }) => String(data));
}

describe('the network', () => {
  test('says everything that Docker would choose, and leaves Docker the end of what is set aside', () => {
    const program = new Program();
    const lan = program.lan('Lan');
    expect(program.synth().network()).toEqual({
      provider: 'docker',
      name: 'app-lan',
      driver: 'macvlan',
      options: { parent: 'eth0', macvlan_mode: 'bridge' },
      ipam_config: [{ subnet: '192.168.1.0/24', gateway: '192.168.1.1', ip_range: '192.168.1.220/30' }],
    });
    expect([lan.ipv4Block, lan.parentName, lan.networkName]).toEqual(['192.168.1.0/24', 'eth0', 'app-lan']);
  });

  test('of a VLAN hangs on a sub-interface that the host makes', () => {
    const program = new Program();
    const lan = program.lan('Lan', { vlanId: 10, mode: MacvlanMode.PRIVATE, networkName: 'iot' });
    expect(lan.parentName).toBe('eth0.10');
    expect(program.synth().network('iot').options).toEqual({ parent: 'eth0.10', macvlan_mode: 'private' });
    expect(hostFile(program, '/etc/bulkhead/network')).toMatch(/\nvlan eth0\.10 eth0 10\n$/);
  });

  test('what others have inside of the range left to Docker is kept from it', () => {
    const program = new Program();
    program.lan('Lan', { reservedAddresses: ['192.168.1.221', '192.168.1.5'] });
    expect(program.synth().network().ipam_config[0].aux_address).toEqual({ reserved0: '192.168.1.221' });
  });
});

describe('addresses', () => {
  test('come from what is set aside, and stay clear of what others have', () => {
    const program = new Program();
    const lan = program.lan('Lan', { reservedAddresses: ['192.168.1.193'] });
    const fixed = program.container('Fixed', lan, { ipv4Address: '192.168.1.20' });
    const others = ['A', 'B'].map((id) => program.container(id, lan));
    const addresses = [fixed, ...others].map(({ dnsName }) => program.synth().container(dnsName).networks_advanced);
    expect(addresses.map(([first]) => first.ipv4_address)).toEqual(['192.168.1.20', '192.168.1.192', '192.168.1.194']);
    expect(Token.isUnresolved(fixed.ipv4Address)).toBe(true);
  });

  test.each<[string, string, string]>([
    ['192.168.1.1', 'AddressIsGateway', 'gateway'],
    ['192.168.2.9', 'AddressOutsideBlock', 'not inside the block'],
    ['192.168.1.255', 'AddressOutsideBlock', 'broadcast'],
    ['192.168.1.120', 'AddressNotOurs', 'DHCP server (192.168.1.100 to 192.168.1.191)'],
    ['192.168.1.7', 'AddressNotOurs', 'reservedAddresses'],
    ['192.168.1.221', 'AddressInDockerRange', "choose from '192.168.1.192' to '192.168.1.219'"],
  ])('%s is refused when it is named (%s)', (ipv4Address, code, words) => {
    const program = new Program();
    const lan = program.lan('Lan', { dhcpRange: DHCP, reservedAddresses: ['192.168.1.7'] });
    expectError(() => program.container('Bad', lan, { ipv4Address }), code as never, { says: [words] });
    expectError(() => new HostShim(program.stack, 'Shim', { segment: lan, ipv4Address }), code as never, { says: [words] });
  });

  test('two that are alike, and a range that is full, are told at synth', () => {
    const program = new Program();
    const lan = program.lan('Lan', { ipRange: Cidr.parse('192.168.1.192/29') });
    ['A', 'B', 'C', 'D', 'E'].forEach((id) => program.container(id, lan));
    expect(() => program.synth()).toThrow(/no free static address left for 'app\/E'/);
  });

  test('the block may be one that is declared to be in use elsewhere, but not one of another segment', () => {
    const program = new Program({ foreignBlocks: [Cidr.parse('192.168.1.0/24')] });
    program.lan('Lan');
    program.synth();
    program.lan('Other', { parent: 'eth1' });
    expect(() => program.synth()).toThrow(/'app\/Lan' \(192\.168\.1\.0\/24\) and 'app\/Other' \(192\.168\.1\.0\/24\)/);
  });
});

test.each<[string, Partial<MacvlanSegmentProps>, string, string]>([
  ['no reason', { reason: 'because' }, 'ReasonTooShort', 'at least 10 characters'],
  ['a long parent', { parent: 'enp134s0f1np1abc' }, 'ParentName', '16 characters'],
  ['a long sub-interface', { parent: 'enp134s0f1np', vlanId: 4000 }, 'ParentName', "'enp134s0f1np.4000' has 17 characters"],
  ['a parent that is none', { parent: 'eth0;x' }, 'ParentName', 'name of an interface'],
  ['VLAN 0', { vlanId: 0 }, 'VlanId', '1 to 4094'],
  ['VLAN 4095', { vlanId: 4095 }, 'VlanId', '1 to 4094'],
  ['a range elsewhere', { ipRange: Cidr.parse('192.168.2.0/27') }, 'WireRange', 'not part of 192.168.1.0/24'],
  ['a range with the gateway', { ipRange: Cidr.parse('192.168.1.0/27') }, 'WireRange', 'contains the gateway 192.168.1.1'],
  ['a range that is too small', { ipRange: Cidr.parse('192.168.1.192/30') }, 'WireRange', 'a /29 or larger'],
  [
    'a range of the DHCP server',
    { dhcpRange: { first: '192.168.1.50', last: '192.168.1.200' } },
    'WireRange',
    'two machines could get the same address',
  ],
  ['a DHCP range backwards', { dhcpRange: { first: '192.168.1.90', last: '192.168.1.50' } }, 'WireRange', 'before its start'],
  ['a gateway elsewhere', { ipv4Gateway: '192.168.2.1' }, 'AddressOutsideBlock', "'ipv4Gateway' 192.168.2.1"],
  ['a gateway that is none', { ipv4Gateway: 'router' }, 'AddressSyntax', "got 'router'"],
  ['IPv6', { ipv4Block: Cidr.parse('fd00::/64') }, 'WrongFamily', "'ipv4Block' must be an IPv4 block"],
  ['no guard', { guardedBy: 'switch' }, 'ReasonTooShort', "'guardedBy'"],
])('%s is refused', (_what, props, code, words) => {
  const program = new Program();
  expectError(() => program.lan('Lan', props), code as never, { says: [words] });
  // Nothing of it is left behind.
  program.lan('Lan');
  program.synth();
});

test('an unaligned range never comes that far: the error names the block that it would be', () => {
  expect(() => Cidr.parse('192.168.1.200/28')).toThrow(/192\.168\.1\.192\/28/);
});

test('one parent carries one segment, whatever its name', () => {
  const program = new Program();
  program.lan('Lan', { parent: 'eth0.10' });
  expectError(() => program.lan('Again', { vlanId: 10 }), 'ParentTaken', { says: ["'app/Lan' already uses eth0.10"] });
  program.lan('Other', {
    vlanId: 20,
    ipv4Block: Cidr.parse('192.168.2.0/24'),
    ipv4Gateway: '192.168.2.1',
    ipRange: Cidr.parse('192.168.2.192/27'),
  });
  program.synth();
});

test('two VLANs on one parent are two wires, made by the host one after the other', () => {
  const program = new Program();
  program.lan('Ten', { vlanId: 10 });
  const twenty = { ipv4Block: Cidr.parse('192.168.2.0/24'), ipv4Gateway: '192.168.2.1', ipRange: Cidr.parse('192.168.2.192/27') };
  const lan = program.lan('Twenty', { ...twenty, vlanId: 20 });
  new HostShim(program.stack, 'Shim', { segment: lan });
  expect(hostFile(program, '/etc/bulkhead/network')).toMatch(
    /\nvlan eth0\.10 eth0 10\nvlan eth0\.20 eth0 20\nmacvlan bh-twenty-\w+ eth0\.20 192\.168\.2\.192 192\.168\.2\.192\/27\n$/,
  );
  const options = ['app-ten', 'app-twenty'].map((name) => program.synth().network(name).options.parent);
  expect(options).toEqual(['eth0.10', 'eth0.20']);
});

test('what may go wrong on the wire is a warning', () => {
  expect(warnings(lanWith({ macLimit: undefined })).join()).toContain("set that limit in 'macLimit'");
  expect(warnings(lanWith({ parent: 'wlp2s0' })).join()).toContain('looks like a wireless interface');
  expect(warnings(lanWith({ mode: MacvlanMode.VEPA })).join()).toContain('a switch that sends frames back');
  const crowded = lanWith({ macLimit: 2 });
  expect(warnings(crowded).join()).not.toContain('MAC addresses');
  crowded.container('B', crowded.lanSegment);
  expect(warnings(crowded).join()).toContain(
    "eth0 has 3 MAC addresses, including the host's, and its switch accepts 2; use an IpvlanSegment",
  );
});

class LanProgram extends Program {
  public readonly lanSegment;

  constructor(props: Partial<MacvlanSegmentProps>) {
    super({}, newStack());
    this.lanSegment = this.lan('Lan', props);
    this.container('A', this.lanSegment);
  }
}

function lanWith(props: Partial<MacvlanSegmentProps>): LanProgram {
  return new LanProgram(props);
}

describe('flows', () => {
  test('with a workload of a bridge segment run there, whichever way: nobody is put on the LAN', () => {
    const program = new Program();
    const lan = program.lan('Lan');
    const camera = program.container('Camera', lan);
    const [web, db] = ['Web', 'Db'].map((id) => program.container(id, program.segment(`${id}Segment`)));
    web.connections.allowTo(camera, HTTP);
    camera.connections.allowTo(db, Port.tcp(5432));
    const topology = program.topology();
    expect(members(topology)).toEqual({ 'app/DbSegment': ['app/Camera', 'app/Db'], 'app/WebSegment': ['app/Camera', 'app/Web'] });
    expect(topology.wires.map((wire) => wire.members.map(({ workload }) => workload))).toEqual([['app/Camera']]);
    expect(program.pairs()).toEqual(['app/Camera > app/Db tcp/5432', 'app/Web > app/Camera tcp/8080']);
    const networks = program.synth().container(camera.dnsName).networks_advanced;
    expect(networks.map(({ ipv4_address: address }: { ipv4_address: string }) => address)[0]).toBe('192.168.1.192');
    expect(networks).toHaveLength(3);
  });

  test('inside are told apart from those that rules narrow', () => {
    const program = new Program();
    const lan = program.lan('Lan');
    const [a, b] = ['A', 'B'].map((id) => program.container(id, lan));
    a.connections.allowTo(b, HTTP);
    const topology = program.topology();
    expect(topology.pairs).toEqual([]);
    expect(topology.wirePairs).toMatchObject([{ source: 'app/A', destination: 'app/B' }]);
    program.synth();
  });

  test('egress needs no gateway: the wire is the way out', () => {
    const program = new Program();
    const camera = program.container('Camera', program.lan('Lan'));
    camera.connections.allowTo(Peer.anyIpv4(), Port.tcp(443));
    expect(program.synth().names('docker_network')).toEqual(['app-lan']);
    expect(program.topology().egress).toEqual([]);
  });

  test('that no kernel would carry are refused', () => {
    const program = new Program();
    const [a, b] = ['A', 'B'].map((id) =>
      program.container(id, program.lan(`${id}Lan`, { parent: `eth-${id}`, mode: MacvlanMode.PRIVATE })),
    );
    expectError(() => a.connections.allowTo(b, HTTP), 'WireFlow', { says: ['is on interface eth-A and app/B on eth-B'] });
    const c = program.container('C', a.segment);
    expectError(() => a.connections.allowTo(c, HTTP), 'WireFlow', { says: ['in mode private'] });
    expectError(() => a.publish(Port.tcp(80)), 'SegmentForbidsPublication', { says: ['connect to the containers at their own addresses'] });
  });

  test('passthru is for one', () => {
    const program = new Program();
    const lan = program.lan('Lan', { mode: MacvlanMode.PASSTHRU });
    program.container('A', lan);
    program.synth();
    program.container('B', lan);
    expect(() => program.synth()).toThrow(/\[app\/Lan\] in mode passthru.*app\/A, app\/B.*WireCrowded/s);
  });
});

describe('the shim', () => {
  test('is an interface under the guard, with an address that is kept for it and routes to the members', () => {
    const program = new Program();
    const lan = program.lan('Lan');
    const camera = program.container('Camera', lan);
    program.container('Far', lan, { ipv4Address: '192.168.1.20' });
    const shim = new HostShim(program.stack, 'Shim', { segment: lan });
    camera.connections.allowFrom(Peer.host(), HTTP);
    camera.connections.allowTo(Peer.host(), Port.tcp(9100));
    const [wire] = program.topology().wires;
    expect(wire.shim).toEqual({
      interface: expect.stringMatching(/^bh-lan-[a-z2-7]{5}$/),
      address: '192.168.1.193',
      routes: ['192.168.1.192/27', '192.168.1.20/32'],
    });
    expect(Token.isUnresolved(shim.interfaceName) && Token.isUnresolved(shim.ipv4Address)).toBe(true);
    expect(hostFile(program, '/etc/bulkhead/network')).toContain(
      `\nmacvlan ${wire.shim!.interface} eth0 192.168.1.193 192.168.1.192/27 192.168.1.20/32\n`,
    );
    expect(hostFile(program, '/etc/bulkhead/rules.v4')).toContain(
      `-A BULKHEAD-OUTPUT -d 192.168.1.192/32 -o ${wire.shim!.interface} -p tcp -m tcp --dport 8080`,
    );
    expect(program.synth().container(camera.dnsName).host).toEqual([{ host: 'host.docker.internal', ip: '192.168.1.193' }]);
  });

  test('keeps its address in the lock', () => {
    const facts = (ids: readonly string[]) => {
      const program = new Program();
      const lan = program.lan('Lan');
      ids.forEach((id) => (id === 'Shim' ? new HostShim(program.stack, id, { segment: lan }) : program.container(id, lan)));
      return program.daemon._declarations.store.facts();
    };
    const first = derive(facts(['Camera', 'Shim']), EMPTY_LOCK);
    const second = derive(facts(['A', 'Camera', 'Shim']), first.allocation.lock);
    expect(second.topology.wires[0].shim).toEqual(first.topology.wires[0].shim);
    expect(second.allocation.missing).toEqual(['app/A in app/Lan']);
  });

  test('has an address that no container gets', () => {
    const program = new Program();
    const lan = program.lan('Lan');
    new HostShim(program.stack, 'Shim', { segment: lan, ipv4Address: '192.168.1.192' });
    program.container('A', lan);
    expect(program.topology().wires[0].members.map(({ ipv4 }) => ipv4)).toEqual(['192.168.1.193']);
    program.container('B', lan, { ipv4Address: '192.168.1.192' });
    expect(() => program.synth()).toThrow(/'192\.168\.1\.192' of '.*' in 'app\/Lan' is already the address of '.*'.*\(AddressTaken\)/s);
  });

  test('is refused where it cannot work', () => {
    const program = new Program();
    const refused = (segment: Parameters<Program['container']>[1], words: string) =>
      expectError(() => new HostShim(program.stack, `Bad${words.length}`, { segment }), 'ShimRefused', { says: [words] });
    refused(program.segment('Bridge'), 'not a macvlan or ipvlan segment');
    refused(program.lan('Private', { mode: MacvlanMode.PRIVATE, parent: 'eth1' }), 'in mode private');
    const lan = program.lan('Lan');
    new HostShim(program.stack, 'Shim', { segment: lan });
    refused(lan, 'already has a shim');
  });

  test('a flow between the host and a member wants one', () => {
    const program = new Program({ engine: EngineVersion.V26 });
    const lan = program.lan('Lan');
    program.container('Camera', lan).connections.allowFrom(Peer.host(), HTTP);
    expect(() => program.synth()).toThrow(/\[app\/Lan\].*add a HostShim to the segment \(HostNeedsShim\)/s);
    new HostShim(program.stack, 'Shim', { segment: lan });
    program.synth();
  });
});
