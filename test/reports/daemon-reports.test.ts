import * as path from 'node:path';
import { App, TerraformStack } from 'cdktf';
import { isValid, reportsOf } from './reports-of';
import {
  Capability,
  Cidr,
  ConnectionRate,
  ContainerNetwork,
  ContainerSysctl,
  ContainerUser,
  EngineFirewall,
  EngineVersion,
  HardenedContainer,
  HostShim,
  Peer,
  PluginSegment,
  Port,
  PublishMode,
  Reachability,
  Requirement,
  SocketAccess,
  SocketProxy,
  WorkloadGroup,
} from '../../src';
import { readTopology } from '../../src/intake/private/read-topology';
import { Questions } from '../../src/intake/questions';
import { linesOf } from '../../src/reachability/private/describe';
import { Proof } from '../../src/reachability/private/proof';
import { writeDaemonReports } from '../../src/reports/daemon-reports';
import type { Declarations } from '../../src/topology/private/declarations';
import { JOIN, legacy, theirs } from '../support/existing';
import { filesUnder, temporaryFolder } from '../support/folders';
import { HOST_ADDRESS, IMAGE, METACHARACTERS, Program } from '../support/programs';
import { Services } from '../support/swarms';
import { Unguarded, shop } from '../support/unguarded';

const folder = temporaryFolder();
const HTTP = Port.tcp(8080);

/** Two segments, a flow with a rate, a publication, egress, a flow from the host, and a requirement. */
function site(program = new Program()) {
  const [front, back] = [program.segment('Front'), program.segment('Back')];
  const [web, api] = [program.container('Web', front), program.container('Api', back)];
  web.publish(Port.tcp(443), {
    targetPort: Port.tcp(8443),
    hostAddress: HOST_ADDRESS,
    sources: [Peer.cidr('198.51.100.0/24')],
    rate: ConnectionRate.perSecond(50),
  });
  web.connections.allowTo(api, HTTP, { rate: ConnectionRate.perMinute(30) });
  api.connections.allowTo(Peer.cidr('203.0.113.0/24'), Port.tcp(443));
  api.connections.allowFrom(Peer.host(), Port.tcp(9100));
  api.connections.allowTo(Peer.host(), Port.udp(514));
  program.daemon.require(Requirement.unreachable(Peer.anyIpv4(), api));
  return { program, daemon: program.daemon, web, api, front, back };
}

