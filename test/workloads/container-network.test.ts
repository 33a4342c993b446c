import * as fs from 'node:fs';
import * as path from 'node:path';
import { App, TerraformStack } from 'cdktf';
import {
  Capability,
  ContainerNetwork,
  ContainerSysctl,
  Disposition,
  EngineVersion,
  HardenedContainer,
  type HardenedContainerProps,
  Peer,
  Port,
  Reachability,
  Requirement,
  WorkloadGroup,
} from '../../src';
import type { ErrorCode } from '../../src/private/errors';
import { outputFolder } from '../../src/reports/private/output-folder';
import { expectError, thrownBy } from '../support/errors';
import { temporaryFolder } from '../support/folders';
import { HOST_ADDRESS, IMAGE, Program, synth } from '../support/programs';
import { Unguarded } from '../support/unguarded';

const folder = temporaryFolder();
const WHY = 'reads the counters of the host';
const ALONE = 'computes, and talks to nobody';
const METRICS = Port.tcp(9100);

function scene(props: ConstructorParameters<typeof Program>[0] = {}) {
  const program = new Program(props);
  const segmentless = (id: string, network: ContainerNetwork, more: Partial<HardenedContainerProps> = {}) =>
    new HardenedContainer(program.stack, id, { daemon: program.daemon, network, image: IMAGE, ...more });
  const web = program.container('Web', program.segment('Front'));
  return {
    program,
    segmentless,
    web,
    agent: segmentless('Agent', ContainerNetwork.host({ reason: WHY })),
    alone: segmentless('Alone', ContainerNetwork.none({ reason: ALONE })),
  };
}

describe('what Terraform gets', () => {
  test("the host's network: no network, address, name, port or parameter of one; everything else as ever", () => {
    const { program } = scene({ dualStack: true });
    const agent = program.synth().container('app-agent');
    expect(agent.network_mode).toBe('host');
    for (const key of ['networks_advanced', 'ports', 'dns', 'hostname', 'sysctls']) expect(agent).not.toHaveProperty(key);
    expect(agent).toMatchObject({
      capabilities: { drop: ['ALL'] },
      read_only: true,
      user: '10001:10001',
      ipc_mode: 'private',
      security_opts: ['no-new-privileges:true'],
    });
    expect(agent.mounts).toEqual([expect.objectContaining({ target: '/.bulkhead-guard', read_only: true, type: 'bind' })]);
  });

  test('no network', () => {
    const { program } = scene();
    const alone = program.synth().container('app-alone');
    expect(alone.network_mode).toBe('none');
    for (const key of ['networks_advanced', 'ports', 'dns', 'host']) expect(alone).not.toHaveProperty(key);
    expect(alone.mounts).toEqual([expect.objectContaining({ target: '/.bulkhead-guard' })]);
  });

  test("resolvers, names and parameters that are not of the network go along to the host's", () => {
    const { program, segmentless } = scene();
    segmentless('Other', ContainerNetwork.host({ reason: WHY }), {
      dns: { servers: ['192.0.2.53'] },
      hostEntries: { ntp: '192.0.2.123' },
      sysctls: [ContainerSysctl.shmmaxBytes(65536)],
    });
    expect(program.synth().container('app-other')).toMatchObject({
      dns: ['192.0.2.53'],
      host: [{ host: 'ntp', ip: '192.0.2.123' }],
      sysctls: { 'kernel.shmmax': '65536' },
    });
  });

  test.each([
    ['host', 'bridge'],
    ['none', 'host'],
    ['host', undefined],
  ])('another mode set past the construct is refused: %s, %s', (mode, set) => {
    const { program, agent, alone } = scene();
    const chosen = mode === 'host' ? agent : alone;
    (chosen.node.findChild('Resource') as any).addOverride('network_mode', set ?? null);
    expect(thrownBy(() => program.synth()).message).toContain('(HostAccessRefused)');
  });

  test('a container of a segment takes no mode by an override, as ever', () => {
    const { program, web } = scene();
    (web.node.findChild('Resource') as any).addOverride('network_mode', 'host');
    expect(thrownBy(() => program.synth()).message).toContain('(HostAccessRefused)');
  });
});

