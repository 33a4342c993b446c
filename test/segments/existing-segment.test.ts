import { TerraformStack } from 'cdktf';
import { Cidr, Disposition, HardenedContainer, Peer, Port, Reachability, Requirement, type SegmentAttributes } from '../../src';
import { expectError } from '../support/errors';
import { JOIN, legacy, theirs } from '../support/existing';
import { HOST_ADDRESS, IMAGE, Program, synth } from '../support/programs';
import { Unguarded } from '../support/unguarded';

const HTTP = Port.tcp(8080);

test('the network is looked up, and neither it nor its containers become resources', () => {
  const program = new Program();
  const segment = legacy(program);
  theirs(program, segment);
  program.container('Web', segment);
  const { json, container, names } = program.synth();
  expect(names('docker_network')).toEqual([]);
  expect(names('docker_container')).toEqual(['app-web']);
  const [[key, found]] = Object.entries<any>(json.data.docker_network);
  expect(found).toMatchObject({ name: 'legacy_default', provider: 'docker' });
  expect(found.lifecycle.postcondition).toHaveLength(7);
  expect(container().networks_advanced).toEqual([{ name: `\${data.docker_network.${key}.id}` }]);
});

test('every condition says what is not so of the network', () => {
  const program = new Program();
  legacy(program, { isInternal: true, ipv4Gateway: '172.30.5.254' });
  const [found] = Object.values<any>(program.synth().json.data.docker_network);
  const conditions = found.lifecycle.postcondition as { condition: string; error_message: string }[];
  expect(conditions.map(({ error_message: text }) => text)).toEqual([
    'app/Legacy: the network is not a bridge network',
    'app/Legacy: the network has blocks other than 172.30.5.0/24',
    'app/Legacy: the gateway of the network is not 172.30.5.254',
    "app/Legacy: the network is not internal, but 'isInternal' is true",
    'app/Legacy: the network has options that can change what is open, and that Bulkhead does not model',
    'app/Legacy: the options of the network turn off inter-container communication (enable_icc) or address translation (enable_ip_masquerade)',
    'app/Legacy: the bridge of the network has a name starting with bh-, which is reserved for bridges of Bulkhead',
  ]);
  expect(conditions[3].condition).toBe('${self.internal}');
});

test('an address that the engine gives is read back, and one that was asked for is set', () => {
  const program = new Program();
  const segment = legacy(program);
  const free = program.container('Free', segment);
  program.container('Fixed', segment, { ipv4Address: '172.30.5.9' });
  program.container('Asker', segment, { environment: { PEER: `http://${free.ipv4Address}:80` } });
  const { container } = program.synth();
  expect(container('app-fixed').networks_advanced).toMatchObject([{ ipv4_address: '172.30.5.9' }]);
  expect(container('app-free').networks_advanced[0]).not.toHaveProperty('ipv4_address');
  expect(container('app-asker').env).toEqual([
    expect.stringMatching(
      /^PEER=http:\/\/\$\{one\(\[for each in docker_container\.Free_\w+\.network_data : each\.ip_address if each\.network_name == "legacy_default"\]\)\}:80$/,
    ),
  ]);
});

test('nothing of ours is allocated over its block', () => {
  const program = new Program({ addressPool: Cidr.parse('10.20.0.0/16') });
  legacy(program, { ipv4Block: Cidr.parse('10.20.0.0/24') });
  program.container('Web', program.segment('Front'));
  const { networks, egressExclusions } = program.topology();
  expect(networks.map(({ ipv4 }) => ipv4.block)).toEqual(['10.20.1.0/24']);
  expect(egressExclusions).toContain('10.20.0.0/24');
  program.segment('Clash', { ipv4Block: Cidr.parse('10.20.0.128/25') });
  expect(() => program.synth()).toThrow(/BlockOverlap/);
});

test('two of ours meet in the segment that is ours', () => {
  const program = new Program();
  const segment = legacy(program);
  const [front, old] = [program.container('Front', program.segment('New')), program.container('Old', segment)];
  front.connections.allowTo(old, HTTP);
  old.connections.allowTo(front, Port.tcp(9090));
  expect(program.pairs()).toEqual(['app/Front > app/Old tcp/8080', 'app/Old > app/Front tcp/9090']);
  const reachability = Reachability.of(program.daemon);
  expect(reachability.canReach(front, old, HTTP)).toBe(true);
  expect(reachability.canReach(front, old, Port.tcp(81))).toBe(false);
  expect(program.topology().existing[0].members.map(({ workload }) => workload)).toEqual(['app/Old']);
  program.synth();
});

