import { DefaultTokenResolver, StringConcat, TerraformStack, Tokenization } from 'cdktf';
import {
  Capability,
  ContainerNetwork,
  ContainerSysctl,
  ContainerUser,
  Disposition,
  HardenedContainer,
  type HardenedContainerProps,
  Peer,
  Port,
  Reachability,
  Requirement,
  SocketAccess,
  SocketProxy,
  WorkloadGroup,
} from '../../src';
import type { ErrorCode } from '../../src/private/errors';
import { expectError, thrownBy } from '../support/errors';
import { legacy, theirs } from '../support/existing';
import { hostFile } from '../support/host-file';
import { HOST_ADDRESS, IMAGE, Program } from '../support/programs';
import { Unguarded } from '../support/unguarded';

const WHY = 'reads what the proxy writes to its loopback interface';
const HTTP = Port.tcp(8080);
const SQL = Port.tcp(5432);
const ROOT = ContainerUser.root({ reason: 'only root holds capabilities' });
const RAW = Capability.of('NET_RAW', { reason: 'sends pings of its own making' });

/** Proxy in Front shares its network with Shipper; Db and Web are elsewhere. */
function scene(props: ConstructorParameters<typeof Program>[0] = {}, more: Partial<HardenedContainerProps> = {}) {
  const program = new Program(props);
  const proxy = program.container('Proxy', program.segment('Front'));
  const back = program.segment('Back');
  const sharing = (id: string, other: HardenedContainer, own: Partial<HardenedContainerProps> = {}) =>
    new HardenedContainer(program.stack, id, { network: ContainerNetwork.container(other, { reason: WHY }), image: IMAGE, ...own });
  return {
    program,
    proxy,
    db: program.container('Db', back),
    web: program.container('Web', back),
    sharing,
    shipper: sharing('Shipper', proxy, more),
  };
}

describe('what Terraform gets', () => {
  test('the id of the other container, and nothing that belongs to a network', () => {
    const { program } = scene({ dualStack: true });
    const shipper = program.synth().container('app-shipper');
    expect(shipper.network_mode).toMatch(
      /^container:\$\{docker_container\.Proxy_Resource_\w+\.id\}$|^container:\$\{docker_container\.\w+\.id\}$/,
    );
    for (const key of ['networks_advanced', 'ports', 'dns', 'hostname', 'sysctls', 'host']) expect(shipper).not.toHaveProperty(key);
    expect(shipper).toMatchObject({ capabilities: { drop: ['ALL'] }, read_only: true, user: '10001:10001', ipc_mode: 'private' });
    expect(shipper.mounts).toEqual([expect.objectContaining({ target: '/.bulkhead-guard' })]);
  });

  test('parameters of other namespaces are its own', () => {
    const { program } = scene({}, { sysctls: [ContainerSysctl.shmmaxBytes(65536)] });
    expect(program.synth().container('app-shipper').sysctls).toEqual({ 'kernel.shmmax': '65536' });
  });

  test('it reads as the other one', () => {
    const { proxy, shipper } = scene({ dualStack: true });
    expect(shipper.segment).toBe(proxy.segment);
    expect(shipper.dnsName).toBe('app-proxy');
    expect(shipper.ipv6Address).toBe(proxy.ipv6Address);
    const [own, other] = [shipper, proxy].map(({ ipv4Address }) =>
      Tokenization.resolve(ipv4Address, { scope: proxy, resolver: new DefaultTokenResolver(new StringConcat()), preparing: false }),
    );
    expect(own).toMatch(/^10\./);
    expect(own).toBe(other);
  });

  test.each([['bridge'], ['host'], ['container:app-db'], [undefined]])('another network by an override is refused: %s', (set) => {
    const { program, shipper } = scene();
    (shipper.node.findChild('Resource') as any).addOverride('network_mode', set ?? null);
    expect(thrownBy(() => program.synth()).message).toContain('(HostAccessRefused)');
  });
});

