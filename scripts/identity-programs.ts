// The programs that `identity.ts` compares: the same ones on every run, from fixed seeds, with every kind of daemon and of network.
import { TerraformStack } from 'cdktf';
import {
  BridgeSegment,
  Capability,
  Cidr,
  ConnectionRate,
  ContainerImage,
  ContainerNetwork,
  ContainerUser,
  EncryptedOverlay,
  EngineFirewall,
  EngineVersion,
  HardenedContainer,
  HardenedDaemon,
  type HardenedDaemonProps,
  HardenedService,
  HostShim,
  IpvlanMode,
  IpvlanSegment,
  MacvlanSegment,
  Peer,
  Port,
  PublishMode,
  Requirement,
  SwarmCluster,
  UnguardedDaemon,
} from '../src';
import { generate, HOSTS, Random } from '../test/integ/harness/generate';
import { programOf } from '../test/integ/harness/generate-program';
import { legacy, theirs } from '../test/support/existing';
import { IMAGE, LAN_PROPS, newDaemon } from '../test/support/programs';
import { newNode } from '../test/support/swarms';

export type AnyDaemon = HardenedDaemon | UnguardedDaemon;

/** Fills a stack, and names the daemons whose answers are compared. */
export type Build = (stack: TerraformStack) => AnyDaemon[];

const VERSIONS = ['20.10', '23.0', '24.0', '25.0', '26.1', '27.5', '28.0.0', '28.0.1', '28.2', '29.0', '29.8'];
/** Others send encrypted overlays in the clear. */
const SWARM_VERSIONS = ['20.10.24', '23.0.3', '24.0', '25.0', '26.1', '27.5', '28.2', '29.0', '29.8'];
/** Nodes know no image by its id. */
const PULLED = ContainerImage.fromRegistry(`registry.example/shop@sha256:${'a'.repeat(64)}`);
/** Everything that a daemon can be told, each alone; the versions turn beside them. */
const OPTIONS: readonly Partial<HardenedDaemonProps>[] = [
  {},
  { liveRestore: false, auditRules: false },
  { logMebibytes: 50, registryMirrors: ['https://mirror.example.test'] },
  { dataPartition: true, enginePackages: [] },
  { startWithoutGuardReason: 'the guard is tried out here first' },
  { withoutProofReason: 'asked by hand until spring' },
  { foreignBlocks: [Cidr.parse('10.99.0.0/16')], uplinkMtu: 1400 },
  { enginePackages: ['docker-ce', 'docker-ce-cli'], providerVersion: '>= 4.0.0, < 5.0.0' },
];

const shared = (at: number) => ({
  engine: EngineVersion.of(VERSIONS[at % VERSIONS.length]),
  additionalHostAddresses: [HOSTS[1]],
});

/** 120 random programs under a hardened daemon, 30 under an unguarded one, 50 with what those have not. */
export function programs(): Map<string, Build> {
  const all = new Map<string, Build>();
  const put = (kind: string, count: number, build: (at: number, random: Random) => Build) => {
    for (let at = 0; at < count; at++) all.set(`${kind} ${at}`, build(at, new Random(`identity/${kind}/${at}`)));
  };
  put('hardened', 120, (at) => (stack) => {
    const daemon = newDaemon(stack, { ...shared(at), ...OPTIONS[at % OPTIONS.length] });
    programOf(generate(`identity/hardened/${at}`))({ stack, daemon, image: IMAGE });
    return [daemon];
  });
  put('unguarded', 30, (at) => unguarded(at));
  put('lan', 20, (at, random) => lan(at, random));
  put('swarm', 12, (at, random) => swarm(at, random));
  put('rich', 18, (at, random) => rich(at, random));
  return all;
}

function unguarded(at: number): Build {
  return (stack) => {
    const own = shared(at);
    const isNft = own.engine.version.startsWith('29') && at % 2 === 0;
    const daemon = new UnguardedDaemon(stack, 'Edge', {
      ...own,
      hostAddress: HOSTS[0],
      addressPool: Cidr.parse('10.20.0.0/16'),
      engineFirewall: isNft ? EngineFirewall.NFTABLES : EngineFirewall.IPTABLES,
      userlandProxy: at % 3 > 0,
      ...(at % 4 === 1 ? { forwardPolicyDrop: true } : {}),
      ...(at % 5 === 4 ? { daemonJson: '{"icc":false,"userland-proxy":false,"log-driver":"journald"}' } : {}),
    });
    const plan = generate(`identity/unguarded/${at}`);
    // Some sources alone take rules on the host, which is refused: every sixth program shows that.
    const publications = plan.publications.map((each) => ({ ...each, sources: at % 6 === 5 ? each.sources : ['0.0.0.0/0'] }));
    programOf({ ...plan, publications: publications.filter(({ hostAddress }) => hostAddress !== '127.0.0.1') })({
      stack,
      daemon,
      image: IMAGE,
    });
    return [daemon];
  };
}

/** Two tiers and a publication, for daemons that take little else. */
function simple(stack: TerraformStack, daemon: AnyDaemon): void {
  const segment = new BridgeSegment(stack, 'Front', { daemon });
  const [web, api] = ['Web', 'Api'].map((id) => new HardenedContainer(stack, id, { segment, image: IMAGE }));
  web.connections.allowTo(api, Port.tcp(8080));
  web.publish(Port.tcp(443), { hostAddress: HOSTS[0], sources: [Peer.anyIpv4()] });
}

