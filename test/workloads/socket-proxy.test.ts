import {
  ContainerNetwork,
  Capability,
  ContainerUser,
  HardenedContainer,
  SocketAccess,
  SocketProxy,
  type SocketProxyProps,
} from '../../src';
import { API_VERSION } from '../../src/hardening/private/engine-api';
import type { ErrorCode } from '../../src/private/errors';
import { expectError } from '../support/errors';
import { JOIN, legacy } from '../support/existing';
import { IMAGE, Program } from '../support/programs';

const REASON = 'a button of the dashboard restarts it';

function site(props: Partial<SocketProxyProps> = {}, program = new Program()) {
  const [front, back] = [program.segment('Front'), program.segment('Back')];
  const proxy = new SocketProxy(program.stack, 'Socket', { segment: back, image: IMAGE, ...props });
  const [web, job] = [program.container('Web', front), program.container('Job', front)];
  return { program, front, back, proxy, web, job };
}

const socketOf = (program: Program) => program.synth().container('app-socket');
const configOf = (program: Program): string[] => (socketOf(program).env[0] as string).replace('HAPROXY_CONFIG=', '').split('\n');
/** Rules that name a client, or everybody. */
const linesWith = (program: Program, text: string) => configOf(program).filter((line) => line.includes(text)).map((line) => line.trim()); // prettier-ignore

test('the container has the socket, nothing else of the host, and no capability', () => {
  const { program } = site();
  const { mounts, user, capabilities, security_opts: options, read_only: isReadOnly, ports, restart, max_retry_count: retries } = socketOf(program); // prettier-ignore
  expect(mounts.map(({ source, read_only }: any) => [source, read_only])).toEqual([
    [expect.stringMatching(/^\/run\/bulkhead\/stamp-/), true],
    ['/run/docker.sock', true],
  ]);
  expect({ user, capabilities, options, isReadOnly, ports, restart, retries }).toEqual({
    user: '0:0',
    capabilities: { drop: ['ALL'] },
    options: ['no-new-privileges:true'],
    isReadOnly: true,
    ports: undefined,
    restart: 'unless-stopped',
    retries: undefined,
  });
});

test('with the group of the socket it is not root', () => {
  expect(socketOf(site({ socketGroup: 998 }).program).user).toBe('10001:998');
});

test('a client is let in by the address that it has beside the proxy, and by no other', () => {
  const { program, proxy, web } = site();
  proxy.allow(web, SocketAccess.containerList());
  const { networks } = program.topology();
  const member = (network: string) =>
    networks.find(({ key }) => key === network)?.members.find(({ workload }) => workload === 'app/Web')?.ipv4;
  expect(member('app/Front')).not.toBe(member('app/Back'));
  expect(linesWith(program, 'is-client')).toEqual([
    `acl is-client src ${member('app/Back')}`,
    'tcp-request connection reject unless is-client',
  ]);
  expect(program.pairs()).toEqual(['app/Web > app/Socket/Container tcp/2375']);
});

test('without a client nobody is let in', () => {
  const { program } = site();
  expect(linesWith(program, 'reject')).toContain('tcp-request connection reject');
  expect(program.pairs()).toEqual([]);
});

test('a flow alone lets nobody in', () => {
  const { program, proxy, web } = site();
  web.connections.allowTo(proxy.container);
  expect(linesWith(program, 'src 10.')).toEqual([]);
});

test('with IPv6 both addresses count, and the proxy listens on both', () => {
  const { program, proxy, web } = site({}, new Program({ dualStack: true }));
  proxy.allow(web);
  expect(linesWith(program, 'acl c0 src').map((line) => line.includes(':'))).toEqual([false, true]);
  expect(linesWith(program, 'bind')).toEqual(['bind *:2375', 'bind [::]:2375 v6only']);
});

test('who can forge addresses asks through a conduit, by its address there', () => {
  const { program, proxy } = site();
  const sniffer = program.container('Sniffer', program.segment('Alone'), {
    user: ContainerUser.root({ reason: 'it reads packets of its own' }),
    capabilities: [Capability.of('NET_RAW', { reason: 'it reads packets of its own' })],
  });
  proxy.allow(sniffer, SocketAccess.events());
  const conduit = program.topology().networks.find(({ members }) => members.length === 2 && members.every(({ home }) => !home))!;
  expect(linesWith(program, 'acl c0 src')).toEqual([
    `acl c0 src ${conduit.members.find(({ workload }) => workload === 'app/Sniffer')!.ipv4}`,
  ]);
});

