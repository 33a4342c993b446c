import {
  BridgeSegment,
  Cidr,
  DaemonConnection,
  EngineFirewall,
  EngineVersion,
  HardenedContainer,
  type HardenedDaemon,
  type HardenedDaemonProps,
  Peer,
  Port,
  type PublishOptions,
  Reachability,
  ThreeTierNetwork,
  type UnguardedDaemonProps,
} from '../../../src';
import { HOST_ADDRESS, IMAGE, newDaemon, newStack, synth } from '../../support/programs';
import { Unguarded } from '../../support/unguarded';
import { type Entry, program, told, value, whole } from '../entry';

const HTTPS = Port.tcp(443);
const CLIENTS = [Peer.cidr('198.51.100.0/24')];
const KEY = `ssh-ed25519 ${'A'.repeat(68)}`;
const SSH = { host: 'docker.example', user: 'admin' };

/** One container whose port is published in a way that is refused, and in the way that the message says. */
function published(
  code: Entry['code'],
  says: string[],
  follow: string,
  bad: [Port, PublishOptions],
  mended: [Port, PublishOptions],
  beside?: [Port, PublishOptions],
): Entry {
  return program(code, told('app/Web', says, follow), (p, isMended) => {
    const web = p.container('Web', p.segment('Front'));
    if (beside) web.publish(...beside);
    const [port, options] = isMended ? mended : bad;
    web.publish(port, options);
    return (s) => s.container('app-web').ports.some((each: any) => each.external === mended[0].first && each.ip === (mended[1].hostAddress ?? '127.0.0.1')); // prettier-ignore
  });
}

/** A second daemon with a property that is refused, and as the message says. */
function daemon(
  code: Entry['code'],
  says: string[],
  follow: string,
  bad: Partial<HardenedDaemonProps>,
  mended: Partial<HardenedDaemonProps>,
): Entry {
  return program(code, told('app/Second', says, follow), (p, isMended) => {
    const second = newDaemon(p.stack, isMended ? mended : bad, 'Second');
    p.container('Web', p.segment('Front', { daemon: second }));
    return (s) => s.names('docker_container').length === 1;
  });
}

function unguarded(
  code: Entry['code'],
  says: string[],
  follow: string,
  bad: Partial<UnguardedDaemonProps>,
  mended: Partial<UnguardedDaemonProps>,
): Entry {
  return whole(code, told('app/Edge', says, follow), (isMended) => {
    const p = new Unguarded(isMended ? mended : bad);
    p.container('Web', p.segment('Front'));
    return synth(p.stack).names('docker_container').length === 1;
  });
}

const on = (hostAddress: string, sources = CLIENTS): PublishOptions => ({ hostAddress, sources });

