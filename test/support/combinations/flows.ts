// What a container publishes and reaches outside, and the profile of its image.
import { type Bad, type Draw, REASON } from './draw';
import { ContainerUser, HealthCheck, ImageProfile, type ImageProfileProps, Peer, Port, type PublishOptions } from '../../../src';

const HOST_ADDRESS = '192.0.2.10';

interface Wish {
  readonly port: () => Port;
  readonly options?: () => PublishOptions;
  readonly isChosen?: boolean;
  readonly ports?: { ip: string; external?: number; internal: number; protocol: string }[];
}

/** Ports of the host are each container's own: ten from 20000 on. */
export function drawPublications(draw: Draw): void {
  const { facts, number, random } = draw;
  if (facts.replicas > 0 || !random.chance(0.2)) return;
  const first = 20_000 + 10 * (number % 1000);
  const loopback = '127.0.0.1';
  const good: Wish[] = [
    { port: () => Port.tcp(first), ports: [{ ip: loopback, external: first, internal: first, protocol: 'tcp' }] },
    { port: () => Port.udp(first), options: () => ({ targetPort: Port.udp(53) }), ports: [{ ip: loopback, external: first, internal: 53, protocol: 'udp' }] }, // prettier-ignore
    {
      port: () => Port.tcpRange(first, first + 2),
      options: () => ({ targetPort: Port.tcpRange(1, 3), hostAddress: HOST_ADDRESS, sources: [Peer.cidr('192.0.2.0/24')] }),
      ports: [0, 1, 2].map((offset) => ({ ip: HOST_ADDRESS, external: first + offset, internal: 1 + offset, protocol: 'tcp' })),
    },
    {
      port: () => Port.tcp(65_535 - number),
      options: () => ({ hostAddress: '0.0.0.0', sources: [Peer.address('203.0.113.7')] }),
      ports: [{ ip: '0.0.0.0', external: 65_535 - number, internal: 65_535 - number, protocol: 'tcp' }],
    },
    { port: () => Port.tcp(8080), isChosen: true, ports: [{ ip: loopback, internal: 8080, protocol: 'tcp' }] },
  ];
  const on = (hostAddress: string, more: PublishOptions = {}) => ({
    port: () => Port.tcp(first),
    options: () => ({ hostAddress, ...more }),
  });
  const bad: Bad[] = [
    [{ port: () => Port.tcp(0) }, 'PortOutOfRange', '0'],
    [{ port: () => Port.tcp(65_536) }, 'PortOutOfRange', '65536'],
    [{ port: () => Port.tcpRange(9, 8) }, 'PortRangeReversed', '9'],
    [{ port: () => Port.tcp(first), options: () => ({ targetPort: Port.tcpRange(1, 2) }) }, 'PublicationPorts', ''],
    [{ port: () => Port.tcp(first), options: () => ({ targetPort: Port.udp(1) }) }, 'PublicationPorts', ''],
    [on('0.0.0.0'), 'PublishNeedsSources', '0.0.0.0'],
    [on('192.0.2.99', { sources: [Peer.anyIpv4()] }), 'NotAHostAddress', '192.0.2.99'],
    [on('here', { sources: [Peer.anyIpv4()] }), 'AddressSyntax', 'here'],
  ];
  const { port, options, isChosen, ports = [] } = draw.value(good, bad);
  if (facts.network === 'segment') facts.ports = ports;
  else draw.refuse(facts.network === 'host' ? 'HostNetworkRefused' : 'NoNetworkRefused', 'publishes');
  draw.after.push((_, container) => {
    if (isChosen) container.publishOnRandomPort(port(), options?.());
    else container.publish(port(), options?.());
  });
}

export function drawEgress(draw: Draw): void {
  const { facts, random } = draw;
  if (facts.network !== 'segment' || facts.replicas > 0 || !random.chance(0.2)) return;
  const wish = random.pick(['web', 'dns', 'host'] as const);
  if (wish === 'web') {
    const [block, port] = draw.value<readonly [string, number]>([['203.0.113.0/24', 443], ['0.0.0.0/0', 80]], [[['203.0.113.7/24', 443], 'CidrHasHostBits', '203.0.113.0/24'], [['10.20.0.0/16', 443], 'EgressToContainers', '10.20.0.0/16'], [['224.0.0.0/4', 443], 'EgressNowhere', '224.0.0.0/4'], [['192.0.2.10/32', 443], 'EgressToHost', '192.0.2.10']]); // prettier-ignore
    draw.after.push((_, container) => container.connections.allowTo(Peer.cidr(block), Port.tcp(port)));
  } else if (wish === 'dns') {
    const resolver = draw.value(['192.0.2.20', '203.0.113.7'], [['192.0.2.300', 'AddressSyntax']]);
    facts.resolvers = [resolver];
    draw.after.push((_, container) => container.connections.allowDnsTo(Peer.address(resolver)));
  } else {
    facts.hosts = { ...facts.hosts, 'host.docker.internal': 'gateway' };
    draw.after.push((_, container) => container.connections.allowTo(Peer.host(), Port.tcp(9100)));
  }
}

/** What a profile says holds where the container says nothing; its variables and file systems in memory are added to. */
export function drawProfile(draw: Draw): void {
  const { facts, random, props } = draw;
  const given: ImageProfileProps = {
    imageName: 'own',
    user: ContainerUser.of(4000, 4001),
    ports: [Port.tcp(8080)],
    tmpfsMebibytes: { '/run': 7, '/tmp': 5 },
    environment: { PROFILE: 'yes', A: 'of the profile' },
    healthCheck: HealthCheck.command(['true'], { intervalSeconds: 1 }),
    stopTimeoutSeconds: 33,
    memoryMebibytes: 1100,
    ...(random.chance(0.3) && { writableRootReason: REASON }),
  };
  const wrong = draw.value<Partial<ImageProfileProps>>([{}], [[{ dataPath: 'data' }, 'MountTarget', 'data'], [{ imageName: undefined }, 'PropertyMissing', 'imageName'], [{ user: undefined }, 'PropertyMissing', 'user']]); // prettier-ignore
  if (!props.has('user') && facts.user.mode === 'fixed') facts.user = { mode: 'fixed', uid: 4000, gid: 4001 };
  if (!props.has('tmpfsMebibytes')) facts.tmpfs = {};
  facts.tmpfsOfProfile = { '/run': 7, '/tmp': 5 };
  facts.environment = { PROFILE: 'yes', A: 'of the profile', ...facts.environment };
  if (given.writableRootReason !== undefined) facts.readOnlyRoot = false;
  if (!props.has('healthCheck')) facts.health = { test: ['CMD', 'true'], interval: 1, timeout: 5, start: 10, retries: 3, passes: true };
  if (!props.has('stopTimeoutSeconds')) facts.stopTimeout = 33;
  if (!props.has('limits.memoryMebibytes')) facts.memory = 1100;
  props.set('profile', () => ImageProfile.of({ ...given, ...wrong }));
}
