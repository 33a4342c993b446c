import { Token } from 'cdktf';
import {
  Cidr,
  EngineVersion,
  type HardenedDaemonProps,
  Peer,
  Port,
  Reachability,
  Requirement,
  ThreeTierNetwork,
  WorkloadGroup,
} from '../../src';
import { isInside } from '../../src/firewall/private/blocks';
import type { ErrorCode } from '../../src/private/errors';
import { expectError, expectMessage, thrownBy } from '../support/errors';
import { HOST_ADDRESS, newDaemon, newStack, Program } from '../support/programs';

const HTTP = Port.tcp(8080);
const HTTPS = Port.tcp(443);
const DNS = Port.udp(53);
const HOST6 = '2001:db8:1::10';
const POOL = 'fd12:3456:789a::/48';
const BEFORE_27 = EngineVersion.of('26.1.5');

function dualStack(props: Partial<HardenedDaemonProps> = {}): Program {
  return new Program({ ipv6Pool: Cidr.parse(POOL), additionalHostAddresses: [HOST6], ...props });
}

function webAndApi(program = dualStack()) {
  const [front, back] = [program.segment('Front'), program.segment('Back')];
  return { program, front, back, web: program.container('Web', front), api: program.container('Api', back) };
}

describe('networks', () => {
  test('have a block, a gateway and a range for Docker in each family', () => {
    const program = dualStack();
    const segment = program.segment('Front');
    expect(program.synth().network()).toMatchObject({
      ipv6: true,
      ipam_config: [
        { subnet: '10.20.0.0/24', gateway: '10.20.0.1', ip_range: '10.20.0.240/28' },
        { subnet: 'fd12:3456:789a::/64', gateway: 'fd12:3456:789a::1', ip_range: 'fd12:3456:789a:0:f000::/69' },
      ],
    });
    expect(Token.isUnresolved(segment.ipv6Block)).toBe(true);
  });

  test('the gateway network has them, too', () => {
    const { program, web } = webAndApi();
    web.connections.allowTo(Peer.anyIpv4(), HTTPS);
    expect(program.synth().network('app-front-gw')).toMatchObject({
      internal: false,
      ipv6: true,
      ipam_config: [{}, { subnet: 'fd12:3456:789a:2::/64' }],
    });
  });

  test('without dual stack nothing of it is there', () => {
    const program = new Program();
    const segment = program.segment('Front');
    const web = program.container('Web', segment);
    expect([segment.ipv6Block, web.ipv6Address]).toEqual([undefined, undefined]);
    const { text } = program.synth();
    expect(text).not.toContain('ipv6_address');
    expect(text).not.toContain('net.ipv6.conf.all.forwarding');
  });

  test('a block of their own may lie outside the pool, and general egress leaves it out', () => {
    const program = dualStack();
    program.segment('Front', { ipv6Block: Cidr.parse('2001:db8:7::/96') });
    expect(program.synth().network().ipam_config[1].subnet).toBe('2001:db8:7::/96');
    expect(program.topology().egressExclusions).toEqual(expect.arrayContaining([POOL, '2001:db8:7::/96', 'fe80::/10']));
  });
});

describe('the pool', () => {
  const blockOf = (program: Program) => {
    program.segment('Front');
    return program.synth().network().ipam_config[1].subnet as string;
  };

  test('by itself is unique local, follows from the path of the daemon, and differs between daemons', () => {
    const [one, again] = [blockOf(new Program({ dualStack: true })), blockOf(new Program({ dualStack: true }))];
    const other = blockOf(new Program({ dualStack: true }, newStack('other')));
    expect(isInside(one, 'fd00::/8')).toBe(true);
    expect(one).toBe(again);
    expect(other).not.toBe(one);
    expect(one.replace(/[:/]/g, '')).toContain(newDaemon(newStack()).daemonId.slice(0, 6));
  });

  test.each<[string, ErrorCode, Partial<HardenedDaemonProps>, string[]]>([
    ['of IPv4', 'WrongFamily', { ipv6Pool: Cidr.parse('10.30.0.0/16') }, ["'ipv6Pool'", 'fd12:3456:789a::/48']],
    ['too small for a network', 'Ipv6PoolKind', { ipv6Pool: Cidr.parse('fd00::/65') }, ['fd00::/65', '/64']],
    ['of link-local addresses', 'Ipv6PoolKind', { ipv6Pool: Cidr.parse('fe80::/64') }, ['fe80::/64', 'fc00::/7', '2000::/3']],
    ['of everything', 'Ipv6PoolKind', { ipv6Pool: Cidr.parse('::/0') }, ['::/0']],
    ['beside dualStack: false', 'Ipv6PoolUnused', { ipv6Pool: Cidr.parse(POOL), dualStack: false }, [POOL, 'remove one of them']],
  ])('%s is refused', (_, code, props, says) => {
    expectError(() => newDaemon(newStack(), props), code, { path: 'app/Edge', says });
  });

  test('of one /64 carries one network, and says so when it is used up', () => {
    const program = dualStack({ ipv6Pool: Cidr.parse('fd00::/64') });
    ['A', 'B'].forEach((id) => program.segment(id));
    expectMessage(thrownBy(() => program.synth()).message, 'PoolExhausted', { path: 'app/B', says: ['fd00::/64'] });
  });
});