describe('flows', () => {
  test("with a container on the host's network they are flows with the host, by its name there", () => {
    const { program, agent, web } = scene();
    web.connections.allowTo(agent, METRICS);
    agent.connections.allowTo(web, Port.tcp(8080));
    expect(agent.dnsName).toBe('host.docker.internal');
    const { hostFlows, networks } = program.topology();
    const home = networks.find(({ kind }) => kind === 'segment')!;
    expect(hostFlows.map(({ direction, address, port, origin }) => [direction, address, port.first, origin])).toEqual([
      ['to-host', home.members[0].ipv4, 9100, 'app/Web > app/Agent tcp/9100'],
      ['to-container', home.members[0].ipv4, 8080, 'app/Agent > app/Web tcp/8080'],
    ]);
    expect(program.synth().container('app-web').host).toEqual([{ host: 'host.docker.internal', ip: home.ipv4.gateway }]);
  });

  test('its default port counts', () => {
    const { program, web, segmentless } = scene();
    web.connections.allowTo(segmentless('Other', ContainerNetwork.host({ reason: WHY }), { defaultPort: METRICS }));
    expect(program.topology().hostFlows).toHaveLength(1);
  });

  test('they go with the container when it is taken out of the tree', () => {
    const { program, agent, web } = scene();
    web.connections.allowTo(agent, METRICS);
    expect(program.topology().hostFlows).toHaveLength(1);
    program.stack.node.tryRemoveChild('Agent');
    program.daemon._declarations.store.noticeRemovals();
    expect([program.topology().hostFlows, program.topology().segmentless]).toEqual([[], [expect.objectContaining({ path: 'app/Alone' })]]);
    program.synth();
  });

  test('another container may take its place and its name', () => {
    const { program, web } = scene();
    program.stack.node.tryRemoveChild('Agent');
    const agent = program.container('Agent', web.segment);
    web.connections.allowTo(agent, METRICS);
    expect(program.pairs()).toEqual(['app/Web > app/Agent tcp/9100']);
    expect(program.synth().container('app-agent').network_mode).toBeUndefined();
  });

  test.each<[string, (s: ReturnType<typeof scene>) => unknown, ErrorCode, string[]]>([
    ['from who is on none', ({ alone, web }) => alone.connections.allowTo(web, METRICS), 'NoNetworkRefused', ['app/Alone', 'segment']],
    ['to who is on none', ({ alone, web }) => web.connections.allowTo(alone, METRICS), 'NoNetworkRefused', ['app/Alone', 'segment']],
    [
      'from the host to who is on none',
      ({ alone }) => alone.connections.allowFrom(Peer.host(), METRICS),
      'NoNetworkRefused',
      ['app/Alone'],
    ],
    ['egress of who is on none', ({ alone }) => alone.connections.allowTo(Peer.anyIpv4(), METRICS), 'NoNetworkRefused', ['app/Alone']],
    [
      'from the host to itself',
      ({ agent }) => agent.connections.allowFrom(Peer.host(), METRICS),
      'HostNetworkRefused',
      ['app/Agent', 'host'],
    ],
    ['to the host', ({ agent }) => agent.connections.allowTo(Peer.host(), METRICS), 'HostNetworkRefused', ['app/Agent']],
    [
      'between two on the host',
      ({ agent, segmentless }) => agent.connections.allowTo(segmentless('B2', ContainerNetwork.host({ reason: WHY })), METRICS),
      'HostNetworkRefused',
      ['app/B2'],
    ],
    ['egress of the host', ({ agent }) => agent.connections.allowTo(Peer.anyIpv4(), METRICS), 'HostNetworkRefused', ['0.0.0.0/0']],
    ['names for the host', ({ agent }) => agent.connections.allowDnsTo(Peer.address('192.0.2.53')), 'HostNetworkRefused', ['192.0.2.53']],
    ['from outside', ({ agent }) => agent.connections.allowFrom(Peer.anyIpv4(), METRICS), 'HostNetworkRefused', ['firewall']],
    ['a conduit', ({ agent, web }) => agent.connections.allowTo(web, METRICS, { conduit: true }), 'ConduitEnds', ['workloads']],
    ['a group', ({ program, agent }) => new WorkloadGroup(program.stack, 'G', { members: [agent] }), 'NotAWorkload', ['app/Agent']],
    [
      'a group of none',
      ({ program, alone, web }) => new WorkloadGroup(program.stack, 'G', { members: [web, alone] }),
      'NotAWorkload',
      ['app/Alone'],
    ],
  ])('refused: %s', (_what, program, code, says) => {
    const now = scene();
    expectError(() => program(now), code, { says });
    expect(now.program.topology().hostFlows).toEqual([]);
  });
});