test('for a container of others our end becomes a member, if that is said to be well', () => {
  const closed = new Program();
  const there = theirs(closed, legacy(closed));
  const web = closed.container('Web', closed.segment('Front'));
  expectError(() => web.connections.allowTo(there, HTTP), 'ExistingFlow', { path: 'app/Web', says: ['joinReason', 'legacy_default'] });
  expectError(() => there.connections.allowTo(web, HTTP), 'ExistingFlow', { says: ['joinReason'] });

  const program = new Program();
  const old = theirs(program, legacy(program, JOIN), 'Old', '172.30.5.7');
  const front = program.container('Front', program.segment('New'));
  const back = program.container('Back', program.segment('Deep'));
  front.connections.allowTo(old, HTTP);
  old.connections.allowTo(back, Port.tcp(5432));
  expect(program.topology().existing[0].members.map(({ workload }) => workload)).toEqual(['app/Back', 'app/Front']);
  expect(program.topology().pairs).toEqual([]);
  const { container } = program.synth();
  expect(
    container('app-front')
      .networks_advanced.map(({ name }: any) => /data\.docker_network/.test(name))
      .sort(),
  ).toEqual([false, true]);
});

describe('what the proof says', () => {
  function shop() {
    const program = new Program();
    const segment = legacy(program, JOIN);
    const known = theirs(program, segment, 'Known', '172.30.5.7');
    const unknown = theirs(program, segment, 'Unknown');
    const member = program.container('Member', segment);
    const [away, db] = [program.container('Away', program.segment('Front')), program.container('Db', program.segment('Data'))];
    member.connections.allowTo(known, HTTP);
    member.connections.allowTo(unknown, HTTP);
    away.connections.allowTo(db, Port.tcp(5432));
    return { program, segment, known, unknown, member, away, db, reachability: Reachability.of(program.daemon) };
  }

  test('a network of others is open inside', () => {
    const { reachability, known, member } = shop();
    expect(reachability.canReach(member, known, Port.tcp(22))).toBe(true);
    expect(reachability.canReach(known, member, Port.tcp(22))).toBe(true);
    expect(reachability.canReach(member, Peer.host(), Port.tcp(22))).toBe(true);
    expect(reachability.canReach(member, Peer.anyIpv4(), Port.tcp(22))).toBe(true);
  });

  test('of whom nobody knows whether he is there it is UNKNOWN', () => {
    const { reachability, unknown, member, segment } = shop();
    expect(reachability.disposition(unknown, member, HTTP)).toBe(Disposition.UNKNOWN);
    expect(reachability.disposition(member, unknown, HTTP)).toBe(Disposition.UNKNOWN);
    expect(reachability.matrix()).toContainEqual(
      expect.objectContaining({ source: 'app/Legacy/*', destination: 'app/Member', certain: false }),
    );
    expect(reachability.explain(unknown, member, HTTP).summary).toContain("which address 'app/Unknown' has in 'legacy_default'");
    expect(reachability.canReach(segment, member, HTTP)).toBe(true);
  });

  test('and of what others do besides, too', () => {
    const { reachability, known, unknown, away } = shop();
    expect(reachability.disposition(Peer.anyIpv4(), known, HTTP)).toBe(Disposition.UNKNOWN);
    expect(reachability.disposition(known, unknown, HTTP)).toBe(Disposition.UNKNOWN);
    expect(reachability.disposition(known, Peer.host(), HTTP)).toBe(Disposition.UNKNOWN);
    expect(reachability.disposition(away, known, HTTP)).not.toBe(Disposition.UNKNOWN);
    expect(reachability.disposition(known, away, HTTP)).not.toBe(Disposition.UNKNOWN);
  });

  test('claims: what the guard stands before is proved, and nothing else', () => {
    const { program, known, member, away, db, segment } = shop();
    program.daemon.require(
      Requirement.unreachable(segment, db),
      Requirement.unreachable(away, segment),
      Requirement.onlyReachableFrom(db, [away]),
      Requirement.reachable(member, known, HTTP),
    );
    program.synth();
  });

  test.each<[string, (parts: ReturnType<typeof shop>) => Requirement]>([
    ['the outside does not reach them', ({ known }) => Requirement.unreachable(Peer.anyIpv4(), known)],
    ['nobody else reaches them', ({ known, member }) => Requirement.onlyReachableFrom(known, [member])],
    ['they do not reach a member', ({ segment, member }) => Requirement.unreachable(segment, member, HTTP)],
    ['they do not reach the host', ({ known }) => Requirement.unreachable(known, Peer.host())],
    ['a member does not get out', ({ member }) => Requirement.unreachable(member, Peer.anyIpv4())],
    ['somebody is there', ({ unknown, member }) => Requirement.reachable(member, unknown, HTTP)],
  ])('no such claim is proved: %s', (_, claim) => {
    const parts = shop();
    parts.program.daemon.require(claim(parts));
    expect(() => parts.program.synth()).toThrow(/RequirementBroken/);
  });

  test('what is open there and nobody declared is told, and no error', () => {
    const { program, reachability } = shop();
    expect(reachability.undeclaredFlows().map(({ source, destination }) => `${source} > ${destination}`)).toContain(
      'app/Legacy/* > app/Member',
    );
    expect(reachability.undeclaredFlows().some(({ source, destination }) => [source, destination].includes('app/Db'))).toBe(false);
    program.synth();
  });
});

test('without the guard the report has a heading of its own for it', () => {
  const program = new Unguarded();
  program.container('Member', legacy(program));
  expect(program.weak('ExistingOpen')).toEqual(
    expect.arrayContaining(['app/Member > host everything', 'app/Legacy/* > app/Member everything']),
  );
});