test('each client has its own calls', () => {
  const { program, proxy, web, job } = site();
  proxy.allow(web, SocketAccess.containers());
  proxy.allow(web, SocketAccess.events());
  proxy.allow(job, SocketAccess.restart(web, { reason: REASON }));
  const targets = (client: string) => linesWith(program, `acl ${client} var(`).map((line) => line.split(API_VERSION)[1].slice(0, -1));
  const name = '[a-zA-Z0-9][a-zA-Z0-9_.-]*';
  // In the order of their paths.
  expect(targets('c0-reads')).toEqual(['/_ping', '/version']);
  expect(targets('c0-writes')).toEqual(['/containers/app-web/restart']);
  expect(targets('c1-reads')).toEqual(['/_ping', '/version', `/containers/${name}/json`, '/containers/json', '/events']);
  expect(targets('c1-writes')).toEqual([]);
  expect(linesWith(program, 'bool(true)')).toEqual([
    'http-request set-var(txn.allowed) bool(true) if c0 { method GET HEAD } c0-reads',
    'http-request set-var(txn.allowed) bool(true) if c0 { method POST } c0-writes',
    'http-request set-var(txn.allowed) bool(true) if c1 { method GET HEAD } c1-reads',
  ]);
});

test('a client that is taken out of the tree loses its way', () => {
  const { program, proxy, web, job } = site();
  proxy.allow(web);
  proxy.allow(job);
  program.stack.node.tryRemoveChild('Web');
  expect(linesWith(program, 'acl c')).toHaveLength(3);
});

test('a point in a name is a point', () => {
  const { program, proxy, web, front } = site();
  proxy.allow(web, SocketAccess.restart(program.container('Dotted', front, { containerName: 'a.b' }), { reason: REASON }));
  expect(linesWith(program, 'c0-writes')[0]).toContain('/containers/a[.]b/restart$');
});

/** Every call of the API that reads, by its path, and who may make it. */
const READS: readonly (readonly [target: string, kinds: readonly string[]])[] = [
  ['/_ping', []],
  ['/containers/json', ['containerList', 'containers']],
  ['/containers/a_b.c-1/json', ['containers']],
  ['/containers/x/top', []],
  ['/containers/x/logs', ['logs']],
  ['/containers/x/changes', []],
  ['/containers/x/export', []],
  ['/containers/x/stats', ['stats']],
  ['/containers/x/attach/ws', []],
  ['/containers/x/archive', []],
  ['/images/json', ['images']],
  ['/images/a/b:1.2/json', ['images']],
  ['/images/sha256:0a/json', ['images']],
  ['/images/x/history', []],
  ['/images/search', []],
  ['/images/x/get', []],
  ['/images/get', []],
  ['/info', ['info']],
  ['/events', ['events']],
  ['/system/df', []],
  ['/exec/x/json', []],
  ['/volumes', ['volumes']],
  ['/volumes/x', ['volumes']],
  ['/networks', ['networks']],
  ['/networks/x', ['networks']],
  ['/nodes', ['nodes']],
  ['/nodes/x', ['nodes']],
  ['/swarm', []],
  ['/swarm/unlockkey', []],
  ['/services', ['services']],
  ['/services/x', ['services']],
  ['/services/x/logs', []],
  ['/tasks', ['tasks']],
  ['/tasks/x', ['tasks']],
  ['/tasks/x/logs', []],
  ['/secrets', []],
  ['/secrets/x', []],
  ['/configs', []],
  ['/configs/x', []],
  ['/distribution/x/json', []],
  ['/plugins', []],
  ['/plugins/x/json', []],
];

const KINDS: Readonly<Record<string, SocketAccess>> = {
  containerList: SocketAccess.containerList(),
  containers: SocketAccess.containers(),
  events: SocketAccess.events(),
  images: SocketAccess.images(),
  info: SocketAccess.info(),
  logs: SocketAccess.logs({ reason: REASON }),
  networks: SocketAccess.networks(),
  nodes: SocketAccess.nodes(),
  services: SocketAccess.services(),
  stats: SocketAccess.stats(),
  tasks: SocketAccess.tasks(),
  volumes: SocketAccess.volumes(),
};

