import { Peer, Port, WorkloadGroup } from '../../../src';
import { members, Program } from '../../support/programs';

const HTTP = Port.tcp(8080);

function twoSegments() {
  const program = new Program();
  const [front, back] = [program.segment('Front'), program.segment('Back')];
  return { program, front, back, web: program.container('Web', front), api: program.container('Api', back) };
}

test('the source joins the segment of the destination, and not the other way round', () => {
  const { program, web, api } = twoSegments();
  web.connections.allowTo(api, HTTP);
  expect(members(program.topology())).toEqual({ 'app/Front': ['app/Web'], 'app/Back': ['app/Api', 'app/Web'] });
  const joined = program.topology().networks.flatMap((n) => n.members.map((m) => [n.key, m.workload, m.home]));
  expect(joined).toEqual([
    ['app/Back', 'app/Api', true],
    ['app/Back', 'app/Web', false],
    ['app/Front', 'app/Web', true],
  ]);
});

test('a pair is open on every segment that both ends share', () => {
  const { program, front, web, api } = twoSegments();
  const db = program.container('Db', front);
  // Web and Db live together, and both join the segment of Api.
  [web, db].forEach((source) => source.connections.allowTo(api, HTTP));
  web.connections.allowTo(db, Port.tcp(5432));
  const bridges = program.topology().pairs.filter(({ port }) => port.first === 5432).map(({ bridge }) => bridge); // prettier-ignore
  expect(bridges.sort()).toEqual(program.topology().networks.map(({ bridge }) => bridge).sort()); // prettier-ignore
});

test('a segment as destination: its members, present and future, but not who merely joined it', () => {
  const { program, front, back, web } = twoSegments();
  const visitor = program.container('Visitor', front);
  visitor.connections.allowTo(back, HTTP);
  web.connections.allowTo(back, HTTP);
  program.container('Late', back);
  expect(program.pairs()).toEqual([
    'app/Visitor > app/Api tcp/8080',
    'app/Visitor > app/Late tcp/8080',
    'app/Web > app/Api tcp/8080',
    'app/Web > app/Late tcp/8080',
  ]);
});

test('an empty segment as destination is joined already', () => {
  const { program, web } = twoSegments();
  web.connections.allowTo(program.segment('Empty'), HTTP);
  expect(members(program.topology())['app/Empty']).toEqual(['app/Web']);
  expect(program.pairs()).toEqual([]);
});

test('a segment as source: every member joins, present and future', () => {
  const { program, front, api } = twoSegments();
  front.connections.allowTo(api, HTTP);
  program.container('Late', front);
  expect(members(program.topology())['app/Back']).toEqual(['app/Api', 'app/Late', 'app/Web']);
  expect(program.pairs()).toEqual(['app/Late > app/Api tcp/8080', 'app/Web > app/Api tcp/8080']);
});

test('a segment to itself: every member to every other', () => {
  const { program, front } = twoSegments();
  program.container('Web2', front);
  front.connections.allowTo(front, HTTP);
  expect(program.pairs()).toEqual(['app/Web > app/Web2 tcp/8080', 'app/Web2 > app/Web tcp/8080']);
});

test('a gateway network holds those that publish or have egress, and the flows among them, since a name leads there', () => {
  const { program, front, web, api } = twoSegments();
  const [client, idle] = [program.container('Client', front), program.container('Idle', front)];
  web.publish(Port.tcp(443));
  client.connections.allowTo(Peer.anyIpv4(), Port.tcp(443));
  client.connections.allowTo(web, HTTP);
  web.connections.allowTo(api, HTTP);
  const { networks, pairs } = program.topology();
  const gateways = networks.filter(({ kind }) => kind === 'gateway');
  expect(gateways.map(({ key, internal, members: all }) => [key, internal, all.map((m) => m.workload)])).toEqual([
    ['app/Front#gateway', false, ['app/Client', 'app/Web']],
  ]);
  const at = (workload: string) => gateways[0].members.find((member) => member.workload === workload)!.ipv4;
  expect(pairs.filter(({ bridge }) => bridge === gateways[0].bridge).map(({ source, destination, port }) => [source, destination, port.first])).toEqual([
    [at('app/Client'), at('app/Web'), 8080],
  ]); // prettier-ignore
  expect(idle.node.path).toBe('app/Idle');
});

test('a workload has one gateway network at most, that of its home', () => {
  const { program, web, api } = twoSegments();
  web.connections.allowTo(api, HTTP);
  api.publish(Port.tcp(81));
  web.publish(Port.tcp(80));
  web.connections.allowTo(Peer.anyIpv4(), HTTP);
  const gateways = program.topology().networks.filter(({ kind }) => kind === 'gateway');
  expect(gateways.map(({ key, members: all }) => [key, all.map((m) => m.workload)])).toEqual([
    ['app/Back#gateway', ['app/Api']],
    ['app/Front#gateway', ['app/Web']],
  ]);
});

test('general egress leaves out pools, blocks outside them and metadata services', () => {
  const program = new Program();
  const inside = program.segment('Inside');
  expect(inside.networkName).toBe('app-inside');
  expect(program.topology().egressExclusions.slice(0, 3)).toEqual(['10.20.0.0/16', '169.254.0.0/16', 'fe80::/10']);
  expect(program.topology().egressExclusions).toEqual(
    expect.arrayContaining(['168.63.129.16/32', '100.100.100.200/32', '192.0.0.192/32', 'fd00:ec2::254/128', 'fd20:ce::254/128']),
  );
});

test('a snapshot is the same object until something is declared', () => {
  const { program, front, web, api } = twoSegments();
  const before = program.topology();
  expect(program.topology()).toBe(before);
  web.connections.allowTo(api, HTTP);
  expect(program.topology()).not.toBe(before);
  expect(before.pairs).toEqual([]);
  new WorkloadGroup(program.stack, 'G', { members: [web, program.container('W2', front)] });
  expect(program.topology().workloads.map(({ path }) => path)).toEqual(['app/Api', 'app/W2', 'app/Web']);
});