test('an address that needs a zone is none of the host', () => {
  expectError(() => newDaemon(newStack(), { additionalHostAddresses: ['fe80::1'] }), 'NotAHostAddress', {
    says: ['fe80::1', 'link-local'],
  });
});

describe('containers', () => {
  test('have an address of each family in every network, with the same host number, and forward neither', () => {
    const { program, web, api } = webAndApi();
    web.connections.allowTo(api, HTTP);
    const { container } = program.synth();
    expect(container('app-web').networks_advanced).toEqual([
      expect.objectContaining({ ipv4_address: '10.20.1.2', ipv6_address: 'fd12:3456:789a:1::2' }),
      expect.objectContaining({ ipv4_address: '10.20.0.3', ipv6_address: 'fd12:3456:789a::3' }),
    ]);
    expect(container('app-web').sysctls).toEqual({ 'net.ipv4.ip_forward': '0', 'net.ipv6.conf.all.forwarding': '0' });
    expect(Token.isUnresolved(web.ipv6Address)).toBe(true);
  });

  test('take a static address', () => {
    const program = dualStack();
    program.container('Web', program.segment('Front'), { ipv6Address: 'fd12:3456:789a::53' });
    expect(program.synth().container().networks_advanced[0].ipv6_address).toBe('fd12:3456:789a::53');
  });

  test('an address outside of the block is a mistake', () => {
    const program = dualStack();
    program.container('Web', program.segment('Front'), { ipv6Address: 'fd00::53' });
    expectMessage(thrownBy(() => program.synth()).message, 'AddressOutsideBlock', { path: 'app/Web', says: ['fd00::53'] });
  });
});

describe('what needs dual stack says so without it', () => {
  test.each<[string, (program: Program) => unknown]>([
    ['a block of a segment', (p) => p.segment('S', { ipv6Block: Cidr.parse('fd00::/64') })],
    ['an address of a container', (p) => p.container('W', p.segment('S'), { ipv6Address: 'fd00::5' })],
    ['egress', (p) => p.container('W', p.segment('S')).connections.allowTo(Peer.anyIpv6(), HTTPS)],
    ['a publication', (p) => p.container('W', p.segment('S')).publish(HTTPS, { hostAddress: HOST6, sources: [Peer.anyIpv6()] })],
  ])('%s', (_, declare) => {
    expectError(() => declare(new Program()), 'WrongFamily', { says: ["'app/Edge'", 'dualStack: true'] });
  });

  test('and a block of a segment must be of IPv6', () => {
    expectError(() => dualStack().segment('S', { ipv6Block: Cidr.parse('10.30.0.0/24') }), 'WrongFamily', { says: ['10.30.0.0/24'] });
  });
});

describe('flows', () => {
  const families = (plans: readonly { readonly family: string }[]) => plans.map(({ family }) => family).sort();

  test('are open in both families', () => {
    const { program, web, api } = webAndApi();
    web.connections.allowTo(api, HTTP);
    web.connections.allowTo(Peer.host(), Port.tcp(9100));
    api.connections.allowFrom(Peer.host(), Port.tcp(9101));
    const { pairs, hostFlows } = program.topology();
    expect([families(pairs), families(hostFlows)]).toEqual([
      ['ipv4', 'ipv6'],
      ['ipv4', 'ipv4', 'ipv6', 'ipv6'],
    ]);
    // Of two the provider would replace the container with every plan.
    expect(program.synth().container('app-web').host).toEqual([{ host: 'host.docker.internal', ip: '10.20.1.1' }]);
  });

  test("with 'ipv4Only' in one", () => {
    const { program, web, api } = webAndApi();
    web.connections.allowTo(api, HTTP, { ipv4Only: true });
    web.connections.allowTo(Peer.host(), HTTP, { ipv4Only: true });
    const { pairs, hostFlows } = program.topology();
    expect([families(pairs), families(hostFlows)]).toEqual([['ipv4'], ['ipv4']]);
  });

  test("'ipv4Only' to a block of IPv6 is a contradiction", () => {
    const { web } = webAndApi();
    expectError(() => web.connections.allowTo(Peer.anyIpv6(), HTTPS, { ipv4Only: true }), 'WrongFamily', {
      path: 'app/Web',
      says: ['::/0', 'ipv4Only'],
    });
  });

  test('egress is of the family of its block, and an IPv6 resolver that may be asked is written into the container', () => {
    const { program, web } = webAndApi();
    web.connections.allowTo(Peer.anyIpv6(), HTTPS);
    web.connections.allowTo(Peer.address('2001:db8::53'), DNS);
    expect(families(program.topology().egress)).toEqual(['ipv6', 'ipv6']);
    expect(program.synth().container('app-web').dns).toEqual(['2001:db8::53']);
  });

  test("egress to the host's own network is egress, to the host alone it is not", () => {
    const { program, web } = webAndApi();
    web.connections.allowTo(Peer.cidr('2001:db8:1::/64'), HTTPS);
    expect(families(program.topology().egress)).toEqual(['ipv6']);
    expectError(() => web.connections.allowTo(Peer.address(HOST6), HTTPS), 'EgressToHost', { says: [HOST6, 'Peer.host()'] });
  });

  test('egress into the pool is a flow to containers', () => {
    const { web } = webAndApi();
    expectError(() => web.connections.allowTo(Peer.cidr('fd12:3456:789a:1::/64'), HTTPS), 'EgressToContainers', { says: [POOL] });
  });
});

