import { Cidr, EngineVersion, HardenedContainerProps, IPeer, Peer, Port, WorkloadGroup } from '../../src';
import type { ErrorCode } from '../../src/private/errors';
import { expectError } from '../support/errors';
import { Program } from '../support/programs';

const RESOLVER = '192.0.2.53';

function resource(props: Partial<HardenedContainerProps>) {
  const program = new Program();
  program.container('Web', program.segment('Front'), props);
  return program.synth().container();
}

describe('what is given arrives', () => {
  test.each<[string, Partial<HardenedContainerProps>, object]>([
    ['search domains', { dns: { searchDomains: ['corp.example', 'example'] } }, { dns_search: ['corp.example', 'example'] }],
    ['no search domain', { dns: { searchDomains: ['.'] } }, { dns_search: ['.'] }],
    ['options', { dns: { options: ['ndots:0', 'timeout:30', 'rotate'] } }, { dns_opts: ['ndots:0', 'timeout:30', 'rotate'] }],
    [
      'host entries, sorted',
      { hostEntries: { 'printer.example': '192.0.2.8', nas: '192.0.2.7' } },
      { host: [{ host: 'nas', ip: '192.0.2.7' }, { host: 'printer.example', ip: '192.0.2.8' }] }, // prettier-ignore
    ],
  ])('%s', (_, props, expected) => expect(resource(props)).toMatchObject(expected));

  test('nothing given is nothing written', () => {
    const empty = resource({ dns: { searchDomains: [], options: [] }, hostEntries: {} });
    ['dns_search', 'dns_opts', 'host'].forEach((key) => expect(empty).not.toHaveProperty(key));
  });

  test('an entry stands beside the name of the host', () => {
    const program = new Program();
    const web = program.container('Web', program.segment('Front'), { hostEntries: { nas: '192.0.2.7' } });
    web.connections.allowTo(Peer.host(), Port.tcp(9100));
    expect(program.synth().container().host).toEqual([
      { host: 'host.docker.internal', ip: '10.20.0.1' },
      { host: 'nas', ip: '192.0.2.7' },
    ]);
  });
});

test.each<[string, ErrorCode, Partial<HardenedContainerProps>, string[]]>([
  ['a search domain with a blank', 'SearchDomain', { dns: { searchDomains: ['a b'] } }, ["'a b'"]],
  ['none and another one', 'SearchDomain', { dns: { searchDomains: ['.', 'example'] } }, ["'.' alone"]],
  ['a search domain twice', 'SearchDomain', { dns: { searchDomains: ['example', 'EXAMPLE'] } }, ["'example' twice"]],
  ['an unknown option', 'ResolverOption', { dns: { options: ['debugging'] } }, ["'debugging'", 'rotate']],
  ['an option with a word for its number', 'ResolverOption', { dns: { options: ['ndots:many'] } }, ["'ndots:many'"]],
  ['an option without its number', 'ResolverOption', { dns: { options: ['timeout'] } }, ["'timeout'", 'timeout:30']],
  ['an option past its range', 'ResolverOption', { dns: { options: ['attempts:6'] } }, ["'attempts:6'"]],
  ['no attempt at all', 'ResolverOption', { dns: { options: ['attempts:0'] } }, ["'attempts:0'"]],
  ['a flag with a number', 'ResolverOption', { dns: { options: ['rotate:1'] } }, ["'rotate:1'"]],
  ['two options in one', 'ResolverOption', { dns: { options: ['rotate use-vc'] } }, ["'rotate use-vc'"]],
  ['a name of every object', 'ResolverOption', { dns: { options: ['constructor'] } }, ["'constructor'"]],
  ['an option twice', 'ResolverOption', { dns: { options: ['ndots:1', 'ndots:2'] } }, ["'ndots' twice"]],
  ['a host entry with a blank', 'HostEntryName', { hostEntries: { 'a b': '192.0.2.7' } }, ["'a b'"]],
  ['a host entry twice', 'HostEntryName', { hostEntries: { nas: '192.0.2.7', NAS: '192.0.2.8' } }, ["'nas' twice"]],
  ['an entry for the container', 'HostEntryName', { hostEntries: { 'app-web': '192.0.2.7' } }, ["'app-web'"]],
  ['an entry for localhost', 'HostEntryName', { hostEntries: { LocalHost: '192.0.2.7' } }, ["'LocalHost'"]],
  ['an entry for the host', 'HostEntryName', { hostEntries: { 'host.docker.internal': '192.0.2.7' } }, ['Peer.host()']],
  ['an entry for no address', 'AddressSyntax', { hostEntries: { nas: 'nas.example' } }, ["'nas.example'"]],
  ['an entry for an address that is not canonical', 'AddressSyntax', { hostEntries: { nas: '192.0.2.007' } }, ["'192.0.2.007'"]],
  ['an entry for an IPv6 address', 'HostEntryAddress', { hostEntries: { nas: '2001:db8::7' } }, ['2001:db8::7', 'first colon']],
  ['an entry for a container', 'HostEntryAddress', { hostEntries: { api: '10.20.0.7' } }, ['10.20.0.0/16', 'dnsName']],
])('refused: %s', (_, code, props, says) => {
  const program = new Program();
  const front = program.segment('Front');
  expectError(() => program.container('Web', front, props), code, { path: 'app/Web', says });
  expect(program.stack.node.tryFindChild('Web')).toBeUndefined();
});