function lan(at: number, random: Random): Build {
  return (stack) => {
    const daemon = newDaemon(stack, { ...shared(at), dualStack: at % 4 === 3 });
    const ipv6 = { ipv6Block: Cidr.parse('2001:db8:7::/64'), ipv6Gateway: '2001:db8:7::1', ipv6Range: Cidr.parse('2001:db8:7::c0/122') };
    const props = {
      ...LAN_PROPS,
      daemon,
      ...(at % 3 === 0 ? { vlanId: 20 } : {}),
      ...(at % 4 === 3 ? ipv6 : {}),
      ...(at % 5 === 2 ? { guardedBy: 'the switch lets in what its list says' } : {}),
    };
    const { macLimit, ...same } = props;
    const wire =
      at % 2 === 0
        ? new MacvlanSegment(stack, 'Cameras', { ...same, macLimit })
        : at % 7 === 1
          ? new IpvlanSegment(stack, 'Cameras', { daemon, reason: same.reason, parent: 'eth0', mode: IpvlanMode.L3 })
          : new IpvlanSegment(stack, 'Cameras', { ...same, mode: undefined });
    const recorder = new HardenedContainer(stack, 'Recorder', { segment: wire, image: IMAGE });
    const front = new BridgeSegment(stack, 'Front', { daemon });
    const web = new HardenedContainer(stack, 'Web', { segment: front, image: IMAGE });
    if (random.chance(0.6)) {
      new HostShim(stack, 'Shim', { segment: wire });
      recorder.connections.allowFrom(Peer.host(), Port.tcp(random.int(1024, 9000)));
    }
    recorder.connections.allowTo(web, Port.tcp(random.int(1024, 9000)));
    return [daemon];
  };
}

function swarm(at: number, random: Random): Build {
  return (stack) => {
    const engine = { engine: EngineVersion.of(SWARM_VERSIONS[at % SWARM_VERSIONS.length]), auditRules: at % 2 === 0 };
    const manager = newNode(stack, 'One', 10, engine);
    const workers = [12, 13].slice(0, at % 3).map((last) => newNode(stack, `Worker${last}`, last, engine));
    const cluster = new SwarmCluster(stack, 'Swarm', {
      managers: [manager],
      workers,
      addressPool: Cidr.parse('10.64.0.0/16'),
      ...(at % 2 === 0 ? { withoutAutolockReason: 'restarts at night must work without an operator' } : {}),
      ...(at % 3 === 0 ? { unencryptedIngressReason: 'the underlay is already a tunnel' } : {}),
    });
    const overlay = new EncryptedOverlay(stack, 'Mesh', { cluster });
    const [web, api] = ['Shop', 'Stock'].map(
      (id) =>
        new HardenedService(stack, id, {
          overlay,
          image: PULLED,
          replicas: random.int(1, 3),
        }),
    );
    web.connections.allowTo(api, Port.tcp(random.int(1024, 9000)));
    web.publish(Port.tcp(8443), {
      sources: [Peer.cidr('198.51.100.0/24')],
      mode: at % 2 === 0 ? PublishMode.HOST : PublishMode.INGRESS,
    });
    simple(stack, manager);
    return [manager, ...workers];
  };
}

function rich(at: number, random: Random): Build {
  return (stack) => {
    const daemon = newDaemon(stack, { ...shared(at), dualStack: at % 2 === 0 });
    const [front, back] = ['Front', 'Back'].map((id) => new BridgeSegment(stack, id, { daemon }));
    const on = (id: string, segment = front, props = {}) => new HardenedContainer(stack, id, { segment, image: IMAGE, ...props });
    const web = on('Web');
    const api = on('Api', back, {
      user: ContainerUser.root({ reason: 'its image has no other user' }),
      capabilities: [Capability.of('IPC_LOCK', { reason: 'keeps its keys out of swap' })],
    });
    const db = on('Db', back);
    if (at % 3 === 0) {
      on('Tap', new BridgeSegment(stack, 'Alone', { daemon }), {
        user: ContainerUser.root({ reason: 'its image has no other user' }),
        capabilities: [Capability.of('NET_RAW', { reason: 'records what the switch mirrors' })],
      });
    }
    web.connections.allowTo(api, Port.tcp(8080), { conduit: at % 2 === 1 });
    api.connections.allowTo(db, Port.tcpRange(5432, 5440));
    api.connections.allowTo(Peer.cidr('198.51.100.0/24'), Port.tcp(443));
    api.connections.allowDnsTo(Peer.address('192.0.2.53'));
    web.publish(Port.tcp(random.int(1024, 9000)), {
      targetPort: Port.tcp(8443),
      hostAddress: HOSTS[at % 2],
      sources: [Peer.anyIpv4()],
      rate: ConnectionRate.perSecond(random.int(1, 50)),
    });
    web.publish(Port.udpRange(50_000, 50_000 + random.int(1, 9)), { hostAddress: HOSTS[0], sources: [Peer.cidr('203.0.113.0/24')] });
    web.publishOnRandomPort(Port.tcp(9090), { hostAddress: HOSTS[0], sources: [Peer.address('192.0.2.20')] });
    const agent = new HardenedContainer(stack, 'Agent', {
      daemon,
      image: IMAGE,
      network: ContainerNetwork.host({ reason: 'reads the counters of the host' }),
    });
    agent.connections.allowTo(api, Port.tcp(8080));
    new HardenedContainer(stack, 'Batch', {
      daemon,
      image: IMAGE,
      network: ContainerNetwork.none({ reason: 'computes without connections' }),
    });
    if (at % 3 === 1) {
      const old = legacy({ stack, daemon }, { joinReason: 'the old shop stays until spring' });
      api.connections.allowTo(theirs({ stack, daemon }, old), Port.tcp(8080));
    }
    daemon.require(Requirement.onlyReachableFrom(db, [api], Port.tcp(5432)));
    return [daemon];
  };
}