describe('the way out', () => {
  const outward = (networkName: string) => {
    const program = new Program();
    const old = theirs(program, legacy(program, { ...JOIN, networkName }));
    const web = program.container('Web', program.segment('Front', { networkName: 'front' }));
    web.connections.allowTo(old, HTTP);
    web.publish(Port.tcp(443), { targetPort: HTTP, hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] });
    return program;
  };

  test('the default route leads over the first network by name, which must be the gateway network', () => {
    const program = outward('zoo');
    expect(program.topology().existing[0].gatewayOf).toEqual([]);
    program.synth();
    expect(() => outward('a_default').synth()).toThrow(/'a_default', which Bulkhead does not manage, instead of 'front-gw'.*SecondWayOut/s);
  });

  test('as the engine compares: capitals come first', () => {
    expect(() => outward('Zoo').synth()).toThrow(/SecondWayOut/);
  });

  test('a network without a way out never leads', () => {
    const program = new Program();
    const old = theirs(program, legacy(program, { ...JOIN, networkName: 'a', isInternal: true }));
    const web = program.container('Web', program.segment('Front'));
    web.connections.allowTo(old, HTTP);
    web.connections.allowTo(Peer.anyIpv4(), Port.tcp(443));
    program.synth();
    expect(Reachability.of(program.daemon).canReach(web, Peer.anyIpv4(), Port.tcp(443))).toBe(true);
  });

  test('of several networks of others the first by name leads', () => {
    const program = new Program();
    const first = legacy(program, { ...JOIN, networkName: 'b' }, 'One');
    const second = legacy(program, { ...JOIN, networkName: 'a', ipv4Block: Cidr.parse('172.30.6.0/24') }, 'Two');
    program.container('Web', first).connections.allowTo(theirs(program, second), HTTP);
    expect(program.topology().existing.map(({ networkName, gatewayOf }) => [networkName, gatewayOf])).toEqual([
      ['b', []],
      ['a', ['app/Web']],
    ]);
  });

  test('a LAN counts like a gateway network', () => {
    const program = new Program();
    const old = theirs(program, legacy(program, { ...JOIN, networkName: 'a' }));
    program.container('Camera', program.lan('Lan')).connections.allowTo(old, HTTP);
    expect(() => program.synth()).toThrow(/SecondWayOut/);
  });
});

test.each<[Partial<SegmentAttributes>, string, string]>([
  [{ daemon: {} as never }, 'NotADaemon', 'must be a daemon'],
  [{ networkName: 'bridge' }, 'ExistingNetwork', 'built-in network of Docker'],
  [{ networkName: 'docker_gwbridge' }, 'ExistingNetwork', 'built-in network of Docker'],
  [{ networkName: 'a b' }, 'NetworkName', 'a b'],
  [{ networkName: '${x}' }, 'TemplateMark', 'networkName'],
  [{ networkName: 'app-front' }, 'DuplicateName', 'app/Front'],
  [{ networkName: 'app-front-gw' }, 'DuplicateName', 'app/Front'],
  [{ networkName: 'other_default' }, 'DuplicateName', 'app/Other'],
  [{ ipv4Block: '172.30.5.0/24' as never }, 'PropertyShape', 'Cidr.parse'],
  [{ ipv4Block: Cidr.parse('fd00::/64') }, 'WrongFamily', 'IPv4 block'],
  [{ ipv4Block: Cidr.parse('172.30.5.0/30') }, 'BlockTooSmall', '/29'],
  [{ ipv4Block: Cidr.parse('172.30.7.128/25') }, 'BlockOverlap', 'app/Other'],
  [{ ipv4Gateway: '172.30.5.255' }, 'ExistingGateway', '172.30.5.255'],
  [{ ipv4Gateway: '10.0.0.1' }, 'ExistingGateway', '10.0.0.1'],
  [{ reason: 'so' }, 'ReasonTooShort', 'reason'],
  [{ joinReason: 'so' }, 'ReasonTooShort', 'joinReason'],
])('%# %j is refused', (attributes, code, words) => {
  const program = new Program();
  program.segment('Front');
  legacy(program, { ipv4Block: Cidr.parse('172.30.7.0/24') }, 'Other');
  expectError(() => legacy(program, attributes), code as never, { path: 'app/Legacy', says: [words] });
  expect(program.stack.node.tryFindChild('Legacy')).toBeUndefined();
});

test('whether it is internal must be said', () => {
  expectError(() => legacy(new Program(), { isInternal: undefined as never }), 'PropertyMissing', {
    path: 'app/Legacy',
    says: ['isInternal'],
  });
});

test('in another stack the network is named, not referenced', () => {
  const program = new Program();
  const segment = legacy(program);
  const other = new TerraformStack(program.app, 'other');
  new HardenedContainer(other, 'Web', { segment, image: IMAGE });
  expect(synth(other).container().networks_advanced).toEqual([{ name: 'legacy_default' }]);
});
