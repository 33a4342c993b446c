import { Aspects, Fn } from 'cdktf';
import {
  ConnectionRate,
  Disposition,
  EngineFirewall,
  EngineVersion,
  HardenedContainer,
  type UnguardedDaemonProps,
  Peer,
  Port,
  Reachability,
  Requirement,
  SecureDefaults,
} from '../../src';
import type { ErrorCode } from '../../src/private/errors';
import { matchers } from '../../src/reachability/private/matchers';
import { EVERY_PORT } from '../../src/reachability/private/matrix/port-set';
import { Proof } from '../../src/reachability/private/proof';
import { breachesOf } from '../../src/reachability/private/weaknesses';
import { expectError } from '../support/errors';
import { HOST_ADDRESS, newDaemon, newStack, synth } from '../support/programs';
import { short } from '../support/raw-stack';
import { Unguarded, shop } from '../support/unguarded';

const BRIDGE = 'com.docker.network.bridge';
const PORT = Port.tcp(8080);
const EVERYBODY = [Peer.anyIpv4()];

/** Every generation, by how its engine makes rules. */
const ENGINES: [string, Partial<UnguardedDaemonProps>][] = [
  ...['20.10', '26.1', '27.5', '28.0.0', '28.1', '28.5.2', '29.0'].map((version): [string, Partial<UnguardedDaemonProps>] => [
    version,
    { engine: EngineVersion.of(version) },
  ]),
  ['29.0 with nftables', { engine: EngineVersion.V29, engineFirewall: EngineFirewall.NFTABLES }],
];

describe('what Terraform gets', () => {
  test('segments and gateway networks are open inside', () => {
    const { json } = synth(shop().program.stack);
    const networks = Object.values<any>(json.resource.docker_network);
    const icc = Object.fromEntries(networks.map(({ name, options }) => [name, options[`${BRIDGE}.enable_icc`]]));
    expect(icc).toEqual({ 'app-shop-dmz': 'true', 'app-shop-dmz-gw': 'true', 'app-shop-app': 'true', 'app-shop-data': 'true' });
    expect(networks.filter(({ internal }) => internal)).toHaveLength(3);
  });

  test('no container mounts a stamp, and all else is as hard as ever', () => {
    const container = synth(shop().program.stack).container('app-web');
    expect(container).toMatchObject({
      mounts: [],
      capabilities: { drop: ['ALL'] },
      read_only: true,
      sysctls: { 'net.ipv4.ip_forward': '0' },
    });
  });

  test('provider, pool and addresses are those of every daemon', () => {
    const program = new Unguarded({ providerVersion: '~> 4.5' });
    const segment = program.segment('Front');
    program.container('Web', segment);
    const { json, network } = synth(program.stack);
    expect(json.terraform.required_providers.docker.version).toBe('~> 4.5');
    expect(network('app-front').ipam_config[0].subnet).toMatch(/^10\.20\./);
    expect(network('app-front').options[`${BRIDGE}.host_binding_ipv4`]).toBe('127.0.0.1');
  });

  test('the id follows from the path, as that of a hardened daemon', () => {
    expect(new Unguarded().daemon.daemonId).toBe(newDaemon(newStack()).daemonId);
  });
});

