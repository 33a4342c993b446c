import {
  ContainerNetwork,
  Disposition,
  EngineVersion,
  HardenedContainer,
  Peer,
  Port,
  Reachability,
  Requirement,
  ThreeTierNetwork,
  WorkloadGroup,
} from '../../src';
import { expectError } from '../support/errors';
import { IMAGE, newDaemon, Program } from '../support/programs';

const HTTP = Port.tcp(8080);
const SQL = Port.tcp(5432);

/** The three tiers, with a publication for half of the LAN. */
function shop(version = '28.5.2') {
  const program = new Program({ engine: EngineVersion.of(version) });
  const tiers = new ThreeTierNetwork(program.stack, 'Shop', { daemon: program.daemon });
  const web = program.container('Web', tiers.dmz);
  const api = program.container('Api', tiers.app);
  const db = program.container('Db', tiers.data);
  web.publish(Port.tcp(443), { targetPort: Port.tcp(8443), hostAddress: '192.0.2.10', sources: [Peer.cidr('192.0.2.0/25')] });
  web.connections.allowTo(api, HTTP);
  api.connections.allowTo(db, SQL);
  return { program, tiers, web, api, db, reachability: () => Reachability.of(program.daemon) };
}

/** What the synth says; nothing when it goes through. */
function synthError(program: Program): string {
  try {
    program.synth();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

describe.each(['20.10', '23.0', '27.5', '28.0.0', '28.1', '28.5.2', '29.0'])('engine %s', (version) => {
  const { web, api, db, reachability } = shop(version);
  const now = reachability();

  test.each([
    ['web > api 8080', web, api, HTTP, true],
    ['api > db 5432', api, db, SQL, true],
    ['web > api, another port', web, api, Port.tcp(8081), false],
    ['web > api, the port of another protocol', web, api, Port.udp(8080), false],
    ['api > web, backwards', api, web, HTTP, false],
    ['web > db, past a tier', web, db, SQL, false],
    ['db > internet by UDP', db, Peer.anyIpv4(), Port.udp(53), false],
    ['web > host', web, Peer.host(), Port.tcp(22), false],
    ['host > db', Peer.host(), db, SQL, false],
    ['host > its publication', Peer.host(), web, Port.tcp(8443), true],
    ['allowed LAN > publication', Peer.address('192.0.2.20'), web, Port.tcp(8443), true],
    ['other LAN > publication', Peer.address('192.0.2.200'), web, Port.tcp(8443), false],
    ['LAN > the number of the published port at the container', Peer.anyIpv4(), web, Port.tcp(443), false],
    ['some of a range', web, api, Port.tcpRange(8000, 9000), true],
    ['ping', web, api, Port.icmpPing(), false],
  ])('%s', (_what, source, destination, port, expected) => {
    expect(now.canReach(source, destination, port)).toBe(expected);
    expect(now.disposition(source, destination, port) === Disposition.DELIVERED).toBe(expected);
    const { disposition, summary, steps } = now.explain(source, destination, port);
    expect([
      disposition === Disposition.DELIVERED,
      summary.includes(expected ? ' reaches ' : ' does not reach '),
      steps.length > 0,
    ]).toEqual([expected, true, true]);
  });

  test('the whole matrix, least privilege, and no dead rule of ours', () => {
    expect(now.matrix().map(({ source, destination, ports }) => `${source} > ${destination} ${ports}`)).toEqual([
      '192.0.2.0/25 > app/Web tcp/8443',
      'app/Api > app/Db tcp/5432',
      'app/Web > app/Api tcp/8080',
      'host > app/Web tcp/8443',
    ]);
    expect([now.undeclaredFlows(), now.blockedFlows(), now.shadowedRules()]).toEqual([[], [], []]);
  });
});

describe('answers', () => {
  const { program, tiers, web, api, db, reachability } = shop();

  test('explain names the flow, the way of the packet and what would change it', () => {
    const open = reachability().explain(web, api, HTTP);
    expect(open.decidedBy).toBe('app/Web > app/Api tcp/8080');
    expect(open.steps).toContainEqual(
      expect.stringMatching(/^forward, filter BULKHEAD-PASS rule \d+: accept \(app\/Web > app\/Api tcp\/8080\)/),
    );
    expect(reachability().explain(web, db, SQL).remedy).toBe(
      "You cannot open it: 'Shop' forbids DMZ to DATA; let a workload in APP have both flows: DMZ to APP, and APP to DATA.",
    );
    expect(reachability().explain(db, Peer.host(), Port.tcp(22)).remedy).toBe(
      'Declare it: db.connections.allowTo(Peer.host(), Port.tcp(22)), where db is app/Db.',
    );
    expect(reachability().explain(Peer.anyIpv4(), db, SQL)).toMatchObject({
      decidedBy: 'undeclared to our bridges',
      remedy: expect.stringMatching(/^Publish it/),
    });
  });

  test('an explanation prints itself: the answer, each hop with its rule and verdict, and the way out', () => {
    const open = reachability().explain(web, api, HTTP);
    expect([`${open}`, String(open)]).toEqual([open.text, open.text]);
    const lines = open.text.split('\n');
    expect(lines[0]).toBe(`DELIVERED: ${open.summary}`);
    expect(lines.at(-1)).toBe(`Remedy: ${open.remedy}`);
    // The guard and the pass both name it.
    expect(lines.filter((line) => line.startsWith('> '))).toEqual([
      expect.stringMatching(/^> forward {5}mangle BULKHEAD-FORWARD rule \d+: return \(app\/Web > app\/Api tcp\/8080\)$/),
      expect.stringMatching(/^> forward {5}filter BULKHEAD-PASS rule \d+: accept \(app\/Web > app\/Api tcp\/8080\)$/),
    ]);
    expect(lines.filter((line) => /^(The packet|The reply), tcp /.test(line))).toHaveLength(2);
    // Every step is there once.
    expect(lines.filter((line) => /^[ >] [a-z]/.test(line))).toHaveLength(open.steps.length);

    const shut = reachability().explain(web, db, SQL).text.split('\n');
    expect(shut[0]).toMatch(/^DROPPED: app\/Web does not reach app\/Db on tcp\/5432: /);
    expect(shut.at(-3)).toMatch(/^> .*: drop \(/);
    const published = reachability().explain(Peer.cidr('192.0.2.0/25'), web, Port.tcp(8443)).text;
    expect(published).toMatch(/nat DOCKER rule \d+: dnat .*\n {14}now tcp 192\.0\.2\.0:\d+ > 10\.20\.\d+\.\d+:8443\n/);
    expect(published).toContain('The packet, tcp 192.0.2.0:40000 > 192.0.2.10:443\n');
  });

  test('where nobody walks, the text is the answer and the way out', () => {
    const alone = new HardenedContainer(program.stack, 'Alone', {
      daemon: program.daemon,
      image: IMAGE,
      network: ContainerNetwork.none({ reason: 'computes, and talks to nobody' }),
    });
    expect(reachability().explain(web, alone, HTTP).text).toBe(
      'UNREACHABLE: app/Alone is on no network: computes, and talks to nobody.\n\nRemedy: Place app/Alone in a segment.',
    );
    program.stack.node.tryRemoveChild('Alone');
  });

  test('exposures: what, where, to whom', () => {
    expect(reachability().exposures()).toEqual([
      {
        workload: 'app/Web',
        hostAddress: '192.0.2.10',
        hostPorts: 'tcp/443',
        targetPorts: 'tcp/8443',
        sources: ['192.0.2.0/25'],
        anywhere: false,
      },
    ]);
  });

  test('names resolve where a network is shared', () => {
    const now = reachability();
    expect([now.resolves(web, api), now.resolves(api, web), now.resolves(web, db), now.resolves(web, web)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test('segments and groups stand for their members', () => {
    const group = new WorkloadGroup(program.stack, 'Back', { members: [api, db] });
    const now = reachability();
    expect([now.canReach(tiers.dmz, tiers.app, HTTP), now.canReach(tiers.dmz, tiers.data, SQL), now.canReach(group, group, SQL)]).toEqual([
      true,
      false,
      true,
    ]);
  });

  test('an answer is one of the moment it was asked for; changes are told with their ports', () => {
    const before = reachability();
    web.publish(Port.tcp(444), { targetPort: Port.tcp(8444), hostAddress: '192.0.2.10', sources: [Peer.cidr('192.0.2.0/24')] });
    api.connections.allowTo(Peer.anyIpv4(), Port.tcp(443));
    expect(before.canReach(api, Peer.address('203.0.113.7'), Port.tcp(443))).toBe(false);
    const now = reachability();
    expect(now.canReach(api, Peer.address('203.0.113.7'), Port.tcp(443))).toBe(true);
    expect(now.changesSince(before)).toEqual([
      { source: '192.0.2.0/24', destination: 'app/Web', opened: 'tcp/8444', closed: '' },
      {
        source: 'app/Api',
        destination: '0.0.0.0/0 except 10.20.0.0/16 100.100.100.200/32 168.63.129.16/32 169.254.0.0/16 192.0.0.192/32',
        opened: 'tcp/443',
        closed: '',
      },
      { source: 'host', destination: 'app/Web', opened: 'tcp/8444', closed: '' },
    ]);
    expect(before.changesSince(now).map(({ opened, closed }) => [opened, closed])).toEqual([
      ['', 'tcp/8444'],
      ['', 'tcp/443'],
      ['', 'tcp/8444'],
    ]);
    expect(now.changesSince(now)).toEqual([]);
  });

  test('what is no question', () => {
    const other = new Program({}, undefined);
    const far = other.container('Far', other.segment('FarSegment'));
    expectError(() => Reachability.of(web as never), 'NotADaemon');
    expectError(() => reachability().canReach('web' as never, api, HTTP), 'NotAPeer');
    expectError(() => reachability().canReach(far, api, HTTP), 'FlowAcrossDaemons');
  });
});

describe('requirements', () => {
  const claims: [what: string, claim: (given: ReturnType<typeof shop>) => Requirement, broken: string][] = [
    ['reachable', ({ web, api }) => Requirement.reachable(web, api, HTTP), ''],
    [
      'reachable on a part of the range only',
      ({ web, api }) => Requirement.reachable(web, api, Port.tcpRange(8080, 8081)),
      'app/Web does not reach app/Api on tcp/8081',
    ],
    [
      'reachable from a part of the block only',
      ({ web }) => Requirement.reachable(Peer.cidr('192.0.2.0/24'), web, Port.tcp(8443)),
      'does not reach app/Web on tcp/8443',
    ],
    ['reachable from the whole block', ({ web }) => Requirement.reachable(Peer.cidr('192.0.2.0/25'), web, Port.tcp(8443)), ''],
    ['unreachable', ({ web, db }) => Requirement.unreachable(web, db), ''],
    ['unreachable, on another port', ({ web, api }) => Requirement.unreachable(web, api, Port.tcp(22)), ''],
    ['unreachable, but it is', ({ web, api }) => Requirement.unreachable(web, api), 'app/Web reaches app/Api on tcp/8080'],
    [
      'unreachable from the internet',
      ({ web }) => Requirement.unreachable(Peer.anyIpv4(), web),
      'reaches app/Web on tcp/8443, published at 192.0.2.10 on tcp/443',
    ],
    ['only from', ({ api, web }) => Requirement.onlyReachableFrom(api, [web]), ''],
    ['only from nobody', ({ api }) => Requirement.onlyReachableFrom(api, []), 'app/Web reaches app/Api'],
    ['only from a block and the host', ({ web }) => Requirement.onlyReachableFrom(web, [Peer.cidr('192.0.2.0/25'), Peer.host()]), ''],
    [
      'only from a block that is too small',
      ({ web }) => Requirement.onlyReachableFrom(web, [Peer.cidr('192.0.2.0/26'), Peer.host()]),
      'reaches app/Web on tcp/8443',
    ],
  ];

  test.each(claims)('%s', (_what, claim, broken) => {
    const given = shop();
    const requirement = claim(given);
    given.program.daemon.require(requirement);
    const message = synthError(given.program);
    if (broken === '') {
      expect(message).toBe('');
    } else {
      expect(message).toContain(`[app/Edge] ${requirement.text}, but`);
      expect(message).toContain(broken);
      expect(message).toContain('(RequirementBroken)');
    }
  });

  test('count what is declared after them', () => {
    const { program, api, db } = shop();
    program.daemon.require(Requirement.onlyReachableFrom(db, [api]));
    const more = program.container('More', program.segment('Aside'));
    expect(synthError(program)).toBe('');
    more.connections.allowTo(db, SQL);
    expect(synthError(program)).toContain('app/More reaches app/Db on tcp/5432');
  });

  test('the tiers claim their own', () => {
    const { program } = shop();
    expect(program.daemon._declarations.store.allClaims().map(({ path, requirement }) => `${path}: ${requirement.text}`)).toEqual([
      'app/Shop: app/Shop/Dmz must not reach app/Shop/Data on any port',
      'app/Shop: app/Shop/App must not reach app/Shop/Dmz on any port',
      'app/Shop: app/Shop/Data must not reach app/Shop/Dmz on any port',
      'app/Shop: app/Shop/Data must not reach app/Shop/App on any port',
      'app/Shop: 0.0.0.0/0 must not reach app/Shop/App on any port',
      'app/Shop: 0.0.0.0/0 must not reach app/Shop/Data on any port',
    ]);
  });

  test('a pattern that was taken out of the tree claims nothing', () => {
    const program = new Program();
    new ThreeTierNetwork(program.stack, 'Shop', { daemon: program.daemon });
    program.stack.node.tryRemoveChild('Shop');
    expect(program.daemon._declarations.store.allClaims()).toEqual([]);
  });

  test('without the proof nobody looks, and that is told', () => {
    const program = new Program({ withoutProofReason: 'measuring how long the rest takes' });
    const web = program.container('Web', program.segment('Front'));
    program.daemon.require(Requirement.reachable(Peer.anyIpv4(), web, HTTP));
    expect(synthError(program)).toBe('');
    expect(program.daemon.node.metadata).toContainEqual(expect.objectContaining({ data: expect.stringContaining('measuring how long') }));
    expectError(() => newDaemon(program.stack, { withoutProofReason: 'no' }, 'Second'), 'ReasonTooShort');
  });

  test('what is no requirement', () => {
    const { program, web } = shop();
    const far: HardenedContainer = shop().web;
    expectError(() => program.daemon.require('web' as never), 'NotARequirement');
    expectError(() => Requirement.unreachable(web, 'db' as never), 'NotAPeer');
    expectError(() => program.daemon.require(Requirement.unreachable(web, far)), 'FlowAcrossDaemons');
  });
});
