import { TerraformOutput, TerraformStack, Testing } from 'cdktf';
import { Construct } from 'constructs';
import {
  Cidr,
  ConnectionRate,
  ContainerImage,
  DataVolume,
  EngineVersion,
  HardenedContainer,
  HardenedDaemon,
  IDaemon,
  Peer,
  Port,
  Reachability,
  ThreeTierNetwork,
  VolumeMount,
  WorkloadGroup,
} from '../../src';
import { blocksOf } from '../docs/pages';
import { expectError } from '../support/errors';
import { expectGolden } from '../support/golden';
import { Program, readablePairs } from '../support/programs';

const PORT = Port.tcp(8080);
const DIGEST = `sha256:${'d'.repeat(64)}`;

/** The program that the README and the design begin with. */
class ShopStack extends TerraformStack {
  public readonly daemon: HardenedDaemon;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const daemon = new HardenedDaemon(this, 'Edge', {
      engine: EngineVersion.V28,
      hostAddress: '192.0.2.10',
      addressPool: Cidr.parse('10.20.0.0/16'),
    });
    const tiers = new ThreeTierNetwork(this, 'Shop', { daemon });
    const web = new HardenedContainer(this, 'Web', { segment: tiers.dmz, image: ContainerImage.fromRegistry(`nginx@${DIGEST}`) });
    const api = new HardenedContainer(this, 'Api', {
      segment: tiers.app,
      image: ContainerImage.fromId(DIGEST),
      defaultPort: Port.tcp(8080),
    });
    const db = new HardenedContainer(this, 'Db', {
      segment: tiers.data,
      image: ContainerImage.fromRegistry(`postgres:17@${DIGEST}`),
      defaultPort: Port.tcp(5432),
      volumes: [VolumeMount.volume(new DataVolume(this, 'Data', { daemon }), '/var/lib/postgresql/data')],
    });
    web.publish(Port.tcp(443), {
      targetPort: Port.tcp(8443),
      hostAddress: '192.0.2.10',
      sources: [Peer.anyIpv4()],
      rate: ConnectionRate.perSecond(50),
    });
    web.connections.allowTo(api, Port.tcp(8080));
    api.connections.allowTo(db, Port.tcp(5432));
    new TerraformOutput(this, 'user-data-size', { value: `${daemon.userData.length > 0}` });
    this.daemon = daemon;
  }
}

describe('the first program', () => {
  const stack = new ShopStack(Testing.app(), 'app');
  const text = Testing.synth(stack, true);

  test('synthesizes to this', () => expectGolden('patterns/first-program.json', `${text}\n`));

  test('opens the two flows and nothing else', () => {
    expect(readablePairs(stack.daemon._declarations.store.derived().topology)).toEqual([
      'app/Api > app/Db tcp/5432',
      'app/Web > app/Api tcp/8080',
    ]);
  });

  test('is explained as OUTPUT.md shows', () => {
    const [web, db] = ['Web', 'Db'].map((id) => stack.node.findChild(id) as HardenedContainer);
    const shown = blocksOf('docs/OUTPUT.md').find((block) => block.text.startsWith('DROPPED: '))?.text;
    expect(`${Reachability.of(stack.daemon).explain(web, db, Port.tcp(5432)).text.trimEnd()}\n`).toBe(shown);
  });

  test('DMZ to DATA throws, wherever it is declared', () => {
    const [web, db] = ['Web', 'Db'].map((id) => stack.node.findChild(id) as HardenedContainer);
    expectError(() => web.connections.allowTo(db), 'TierForbidsFlow', { path: 'app/Web', says: ["'Shop' forbids DMZ to DATA"] });
    expectError(() => db.connections.allowFrom(web), 'TierForbidsFlow', { path: 'app/Db', says: ["'Shop' forbids DMZ to DATA"] });
  });
});

function shop() {
  const program = new Program();
  const network = new ThreeTierNetwork(program.stack, 'Shop', { daemon: program.daemon });
  const segments = { DMZ: network.dmz, APP: network.app, DATA: network.data };
  const member = (tier: keyof typeof segments, name = '') => program.container(`${tier}${name}`, segments[tier]);
  return { program, network, segments, member };
}