const PROGRAMS: Record<string, () => { readonly _declarations: Declarations }> = {
  'a daemon with nothing': () => new Program().daemon,
  'two segments, all kinds of flows': () => site().daemon,
  'IPv6 beside IPv4': () => site(new Program({ dualStack: true })).daemon,
  'only the API': () => shop().daemon,
  'only the API, nftables, IPv6': () =>
    shop({ engine: EngineVersion.V29, engineFirewall: EngineFirewall.NFTABLES, dualStack: true }).daemon,
  'groups, a conduit and a random port': () => {
    const { program, web, api, back } = site();
    const workers = new WorkloadGroup(program.stack, 'Workers', {
      members: [program.container('A', back), program.container('B', back)],
    });
    workers.connections.allowTo(api, HTTP);
    web.connections.allowTo(api, Port.tcp(9000), { conduit: true });
    api.publishOnRandomPort(Port.tcp(9090), { hostAddress: HOST_ADDRESS, sources: [Peer.address('192.0.2.20')] });
    return program.daemon;
  },
  'a container on the network of the host': () => {
    const { program, daemon, api } = site();
    const network = ContainerNetwork.host({ reason: 'reads the counters of the host' });
    const agent = new HardenedContainer(program.stack, 'Agent', { daemon, image: IMAGE, network });
    agent.connections.allowTo(api, HTTP);
    return daemon;
  },
  'a sidecar that makes frames of its own': () => {
    const { program, daemon } = site();
    const alone = program.container('Vpn', program.segment('Tunnel'));
    const network = ContainerNetwork.container(alone, { reason: 'watches what the tunnel carries' });
    new HardenedContainer(program.stack, 'Sniffer', {
      image: IMAGE,
      network,
      user: ContainerUser.root({ reason: 'it needs raw sockets' }),
      capabilities: [Capability.of('NET_RAW', { reason: 'it reads frames' })],
    });
    return daemon;
  },
  'a gateway whose network another one shares': () => {
    const { program, daemon, api } = site();
    const user = ContainerUser.root({ reason: 'makes an interface and its routes' });
    const vpn = program.container('Vpn', program.segment('Tunnel'), {
      user,
      capabilities: [Capability.of('NET_ADMIN', { reason: 'makes the interface of the tunnel' })],
      sysctls: [ContainerSysctl.ipv4Forwarding()],
    });
    const behind = new HardenedContainer(program.stack, 'Behind', {
      network: ContainerNetwork.container(vpn, { reason: 'its traffic takes the tunnel' }),
      image: IMAGE,
      user,
      capabilities: [Capability.of('NET_RAW', { reason: 'sends pings of its own making' })],
    });
    behind.connections.allowTo(api, HTTP);
    return daemon;
  },
  'a socket proxy with a client': () => {
    const { program, daemon, web, back } = site();
    const proxy = new SocketProxy(program.stack, 'Socket', { segment: back, image: IMAGE });
    proxy.allow(web, SocketAccess.containers(), SocketAccess.restart(web, { reason: 'it restarts itself' }));
    return daemon;
  },
  'a LAN with a shim, and a plugin': () => {
    const { program, daemon, api } = site();
    const lan = program.lan('Cameras');
    const recorder = program.container('Recorder', lan);
    new HostShim(program.stack, 'Shim', { segment: lan });
    recorder.connections.allowFrom(Peer.host(), Port.tcp(8554));
    recorder.connections.allowTo(api, HTTP);
    const plugin = new PluginSegment(program.stack, 'Plugin', {
      daemon,
      driver: 'ghcr.io/example/net-dhcp:1.2',
      reason: 'the plugin is there already',
      ipv4Block: Cidr.parse('172.29.0.0/24'),
    });
    program.container('Odd', plugin);
    return daemon;
  },
  'a network of others': () => {
    const { program, api } = site();
    const old = legacy(program, JOIN);
    api.connections.allowTo(theirs(program, old), HTTP);
    return program.daemon;
  },
  'a node of a swarm': () => {
    const program = new Services();
    const service = program.service('Shop', program.overlay('Mesh'));
    service.publish(Port.tcp(443), { targetPort: Port.tcp(8443), sources: [Peer.cidr('198.51.100.0/24')], mode: PublishMode.INGRESS });
    return program.manager;
  },
};

