import { Peer, Port, Reachability, ReplicaGroup, type ReplicaGroupProps } from '../../src';
import { expectError } from '../support/errors';
import { HOST_ADDRESS, IMAGE, members, Program } from '../support/programs';

const HTTP = Port.tcp(8080);

function groupOf(replicas: number, props: Partial<ReplicaGroupProps> = {}, program = new Program()) {
  const [front, back] = [program.segment('Front'), program.segment('Back')];
  const client = program.container('Client', front);
  const group = new ReplicaGroup(program.stack, 'Api', { segment: back, image: IMAGE, replicas, ...props });
  return { program, front, back, client, group };
}

test('each has a name with a number, and all have the name without', () => {
  const { program, group } = groupOf(3, { aliases: ['api'] });
  expect(group.dnsName).toBe('app-api');
  expect(group.replicas.map(({ dnsName }) => dnsName)).toEqual(['app-api-1', 'app-api-2', 'app-api-3']);
  const { container } = program.synth();
  const aliases = [1, 2, 3].map((number) => container(`app-api-${number}`).networks_advanced.map((network: any) => network.aliases));
  expect(aliases).toEqual(Array(3).fill([['app-api', 'api']]));
});

test('a name of ones own is the one of the group', () => {
  const { program, group } = groupOf(2, { containerName: 'shop' });
  expect(group.dnsName).toBe('shop');
  expect(program.synth().names('docker_container')).toEqual(['app-client', 'shop-1', 'shop-2']);
});

test('everything else is the same for all but their addresses', () => {
  const { program } = groupOf(2, { environment: { A: 'b' }, limits: { memoryMebibytes: 99 }, stopSignal: 'SIGINT' });
  const { container } = program.synth();
  const [one, two] = [1, 2].map((number) => {
    const { name: _name, hostname: _hostname, networks_advanced: networks, ...rest } = container(`app-api-${number}`);
    expect(rest).toMatchObject({ env: ['A=b'], memory: 99, stop_signal: 'SIGINT' });
    return { rest, address: networks[0].ipv4_address };
  });
  expect(one.rest).toEqual(two.rest);
  expect(one.address).not.toBe(two.address);
});

test('a flow to it is one to each, on its default port, and one from it is one from each', () => {
  const { program, client, group } = groupOf(2, { defaultPort: HTTP });
  const db = program.container('Db', program.segment('Data'));
  client.connections.allowTo(group);
  group.connections.allowTo(db, Port.tcp(5432));
  expect(program.pairs()).toEqual([
    'app/Api/1 > app/Db tcp/5432',
    'app/Api/2 > app/Db tcp/5432',
    'app/Client > app/Api/1 tcp/8080',
    'app/Client > app/Api/2 tcp/8080',
  ]);
  // Its name resolves where the client meets it.
  expect(members(program.topology())['app/Back']).toContain('app/Client');
  const proof = Reachability.of(program.daemon);
  expect([proof.canReach(client, group, HTTP), proof.canReach(client, group, Port.tcp(9)), proof.canReach(group, client, HTTP)]).toEqual([true, false, false]); // prettier-ignore
  expect(program.pairs().some((pair) => /Api\/1 > app\/Api\/2/.test(pair))).toBe(false);
});

test('a replica publishes for itself', () => {
  const { program, group } = groupOf(2);
  group.replicas.forEach((replica, index) => replica.publish(Port.tcp(8001 + index), { targetPort: HTTP, hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] })); // prettier-ignore
  const { container } = program.synth();
  expect([1, 2].map((number) => container(`app-api-${number}`).ports[0].external)).toEqual([8001, 8002]);
});

test('names are taken once: that of the group, too', () => {
  const { program, front, back } = groupOf(2);
  expectError(() => program.container('Other', front, { containerName: 'app-api' }), 'DuplicateName', { path: 'app/Other', says: ["'app/Api'"] }); // prettier-ignore
  expectError(() => program.container('Third', front, { containerName: 'app-api-2' }), 'DuplicateName', { says: ["'app/Api/2'"] });
  const again = { segment: back, image: IMAGE, replicas: 1, containerName: 'app-client' };
  expectError(() => new ReplicaGroup(program.stack, 'Again', again), 'DuplicateName', { path: 'app/Again', says: ["'app/Client'"] });
  expect(program.stack.node.tryFindChild('Again')).toBeUndefined();
});

test.each<[string, object, string[]]>([
  ['none', { replicas: 0 }, ["'replicas'", 'got 0']],
  ['too many', { replicas: 101 }, ['got 101']],
  ['a fraction', { replicas: 1.5 }, ['got 1.5']],
  ['one address', { ipv4Address: '10.20.0.9' }, ["'ipv4Address'", 'HardenedContainer']],
  ['one IPv6 address', { ipv6Address: 'fd00::9' }, ["'ipv6Address'"]],
  ['no segment', { network: {} }, ["'network'"]],
  ['a name that is no label', { containerName: 'my_api' }, ["'my_api'", 'DNS label']],
])('refused: %s', (_, props, says) => expectError(() => groupOf(2, props), 'ReplicaValue', { path: 'app/Api', says }));
