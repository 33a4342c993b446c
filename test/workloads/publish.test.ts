import { Cidr, ConnectionRate, IPeer, Peer, Port, PublishOptions } from '../../src';
import type { ErrorCode } from '../../src/private/errors';
import { expectError } from '../support/errors';
import { HOST_ADDRESS, newDaemon, Program } from '../support/programs';

const SECOND_ADDRESS = '192.0.2.11';
const HTTPS = Port.tcp(443);
const EVERYBODY = [Peer.anyIpv4()];

function twoContainers() {
  const program = new Program({ additionalHostAddresses: [SECOND_ADDRESS] });
  const front = program.segment('Front');
  return { program, front, web: program.container('Web', front), other: program.container('Other', front) };
}

test('by default on loopback, for the host alone', () => {
  const { program, web } = twoContainers();
  web.publish(HTTPS);
  expect(program.synth().container('app-web').ports).toEqual([{ ip: '127.0.0.1', external: 443, internal: 443, protocol: 'tcp' }]);
  expect(program.topology().publications).toEqual([expect.objectContaining({ hostAddress: '127.0.0.1', sources: [] })]);
});

test('ports stand in the order that engines from 28 on read back, whatever the order of declaration', () => {
  const { program, web } = twoContainers();
  const target = { targetPort: Port.tcp(80), sources: EVERYBODY };
  web.publish(Port.tcp(8010), { ...target, hostAddress: SECOND_ADDRESS });
  web.publish(Port.udp(80), { hostAddress: HOST_ADDRESS, sources: EVERYBODY });
  web.publish(Port.tcp(8010), { ...target, hostAddress: HOST_ADDRESS });
  web.publish(Port.tcp(3010), { ...target, hostAddress: SECOND_ADDRESS });
  const ports = program.synth().container('app-web').ports as { ip: string; external: number; protocol: string }[];
  expect(ports.map(({ ip, external, protocol }) => `${ip}:${external}/${protocol}`)).toEqual([
    `${SECOND_ADDRESS}:3010/tcp`,
    `${HOST_ADDRESS}:8010/tcp`,
    `${SECOND_ADDRESS}:8010/tcp`,
    `${HOST_ADDRESS}:80/udp`,
  ]);
});

test('on an address, from its sources, at its rate, to the address at the gateway network', () => {
  // GIVEN
  const { program, web } = twoContainers();
  // WHEN
  web.publish(HTTPS, {
    targetPort: Port.tcp(8443),
    hostAddress: HOST_ADDRESS,
    sources: [Peer.cidr('203.0.113.0/24'), Peer.address('198.51.100.7'), Peer.cidr('203.0.113.0/24')],
    rate: ConnectionRate.perSecond(50),
  });
  // THEN
  const gateway = program.topology().networks.find(({ kind }) => kind === 'gateway')!;
  expect(program.synth().container('app-web').ports).toEqual([{ ip: HOST_ADDRESS, external: 443, internal: 8443, protocol: 'tcp' }]);
  expect(program.topology().publications).toEqual([
    {
      workload: 'app/Web',
      bridge: gateway.bridge,
      family: 'ipv4',
      address: gateway.members[0].ipv4,
      hostAddress: HOST_ADDRESS,
      hostPort: { protocol: 'tcp', first: 443, last: 443 },
      targetPort: { protocol: 'tcp', first: 8443, last: 8443 },
      sources: ['198.51.100.7/32', '203.0.113.0/24'],
      rate: { amount: 50, per: 'second', burst: 50 },
      origin: 'publish app/Web 192.0.2.10 tcp/443',
    },
  ]);
});

test.each<[string, () => Port, PublishOptions, ErrorCode, string[]]>([
  ['all addresses without sources', () => HTTPS, { hostAddress: '0.0.0.0' }, 'PublishNeedsSources', ['0.0.0.0', 'Peer.anyIpv4()']],
  ['an address without sources', () => HTTPS, { hostAddress: HOST_ADDRESS }, 'PublishNeedsSources', [HOST_ADDRESS]],
  ['an address with no source in the list', () => HTTPS, { hostAddress: HOST_ADDRESS, sources: [] }, 'PublishNeedsSources', [HOST_ADDRESS]],
  ['loopback with sources', () => HTTPS, { sources: EVERYBODY }, 'SourcesOnLoopback', ['127.0.0.1', "'hostAddress'"]],
  ['another loopback with sources', () => HTTPS, { hostAddress: '127.0.0.53', sources: EVERYBODY }, 'SourcesOnLoopback', ['127.0.0.53']],
  [
    'an address of somebody else',
    () => HTTPS,
    { hostAddress: '192.0.2.12', sources: EVERYBODY },
    'NotAHostAddress',
    ['192.0.2.12', HOST_ADDRESS, 'additionalHostAddresses'],
  ],
  ['a name for an address', () => HTTPS, { hostAddress: 'localhost', sources: EVERYBODY }, 'AddressSyntax', ["'localhost'"]],
  ['leading zeros', () => HTTPS, { hostAddress: '192.0.2.010', sources: EVERYBODY }, 'AddressSyntax', ["'192.0.2.010'"]],
  ['IPv6, which no container has', () => HTTPS, { hostAddress: '::', sources: [Peer.anyIpv6()] }, 'WrongFamily', ['::', 'IPv4']],
  ['sources of the other family', () => HTTPS, { hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv6()] }, 'WrongFamily', ['::/0']],
  ['the host as source', () => HTTPS, { hostAddress: HOST_ADDRESS, sources: [Peer.host()] }, 'SourceNotOutside', ['only for the host']],
  [
    'what is no peer as source',
    () => HTTPS,
    { hostAddress: HOST_ADDRESS, sources: ['10.0.0.0/8' as unknown as IPeer] },
    'SourceNotOutside',
    ['Peer.cidr()'],
  ],
  ['ICMP', () => Port.icmpPing(), {}, 'PublicationPorts', ['icmp/ping']],
  ['another protocol inside', () => HTTPS, { targetPort: Port.udp(443) }, 'PublicationPorts', ['tcp/443', 'udp/443']],
  ['fewer ports inside', () => Port.tcpRange(80, 90), { targetPort: Port.tcp(80) }, 'PublicationPorts', ['tcp/80-90', 'tcp/80:']],
])('refused: %s', (_, port, options, code, says) => {
  const { program, web } = twoContainers();
  expectError(() => web.publish(port(), options), code, { path: 'app/Web', says });
  expect(program.topology().publications).toEqual([]);
});