type Tier = 'DMZ' | 'APP' | 'DATA';
const TIERS: Tier[] = ['DMZ', 'APP', 'DATA'];
const ALLOWED = ['DMZ DMZ', 'DMZ APP', 'APP APP', 'APP DATA', 'DATA DATA'];
const PAIRS = TIERS.flatMap((from) => TIERS.map((to): [Tier, Tier] => [from, to]));

describe.each(PAIRS)('%s to %s', (from, to) => {
  const fine = ALLOWED.includes(`${from} ${to}`);
  const outcome = (program: Program, declare: () => void, path: string) => {
    if (fine) {
      declare();
    } else {
      expectError(declare, 'TierForbidsFlow', { path, says: [`'Shop' forbids ${from} to ${to}`] });
    }
    expect(program.pairs()).toHaveLength(fine ? 1 : 0);
  };

  test(`${fine ? 'is allowed' : 'is forbidden'} between containers, from either side`, () => {
    const one = shop();
    const [source, destination] = [one.member(from, 'a'), one.member(to, 'b')];
    outcome(one.program, () => source.connections.allowTo(destination, PORT), source.node.path);
    const two = shop();
    const [other, mine] = [two.member(from, 'a'), two.member(to, 'b')];
    outcome(two.program, () => mine.connections.allowFrom(other, PORT), mine.node.path);
  });

  test('the same with segments and groups as peers', () => {
    const one = shop();
    const source = one.member(from, 'a');
    if (from !== to) {
      one.member(to, 'b');
      outcome(one.program, () => source.connections.allowTo(one.segments[to], PORT), source.node.path);
    }
    const two = shop();
    const group = new WorkloadGroup(two.program.stack, 'Group', { members: [two.member(from, 'a')] });
    const destination = two.member(to, 'b');
    outcome(two.program, () => group.connections.allowTo(destination, PORT), 'app/Group');
  });
});

test('only DMZ publishes', () => {
  const { member } = shop();
  member('DMZ').publish(Port.tcp(443));
  for (const tier of ['APP', 'DATA'] as const) {
    const container = member(tier);
    expectError(() => container.publish(Port.tcp(443)), 'SegmentForbidsPublication', {
      path: container.node.path,
      says: ['tcp/443', `'Shop' does not let ${tier}`, 'publish from DMZ'],
    });
  }
});

test('no tier has egress until it is declared', () => {
  const { program, member } = shop();
  const [web, api] = [member('DMZ'), member('APP')];
  expect(program.topology().networks.map(({ kind }) => kind)).toEqual(['segment', 'segment', 'segment']);
  api.connections.allowTo(Peer.cidr('203.0.113.0/24'), Port.tcp(443));
  const { networks, egress } = program.topology();
  expect(networks.filter(({ kind }) => kind === 'gateway').map(({ members }) => members.map(({ workload }) => workload))).toEqual([
    ['app/APP'],
  ]);
  expect([egress.length, web.node.path]).toEqual([1, 'app/DMZ']);
});

test('two patterns on one daemon mind their own tiers, and a flow between them is declared like any other', () => {
  const { program, network, member } = shop();
  const second = new ThreeTierNetwork(program.stack, 'Blog', { daemon: program.daemon });
  const web = program.container('BlogWeb', second.dmz);
  web.connections.allowTo(member('DATA'), PORT);
  expect(program.pairs()).toEqual(['app/BlogWeb > app/DATA tcp/8080']);
  expect(network.data.node.path).toBe('app/Shop/Data');
});

test('NotADaemon', () => {
  const { stack } = new Program();
  expectError(() => new ThreeTierNetwork(stack, 'Shop', { daemon: new Construct(stack, 'X') as unknown as IDaemon }), 'NotADaemon', {
    path: 'app/Shop',
    says: ['HardenedDaemon'],
  });
  expect(stack.node.tryFindChild('Shop')).toBeUndefined();
});
