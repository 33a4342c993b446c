import { Construct } from 'constructs';
import { Cidr, ConnectionRate, IPeer, Peer, Port, WorkloadGroup } from '../../src';
import { expectError } from '../support/errors';
import { HOST_ADDRESS, newDaemon, Program } from '../support/programs';

const HTTP = Port.tcp(8080);

function webAndApi(api: { defaultPort?: Port } = {}) {
  const program = new Program();
  const front = program.segment('Front');
  const back = program.segment('Back');
  return { program, front, back, web: program.container('Web', front), api: program.container('Api', back, api) };
}

describe('allowTo', () => {
  test('opens exactly one pair, and the source joins the segment of the destination', () => {
    // GIVEN
    const { program, web, api } = webAndApi();
    // WHEN
    web.connections.allowTo(api, HTTP);
    // THEN
    expect(program.pairs()).toEqual(['app/Web > app/Api tcp/8080']);
    expect(program.synth().container('app-web').networks_advanced).toHaveLength(2);
    expect(program.synth().container('app-api').networks_advanced).toHaveLength(1);
  });

  test('uses the default port of the destination', () => {
    const { program, web, api } = webAndApi({ defaultPort: HTTP });
    web.connections.allowTo(api);
    expect(program.pairs()).toEqual(['app/Web > app/Api tcp/8080']);
  });

  test('a port that is given wins over the default one', () => {
    const { program, web, api } = webAndApi({ defaultPort: HTTP });
    web.connections.allowTo(api, Port.udpRange(5000, 5010));
    expect(program.pairs()).toEqual(['app/Web > app/Api udp/5000-5010']);
  });

  test('carries rate and description as data', () => {
    const { program, web, api } = webAndApi();
    web.connections.allowTo(api, HTTP, { rate: ConnectionRate.perSecond(7), description: 'orders service reads' });
    expect(program.topology().pairs[0]).toMatchObject({
      rate: { amount: 7, per: 'second', burst: 7 },
      origin: 'orders service reads',
    });
  });

  test('without a description says who talks to whom', () => {
    const { program, web, api } = webAndApi();
    web.connections.allowTo(api, HTTP);
    expect(program.topology().pairs[0].origin).toBe('app/Web > app/Api tcp/8080');
  });

  test('a flow inside one segment needs no further membership', () => {
    const program = new Program();
    const segment = program.segment('Front');
    const [a, b] = ['A', 'B'].map((id) => program.container(id, segment));
    a.connections.allowTo(b, HTTP);
    expect(program.pairs()).toEqual(['app/A > app/B tcp/8080']);
    expect(program.topology().networks).toHaveLength(1);
  });

  test('to a block is egress, through a gateway network', () => {
    const { program, web } = webAndApi();
    web.connections.allowTo(Peer.cidr('203.0.113.0/24'), Port.tcp(443));
    const { egress, networks, pairs } = program.topology();
    const gateway = networks.find(({ kind }) => kind === 'gateway')!;
    expect(pairs).toEqual([]);
    expect(egress).toEqual([
      expect.objectContaining({ bridge: gateway.bridge, source: gateway.members[0].ipv4, destination: '203.0.113.0/24', family: 'ipv4' }),
    ]);
  });

  test('to and from the host meets the gateway of the segment', () => {
    const { program, web, front } = webAndApi();
    web.connections.allowTo(Peer.host(), Port.tcp(9100));
    web.connections.allowFrom(Peer.host(), HTTP);
    const home = program.topology().networks.find(({ key }) => key === front.node.path)!;
    const ends = { bridge: home.bridge, address: home.members[0].ipv4, gateway: home.ipv4.gateway };
    expect(program.topology().hostFlows).toEqual([
      expect.objectContaining({ direction: 'to-host', port: Port.tcp(9100)._spec(), ...ends }),
      expect.objectContaining({ direction: 'to-container', port: HTTP._spec(), ...ends }),
    ]);
  });
});

describe('allowFrom', () => {
  test('is the same flow, told from the other end', () => {
    const [to, from] = [webAndApi(), webAndApi()];
    to.web.connections.allowTo(to.api, HTTP);
    from.api.connections.allowFrom(from.web, HTTP);
    expect(from.program.topology()).toEqual(to.program.topology());
  });

  test('uses the default port of its owner', () => {
    const { program, web, api } = webAndApi({ defaultPort: HTTP });
    api.connections.allowFrom(web);
    expect(program.pairs()).toEqual(['app/Web > app/Api tcp/8080']);
  });

  test('a whole segment as source', () => {
    const { program, front, api } = webAndApi();
    api.connections.allowFrom(front, HTTP);
    expect(program.pairs()).toEqual(['app/Web > app/Api tcp/8080']);
  });
});