describe('flows', () => {
  test('those of either are those of the other container', () => {
    const { program, proxy, shipper, db, web } = scene();
    shipper.connections.allowTo(db, SQL);
    web.connections.allowTo(shipper, HTTP);
    proxy.connections.allowTo(web, HTTP);
    expect(program.pairs()).toEqual(
      expect.arrayContaining(['app/Proxy > app/Db tcp/5432', 'app/Web > app/Proxy tcp/8080', 'app/Proxy > app/Web tcp/8080']),
    );
    const { networks, pairs } = program.topology();
    const addresses = networks.flatMap(({ members }) => members.filter(({ workload }) => workload === 'app/Proxy').map(({ ipv4 }) => ipv4));
    expect(pairs.every(({ source, destination }) => addresses.includes(source) || addresses.includes(destination))).toBe(true);
    expect(networks.some(({ members }) => members.some(({ workload }) => workload === 'app/Shipper'))).toBe(false);
    program.synth();
  });

  test('those of the container that shares go with it, those of the other one stay', () => {
    const { program, proxy, shipper, db } = scene();
    shipper.connections.allowTo(db, SQL);
    proxy.connections.allowTo(db, HTTP);
    program.stack.node.tryRemoveChild('Shipper');
    program.daemon._declarations.store.noticeRemovals();
    expect(program.pairs()).toEqual(['app/Proxy > app/Db tcp/8080']);
    program.synth();
  });

  test('egress, resolvers and a flow to the host are those of the other one as well', () => {
    const { program, shipper } = scene();
    shipper.connections.allowTo(Peer.host(), HTTP);
    shipper.connections.allowDnsTo(Peer.address('203.0.113.53'));
    const made = program.synth();
    expect(made.container('app-proxy')).toMatchObject({
      dns: ['203.0.113.53'],
      host: [expect.objectContaining({ host: 'host.docker.internal' })],
    });
    expect(made.container('app-shipper')).not.toHaveProperty('dns');
  });

  test('none between the two, in either direction, nor between two that share', () => {
    const { proxy, shipper, sharing } = scene();
    const second = sharing('Second', proxy);
    for (const [from, to] of [
      [proxy, shipper],
      [shipper, proxy],
      [shipper, second],
    ]) {
      expectError(() => from.connections.allowTo(to, HTTP), 'FlowToSelf', { says: [from.node.path, to.node.path, '127.0.0.1'] });
    }
  });
});

describe('who can forge', () => {
  const forger = { user: ROOT, capabilities: [RAW] };

  test('a capability of the container that shares puts the flows of both into conduits', () => {
    const { program, proxy, db, web } = scene({}, forger);
    proxy.connections.allowTo(db, SQL);
    web.connections.allowTo(proxy, HTTP);
    const { networks } = program.topology();
    const places = networks.filter(({ members }) => members.some(({ workload }) => workload === 'app/Proxy'));
    expect(places.map(({ members }) => members.length).sort()).toEqual([1, 2, 2]);
    program.synth();
  });

  test('one that comes after the flows fails the synth, and says so', () => {
    const { program, proxy, db, sharing } = scene();
    proxy.connections.allowTo(db, SQL);
    sharing('Late', proxy, forger);
    const { message } = thrownBy(() => program.synth());
    expect(message).toContain('(ForgerAmongOthers)');
    expect(message).toContain('a container in its network (app/Late, app/Shipper) has NET_RAW or NET_ADMIN');
    expect(message).toContain('declare the container that shares its network before these flows');
  });

  test('so does a neighbour of the other container', () => {
    const { program, proxy } = scene({}, forger);
    program.container('Beside', proxy.segment);
    expect(thrownBy(() => program.synth()).message).toContain('(ForgerAmongOthers)');
  });

  test('the host is told that somebody makes own frames; control: without it is not', () => {
    const isTold = (props: Partial<HardenedContainerProps>) => {
      const { program } = scene({}, props);
      program.synth();
      return program.topology().workloads.find(({ path }) => path === 'app/Proxy')!.sharedCapabilities;
    };
    expect([isTold(forger), isTold({})]).toEqual([['CAP_NET_RAW'], []]);
  });

  test('a capability by an override is found, since the other one has neighbours', () => {
    const { program, proxy, shipper } = scene();
    program.container('Beside', proxy.segment);
    const resource = shipper.node.findChild('Resource') as any;
    resource.addOverride('user', '0:0');
    resource.addOverride('capabilities.add', ['CAP_NET_RAW']);
    expect(thrownBy(() => program.synth()).message).toContain('BH-C34');
  });
});