const admits = (access: SocketAccess, target: string) => access._reads.some((read) => new RegExp(`^${API_VERSION}${read}$`).test(target));
const admitting = (target: string) => Object.keys(KINDS).filter((kind) => admits(KINDS[kind], target));

test.each(READS)('%s is for %p', (target, kinds) => {
  expect(admitting(target)).toEqual(kinds);
  expect(admitting(`/v1.51${target}`)).toEqual(kinds);
  const odd = [
    ...['/v2.0', '/v1.512', '/v1.51/v1.51', '/v1.51/', '/', '/.', '/x/..', ' ', '/x'].map((before) => `${before}${target}`),
    ...['/', '/.', '/..', '%00', ';x', '\n', '?x', '#x', '\\'].map((behind) => `${target}${behind}`),
    target.replace(/\w/, (letter) => letter.toUpperCase()),
    target.replace(/.$/, (end) => `%${end.charCodeAt(0).toString(16)}`),
  ];
  expect(odd.filter((text) => text !== target && admitting(text).length > 0)).toEqual([]);
});

test('the report says who may ask, and the topology, too', () => {
  const { program, proxy, web } = site();
  proxy.allow(web, SocketAccess.containers(), SocketAccess.logs({ reason: REASON }));
  expect(program.topology().engineAccess).toEqual([
    expect.objectContaining({ proxy: 'app/Socket/Container', client: 'app/Web', text: 'list and inspect containers', writes: [] }),
    expect.objectContaining({ text: 'read logs of containers', reason: REASON }),
  ]);
});

test('nothing but the proxy gets the socket past the rule, an object that looks like its mount neither', () => {
  expect(() => site().program.synth()).not.toThrow();
  const { program, front } = site();
  const mount = { mountType: 'bind', source: '/run/docker.sock', target: '/run/docker.sock', readOnly: true };
  expect(() => {
    program.container('Other', front, { volumes: [mount as never] });
    program.synth();
  }).toThrow(/BH-C06|PropertyShape/);
});

test('the address for clients', () => {
  expect(site().proxy.url).toBe('tcp://app-socket:2375');
  expect(site({ containerName: 'engine' }).proxy.url).toBe('tcp://engine:2375');
});

test.each<[string, ErrorCode, (all: ReturnType<typeof site>) => void, string[]]>([
  ['a LAN', 'NotASegment', ({ program }) => new SocketProxy(program.stack, 'P', { segment: program.lan('Lan'), image: IMAGE }), ["'app/Lan'", 'BridgeSegment']], // prettier-ignore
  ['a network of others', 'NotASegment', ({ program }) => new SocketProxy(program.stack, 'P', { segment: legacy(program, JOIN), image: IMAGE }), ['BridgeSegment']], // prettier-ignore
  ['a number that is no group', 'UserNumber', ({ program, back }) => new SocketProxy(program.stack, 'P', { segment: back, image: IMAGE, socketGroup: -1 }), ["'gid'"]], // prettier-ignore
  ['a client that is no container', 'NotAWorkload', ({ proxy, back }) => proxy.allow(back as never), ["'client'"]],
  ['the proxy itself', 'NotAWorkload', ({ proxy }) => proxy.allow(proxy.container), ["'client'"]],
  [
    "a client on the host's network",
    'NotAWorkload',
    ({ program, proxy }) =>
      proxy.allow(
        new HardenedContainer(program.stack, 'H', {
          network: ContainerNetwork.host({ reason: REASON }),
          daemon: program.daemon,
          image: IMAGE,
        }),
      ),
    ['place the client in a segment'],
  ],
  ['calls by a text', 'PropertyShape', ({ proxy, web }) => proxy.allow(web, '/containers/json' as never), ['SocketAccess.containerList()']],
  ['no reason', 'ReasonTooShort', ({ web }) => SocketAccess.restart(web, { reason: 'so' }), ["'reason'"]],
])('refused: %s', (_, code, declare, says) => expectError(() => declare(site()), code, { says }));