test('a container as source needs a flow', () => {
  const { web, other } = twoContainers();
  expectError(() => web.publish(HTTPS, { hostAddress: HOST_ADDRESS, sources: [other] }), 'SourceNotOutside', {
    path: 'app/Web',
    says: ['to allow a container, declare a flow'],
  });
});

test('SegmentForbidsPublication quotes the reason of the segment', () => {
  const program = new Program();
  const inner = program.segment('Inner', { noPublicationsReason: 'this one stays inside' });
  const db = program.container('Db', inner);
  expectError(() => db.publish(HTTPS), 'SegmentForbidsPublication', { path: 'app/Db', says: ['tcp/443', 'this one stays inside'] });
});

describe('one host port has one owner', () => {
  const on = (hostAddress: string): PublishOptions => ({ hostAddress, sources: EVERYBODY });
  type Publish = [Port, PublishOptions];

  test.each<[string, Publish, Publish]>([
    ['the same twice', [HTTPS, on(HOST_ADDRESS)], [HTTPS, on(HOST_ADDRESS)]],
    ['the same on loopback', [HTTPS, {}], [HTTPS, {}]],
    ['a port inside a range', [Port.tcpRange(400, 500), on(HOST_ADDRESS)], [HTTPS, on(HOST_ADDRESS)]],
    ['a range around a port', [HTTPS, on(HOST_ADDRESS)], [Port.tcpRange(443, 444), on(HOST_ADDRESS)]],
    ['ranges that overlap', [Port.tcpRange(400, 450), on(HOST_ADDRESS)], [Port.tcpRange(450, 500), on(HOST_ADDRESS)]],
    ['a wildcard over an address', [HTTPS, on(HOST_ADDRESS)], [HTTPS, on('0.0.0.0')]],
    ['an address under a wildcard', [HTTPS, on('0.0.0.0')], [HTTPS, on(HOST_ADDRESS)]],
    ['loopback under a wildcard', [HTTPS, on('0.0.0.0')], [HTTPS, {}]],
  ])('PublicationConflict: %s', (_, [firstPort, firstOptions], [port, options]) => {
    const { web, other } = twoContainers();
    web.publish(firstPort, firstOptions);
    for (const container of [other, web]) {
      expectError(() => container.publish(port, options), 'PublicationConflict', {
        path: container.node.path,
        says: [port.text, "'app/Web'", 'another port or address'],
      });
    }
  });

  test.each<[string, Publish, Publish]>([
    ['another protocol', [HTTPS, on(HOST_ADDRESS)], [Port.udp(443), on(HOST_ADDRESS)]],
    ['another address', [HTTPS, on(HOST_ADDRESS)], [HTTPS, on(SECOND_ADDRESS)]],
    ['loopback beside an address', [HTTPS, on(HOST_ADDRESS)], [HTTPS, {}]],
    ['ranges side by side', [Port.tcpRange(8400, 8449), on(HOST_ADDRESS)], [Port.tcpRange(8450, 8499), on(HOST_ADDRESS)]],
  ])('no conflict: %s', (_, [firstPort, firstOptions], [port, options]) => {
    const { program, web, other } = twoContainers();
    web.publish(firstPort, firstOptions);
    other.publish(port, options);
    expect(program.topology().publications).toHaveLength(2);
    program.synth();
  });

  test('on another daemon the port is free', () => {
    const { program, web } = twoContainers();
    const daemon = newDaemon(program.stack, { addressPool: Cidr.parse('10.30.0.0/16') }, 'Second');
    const far = program.container('Far', program.segment('FarSegment', { daemon }));
    web.publish(HTTPS, on(HOST_ADDRESS));
    far.publish(HTTPS, on('0.0.0.0'));
    program.synth();
  });
});

test('several publications of one workload share its one gateway network', () => {
  const { program, web } = twoContainers();
  web.publish(HTTPS, { hostAddress: HOST_ADDRESS, sources: EVERYBODY });
  web.publish(Port.tcp(80), { hostAddress: SECOND_ADDRESS, sources: EVERYBODY });
  const { networks_advanced: networks, ports } = program.synth().container('app-web');
  expect([networks.length, ports.length]).toEqual([2, 2]);
});