describe('host entries, at synth', () => {
  test('none leads into a segment outside the pool', () => {
    const program = new Program();
    program.segment('Far', { ipv4Block: Cidr.parse('10.99.0.0/24') });
    program.container('Web', program.segment('Front'), { hostEntries: { api: '10.99.0.7' } });
    expectError(() => program.synth(), 'HostEntryAddress', { path: 'app/Web', says: ["'api'", '10.99.0.7', "'app/Far'"] });
  });

  test('none leads to a member of a wire; others of its LAN are hosts outside', () => {
    const program = new Program();
    const lan = program.lan('Lan');
    program.container('Camera', lan, { ipv4Address: '192.168.1.200' });
    const web = program.container('Web', program.segment('Front'), { hostEntries: { nas: '192.168.1.7' } });
    expect(program.synth().container(web.dnsName).host).toEqual([{ host: 'nas', ip: '192.168.1.7' }]);
    program.container('Bad', lan, { hostEntries: { cam: '192.168.1.200' } });
    expectError(() => program.synth(), 'HostEntryAddress', { path: 'app/Bad', says: ["'app/Camera'"] });
  });

  test.each([['APP-API'], ['www']])('none hides a neighbour: %s', (name) => {
    const program = new Program();
    const [front, back] = [program.segment('Front'), program.segment('Back')];
    const api = program.container('Api', back, { aliases: ['WWW'] });
    const web = program.container('Web', front, { hostEntries: { [name]: '192.0.2.7' } });
    program.synth();
    web.connections.allowTo(api, Port.tcp(8080));
    expectError(() => program.synth(), 'HostEntryName', { path: 'app/Web', says: [`'${name}'`, "'app/Api'"] });
  });
});

describe('allowDnsTo', () => {
  function web(props: Partial<HardenedContainerProps> = {}) {
    const program = new Program();
    return { program, web: program.container('Web', program.segment('Front'), props) };
  }
  const egress = (program: Program) =>
    program.topology().egress.map(({ port, destination }) => `${port.protocol}/${port.first} ${destination}`);

  test('opens both protocols, and makes it the resolver', () => {
    const { program, web: asking } = web();
    asking.connections.allowDnsTo(Peer.address(RESOLVER));
    expect(egress(program)).toEqual([`udp/53 ${RESOLVER}/32`, `tcp/53 ${RESOLVER}/32`]);
    expect(program.synth().container().dns).toEqual([RESOLVER]);
    expect(warnings(program)).toEqual([]);
  });

  test('over TLS opens that port alone, and Docker asks nobody', () => {
    const { program, web: asking } = web();
    asking.connections.allowDnsTo(Peer.address(RESOLVER), { tls: true, description: 'stub resolver' });
    expect(egress(program)).toEqual([`tcp/853 ${RESOLVER}/32`]);
    expect(program.topology().egress[0].origin).toBe('stub resolver');
    expect(program.synth().container().dns).toEqual(['127.0.0.1']);
  });

  test('of a group is for each of its members', () => {
    const program = new Program();
    const front = program.segment('Front');
    const members = ['A', 'B'].map((id) => program.container(id, front));
    new WorkloadGroup(program.stack, 'All', { members }).connections.allowDnsTo(Peer.address(RESOLVER));
    const { container } = program.synth();
    expect(members.map(({ dnsName }) => container(dnsName).dns)).toEqual([[RESOLVER], [RESOLVER]]);
  });

  test('takes an IPv6 resolver where there is dual stack', () => {
    const program = new Program({ dualStack: true });
    program.container('Web', program.segment('Front')).connections.allowDnsTo(Peer.address('2001:db8::53'));
    expect(program.synth().container().dns).toEqual(['2001:db8::53']);
  });

  test.each<[string, (program: Program) => any]>([
    ['a block', () => Peer.cidr('192.0.2.0/31')],
    ['an IPv6 block as long as an address of IPv4', () => Peer.cidr('2001:db8::/32')],
    ['everybody', () => Peer.anyIpv4()],
    ['a segment', (program) => program.segment('Names')],
    [
      'a group',
      (program) => new WorkloadGroup(program.stack, 'All', { members: [program.container('Unbound', program.segment('Names'))] }),
    ],
  ])('refused: %s', (_, peer) => {
    const { program, web: asking } = web();
    const to = peer(program);
    expectError(() => asking.connections.allowDnsTo(to), 'ResolverNotOneAddress', {
      path: 'app/Web',
      says: [to.peerText, "Peer.address('192.0.2.53')"],
    });
    expect(egress(program)).toEqual([]);
  });
});