describe('errors', () => {
  test('NoDefaultPort, for a container, a group, a segment and a block', () => {
    const { program, web, api, back } = webAndApi();
    const group = new WorkloadGroup(program.stack, 'Group', { members: [api] });
    for (const peer of [api, group, back, Peer.anyIpv4(), Peer.host()]) {
      expectError(() => web.connections.allowTo(peer), 'NoDefaultPort', {
        path: 'app/Web',
        says: [`'${peer.peerText}'`, 'Port.tcp(8080)'],
      });
    }
    expectError(() => api.connections.allowFrom(web), 'NoDefaultPort', { path: 'app/Api', says: ["'app/Api'"] });
  });

  test('NotAPeer: what jsii lets through', () => {
    const { program, web } = webAndApi();
    const others: [unknown, string][] = [
      [new Construct(program.stack, 'Other'), 'an object of class Construct'],
      [program.daemon, 'HardenedDaemon'],
      [{ peerText: 'app/Api', _peerFact: { kind: 'workload', path: 'app/Api' } }, 'class Object'],
      ['10.0.0.0/8', '"10.0.0.0/8"'],
      [undefined, 'undefined'],
      [null, 'null'],
      [Cidr.parse('10.0.0.0/8'), 'Cidr'],
    ];
    for (const [other, shown] of others) {
      expectError(() => web.connections.allowTo(other as IPeer, HTTP), 'NotAPeer', {
        path: 'app/Web',
        says: ["'destination'", shown, 'Peer'],
      });
      expectError(() => web.connections.allowFrom(other as IPeer, HTTP), 'NotAPeer', { path: 'app/Web', says: ["'source'", shown] });
    }
  });

  test('SourceOutside: only a publication lets the outside in', () => {
    const { web } = webAndApi();
    expectError(() => web.connections.allowFrom(Peer.anyIpv4(), HTTP), 'SourceOutside', {
      path: 'app/Web',
      says: ['0.0.0.0/0', 'publish()'],
    });
  });

  test('FlowToSelf', () => {
    const { web } = webAndApi();
    expectError(() => web.connections.allowTo(web, HTTP), 'FlowToSelf', { path: 'app/Web' });
  });

  test('FlowAcrossDaemons names both', () => {
    const { program, web } = webAndApi();
    const daemon = newDaemon(program.stack, { addressPool: Cidr.parse('10.30.0.0/16') }, 'Second');
    const segment = program.segment('Far', { daemon });
    const remote = program.container('Remote', segment);
    const says = ['app/Web', "'app/Edge'", "'app/Second'", 'publish'];
    expectError(() => web.connections.allowTo(remote, HTTP), 'FlowAcrossDaemons', { path: 'app/Web', says: ['app/Remote', ...says] });
    expectError(() => web.connections.allowFrom(segment, HTTP), 'FlowAcrossDaemons', { path: 'app/Web', says: ['app/Far', ...says] });
  });

  test('WrongFamily: egress that no address could use would be silently nothing', () => {
    const { web } = webAndApi();
    expectError(() => web.connections.allowTo(Peer.anyIpv6(), HTTP), 'WrongFamily', { path: 'app/Web', says: ['::/0', 'Peer.anyIpv4()'] });
  });

  test('EgressToContainers: containers have names', () => {
    const { web } = webAndApi();
    for (const block of ['10.20.0.0/16', '10.20.3.0/24', '10.20.0.2/32']) {
      expectError(() => web.connections.allowTo(Peer.cidr(block), HTTP), 'EgressToContainers', {
        path: 'app/Web',
        says: [block, '10.20.0.0/16', 'workload'],
      });
    }
  });

  test('EgressToHost: the host is a peer of its own', () => {
    const { web } = webAndApi();
    expectError(() => web.connections.allowTo(Peer.address(HOST_ADDRESS), HTTP), 'EgressToHost', {
      path: 'app/Web',
      says: [HOST_ADDRESS, 'Peer.host()'],
    });
    expectError(() => web.connections.allowTo(Peer.cidr('192.0.2.10/31'), HTTP), 'EgressToHost');
  });

  test('a block around the host and the pool is fine: both are left out of it', () => {
    const { program, web } = webAndApi();
    web.connections.allowTo(Peer.cidr('192.0.2.0/24'), HTTP);
    web.connections.allowTo(Peer.anyIpv4(), HTTP);
    expect(program.topology().egressExclusions).toEqual(expect.arrayContaining(['10.20.0.0/16', '169.254.0.0/16']));
  });

  test.each(['', 'x'.repeat(81)])('DescriptionLength: %j', (description) => {
    const { web, api } = webAndApi();
    expectError(() => web.connections.allowTo(api, HTTP, { description }), 'DescriptionLength', {
      path: 'app/Web',
      says: [`got ${description.length}`, '1 to 80'],
    });
  });

  test('80 characters are welcome', () => {
    const { program, web, api } = webAndApi();
    web.connections.allowTo(api, HTTP, { description: 'x'.repeat(80) });
    expect(program.topology().pairs[0].origin).toHaveLength(80);
  });

  test('a flow that was refused leaves nothing behind', () => {
    const { program, web, api } = webAndApi();
    const before = program.topology();
    expectError(() => web.connections.allowTo(api), 'NoDefaultPort');
    expectError(() => web.connections.allowTo(Peer.cidr('10.20.0.0/16'), HTTP), 'EgressToContainers');
    expectError(() => web.connections.allowTo(api, HTTP, { description: 'a\nb' }), 'ControlCharacter');
    expect(program.topology()).toEqual(before);
  });
});

test('the same flow twice opens nothing more', () => {
  const { program, web, api } = webAndApi();
  web.connections.allowTo(api, HTTP);
  const once = program.daemon._declarations.store.derived().topology.pairs[0];
  web.connections.allowTo(api, HTTP);
  expect(new Set(program.topology().pairs.map((pair) => JSON.stringify(pair)))).toEqual(new Set([JSON.stringify(once)]));
});

test('the connections of a container know its default port', () => {
  const { web, api } = webAndApi({ defaultPort: HTTP });
  expect([web.connections.defaultPort, api.connections.defaultPort?.text]).toEqual([undefined, 'tcp/8080']);
});

test.each([443, '443', { protocol: 'tcp', first: 443, last: 443 }])('a port that is not a Port is refused: %j', (port) => {
  const program = new Program();
  const [web, api] = ['Web', 'Api'].map((id) => program.container(id, program.segment(`${id}S`)));
  expectError(() => web.connections.allowTo(api, port as never), 'PortOutOfRange', { path: 'app/Web', says: ['Port.tcp(443)'] });
});
