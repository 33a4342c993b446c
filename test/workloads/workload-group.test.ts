import { Construct } from 'constructs';
import { Cidr, IWorkload, Peer, Port, ThreeTierNetwork, WorkloadGroup } from '../../src';
import { expectError } from '../support/errors';
import { members, newDaemon, Program } from '../support/programs';

const HTTP = Port.tcp(8080);

function groupOfTwo(defaultPort?: Port) {
  const program = new Program();
  const [front, back] = [program.segment('Front'), program.segment('Back')];
  const [a, b] = ['A', 'B'].map((id) => program.container(id, front));
  const api = program.container('Api', back);
  const group = new WorkloadGroup(program.stack, 'Group', { members: [a, b], defaultPort });
  return { program, front, back, a, b, api, group };
}

test('as source it stands for each member', () => {
  const { program, api, group } = groupOfTwo();
  group.connections.allowTo(api, HTTP);
  expect(program.pairs()).toEqual(['app/A > app/Api tcp/8080', 'app/B > app/Api tcp/8080']);
});

test('as destination too, on its default port', () => {
  const { program, api, group } = groupOfTwo(HTTP);
  api.connections.allowTo(group);
  expect(program.pairs()).toEqual(['app/Api > app/A tcp/8080', 'app/Api > app/B tcp/8080']);
});

test('a member added later has the flows that the group had', () => {
  const { program, front, api, group } = groupOfTwo();
  group.connections.allowTo(api, HTTP);
  const before = program.pairs();
  group.addMember(program.container('C', front));
  expect(program.pairs().filter((pair) => !before.includes(pair))).toEqual(['app/C > app/Api tcp/8080']);
});

test('a slash in its id is no part of its path', () => {
  const { program, a, api } = groupOfTwo();
  const group = new WorkloadGroup(program.stack, 'Front/Group', { members: [a] });
  group.connections.allowTo(api, HTTP);
  expect(group.peerText).toBe('app/Front--Group');
  expect(program.pairs()).toEqual(['app/A > app/Api tcp/8080']);
});

test('a member added twice counts once', () => {
  const { program, a, api, group } = groupOfTwo();
  group.addMember(a);
  group.connections.allowTo(api, HTTP);
  expect(program.pairs()).toHaveLength(2);
});

test('members talk to each other only when the group may talk to itself', () => {
  const { program, group } = groupOfTwo();
  expect(program.pairs()).toEqual([]);
  group.connections.allowTo(group, HTTP);
  expect(program.pairs()).toEqual(['app/A > app/B tcp/8080', 'app/B > app/A tcp/8080']);
});

test('members in two segments are reached in each', () => {
  const { program, front, back, api } = groupOfTwo();
  const mixed = new WorkloadGroup(program.stack, 'Mixed', { members: [program.container('M', front), api] });
  const client = program.container('Client', program.segment('Other'));
  client.connections.allowTo(mixed, HTTP);
  const inside = members(program.topology());
  expect([inside[front.node.path].includes('app/Client'), inside[back.node.path].includes('app/Client')]).toEqual([true, true]);
  expect(program.pairs()).toEqual(['app/Client > app/Api tcp/8080', 'app/Client > app/M tcp/8080']);
});

test('egress holds for each member, each with an address at the gateway network', () => {
  const { program, group } = groupOfTwo();
  group.connections.allowTo(Peer.anyIpv4(), Port.tcp(443));
  expect(program.topology().egress).toHaveLength(2);
});

describe('policies of the segments', () => {
  function tiers() {
    const program = new Program();
    const shop = new ThreeTierNetwork(program.stack, 'Shop', { daemon: program.daemon });
    const [web, api, db] = [program.container('Web', shop.dmz), program.container('Api', shop.app), program.container('Db', shop.data)];
    return { program, web, api, db };
  }

  test('hold for every member', () => {
    const { program, web, api, db } = tiers();
    const group = new WorkloadGroup(program.stack, 'Group', { members: [api, web] });
    expectError(() => group.connections.allowTo(db, HTTP), 'TierForbidsFlow', { path: 'app/Group', says: ['DMZ to DATA'] });
  });

  test('hold for a member added later, which then is none', () => {
    const { program, web, api, db } = tiers();
    const group = new WorkloadGroup(program.stack, 'Group', { members: [api] });
    group.connections.allowTo(db, HTTP);
    expectError(() => group.addMember(web), 'TierForbidsFlow', { path: 'app/Group', says: ["'Shop' forbids DMZ to DATA"] });
    expect(program.pairs()).toEqual(['app/Api > app/Db tcp/8080']);
    group.addMember(program.container('Api2', api.segment as ThreeTierNetwork['app']));
    expect(program.pairs()).toEqual(['app/Api > app/Db tcp/8080', 'app/Api2 > app/Db tcp/8080']);
  });
});

describe('errors', () => {
  test('EmptyGroup', () => {
    const { program } = groupOfTwo();
    expectError(() => new WorkloadGroup(program.stack, 'Empty', { members: [] }), 'EmptyGroup', { path: 'app/Empty', says: ["'members'"] });
  });

  test('NotAWorkload: a segment, a group, another construct', () => {
    const { program, front, group, a } = groupOfTwo();
    for (const other of [front, group, new Construct(program.stack, 'X'), { node: { path: 'app/A' } }]) {
      const member = other as unknown as IWorkload;
      expectError(() => new WorkloadGroup(program.stack, 'Wrong', { members: [a, member] }), 'NotAWorkload', {
        path: 'app/Wrong',
        says: ['HardenedContainer'],
      });
      expectError(() => group.addMember(member), 'NotAWorkload', { path: 'app/Group' });
    }
    expect(program.stack.node.tryFindChild('Wrong')).toBeUndefined();
  });

  test('FlowAcrossDaemons: one group per daemon', () => {
    const { program, a, group } = groupOfTwo();
    const daemon = newDaemon(program.stack, { addressPool: Cidr.parse('10.30.0.0/16') }, 'Second');
    const far = program.container('Far', program.segment('FarSegment', { daemon }));
    const says = ["'app/Far'", "'app/A'", 'one group per daemon'];
    expectError(() => new WorkloadGroup(program.stack, 'Wide', { members: [a, far] }), 'FlowAcrossDaemons', { path: 'app/Wide', says });
    expectError(() => group.addMember(far), 'FlowAcrossDaemons', { path: 'app/Group', says });
  });
});