/** Publications, engines, and how Terraform reaches them. */
export const HOSTS: readonly Entry[] = [
  published(
    'PublicationPorts',
    ['cannot publish tcp/443 as udp/443'],
    'both must have the same protocol',
    [HTTPS, { targetPort: Port.udp(443) }],
    [HTTPS, { targetPort: Port.tcp(443) }],
  ),
  published(
    'PublishNeedsSources',
    [`publishing tcp/443 on ${HOST_ADDRESS} needs 'sources'`],
    "[Peer.cidr('198.51.100.0/24')]",
    [HTTPS, { hostAddress: HOST_ADDRESS }],
    [HTTPS, on(HOST_ADDRESS)],
  ),
  published(
    'PublishNeedsSources',
    ["publishing tcp/443 on 0.0.0.0 needs 'sources'"],
    '[Peer.anyIpv4()]',
    [HTTPS, { hostAddress: '0.0.0.0' }],
    [HTTPS, on('0.0.0.0', [Peer.anyIpv4()])],
  ),
  published(
    'SourcesOnLoopback',
    ['tcp/443 on 127.0.0.1 is reachable only from the host'],
    "also set 'hostAddress'",
    [HTTPS, { sources: CLIENTS }],
    [HTTPS, on(HOST_ADDRESS)],
  ),
  published('SourcesOnLoopback', ["so 'sources' has no effect"], "remove 'sources'", [HTTPS, { sources: CLIENTS }], [HTTPS, {}]),
  program(
    'SourceNotOutside',
    told('app/Web', "'sources[0]' must be an address or a block outside", 'declare a flow: connections.allowFrom(…)'),
    (p, isMended) => {
      const [web, api] = ['Web', 'Api'].map((id) => p.container(id, p.segment(`${id}s`)));
      if (isMended) web.connections.allowFrom(api, HTTPS);
      else web.publish(HTTPS, on(HOST_ADDRESS, [api]));
      return () => Reachability.of(p.daemon).canReach(api, web, HTTPS);
    },
  ),
  published(
    'SourceNotOutside',
    ['source 10.20.0.0/24 is in the address pool 10.20.0.0/16'],
    'declare a flow from the container',
    [HTTPS, on(HOST_ADDRESS, [Peer.cidr('10.20.0.0/24')])],
    [HTTPS, on(HOST_ADDRESS)],
  ),
  published(
    'SourceNotOutside',
    ['source 127.0.0.1/32 is loopback'],
    'name the machines that may connect',
    [HTTPS, on(HOST_ADDRESS, [Peer.address('127.0.0.1')])],
    [HTTPS, on(HOST_ADDRESS)],
  ),
  published(
    'SourceNotOutside',
    [`source ${HOST_ADDRESS} is the host`],
    'remove it',
    [HTTPS, on(HOST_ADDRESS, [Peer.address(HOST_ADDRESS), ...CLIENTS])],
    [HTTPS, on(HOST_ADDRESS)],
  ),
  published(
    'SourceNotOutside',
    ['got "198.51.100.0/24"'],
    "write Peer.cidr('198.51.100.0/24')",
    [HTTPS, on(HOST_ADDRESS, ['198.51.100.0/24' as never])],
    [HTTPS, on(HOST_ADDRESS)],
  ),
  published(
    'PublicationPorts',
    ['cannot publish icmp/ping'],
    'name a port, such as Port.tcp(443)',
    [Port.icmpPing(), on(HOST_ADDRESS)],
    [HTTPS, on(HOST_ADDRESS)],
  ),
  published(
    'PublicationConflict',
    [`tcp/443 on ${HOST_ADDRESS} is already in use`, "'app/Web' publishes tcp/443"],
    'use another port or address',
    [HTTPS, on(HOST_ADDRESS)],
    [Port.tcp(8443), on(HOST_ADDRESS)],
    [HTTPS, on(HOST_ADDRESS)],
  ),
  program(
    'RandomPortShared',
    told(
      'app/Web',
      ['port tcp/80 of the container is already published', 'a port that the engine chooses'],
      'publish both on ports that you choose',
    ),
    (p, isMended) => {
      const web = p.container('Web', p.segment('Front'));
      if (isMended) web.publish(Port.tcp(8081), { ...on(HOST_ADDRESS), targetPort: Port.tcp(80) });
      else web.publishOnRandomPort(Port.tcp(80), on(HOST_ADDRESS));
      web.publish(Port.tcp(8080), { ...on(HOST_ADDRESS), targetPort: Port.tcp(80) });
      return (s) => s.container('app-web').ports.length === 2;
    },
  ),
  program('SegmentForbidsPublication', told('app/Api', 'cannot publish tcp/443', 'publish from DMZ'), (p, isMended) => {
    const tiers = new ThreeTierNetwork(p.stack, 'Shop', { daemon: p.daemon });
    p.container('Api', isMended ? tiers.dmz : tiers.app).publish(HTTPS);
    return (s) => s.container('app-api').ports[0].external === 443;
  }),
  program(
    'NotAHostAddress',
    told(
      'app/Web',
      ["'hostAddress' 192.0.2.99", 'is not an address of the daemon; use 198.18.'],
      "add it to 'additionalHostAddresses' of the daemon",
    ),
    (p, isMended) => {
      const second = newDaemon(p.stack, { additionalHostAddresses: isMended ? ['192.0.2.99'] : [] }, 'Second');
      const web = p.container('Web', p.segment('Front', { daemon: second }));
      web.publish(HTTPS, on('192.0.2.99'));
      return (s) => s.container('app-web').ports[0].ip === '192.0.2.99';
    },
  ),
  daemon(
    'NotAHostAddress',
    ["'hostAddress' 127.0.0.1 is loopback"],
    'use the address at which other machines reach the host',
    { hostAddress: '127.0.0.1' },
    { hostAddress: '192.0.2.20' },
  ),
  daemon(
    'Ipv6PoolKind',
    ['got fe80::/64'],
    'leave it out for unique local addresses',
    { ipv6Pool: Cidr.parse('fe80::/64') },
    { dualStack: true },
  ),
  daemon(
    'Ipv6PoolUnused',
    ["'ipv6Pool' fd12:3456:789a::/48", "'dualStack: false'"],
    'remove one of them',
    { dualStack: false, ipv6Pool: Cidr.parse('fd12:3456:789a::/48') },
    { ipv6Pool: Cidr.parse('fd12:3456:789a::/48') },
  ),
  daemon(
    'UnknownEngineVersion',
    ["'engine' must be an EngineVersion", 'got an object'],
    'EngineVersion.V28',
    { engine: {} as never },
    { engine: EngineVersion.V28 },
  ),
  value(
    'UnknownEngineVersion',
    told(undefined, "'19.03' is not an engine version that Bulkhead supports", "write the version as '29.9.3'"),
    (isMended) => EngineVersion.of(isMended ? '28.5.2' : '19.03').isAtLeast('28.5'),
  ),
  daemon(
    'WrongFamily',
    ["'addressPool' must be an IPv4 block"],
    "Cidr.parse('10.20.0.0/16')",
    { addressPool: Cidr.parse('fd00::/48') },
    { addressPool: Cidr.parse('10.30.0.0/16') },
  ),
  daemon(
    'ConnectionValue',
    ["'connection' must be made by DaemonConnection"],
    'DaemonConnection.socket()',
    { connection: 'unix:///run/docker.sock' as never },
    { connection: DaemonConnection.socket() },
  ),
  daemon(
    'ProviderVersion',
    ["got 'latest;'"],
    "'>= 3.6.2, < 5.0.0'",
    { providerVersion: 'latest;' },
    { providerVersion: '>= 3.6.2, < 5.0.0' },
  ),
  daemon(
    'RegistryMirror',
    ["got 'mirror.example'"],
    "an 'https://' URL",
    { registryMirrors: ['mirror.example'] },
    { registryMirrors: ['https://mirror.example'] },
  ),
  daemon(
    'PackageName',
    ["got 'Docker CE'"],
    'the name of a Debian package',
    { enginePackages: ['Docker CE'] },
    { enginePackages: ['docker-ce'] },
  ),
  daemon('LogLimit', ['got 0'], 'a whole number from 1 to 10240', { logMebibytes: 0 }, { logMebibytes: 1 }),
  daemon('MtuRange', ["'uplinkMtu'", 'got 9'], 'a whole number from 68 to 65535', { uplinkMtu: 9 }, { uplinkMtu: 1500 }),
  program('MtuAboveUplink', told('app/Front', ["'mtu' 9000 is more than 1450"], 'use at most 1450'), (p, isMended) => {
    const second = newDaemon(p.stack, { uplinkMtu: 1450 }, 'Second');
    p.segment('Front', { daemon: second, mtu: isMended ? 1450 : 9000 });
    return (s) => s.network('app-front').options['com.docker.network.driver.mtu'] === '1450';
  }),
  value('PlainTcpRefused', told(undefined, "'tcp://192.0.2.10:2375' uses plain TCP", 'DaemonConnection.tls()'), (isMended) =>
    (isMended
      ? DaemonConnection.tls({ host: HOST_ADDRESS, certificateDirectory: '/etc/docker/tls' })
      : DaemonConnection.fromUrl('tcp://192.0.2.10:2375')
    ).url.startsWith('tcp://'),
  ),
  value(
    'HostKeyMissing',
    told(undefined, "'ssh://admin@docker.example' has no host key", 'DaemonConnection.ssh({ host, user, hostKeys })'),
    (isMended) =>
      (isMended
        ? DaemonConnection.ssh({ ...SSH, hostKeys: [KEY] })
        : DaemonConnection.fromUrl('ssh://admin@docker.example')
      ).url.startsWith('ssh://'),
  ),
  value(
    'HostKeyMissing',
    told(undefined, "'hostKeys' of docker.example is missing", "give ['ssh-ed25519 AAAA…']"),
    (isMended) => DaemonConnection.ssh({ ...SSH, ...(isMended && { hostKeys: [KEY] }) } as never).url === 'ssh://admin@docker.example:22',
  ),
  value('HostKeyMissing', told(undefined, "got 'docker.example ssh-ed25519", "with nothing before 'ssh-ed25519'"), (isMended) =>
    DaemonConnection.ssh({ ...SSH, hostKeys: [isMended ? KEY : `docker.example ${KEY}`] }).url.startsWith('ssh://'),
  ),
  value('ConnectionValue', told(undefined, "'/run/docker.sock' is not a URL", "'unix:///var/run/docker.sock'"), (isMended) =>
    DaemonConnection.fromUrl(isMended ? 'unix:///var/run/docker.sock' : '/run/docker.sock').url.endsWith('docker.sock'),
  ),
  whole('Ipv6NotTranslated', told('app/Web', ['replies from ::/0 would not return', 'engine 26.1'], 'name an IPv4 block'), (isMended) => {
    const stack = newStack();
    const edge = newDaemon(stack, { engine: EngineVersion.V26, dualStack: true });
    const web = new HardenedContainer(stack, 'Web', { segment: new BridgeSegment(stack, 'Front', { daemon: edge }), image: IMAGE });
    web.connections.allowTo(isMended ? Peer.anyIpv4() : Peer.anyIpv6(), HTTPS);
    synth(stack);
    return Reachability.of(edge).canReach(web, Peer.anyIpv4(), HTTPS);
  }),
  unguarded(
    'Ipv6NotTranslated',
    ["'dualStack' is set for engine 26.1"],
    'remove it',
    { engine: EngineVersion.V26, dualStack: true },
    { engine: EngineVersion.V26 },
  ),
  unguarded(
    'NftablesTooEarly',
    ['engine 28.2 has no nftables backend'],
    'declare engine 29 or later',
    { engineFirewall: EngineFirewall.NFTABLES },
    { engineFirewall: EngineFirewall.NFTABLES, engine: EngineVersion.V29 },
  ),
  unguarded(
    'DaemonJson',
    ["'daemonJson' is not a JSON object", "'/etc/docker/daemon.json'"],
    "pass what 'cat /etc/docker/daemon.json' prints",
    { daemonJson: '/etc/docker/daemon.json' },
    { daemonJson: '{ "icc": false, "no-new-privileges": true }' },
  ),
  value('NotADaemon', told(undefined, 'Reachability.of() takes a daemon', 'a HardenedDaemon'), (isMended) => {
    const edge = newDaemon(newStack());
    return Reachability.of((isMended ? edge : edge.userData) as HardenedDaemon).matrix().length === 0;
  }),
];