describe.each(ENGINES)('engine %s', (_name, props) => {
  test('what was declared is open, and who shares no segment does not talk', () => {
    const { program, daemon, web, api, db } = shop(props);
    expect(() => synth(program.stack)).not.toThrow();
    const reachability = Reachability.of(daemon);
    expect(reachability.blockedFlows()).toEqual([]);
    expect(reachability.canReach(web, api, PORT)).toBe(true);
    expect(reachability.canReach(api, db, Port.tcp(5432))).toBe(true);
    expect(reachability.canReach(Peer.anyIpv4(), web, Port.tcp(8443))).toBe(true);
    expect(reachability.disposition(web, db, Port.tcp(5432))).not.toBe(Disposition.DELIVERED);
    expect(breachesOf(Proof.of(daemon._declarations.store.derived(), daemon._declarations.store.engine))).toEqual([]);
  });

  test('a segment is open on every port, both ways, and to those who were only placed there', () => {
    const program = new Unguarded(props);
    const [front, back] = [program.segment('Front'), program.segment('Back')];
    const [web, api] = [program.container('Web', front), program.container('Api', back)];
    program.container('Idle', back);
    program.container('Far', program.segment('Elsewhere'));
    web.connections.allowTo(api, PORT);
    expect(program.weak('SegmentOpen')).toEqual([
      'app/Api > app/Idle everything',
      'app/Api > app/Web everything',
      'app/Idle > app/Api everything',
      'app/Idle > app/Web everything',
      'app/Web > app/Api everything except tcp/8080',
      'app/Web > app/Idle everything',
    ]);
  });

  test('the host, and everything outside of who has a gateway network, stand open', () => {
    const program = new Unguarded(props);
    const front = program.segment('Front');
    program.container('Web', front).publish(Port.tcp(443), { hostAddress: HOST_ADDRESS, sources: EVERYBODY });
    program.container('Idle', program.segment('Back'));
    expect(program.weak('HostOpen')).toEqual(['app/Idle > host everything', 'app/Web > host everything']);
    expect(program.weak('OpenToHost')).toEqual(['host > app/Idle everything', 'host > app/Web everything']);
    expect(program.weak('EgressOpen')).toEqual(['app/Web > 0.0.0.0/0 everything']);
  });

  test('neighbours on a gateway network reach each other there as in their segment, since names lead there, and nobody else does', () => {
    const program = new Unguarded(props);
    const [one, other] = ['One', 'Other'].map((id) => program.container(id, program.segment(`Of${id}`)));
    const front = program.segment('Front');
    const [left, right] = ['Left', 'Right'].map((id) => program.container(id, front));
    [one, other, left, right].forEach((each, i) => each.publish(Port.tcp(8443 + i), { hostAddress: HOST_ADDRESS, sources: EVERYBODY }));
    expect(() => synth(program.stack)).not.toThrow();
    const reachability = Reachability.of(program.daemon);
    expect(reachability.canReach(one, other, Port.tcp(9090))).toBe(false);
    const gateways = program.daemon._declarations.store.derived().topology.networks.filter(({ kind }) => kind === 'gateway');
    const addresses = gateways.flatMap(({ members }) => members.map(({ ipv4 }) => ipv4));
    const cells = reachability._proof.matrix.cells.filter(({ source, address }) => {
      return source.party.kind === 'container' && addresses.includes(address) && addresses.includes(source.address!);
    });
    const front4 = gateways.find(({ segment }) => segment === 'app/Front')!.members.map(({ ipv4 }) => ipv4);
    const [first, second] = front4;
    expect([...new Set(cells.map(({ source, address }) => `${source.address} ${address}`))].sort()).toEqual([`${first} ${second}`, `${second} ${first}`]); // prettier-ignore
  });
});

describe('engines before 28 let neighbours of the host past a publication', () => {
  const opened = (props: Partial<UnguardedDaemonProps>) => shop(props).program.weak('OpenToOutside');
  const engine = EngineVersion.V26;

  test.each([
    ['26.1, FORWARD at ACCEPT', { engine }, ['0.0.0.0/0 > app/Web everything']],
    ['26.1, FORWARD at DROP', { engine, forwardPolicyDrop: true }, ['0.0.0.0/0 > app/Web tcp/8443']],
    ['28.2', { engine: EngineVersion.V28 }, []],
    ['29.0 with nftables', { engine: EngineVersion.V29, engineFirewall: EngineFirewall.NFTABLES }, []],
  ])('%s', (_name, props, expected) => expect(opened(props)).toEqual(expected));

  test('a tier that is closed to the outside fails there with egress, unless FORWARD is told to be at DROP', () => {
    const withEgress = (props: Partial<UnguardedDaemonProps>) => {
      const { program, api } = shop(props);
      api.connections.allowTo(Peer.cidr('203.0.113.0/24'), Port.tcp(443));
      return () => synth(program.stack);
    };
    expect(withEgress({ engine })).toThrow(/0\.0\.0\.0\/0 must not reach app\/Shop\/App.*\(RequirementBroken\)/);
    expect(withEgress({ engine, forwardPolicyDrop: true })).not.toThrow();
    expect(withEgress({})).not.toThrow();
  });
});