describe('what is refused', () => {
  test.each<[string, Partial<HardenedContainerProps>, string]>([
    ['an address', { ipv4Address: '10.20.0.9' }, "'ipv4Address'"],
    ['an IPv6 address', { ipv6Address: 'fd00::9' }, "'ipv6Address'"],
    ['an alias', { aliases: ['x'] }, "'aliases'"],
    ['a host name', { hostname: 'x' }, "'hostname'"],
    ['resolvers', { dns: { servers: ['192.0.2.53'] } }, "'dns'"],
    ['names', { hostEntries: { ntp: '192.0.2.123' } }, "'hostEntries'"],
    ['a parameter of the network', { sysctls: [ContainerSysctl.somaxconn(64)] }, 'net.core.somaxconn'],
  ])('%s, with the way out', (_what, props, says) => {
    const { program, proxy, sharing } = scene();
    expectError(() => sharing('Bad', proxy, props), 'SharedNetworkRefused', { path: 'app/Bad', says: [says, "'app/Proxy'; set it there"] });
    expect(program.stack.node.tryFindChild('Bad')).toBeUndefined();
  });

  test('publications', () => {
    const { shipper } = scene();
    const how = { hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] };
    expectError(() => shipper.publish(HTTP, how), 'SharedNetworkRefused', {
      path: 'app/Shipper',
      says: ['tcp/8080', 'call publish() there'],
    });
    expectError(() => shipper.publishOnRandomPort(HTTP, how), 'SharedNetworkRefused', { path: 'app/Shipper' });
  });

  test.each<[string, (s: ReturnType<typeof scene>) => unknown, ErrorCode, string[]]>([
    [
      'one that shares itself',
      ({ sharing, shipper }) => sharing('Bad', shipper),
      'SharedNetworkRefused',
      ["'app/Proxy'; name that container"],
    ],
    [
      'one on no network',
      ({ program, sharing }) => {
        const network = ContainerNetwork.none({ reason: 'computes, and talks to nobody' });
        return sharing('Bad', new HardenedContainer(program.stack, 'None', { daemon: program.daemon, network, image: IMAGE }));
      },
      'SharedNetworkRefused',
      ['ContainerNetwork.none({ reason })'],
    ],
    [
      'a container that others made',
      ({ program, sharing }) => {
        return sharing('Bad', theirs(program, legacy(program)) as never);
      },
      'SharedNetworkRefused',
      ['HardenedContainer in a segment'],
    ],
    ['no workload at all', ({ proxy, sharing }) => sharing('Bad', proxy.segment as never), 'NotAWorkload', ["'other'"]],
    [
      'a daemon beside it',
      ({ program, proxy, sharing }) => sharing('Bad', proxy, { daemon: program.daemon }),
      'NetworkChoice',
      ["remove 'daemon'"],
    ],
    [
      'another stack',
      ({ program, proxy }) =>
        new HardenedContainer(new TerraformStack(program.stack.node.root as never, 'other'), 'Bad', {
          network: ContainerNetwork.container(proxy, { reason: WHY }),
          image: IMAGE,
        }),
      'SharedNetworkRefused',
      ['declare both in one stack'],
    ],
    [
      'the proxy of the socket',
      ({ program, sharing }) =>
        sharing('Bad', new SocketProxy(program.stack, 'Socket', { segment: program.segment('Ops'), image: IMAGE }).container),
      'SharedNetworkRefused',
      ['place this container in a segment'],
    ],
    [
      'a client of a socket proxy',
      ({ program, shipper }) =>
        new SocketProxy(program.stack, 'Socket', { segment: program.segment('Ops'), image: IMAGE }).allow(
          shipper,
          SocketAccess.containerList(),
        ),
      'NotAWorkload',
      ["allow the calls to 'app/Proxy'"],
    ],
    [
      'a member of a group',
      ({ program, shipper, db }) => new WorkloadGroup(program.stack, 'Group', { members: [db, shipper] }),
      'NotAWorkload',
      ["make 'app/Proxy' a member"],
    ],
    ['to be started after it', ({ proxy, shipper }) => proxy.startAfter(shipper), 'StartCycle', ['app/Proxy', 'app/Shipper']],
    ['a short reason', ({ proxy }) => ContainerNetwork.container(proxy, { reason: 'because' }), 'ReasonTooShort', []],
  ])('%s', (_what, program, code, says) => {
    expectError(() => program(scene()), code, { says });
  });

  test('the other container is taken out of the tree', () => {
    const { program } = scene();
    program.stack.node.tryRemoveChild('Proxy');
    expect(thrownBy(() => program.synth()).message).toContain('(SharedNetworkRefused)');
  });
});

