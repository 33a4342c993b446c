import { Capability, Cidr, ConnectionRate, ContainerUser, type ISegment, Peer, Port, WorkloadGroup } from '../../src';
import { expectError } from '../support/errors';
import { JOIN, legacy, theirs } from '../support/existing';
import { Program } from '../support/programs';

const HTTP = Port.tcp(8080);

test.each<[string, (program: Program, segment: ISegment) => void, string, string]>([
  ['a segment of ours', (p) => theirs(p, p.segment('Mine')), 'NotASegment', 'fromSegmentAttributes'],
  ['no segment', (p) => theirs(p, {} as never), 'NotASegment', 'segment'],
  ['an address of elsewhere', (p, s) => theirs(p, s, 'Old', '172.30.6.7'), 'AddressOutsideBlock', '172.30.6.7'],
  ['the gateway', (p, s) => theirs(p, s, 'Old', '172.30.5.1'), 'AddressIsGateway', '172.30.5.1'],
  ['no address', (p, s) => theirs(p, s, 'Old', 'x'), 'AddressSyntax', "'x'"],
  ['a name of ours', (p, s) => (p.container('Web', s, { containerName: 'old-1' }), theirs(p, s)), 'DuplicateName', 'app/Web'],
  ['an address nobody gave', (p, s) => theirs(p, s).ipv4Address, 'ExistingAddress', 'old-1'],
])('a container of others: %s is refused', (_, declare, code, words) => {
  const program = new Program();
  const segment = legacy(program);
  expectError(() => declare(program, segment), code as never, { path: 'app/Old', says: [words] });
});

test.each<[string, (program: Program, segment: ISegment) => void, string]>([
  ['two of others', (p, s) => theirs(p, s).connections.allowTo(theirs(p, s, 'Older'), HTTP), 'manages neither end'],
  ['others and the host', (p, s) => theirs(p, s).connections.allowTo(Peer.host(), HTTP), 'manages neither end'],
  ['others and the outside', (p, s) => theirs(p, s).connections.allowTo(Peer.anyIpv4(), HTTP), 'manages neither end'],
  ['the whole network and the outside', (_p, s) => s.connections.allowTo(Peer.anyIpv4(), HTTP), 'manages neither end'],
  ['a member and the host', (p, s) => p.container('A', s).connections.allowTo(Peer.host(), HTTP), 'reach each other on every port'],
  [
    'a limit in the network',
    (p, s) => p.container('A', s).connections.allowTo(theirs(p, s), HTTP, { rate: ConnectionRate.perSecond(5) }),
    'cannot limit a rate there',
  ],
  [
    'a limit on the way out',
    (p, s) => p.container('A', s).connections.allowTo(Peer.anyIpv4(), HTTP, { rate: ConnectionRate.perSecond(5) }),
    'cannot limit a rate there',
  ],
  [
    'a conduit with others',
    (p, s) => p.container('A', s).connections.allowTo(theirs(p, s), HTTP, { conduit: true }),
    'cannot attach it to a conduit',
  ],
  [
    'two networks of others',
    (p, s) => p.container('A', s).connections.allowTo(p.container('B', legacy(p, { ipv4Block: Cidr.parse('172.30.6.0/24') }, 'Two')), HTTP),
    'conduit: true',
  ],
  ['a wire', (p, s) => p.container('A', s).connections.allowTo(p.container('B', p.lan('Lan')), HTTP), 'conduit: true'],
])('a flow between %s throws', (_, declare, words) => {
  const program = new Program();
  const segment = legacy(program, JOIN);
  expectError(() => declare(program, segment), 'ExistingFlow', { says: [words] });
});

test('no way out is asked of a network without one', () => {
  const program = new Program();
  const member = program.container('A', legacy(program, { isInternal: true }));
  expectError(() => member.connections.allowTo(Peer.anyIpv4(), HTTP), 'ExistingFlow', { says: ['is internal'] });
});

test('a conduit joins two of ours wherever they live', () => {
  const program = new Program();
  const [a, b] = [
    program.container('A', legacy(program)),
    program.container('B', legacy(program, { ipv4Block: Cidr.parse('172.30.6.0/24') }, 'Two')),
  ];
  a.connections.allowTo(b, HTTP, { conduit: true });
  expect(program.pairs()).toEqual(['app/A > app/B tcp/8080']);
  program.synth();
});

test('egress from a network with a way out is declared, and its resolver asked', () => {
  const program = new Program();
  const member = program.container('A', legacy(program));
  member.connections.allowDnsTo(Peer.address('192.0.2.53'));
  const { container, names } = program.synth();
  expect(container().dns).toEqual(['192.0.2.53']);
  expect(names('docker_network')).toEqual([]);
});

test('nobody publishes from there, and nobody forges', () => {
  const program = new Program();
  const segment = legacy(program);
  const member = program.container('A', segment);
  expectError(() => member.publish(HTTP), 'SegmentForbidsPublication', { says: ['does not manage'] });
  program.container('B', segment, {
    user: ContainerUser.root({ reason: 'its image has no other user' }),
    capabilities: [Capability.of('NET_RAW', { reason: 'it measures round trips' })],
  });
  expect(() => program.synth()).toThrow(/ForgerAmongOthers/);
});

test('egress to its block is no egress', () => {
  const program = new Program();
  legacy(program);
  const web = program.container('Web', program.segment('Front'));
  expectError(() => web.connections.allowTo(Peer.cidr('172.30.5.0/25'), HTTP), 'EgressToContainers', { says: ['172.30.5.0/24'] });
});

test('one address is not given twice', () => {
  const program = new Program();
  const segment = legacy(program);
  theirs(program, segment, 'Old', '172.30.5.7');
  program.container('A', segment, { ipv4Address: '172.30.5.7' });
  expect(() => program.synth()).toThrow(/AddressTaken/);
});

test('whoever comes to a group later is looked at as well', () => {
  const program = new Program();
  const segment = legacy(program);
  const group = new WorkloadGroup(program.stack, 'Group', { members: [program.container('A', segment)] });
  const web = program.container('Web', program.segment('Front'));
  group.connections.allowTo(web, HTTP);
  program.synth();
  group.addMember(theirs(program, segment));
  expect(() => program.synth()).toThrow(/joinReason.*ExistingFlow/s);
});