describe('what nobody would enforce is refused', () => {
  test('a rate on a flow', () => {
    const { web, api, daemon } = shop();
    const before = daemon._declarations.store.derived();
    expectError(() => web.connections.allowTo(api, PORT, { rate: ConnectionRate.perSecond(5) }), 'NeedsGuard', {
      path: 'app/Web',
      says: ['a rate on tcp/8080', "daemon 'app/Edge'", 'HardenedDaemon'],
    });
    expect(daemon._declarations.store.derived()).toBe(before);
  });

  test('a rate on a publication', () => {
    const { web } = shop();
    const publish = () => web.publish(Port.tcp(80), { hostAddress: HOST_ADDRESS, sources: EVERYBODY, rate: ConnectionRate.perSecond(5) });
    expectError(publish, 'NeedsGuard', { path: 'app/Web', says: ['a rate on tcp/80', 'publish without it'] });
  });

  test('a publication for some', () => {
    const { web } = shop();
    const publish = (...sources: string[]) =>
      web.publish(Port.tcp(80), { hostAddress: HOST_ADDRESS, sources: sources.map((block) => Peer.cidr(block)) });
    expectError(() => publish('198.51.100.0/24', '203.0.113.0/24'), 'NeedsGuard', {
      path: 'app/Web',
      says: ['198.51.100.0/24, 203.0.113.0/24', 'Peer.anyIpv4()'],
    });
    expect(() => publish('198.51.100.0/24', '0.0.0.0/0')).not.toThrow();
  });

  test.each(['28.0.0', '28.5.2', '29.0'])('but one on loopback, which engine %s itself keeps for the host', (version) => {
    const { program, daemon, web } = shop({ engine: EngineVersion.of(version) });
    web.publish(Port.tcp(9090));
    expect(() => synth(program.stack)).not.toThrow();
    expect(Reachability.of(daemon).exposures()).toEqual([expect.objectContaining({ hostPorts: 'tcp/443' })]);
  });

  test.each(['20.10', '27.5'])('one on loopback on engine %s, which opens it to neighbours', (version) => {
    const { web } = shop({ engine: EngineVersion.of(version) });
    expectError(() => web.publish(Port.tcp(9090)), 'NeedsGuard', { path: 'app/Web', says: ['tcp/9090 on loopback', 'Peer.host()'] });
  });
});

describe('requirements are proved strictly', () => {
  test('a port that stands open breaks one', () => {
    const { program, daemon, web, api } = shop();
    daemon.require(Requirement.unreachable(web, api, Port.tcp(22)));
    expect(() => synth(program.stack)).toThrow(/app\/Web must not reach app\/Api on tcp\/22, but .*\(RequirementBroken\)/);
  });

  test('so does the host, where only containers were named', () => {
    const { program, daemon, db, api } = shop();
    daemon.require(Requirement.onlyReachableFrom(db, [api], Port.tcp(5432)));
    expect(() => synth(program.stack)).toThrow(/host reaches app\/Db.*\(RequirementBroken\)/);
  });

  test('what holds, holds', () => {
    const { program, daemon, tiers, web, db, api } = shop();
    daemon.require(Requirement.unreachable(web, db), Requirement.unreachable(tiers.dmz, tiers.data), Requirement.reachable(web, api, PORT));
    expect(() => synth(program.stack)).not.toThrow();
  });

  test('a neighbour of the host sends from any address, so nothing is promised against datagrams of the outside', () => {
    const { program, daemon, db } = shop();
    daemon.require(Requirement.unreachable(Peer.anyIpv4(), db, Port.tcp(5432)));
    expect(() => synth(program.stack)).not.toThrow();
    daemon.require(Requirement.unreachable(Peer.anyIpv4(), db));
    expect(() => synth(program.stack)).toThrow(
      /may reach app\/Db on udp\/0-65535.* with a forged source.*HardenedDaemon.*\(RequirementBroken\)/,
    );
  });

  test('who joins two tiers from elsewhere makes no way between them', () => {
    const { program, daemon, tiers, web, db } = shop();
    const far = program.container('FarOne', program.segment('Far'));
    far.connections.allowTo(tiers.dmz, PORT);
    far.connections.allowTo(db);
    daemon.require(Requirement.unreachable(db, web));
    expect(() => synth(program.stack)).not.toThrow();
  });

  test('but where DMZ and DATA meet at a third, the claim of the tiers is broken', () => {
    const { program, web, db } = shop();
    const log = program.container('LogOne', program.segment('Log'), { defaultPort: Port.tcp(514) });
    [web, db].forEach((each) => each.connections.allowTo(log));
    expect(() => synth(program.stack)).toThrow(/app\/Shop\/Dmz must not reach app\/Shop\/Data on any port, but .*\(RequirementBroken\)/);
  });
});