describe('what is refused', () => {
  const host = ContainerNetwork.host({ reason: WHY });
  const none = ContainerNetwork.none({ reason: ALONE });
  test.each<[string, Partial<HardenedContainerProps>, ErrorCode, string[]]>([
    [
      'NET_ADMIN on the host',
      { network: host, capabilities: [Capability.of('NET_ADMIN', { reason: WHY })] },
      'HostNetworkRefused',
      ['CAP_NET_ADMIN', 'guard'],
    ],
    [
      'NET_RAW on the host',
      { network: host, capabilities: [Capability.of('NET_RAW', { reason: WHY })] },
      'HostNetworkRefused',
      ['CAP_NET_RAW'],
    ],
    [
      'a parameter of the network',
      { network: host, sysctls: [ContainerSysctl.somaxconn(1024)] },
      'HostNetworkRefused',
      ['net.core.somaxconn'],
    ],
    ['an address on the host', { network: host, ipv4Address: '10.20.0.9' }, 'HostNetworkRefused', ["'ipv4Address'"]],
    ['an alias on the host', { network: host, aliases: ['x'] }, 'HostNetworkRefused', ["'aliases'"]],
    ['an address on none', { network: none, ipv4Address: '10.20.0.9' }, 'NoNetworkRefused', ["'ipv4Address'"]],
    ['resolvers on none', { network: none, dns: { servers: ['192.0.2.53'] } }, 'NoNetworkRefused', ["'dns'"]],
    ['names on none', { network: none, hostEntries: { ntp: '192.0.2.123' } }, 'NoNetworkRefused', ["'hostEntries'"]],
    ['neither', {}, 'NetworkChoice', ["'daemon'"]],
    ['something else', { network: { mode: 'host', reason: WHY } as never }, 'NetworkChoice', ['ContainerNetwork.none({ reason })']],
    ['no daemon', { network: host, daemon: undefined }, 'NotADaemon', ["'daemon'"]],
    ['nothing at all', { daemon: undefined }, 'NotASegment', ["'segment'"]],
  ])('%s', (_what, props, code, says) => {
    const { program } = scene();
    const all = { daemon: program.daemon, image: IMAGE, ...props };
    expectError(() => new HardenedContainer(program.stack, 'Bad', all), code, { path: 'app/Bad', says });
    expect(program.stack.node.tryFindChild('Bad')).toBeUndefined();
  });

  test('a segment beside it', () => {
    const { program, web, segmentless } = scene();
    expectError(() => segmentless('Bad', host, { segment: web.segment }), 'NetworkChoice', { path: 'app/Bad', says: ["'segment'"] });
    expectError(() => program.container('Bad', web.segment, { daemon: program.daemon }), 'NetworkChoice', { path: 'app/Bad' });
  });

  test('publications, on fixed ports and on others', () => {
    const { agent, alone } = scene();
    const how = { hostAddress: HOST_ADDRESS, sources: [Peer.anyIpv4()] };
    expectError(() => agent.publish(METRICS, how), 'HostNetworkRefused', { path: 'app/Agent', says: ['tcp/9100', 'segment'] });
    expectError(() => alone.publishOnRandomPort(METRICS, how), 'NoNetworkRefused', { path: 'app/Alone', says: ['tcp/9100'] });
  });

  test('a reason that says nothing, and the name of another container', () => {
    expectError(() => ContainerNetwork.host({ reason: 'because' }), 'ReasonTooShort');
    expectError(() => ContainerNetwork.none({ reason: '  ' }), 'ReasonTooShort');
    const { segmentless } = scene();
    expectError(() => segmentless('Twin', ContainerNetwork.none({ reason: ALONE }), { containerName: 'APP-WEB' }), 'DuplicateName', {
      says: ['app/Web'],
    });
  });

  test('what only a segment brings is not there to be read', () => {
    const { agent, alone } = scene();
    for (const read of [() => agent.segment, () => agent.ipv4Address]) expectError(read, 'HostNetworkRefused', { path: 'app/Agent' });
    for (const read of [() => alone.segment, () => alone.ipv4Address]) expectError(read, 'NoNetworkRefused', { path: 'app/Alone' });
    expect([agent.ipv6Address, alone.ipv6Address]).toEqual([undefined, undefined]);
  });
});