/** Made at the first call. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

describe.each(Object.entries(PROGRAMS))('%s', (_, make) => {
  const program = once(() => {
    const daemon = make();
    return { daemon, reports: reportsOf(folder, daemon) };
  });
  const readBack = once(() => readTopology(JSON.parse(program().reports.topology)));

  test('both files are as their schemas say, and the same when they are written again', () => {
    const { reports } = program();
    isValid('topology', reports.topology);
    isValid('matrix', reports.matrix);
    expect(reportsOf(folder, make())).toEqual(reports);
  });

  test('topology.json holds all that the proof rests on: read back it answers the same', () => {
    const { daemon } = program();
    const { topology, engine } = readBack();
    const derived = daemon._declarations.store.derived();
    expect(topology).toEqual(derived.topology);
    const [here, there] = [Proof.of(derived, daemon._declarations.store.engine), Proof.of({ ...derived, topology }, engine)];
    const lines = (proof: Proof) => linesOf(proof.matrix, proof.labels).map(({ ends: __, ...line }) => line);
    expect(lines(there)).toEqual(lines(here));
    expect(there.forged.length).toBe(here.forged.length);
  });

  test('questions about the file are answered as by the program', () => {
    const { daemon } = program();
    const asked = new Questions(readBack());
    const own = Reachability._of(daemon._declarations);
    expect(asked.open()).toEqual(own.matrix());
    expect(asked.exposures()).toEqual(own.exposures());
    expect(asked.changesSince(asked)).toEqual([]);
    const words = new Set(['host', ...daemon._declarations.store.derived().topology.workloads.map(({ path: at }) => at)]);
    const rows = own.matrix().filter((row) => row.forgedSource === undefined && words.has(row.source) && words.has(row.destination));
    for (const { source, destination, ports, certain } of rows) {
      const [port] = /^(tcp|udp|sctp)\/\d+/.exec(ports) ?? [];
      if (port !== undefined) {
        expect(asked.disposition(source, destination, port.replace(/\/0$/, '/9'))).toBe(certain ? 'DELIVERED' : 'UNKNOWN');
      }
    }
  });
});

describe('matrix.json', () => {
  test('tells what is open with ends, ports and verdict, and what was required', () => {
    const matrix = JSON.parse(reportsOf(folder, site().daemon).matrix);
    expect(matrix.proof).toEqual({ state: 'PROVED', claim: 'ONLY_DECLARED' });
    expect(matrix.open).toContainEqual({
      source: { kind: 'outside', blocks: ['198.51.100.0/24'] },
      destination: { kind: 'workload', path: 'app/Web' },
      ports: [{ protocol: 'tcp', first: 8443, last: 8443 }],
      verdict: 'OPEN',
    });
    expect(matrix.requirements).toEqual([{ declaredBy: 'app/Edge', text: '0.0.0.0/0 must not reach app/Api on any port', holds: true }]);
    expect([matrix.undeclared, matrix.blocked]).toEqual([[], []]);
    expect(matrix.exposures.map(({ workload, hostPorts }: any) => [workload, hostPorts])).toEqual([
      ['app/Web', [{ protocol: 'tcp', first: 443, last: 443 }]],
    ]);
  });

  test('says UNKNOWN where the proof does', () => {
    const matrix = JSON.parse(reportsOf(folder, PROGRAMS['a LAN with a shim, and a plugin']()).matrix);
    const verdicts = (list: any[]) => new Set(list.map(({ verdict }) => verdict));
    expect(verdicts(matrix.open)).toEqual(new Set(['OPEN', 'UNKNOWN']));
    expect(matrix.undeclared.length).toBeGreaterThan(0);
    expect(new Set(matrix.undeclared.map(({ kind }: any) => kind))).toEqual(new Set(['WireOpen']));
    expect(matrix.proof.state).toBe('PROVED');
    const onHost = JSON.parse(reportsOf(folder, PROGRAMS['a container on the network of the host']()).matrix);
    expect(onHost.exposures).toContainEqual(
      expect.objectContaining({ workload: 'app/Agent', everythingItListensOn: true, verdict: 'UNKNOWN' }),
    );
  });

  test('a port that the engine chooses is no number', () => {
    const { matrix, report } = reportsOf(folder, PROGRAMS['groups, a conduit and a random port']());
    const found = JSON.parse(matrix).exposures.find(({ workload }: any) => workload === 'app/Api');
    expect(found).toMatchObject({ hostPorts: [], chosenByEngine: true, targetPorts: [{ first: 9090 }] });
    expect(report).toContain('tcp/a port that the engine chooses');
  });

  test('where nobody proved anything, nothing is said of what is open', () => {
    const { daemon } = site(new Program({ withoutProofReason: 'the proof is run elsewhere' }));
    const { matrix, report } = reportsOf(folder, daemon, { withoutProofReason: 'the proof is run elsewhere' });
    isValid('matrix', matrix);
    expect(JSON.parse(matrix)).not.toHaveProperty('open');
    expect(report).toContain('**The proof is switched off**: the proof is run elsewhere');
    expect(report).not.toMatch(/## (Everything|What the outside|What is proved)/);
  });

  test('a proof that fails is told, in both', () => {
    const { program, daemon, web, api } = site();
    daemon.require(Requirement.unreachable(web, api));
    const { matrix, report } = reportsOf(folder, program.daemon);
    isValid('matrix', matrix);
    const { proof, requirements } = JSON.parse(matrix);
    expect(proof.state).toBe('BROKEN');
    expect(requirements.at(-1)).toMatchObject({ holds: false, reason: 'app/Web reaches app/Api on tcp/8080' });
    expect(report).toContain('**What is open differs from what is declared**');
    expect(report).toContain('**does not hold** (required by app/Edge): app/Web reaches app/Api on tcp/8080.');
    expect(report).not.toContain('What is proved');
  });

  test('without the guard each thing that nobody declared has the kind of its weakness', () => {
    const { daemon } = shop();
    const matrix = JSON.parse(reportsOf(folder, daemon).matrix);
    expect(new Set(matrix.undeclared.map(({ kind }: any) => kind))).toEqual(new Set(daemon.weaknesses().map(({ code }) => code)));
    expect(matrix.proof).toEqual({ state: 'PROVED', claim: 'SEGMENTS_APART' });
  });
});

describe('report.md of a HardenedDaemon', () => {
  test('tells flows, exposures, what is proved, on what it rests, and what to do next, in this order', () => {
    const text = reportsOf(folder, site().daemon).report;
    expect(text.match(/^##? .*$/gm)).toEqual([
      '# app/Edge: what is open, and what closes the rest',
      '## What is declared',
      '## What is reachable from outside',
      '## What is proved',
      '## Assumptions',
      '## Everything that is open',
      '## Networks and addresses',
      '## What to do next',
    ]);
    expect(text).toContain('4 flows and 1 publication are declared. All of this is open, and nothing else is open.');
    expect(text).toContain('| app/Web | app/Api | tcp/8080 | at most 30 new connections per minute from each source, 30 at once |');
    expect(text).toContain('| app/Web | 192.0.2.10 | tcp/443 | tcp/8443 | 198.51.100.0/24 |');
    expect(text).toContain('- 0.0.0.0/0 must not reach app/Api on any port: holds (required by app/Edge).');
    expect(text).toContain('| host | app/Api | tcp/9100 |');
    expect(text).toContain('`cdktf deploy app`');
  });

  test('a publication on all addresses is one line, with the reason for each address', () => {
    const { daemon, front, program } = site();
    const note = 'is open on every address that the host has or gets';
    expect(reportsOf(folder, daemon).report).not.toContain(note);
    const proxy = program.container('Proxy', front);
    proxy.publish(Port.tcp(80), { targetPort: HTTP, hostAddress: '0.0.0.0', sources: [Peer.anyIpv4()] });
    const { report } = reportsOf(folder, daemon);
    expect(report).toContain('| app/Proxy | 127.0.0.1, 172.17.0.1, 192.0.2.10 | tcp/80 | tcp/8080 | anywhere |');
    expect(report).toContain(`A publication on 0.0.0.0 ${note}`);
    expect(writeDaemonReports(folder(), daemon._declarations.store, {}).exposures).toBe(2);
  });

  test('what no rule narrows stands there with its sentence, and the first line points to it', () => {
    const text = reportsOf(folder, PROGRAMS['a LAN with a shim, and a plugin']()).report;
    expect(text).toContain('nothing else is open except what “Weaker than declared” lists');
    expect(text).toContain('### WireOpen');
    expect(text).toContain('(not certain)');
  });
});

test('no secret of a program is in any of the files: no variable, command, health check or file', () => {
  const program = new Program();
  const secret = 'canary-5f1d';
  program.container('Web', program.segment('Front'), {
    environment: { GREETING: secret },
    command: ['run', `--token=${secret}`],
    entrypoint: ['/bin/x', secret],
    workingDirectory: `/${secret}`,
    labels: { note: secret },
    user: ContainerUser.root({ reason: 'its image has no other user' }),
    capabilities: [Capability.of('SYS_NICE', { reason: `it needs ${secret}` })],
  } as object);
  expect(Object.values(reportsOf(folder, program.daemon)).join('')).not.toContain(secret);
});

test('texts of a program neither become markup nor hide', () => {
  const program = new Unguarded();
  const reason = `${METACHARACTERS} <b>bold</b> [x](http://y) | cell`;
  const network = ContainerNetwork.host({ reason: reason });
  new HardenedContainer(program.stack, 'Agent', { daemon: program.daemon, image: IMAGE, network });
  const { topology, report } = reportsOf(folder, program.daemon);
  expect(JSON.parse(topology).withoutSegment[0].reason).toBe(reason);
  expect(report).toContain('&lt;b&gt;bold&lt;/b&gt; \\[x\\](http://y) \\| cell');
});

test('who may ask the engine is listed with the reason, and nothing is said where nobody can', () => {
  const { program, daemon, web, back } = site();
  expect(reportsOf(folder, daemon).report).not.toContain('Who may ask the engine');
  const proxy = new SocketProxy(program.stack, 'Socket', { segment: back, image: IMAGE });
  const sectionOf = (report: string) => report.slice(report.indexOf('## Who may ask the engine'), report.indexOf('## What is proved'));
  expect(sectionOf(reportsOf(folder, daemon).report)).toContain('Nobody.');
  proxy.allow(web, SocketAccess.containers(), SocketAccess.restart(web, { reason: 'a button | of the board' }));
  const section = sectionOf(reportsOf(folder, daemon).report);
  expect(section).toContain(
    '| app/Web | app/Socket/Container | list and inspect containers, restart app/Web | a button \\| of the board |',
  );
  expect(section).toContain('app/Socket/Container has the socket of the engine');
});

test('who starts as root is listed with the reason, and nobody else', () => {
  const program = new Program();
  const front = program.segment('Front');
  program.container('Web', front);
  expect(reportsOf(folder, program.daemon).report).not.toContain('start as root');
  const capabilities = [Capability.SETUID, Capability.SETGID, Capability.DAC_OVERRIDE];
  const user = ContainerUser.rootAtStart({ reason: 'it sets the owner | of its data', startSeconds: 90 });
  program.container('Db', front, { user, capabilities });
  const network = ContainerNetwork.none({ reason: 'it needs no connections' });
  new HardenedContainer(program.stack, 'Job', { daemon: program.daemon, image: IMAGE, network, user: ContainerUser.root({ reason: 'its image has no other user' }) }); // prettier-ignore
  const { report, topology } = reportsOf(folder, program.daemon);
  const section = report.slice(report.indexOf('## Containers that start as root'), report.indexOf('## What is proved'));
  expect(section).toContain(
    '| app/Db | for at most 90 s | CAP\\_DAC\\_OVERRIDE, CAP\\_SETGID, CAP\\_SETUID | it sets the owner \\| of its data |',
  );
  expect(section).toContain('| app/Job | always |  | its image has no other user |');
  expect(section).not.toContain('app/Web');
  expect(section).toContain('With CAP_DAC_OVERRIDE root reads and writes every mounted file');
  expect(JSON.parse(topology).workloads.map((workload: any) => workload.user)).toEqual([
    { text: '0:0', mode: 'root-at-start', reason: 'it sets the owner | of its data', startSeconds: 90 },
    { text: '10001:10001', mode: 'fixed' },
  ]);
});

test('both daemons write all three beside the stack, and nothing of an earlier synth lies there', () => {
  const app = new App({ outdir: path.join(folder(), 'out'), stackTraces: false });
  const { daemon } = shop({}, new TerraformStack(app, 'unguarded'));
  site(new Program({}, new TerraformStack(app, 'hardened')));
  app.synth();
  const bulkhead = (stack: string) =>
    Object.keys(filesUnder(path.join(app.outdir, 'stacks', stack, 'bulkhead', `${stack}--Edge`))).filter(
      (name) => !name.startsWith('host/'),
    );
  expect(daemon.node.path).toBe('unguarded/Edge');
  expect(bulkhead('unguarded')).toEqual(['matrix.json', 'report.md', 'topology.json']);
  expect(bulkhead('hardened')).toEqual([
    'host-files.txt',
    'install.sh',
    'matrix.json',
    'report.md',
    'topology.json',
    'user-data',
    'verify.sh',
  ]);
});