describe('a datagram can come from an address that is not its own', () => {
  const problemOf = (program: Program) => thrownBy(() => program.synth()).message;

  test('in a network of two there is nobody to do that', () => {
    const { program, web, api } = webAndApi();
    web.connections.allowTo(api, DNS);
    program.synth();
  });

  test.each([
    [DNS, 'udp'],
    [Port.icmpPing(), 'icmp'],
  ])('in one of three %s is refused', (port, protocol) => {
    const { program, back, web, api } = webAndApi();
    program.container('Other', back);
    web.connections.allowTo(api, port);
    expectMessage(problemOf(program), 'ForgeableSource', {
      path: 'app/Web',
      says: ['app/Web > app/Api', '3 members', "'app-back'", protocol, 'ipv4Only: true'],
    });
  });

  test('the ways out hold', () => {
    const { program, back, web, api } = webAndApi();
    program.container('Other', back);
    web.connections.allowTo(api, DNS, { ipv4Only: true });
    web.connections.allowTo(api, HTTP);
    program.synth();
  });

  test('without IPv6 nobody is asked for them', () => {
    const { program, back, web, api } = webAndApi(new Program());
    program.container('Other', back);
    web.connections.allowTo(api, DNS);
    program.synth();
  });

  test('a group is told once for each of its members', () => {
    const { program, back, web, api } = webAndApi();
    const other = program.container('Other', back);
    new WorkloadGroup(program.stack, 'Both', { members: [api, other] }).connections.allowFrom(web, DNS);
    expect(problemOf(program).match(/ForgeableSource/g)).toHaveLength(1);
  });

  test('towards the host and the outside one neighbour is enough', () => {
    const { program, front, web } = webAndApi();
    const other = program.container('Other', front);
    web.connections.allowTo(Peer.host(), DNS);
    expectMessage(problemOf(program), 'ForgeableSource', { path: 'app/Web', says: ['host'] });
    const second = webAndApi();
    const neighbour = second.program.container('Other', second.front);
    second.web.connections.allowTo(Peer.anyIpv6(), DNS);
    second.program.synth();
    neighbour.connections.allowTo(Peer.anyIpv4(), HTTPS);
    expectMessage(problemOf(second.program), 'ForgeableSource', { path: 'app/Web', says: ['app-front-gw', 'IPv4'] });
    expect(other.segment).toBe(front);
  });

  test('a neighbour takes the address of the host, and that of who answers the host or a publication', () => {
    const { program, front, web } = webAndApi();
    program.container('Other', front);
    web.connections.allowFrom(Peer.host(), DNS);
    expectMessage(problemOf(program), 'ForgeableSource', { path: 'app/Web', says: ['app-front', 'ipv4Only'] });
    const second = webAndApi();
    second.web.publish(DNS, { hostAddress: HOST6, sources: [Peer.anyIpv6()] });
    second.program.container('Out', second.front).connections.allowTo(Peer.anyIpv4(), HTTPS);
    expectMessage(problemOf(second.program), 'ForgeableSource', { path: 'app/Web', says: ['app-front-gw', 'IPv4'] });
  });
});