describe('errors remain', () => {
  test('something is open between workloads that share no segment', () => {
    const { daemon } = shop();
    const proof = Proof.of(daemon._declarations.store.derived(), daemon._declarations.store.engine);
    const [one] = proof.matrix.cells.filter(({ source, receiver }) => source.party.kind === 'container' && receiver.kind === 'container');
    const party = (key: string) => ({ kind: 'container' as const, key });
    const leak = {
      ...one,
      source: { ...one.source, party: party('app/Web') },
      target: { ...one.target, party: party('app/Db') },
      receiver: party('app/Db'),
      asked: EVERY_PORT,
    };
    const leaking = { derived: proof.derived, matrix: { ...proof.matrix, cells: [...proof.matrix.cells, leak] } } as unknown as Proof;
    expect(breachesOf(leaking).map(({ source, receiver }) => [source, receiver])).toEqual([[party('app/Web'), party('app/Db')]]);
  });

  test('an aspect of the app', () => {
    const { program } = shop();
    Aspects.of(program.stack.node.root).add({ visit: () => undefined });
    expect(() => synth(program.stack)).toThrow(/AspectOnApp/);
  });

  test('nftables before 29', () => {
    const stack = newStack();
    expectError(() => new Unguarded({ engine: EngineVersion.V28, engineFirewall: EngineFirewall.NFTABLES }, stack), 'NftablesTooEarly', {
      path: 'app/Edge',
      says: ['28.2', '29'],
    });
    expect(stack.node.children).toEqual([]);
  });

  test('the host is checked as that of a hardened daemon', () => {
    const stack = newStack();
    expectError(() => new Unguarded({ hostAddress: '127.0.0.1' }, stack), 'NotAHostAddress', { path: 'app/Edge' });
    expect(stack.node.children).toEqual([]);
  });
});

describe('daemon.json of the host', () => {
  const found = (daemonJson?: string) => {
    const { stack } = new Unguarded({ daemonJson });
    return short(new SecureDefaults().check(stack));
  };

  test('is looked at by the rules', () => {
    expect(found()).toEqual([]);
    expect(found('{"icc":true,"hosts":["tcp://0.0.0.0:2375"]}')).toEqual(
      expect.arrayContaining(['BH-D01 app/Edge icc', 'BH-D06 app/Edge tcp://0.0.0.0:2375']),
    );
    const good = {
      icc: false,
      'no-new-privileges': true,
      'live-restore': true,
      'userland-proxy': false,
      'default-ulimits': { nofile: {} },
    };
    expect(found(`${JSON.stringify(good, null, 2)}\n`)).toEqual([]);
  });

  test.each<[string, unknown, ErrorCode, string[]]>([
    ['no JSON', '{icc: false}', 'DaemonJson', ["'{icc: false}'", 'cat /etc/docker/daemon.json']],
    ['no object', '[]', 'DaemonJson', ['not a JSON object']],
    ['nothing', '', 'DaemonJson', []],
    ['an expression', '${var.settings}', 'DaemonJson', []],
    ['a reference', Fn.file('daemon.json'), 'UnresolvedValue', []],
    ['an object', { icc: false }, 'NotText', []],
  ])('%s is refused', (_what, daemonJson, code, says) => {
    const stack = newStack();
    expectError(() => new Unguarded({ daemonJson: daemonJson as string }, stack), code, { path: 'app/Edge', says });
    expect(stack.node.children).toEqual([]);
  });
});

test('an explanation does not say that a declaration decides on a port', () => {
  const { daemon, web, api, db } = shop();
  const reachability = Reachability.of(daemon);
  expect(reachability.explain(web, api, Port.tcp(22))).toMatchObject({
    disposition: Disposition.DELIVERED,
    remedy: expect.stringContaining('Bulkhead has no rules on that host'),
  });
  expect(reachability.explain(web, db, Port.tcp(22)).remedy).toContain("You cannot open it: 'Shop' forbids DMZ to DATA");
});

test('the Jest matchers answer for it', () => {
  const { web, api, db } = shop();
  const reaches = (to: HardenedContainer, port: Port) => matchers.toReach.call({}, undefined, web, to, port).pass;
  expect([reaches(api, PORT), reaches(api, Port.tcp(22)), reaches(db, Port.tcp(5432))]).toEqual([true, true, false]);
});