describe('the proof', () => {
  test.each(['20.10', '28.5.2', '29.0'])("engine %s: what is on the host's network is the host", (version) => {
    const { program, agent, web } = scene({ engine: EngineVersion.of(version) });
    web.connections.allowTo(agent, METRICS);
    const now = Reachability.of(program.daemon);
    expect([now.canReach(web, agent, METRICS), now.canReach(web, Peer.host(), METRICS)]).toEqual([true, true]);
    expect([now.canReach(web, agent, Port.tcp(9101)), now.canReach(agent, web, METRICS)]).toEqual([false, false]);
    // Towards the host no rule narrows what comes from outside.
    expect(now.canReach(Peer.anyIpv4(), agent, Port.tcp(9101))).toBe(true);
    expect([now.undeclaredFlows(), now.blockedFlows()]).toEqual([[], []]);
    expect(now.matrix()).toEqual([
      { source: 'app/Web', destination: 'host, with app/Agent on its network', ports: 'tcp/9100', certain: true },
    ]);
    expect(now.exposures()).toEqual([
      {
        workload: 'app/Agent',
        hostAddress: HOST_ADDRESS,
        hostPorts: 'every port that it listens on',
        targetPorts: 'every port that it listens on',
        sources: ['0.0.0.0/0'],
        anywhere: true,
      },
    ]);
    expect(now.explain(web, agent, METRICS).summary).toContain('app/Web reaches app/Agent on tcp/9100');
    program.synth();
  });

  test('what is on none reaches nobody and is reached by nobody', () => {
    const { program, alone, web } = scene();
    const now = Reachability.of(program.daemon);
    for (const other of [web, Peer.host(), Peer.anyIpv4()]) {
      for (const [from, to] of [
        [alone, other],
        [other, alone],
      ]) {
        expect([now.canReach(from, to, METRICS), now.disposition(from, to, METRICS)]).toEqual([false, Disposition.UNREACHABLE]);
        expect(now.explain(from, to, METRICS)).toMatchObject({
          summary: `app/Alone is on no network: ${ALONE}.`,
          remedy: 'Place app/Alone in a segment.',
        });
      }
    }
    expect(now.withoutSegment()).toEqual([
      { workload: 'app/Agent', network: 'host', reason: WHY },
      { workload: 'app/Alone', network: 'none', reason: ALONE },
    ]);
  });

  test('requirements count them', () => {
    const { program, agent, alone, web } = scene();
    program.daemon.require(
      Requirement.unreachable(web, agent, METRICS),
      Requirement.unreachable(alone, web),
      Requirement.unreachable(Peer.anyIpv4(), alone),
    );
    program.synth();
    program.daemon.require(Requirement.unreachable(Peer.anyIpv4(), agent, METRICS));
    expect(thrownBy(() => program.synth()).message).toContain('(RequirementBroken)');
  });

  test('a requirement that who is on none be reached is broken', () => {
    const { program, alone, web } = scene();
    program.daemon.require(Requirement.reachable(web, alone, METRICS));
    expect(thrownBy(() => program.synth()).message).toContain('(RequirementBroken)');
  });
});

test("the synth warns of the host's network, and of no network it does not", () => {
  const { agent, alone } = scene();
  const warnings = (node: HardenedContainer) => node.node.metadata.map(({ data }) => String(data));
  expect(warnings(agent)).toEqual([expect.stringContaining(`(${WHY})`)]);
  expect(warnings(alone)).toEqual([]);
});

test('the report of an unguarded daemon names both', () => {
  const app = new App({ outdir: path.join(folder(), 'out'), stackTraces: false });
  const program = new Unguarded({}, new TerraformStack(app, 'app'));
  const { daemon, stack } = program;
  new HardenedContainer(stack, 'Agent', { daemon, image: IMAGE, network: ContainerNetwork.host({ reason: 'a | b of the host' }) });
  new HardenedContainer(stack, 'Alone', { daemon, image: IMAGE, network: ContainerNetwork.none({ reason: ALONE }) });
  program.container('Web', program.segment('Front'));
  app.synth();
  const report = fs.readFileSync(path.join(app.outdir, 'stacks/app/bulkhead', outputFolder(daemon.node.path), 'report.md'), 'utf8');
  expect(report).toContain('## Containers in no segment');
  expect(report).toContain('| app/Agent | host: it has the addresses of the host, and listens there | a \\| b of the host |');
  expect(report).toContain('| app/Alone | none: it has no connections in either direction |');
  expect(report).toContain('host, with app/Agent on its network');
  expect(synth(stack).container('app-agent')).not.toHaveProperty('mounts.0');
});