describe('allowDnsTo a container', () => {
  const PORTS = ['udp/53', 'tcp/53'];
  const opened = (program: Program, to: string) =>
    program.topology().pairs.filter(({ destination }) => destination === to).map(({ port, family }) => `${port.protocol}/${port.first} ${family}`); // prettier-ignore

  test('opens both protocols over IPv4, and writes the address at which both meet', () => {
    const program = new Program({ dualStack: true });
    const names = program.segment('Names');
    const unbound = program.container('Unbound', names);
    const other = program.container('Other', names);
    const web = program.container('Web', program.segment('Front'));
    web.connections.allowDnsTo(unbound);
    unbound.connections.allowDnsTo(Peer.address(RESOLVER));
    const { container } = program.synth();
    const [address] = container('app-unbound').networks_advanced.map(({ ipv4_address }: any) => ipv4_address);
    expect(container('app-web').dns).toEqual([address]);
    expect(opened(program, address)).toEqual(PORTS.map((port) => `${port} ipv4`));
    expect(container('app-unbound').dns).toEqual([RESOLVER]);
    expect(container(other.dnsName).dns).toEqual(['127.0.0.1']);
  });

  test('a flow to its port alone makes it no resolver', () => {
    const program = new Program();
    const web = program.container('Web', program.segment('Front'));
    web.connections.allowTo(program.container('Unbound', program.segment('Names')), Port.udp(53));
    expect(program.synth().container('app-web').dns).toEqual(['127.0.0.1']);
  });

  test('it is asked before resolvers outside, and at home where they share more networks', () => {
    const program = new Program();
    const names = program.segment('Names');
    const unbound = program.container('Unbound', names);
    const web = program.container('Web', program.segment('Front'));
    unbound.connections.allowTo(web, Port.tcp(443));
    web.connections.allowDnsTo(Peer.address('8.8.8.8'));
    web.connections.allowDnsTo(unbound);
    const home = program.topology().networks.find(({ segment, kind }) => segment === names.node.path && kind === 'segment')!;
    const address = home.members.find(({ workload }) => workload === unbound.node.path)!.ipv4;
    expect(program.synth().container('app-web').dns).toEqual([address, '8.8.8.8']);
  });

  test('over TLS the program asks it by itself', () => {
    const program = new Program();
    const web = program.container('Web', program.segment('Front'));
    web.connections.allowDnsTo(program.container('Unbound', program.segment('Names')), { tls: true });
    expect(program.synth().container('app-web').dns).toEqual(['127.0.0.1']);
    expect(program.topology().pairs.map(({ port }) => `${port.protocol}/${port.first}`)).toEqual(['tcp/853']);
  });

  test('resolvers that are listed count, and a container is not among them by its address alone', () => {
    const program = new Program();
    const names = program.segment('Names');
    const web = program.container('Web', names, { dns: { servers: ['10.20.0.9'] } });
    program.container('Unbound', names, { ipv4Address: '10.20.0.9' });
    expectError(() => program.synth(), 'ResolverWithoutEgress', {
      path: 'app/Web',
      says: ['10.20.0.9', "allowDnsTo() with the container 'app/Unbound'"],
    });
    web.connections.allowDnsTo(program.container('Second', names, { ipv4Address: '10.20.0.10' }));
    expectError(() => program.synth(), 'ResolverWithoutEgress', { path: 'app/Web', says: ['10.20.0.9'] });
  });
});