describe('the proof', () => {
  test('each reaches every port of the other, and the flows of both are the same', () => {
    const { program, proxy, shipper, db, web } = scene();
    shipper.connections.allowTo(db, SQL);
    web.connections.allowTo(proxy, HTTP);
    const now = Reachability.of(program.daemon);
    for (const port of [Port.tcp(1), Port.udp(65535), Port.icmpPing()]) {
      for (const [from, to] of [
        [proxy, shipper],
        [shipper, proxy],
      ]) {
        expect([now.canReach(from, to, port), now.disposition(from, to, port)]).toEqual([true, Disposition.DELIVERED]);
      }
    }
    expect(now.explain(shipper, proxy, HTTP).text).toContain(
      'app/Shipper (in the network of app/Proxy) and app/Proxy share one network, where each reaches every port of the other on 127.0.0.1',
    );
    for (const either of [proxy, shipper]) {
      expect([now.canReach(either, db, SQL), now.canReach(web, either, HTTP)]).toEqual([true, true]);
      expect([now.canReach(either, db, HTTP), now.canReach(web, either, SQL), now.canReach(db, either, HTTP)]).toEqual([
        false,
        false,
        false,
      ]);
    }
    expect(now.explain(shipper, db, SQL).summary).toContain('app/Shipper (in the network of app/Proxy) reaches app/Db');
    expect(now.matrix().map(({ source, destination, ports }) => [source, destination, ports])).toEqual(
      expect.arrayContaining([
        ['app/Proxy, with app/Shipper in its network', 'app/Db', 'tcp/5432'],
        ['app/Web', 'app/Proxy, with app/Shipper in its network', 'tcp/8080'],
      ]),
    );
    expect([now.undeclaredFlows(), now.blockedFlows()]).toEqual([[], []]);
    expect(now.withoutSegment()).toEqual([{ workload: 'app/Shipper', network: 'container', sharesWith: 'app/Proxy', reason: WHY }]);
  });

  test.each<[string, (s: ReturnType<typeof scene>) => Requirement, boolean]>([
    ['that they do not reach each other', ({ proxy, shipper }) => Requirement.unreachable(proxy, shipper), false],
    ['the same of one port, the other way', ({ proxy, shipper }) => Requirement.unreachable(shipper, proxy, HTTP), false],
    ['that it does not reach the segment of the other', ({ proxy, shipper }) => Requirement.unreachable(shipper, proxy.segment), false],
    ['that the segment of the other does not reach it', ({ proxy, shipper }) => Requirement.unreachable(proxy.segment, shipper), false],
    ['that nobody reaches the other', ({ proxy }) => Requirement.onlyReachableFrom(proxy, []), false],
    ['that nobody reaches the one that shares', ({ shipper }) => Requirement.onlyReachableFrom(shipper, []), false],
    ['that it alone reaches the other', ({ proxy, shipper }) => Requirement.onlyReachableFrom(proxy, [shipper]), true],
    ['that the other alone reaches it', ({ proxy, shipper }) => Requirement.onlyReachableFrom(shipper, [proxy]), true],
    ['control: that it does not reach another one', ({ shipper, db }) => Requirement.unreachable(shipper, db), true],
    ['control: that nobody reaches another one', ({ db }) => Requirement.onlyReachableFrom(db, []), true],
  ])('a requirement: %s', (_what, requirement, holds) => {
    const now = scene();
    now.program.daemon.require(requirement(now));
    if (holds) now.program.synth();
    else expect(thrownBy(() => now.program.synth()).message).toMatch(/share one network, .*\(RequirementBroken\)/s);
  });
});

describe('what the host and the reports know', () => {
  test('the watch gets the names of both; control: without one that shares it gets none', () => {
    const { program } = scene();
    const shares = () =>
      hostFile(program, '/etc/bulkhead/network')
        .split('\n')
        .filter((line) => line.startsWith('shares'));
    expect(shares()).toEqual(['shares app-shipper app-proxy']);
    program.stack.node.tryRemoveChild('Shipper');
    program.daemon._declarations.store.noticeRemovals();
    expect(shares()).toEqual([]);
  });

  test('on an unguarded daemon nothing starts it again, and the synth warns', () => {
    const program = new Unguarded();
    const proxy = program.container('Proxy', program.segment('Front'));
    const shipper = new HardenedContainer(program.stack, 'Shipper', {
      network: ContainerNetwork.container(proxy, { reason: WHY }),
      image: IMAGE,
    });
    const warnings = shipper.node.metadata.map(({ data }) => String(data));
    expect(warnings).toEqual([expect.stringContaining('has no network until it restarts as well')]);
  });
});