describe('publications', () => {
  test('on an IPv6 address of the host lead to the IPv6 address at the gateway network', () => {
    const { program, web } = webAndApi();
    web.publish(HTTPS, { hostAddress: HOST6, sources: [Peer.cidr('2001:db8:1::/64')] });
    web.publish(HTTPS, { hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] });
    expect(program.synth().container('app-web').ports).toEqual([
      { ip: HOST_ADDRESS, external: 443, internal: 443, protocol: 'tcp' },
      { ip: HOST6, external: 443, internal: 443, protocol: 'tcp' },
    ]);
    expect(program.topology().publications[0]).toMatchObject({ family: 'ipv6', address: 'fd12:3456:789a:2::2' });
  });

  test('every address of IPv6 is one of its own', () => {
    const { program, web } = webAndApi();
    web.publish(HTTPS, { hostAddress: '::', sources: [Peer.anyIpv6()] });
    web.publish(HTTPS, { hostAddress: '0.0.0.0', sources: [Peer.anyIpv4()] });
    program.synth();
  });

  test('loopback of IPv6 leads nowhere', () => {
    expectError(() => webAndApi().web.publish(HTTPS, { hostAddress: '::1' }), 'NotAHostAddress', {
      path: 'app/Web',
      says: ['::1', '127.0.0.1'],
    });
  });

  test('without sources the way out is of the right family', () => {
    expectError(() => webAndApi().web.publish(HTTPS, { hostAddress: HOST6 }), 'PublishNeedsSources', { says: ['Peer.anyIpv6()'] });
  });
});

describe.each(['20.10', '26.1', '27.5', '28.0.0', '28.1', '28.5.2', '29.0'])('the proof on engine %s', (version) => {
  test('claims of the tiers, and claims that name a family, are of both', () => {
    const program = dualStack({ engine: EngineVersion.of(version) });
    const tiers = new ThreeTierNetwork(program.stack, 'Shop', { daemon: program.daemon });
    const [web, api, db] = [program.container('Web', tiers.dmz), program.container('Api', tiers.app), program.container('Db', tiers.data)];
    web.connections.allowTo(api, HTTP);
    api.connections.allowTo(db, HTTP);
    program.daemon.require(Requirement.unreachable(web, db), Requirement.unreachable(Peer.anyIpv6(), tiers.app));
    program.synth();
    const { cells } = Reachability.of(program.daemon)._proof.matrix;
    const inside = cells.filter(({ source, receiver }) => source.party.kind === 'container' && receiver.kind === 'container');
    expect(inside.map(({ family }) => family).sort()).toEqual(['ipv4', 'ipv4', 'ipv6', 'ipv6']);
  });

  test("the host's own services stand open to IPv6, and no claim says otherwise", () => {
    const program = new Program({ engine: EngineVersion.of(version), additionalHostAddresses: [HOST6] });
    program.container('Web', program.segment('Front'));
    program.daemon.require(Requirement.unreachable(Peer.anyIpv6(), Peer.host()));
    expectMessage(thrownBy(() => program.synth()).message, 'RequirementBroken', { says: ['outside reaches host on tcp'] });
  });
});

describe('engines before 27', () => {
  test('are told of: only the guard closes there', () => {
    const program = dualStack({ engine: BEFORE_27 });
    const warning = program.daemon.node.metadata.map(({ data }) => String(data)).join();
    expect(warning).toContain('26.1.5 writes no rules for IPv6');
    expect(dualStack().daemon.node.metadata).toEqual([]);
    const others = new Program({ engine: BEFORE_27 }).daemon.node.metadata.map(({ data }) => String(data));
    expect(others).toEqual([expect.stringContaining('26.1.5 has 6 known vulnerabilities')]);
  });

  test('flows are open in both families, and proved', () => {
    const { program, web, api } = webAndApi(dualStack({ engine: BEFORE_27 }));
    web.connections.allowTo(api, HTTP);
    api.connections.allowTo(Peer.host(), HTTP);
    program.synth();
    expect(program.topology().pairs).toHaveLength(2);
  });

  test('publish nothing over IPv6', () => {
    const { web } = webAndApi(dualStack({ engine: BEFORE_27 }));
    expectError(() => web.publish(HTTPS, { hostAddress: HOST6, sources: [Peer.anyIpv6()] }), 'Ipv6NotTranslated', {
      path: 'app/Web',
      says: ['26.1.5', HOST6, '27.0'],
    });
  });

  test('let nothing out to IPv6 unless their addresses are routed', () => {
    const { web } = webAndApi(dualStack({ engine: BEFORE_27 }));
    expectError(() => web.connections.allowTo(Peer.anyIpv6(), HTTPS), 'Ipv6NotTranslated', {
      path: 'app/Web',
      says: ['::/0', '26.1.5', '27.0', "'ipv6Pool'"],
    });
    const routed = webAndApi(dualStack({ engine: BEFORE_27, ipv6Pool: Cidr.parse('2001:db8:7::/48') }));
    routed.web.connections.allowTo(Peer.anyIpv6(), HTTPS);
    routed.program.synth();
  });
});