describe('engines that send nothing on from internal networks', () => {
  const ask = (engine: EngineVersion, hasEgress: boolean) => {
    const program = new Program({ engine });
    const web = program.container('Web', program.segment('Front'));
    web.connections.allowDnsTo(program.container('Unbound', program.segment('Names')));
    if (hasEgress) web.connections.allowTo(Peer.address('203.0.113.7'), Port.tcp(443));
    return program;
  };

  test.each(['25.0.5', '26', '26.1.2'])('%s: refused, since nobody would be asked', (version) => {
    expectError(() => ask(EngineVersion.of(version), false).synth(), 'ResolverNotAsked', {
      path: 'app/Web',
      says: [version, "EngineVersion.of('26.1.5')"],
    });
  });

  test.each(['25.0.4', '26.1.5', '28'])('%s: not refused', (version) => {
    expect(ask(EngineVersion.of(version), false).synth().container('app-web').dns).toHaveLength(1);
  });

  test('a container that reaches the outside has a resolver that asks everywhere', () => {
    expect(ask(EngineVersion.of('26.1.2'), true).synth().container('app-web').dns).toHaveLength(1);
  });
});

describe('allowDnsTo the host', () => {
  test("the resolver is the gateway of the owner's segment", () => {
    const program = new Program({ dualStack: true });
    const web = program.container('Web', program.segment('Front'));
    web.connections.allowDnsTo(Peer.host());
    expect(program.synth().container().dns).toEqual(['10.20.0.1']);
    const ports = program
      .topology()
      .hostFlows.map(({ direction, gateway, port }) => `${direction} ${gateway} ${port.protocol}/${port.first}`);
    expect(ports).toEqual(['to-host 10.20.0.1 udp/53', 'to-host 10.20.0.1 tcp/53']);
  });
});

describe('resolvers and what egress lets through', () => {
  const UDP = Port.udp(53);
  const TCP = Port.tcp(53);

  test.each<[string, string[] | undefined, [string, Port][], string[], boolean]>([
    ['both protocols', undefined, [[`${RESOLVER}/32`, UDP], [`${RESOLVER}/32`, TCP]], [RESOLVER], false], // prettier-ignore
    ['UDP alone warns of long answers', undefined, [[`${RESOLVER}/32`, UDP]], [RESOLVER], true],
    ['UDP alone warns of a resolver that is named, too', [RESOLVER], [['192.0.2.0/24', UDP]], [RESOLVER], true],
    ['blocks of either protocol cover what is named', [RESOLVER], [['192.0.2.0/24', UDP], ['0.0.0.0/0', TCP]], [RESOLVER], false], // prettier-ignore
    ['TCP alone makes no resolver: UDP comes first', undefined, [[`${RESOLVER}/32`, TCP]], ['127.0.0.1'], false],
    ['ranges that hold the port', undefined, [[`${RESOLVER}/32`, Port.udpRange(50, 60)], [`${RESOLVER}/32`, TCP]], [RESOLVER], false], // prettier-ignore
  ])('%s', (_, dns, flows, expected, warns) => {
    const program = new Program();
    const web = program.container('Web', program.segment('Front'), { dns: { servers: dns } });
    flows.forEach(([block, port]) => web.connections.allowTo(Peer.cidr(block), port));
    expect(program.synth().container().dns).toEqual(expected);
    expect(warnings(program).some((text) => text.includes(`may query ${RESOLVER} only by UDP`))).toBe(warns);
  });

  test.each<[string, [string, Port][]]>([
    ['TCP alone', [[`${RESOLVER}/32`, TCP]]],
    ['another address', [['192.0.2.54/32', UDP]]],
  ])('a resolver that is named needs UDP to its own address: %s', (_, flows) => {
    const program = new Program();
    const web = program.container('Web', program.segment('Front'), { dns: { servers: [RESOLVER] } });
    flows.forEach(([block, port]) => web.connections.allowTo(Peer.cidr(block), port));
    expectError(() => program.synth(), 'ResolverWithoutEgress', {
      path: 'app/Web',
      says: [`allowDnsTo(Peer.address('${RESOLVER}'))`],
    });
  });

  test("a cloud's resolver at an address that 'any' leaves out must be named", () => {
    const build = (peer: IPeer) => {
      const program = new Program();
      const web = program.container('Web', program.segment('Front'), { dns: { servers: ['168.63.129.16'] } });
      web.connections.allowTo(peer, UDP);
      web.connections.allowTo(peer, TCP);
      return program;
    };
    expectError(() => build(Peer.anyIpv4()).synth(), 'ResolverWithoutEgress', { path: 'app/Web', says: ["Peer.address('168.63.129.16')"] });
    expect(build(Peer.address('168.63.129.16')).synth().container().dns).toEqual(['168.63.129.16']);
  });
});

/** Texts that the synth hangs on the container. */
function warnings(program: Program): string[] {
  return program.stack.node.findChild('Web').node.metadata.map(({ data }) => String(data));
}
