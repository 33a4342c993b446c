import { DefaultTokenResolver, StringConcat, type TerraformStack, Testing, Tokenization } from 'cdktf';
import {
  Cidr,
  EncryptedOverlay,
  EngineVersion,
  type HardenedDaemon,
  Peer,
  Port,
  PublishMode,
  SwarmCluster,
  type SwarmClusterProps,
} from '../../src';
import type { ErrorCode } from '../../src/private/errors';
import { expectError } from '../support/errors';
import { newStack, synth } from '../support/programs';
import { newNode, Services, SwarmProgram } from '../support/swarms';

/** A file that the install script of a daemon holds. */
function fileOf(scope: HardenedDaemon, path: string): string {
  const resolver = new DefaultTokenResolver(new StringConcat());
  const script = Tokenization.resolve(scope.installScript, { scope, resolver, preparing: false }) as string;
  const body = new RegExp(`  put ${path} \\d+ <<'END_OF_BODY'\\n([^_]*)END_OF_BODY`).exec(script)?.[1] ?? '';
  return Buffer.from(body, 'base64').toString('utf8');
}

function rulesOf(daemon: HardenedDaemon, family: 4 | 6 = 4): string {
  return fileOf(daemon, `/etc/bulkhead/rules.v${family}`);
}

describe('the guard of a node', () => {
  const program = new SwarmProgram();
  const { manager } = program;
  const [worker] = program.workers;

  test.each(['overlay', 'vxlan', 'esp4', 'xfrm_user', 'seqiv', 'ip_vs', 'xt_REDIRECT'])('brings the module %s', (module) => {
    for (const node of [manager, worker]) expect(fileOf(node, '/etc/modules-load.d/bulkhead.conf').split('\n')).toContain(module);
  });

  const lines = (text: string) => text.split('\n').filter((line) => /BULKHEAD-INPUT .*(2377|7946|4789|-p esp)/.test(line));

  test('lets the nodes by, on a manager to 2377 too, and nobody else', () => {
    const input = lines(rulesOf(manager));
    for (const node of ['192.0.2.10', '192.0.2.12', '192.0.2.13']) {
      for (const place of [
        'tcp -m tcp --dport 2377',
        'tcp -m tcp --dport 7946',
        'udp -m udp --dport 7946',
        'udp -m udp --dport 4789',
        'esp',
      ]) {
        expect(input.filter((line) => line.includes(`-s ${node}/32 -p ${place} `) && line.includes('-j RETURN'))).toHaveLength(1);
      }
    }
    expect(input.filter((line) => line.includes('! -i lo') && line.includes('-j DROP'))).toHaveLength(5);
    expect(input.filter((line) => line.includes('-j ACCEPT'))).toEqual([]);
    expect(lines(rulesOf(worker)).filter((line) => line.includes('2377'))).toHaveLength(1);
  });

  test('takes frames of no overlay from bridges of others, whatever source they have', () => {
    const input = lines(rulesOf(worker));
    const bridges = ['docker0', 'docker_gwbridge', 'br-+'];
    expect(input.slice(0, 3).map((line) => /-i (\S+) -p udp -m udp --dport 4789 .* -j DROP/.exec(line)?.[1])).toEqual(bridges);
  });

  test('shuts them for everybody in IPv6, where no node has an address', () => {
    const input = lines(rulesOf(manager, 6));
    expect(input).toHaveLength(5);
    expect(input.every((line) => line.includes('! -i lo') && line.includes('-j DROP'))).toBe(true);
  });

  test('knows another data port', () => {
    const other = new SwarmProgram({ dataPort: 4790 });
    const rules = rulesOf(other.workers[1]);
    expect(rules).toContain('udp --dport 4790');
    expect(rules).not.toContain('4789');
  });
});

describe('the files of a node', () => {
  const program = new SwarmProgram();
  const { manager } = program;
  const [worker] = program.workers;

  test('say who makes the swarm, who joins it, and in which blocks', () => {
    const line = (daemon: HardenedDaemon) => /^swarm .*$/m.exec(fileOf(daemon, '/etc/bulkhead/network'))?.[0];
    const { clusterId } = program.cluster;
    expect(line(manager)).toBe(
      `swarm ${clusterId} manager 192.0.2.10 192.0.2.10 4789 autolock 10.64.0.0/24 10.64.0.1 10.64.1.0/24 encrypted`,
    );
    expect(line(worker)).toBe(
      `swarm ${clusterId} worker 192.0.2.12 192.0.2.10 4789 autolock 10.64.0.0/24 10.64.0.1 10.64.1.0/24 encrypted`,
    );
  });

  test('start the swarm with docker, and never keep docker from running for it', () => {
    const dropIn = fileOf(worker, '/etc/systemd/system/docker.service.d/50-bulkhead.conf');
    expect(dropIn).toContain('ExecStartPre=/usr/local/sbin/bulkhead-swarm stamp\n');
    expect(dropIn).toContain('ExecStartPost=-/usr/local/sbin/bulkhead-swarm start\n');
  });

  test('turn live-restore off and name the node', () => {
    const json = JSON.parse(fileOf(worker, '/etc/docker/daemon.json')) as Record<string, unknown>;
    expect(json['live-restore']).toBe(false);
    expect(json.labels).toEqual([`bulkhead.daemon=${program.workers[0].daemonId}`]);
    expect(json['no-new-privileges']).toBe(true);
  });

  test('hold no token, whatever a program says', () => {
    const { json } = synth(program.stack);
    expect(JSON.stringify(json)).not.toMatch(/SWMTKN-1-[a-z0-9]/);
  });

  test('are unlocked by themselves for a reason only', () => {
    const open = new SwarmProgram({ withoutAutolockReason: 'the disks are encrypted' });
    expect(fileOf(open.manager, '/etc/bulkhead/network')).toContain(' no-autolock ');
  });

  test('encrypt the ingress unless there is a reason, which is told', () => {
    const open = new SwarmProgram({ unencryptedIngressReason: 'the kernel has no ESP' });
    expect(fileOf(open.manager, '/etc/bulkhead/network')).toMatch(/^swarm .* unencrypted$/m);
    expect(open.cluster.node.metadata.map(({ data }) => String(data)).join()).toContain(
      'not encrypted between the nodes: the kernel has no ESP',
    );
  });
});

test.each([
  ['29.0', PublishMode.HOST, '29.0 30.0'],
  ['29.8.1', PublishMode.HOST, '29.0 30.0'],
  ['29.0', PublishMode.INGRESS, '29.0 29.8'],
  ['29.8.1', PublishMode.INGRESS, '29.8 30.0'],
  ['28.5.2', PublishMode.INGRESS, '28.2 29.0'],
])('engine %s and a publication in mode %s: every node refuses other engines than %s', (version, mode, span) => {
  const program = new Services({}, { engine: EngineVersion.of(version) });
  const service = program.service('Web', program.overlay('Mesh'));
  const engines = () =>
    [program.manager, ...program.workers].map((daemon) => {
      const [, minimum, below] = fileOf(daemon, '/etc/bulkhead/engine').trim().split('\n');
      return `${minimum.replace('minimum ', '')} ${below.replace('below ', '')}`;
    });
  expect(new Set(engines())).toEqual(new Set([version === '28.5.2' ? '28.2 29.0' : '29.0 30.0']));
  service.publish(Port.tcp(443), { targetPort: Port.tcp(8443), sources: [Peer.anyIpv4()], mode });
  expect(new Set(engines())).toEqual(new Set([span]));
});

describe('the size of packets between nodes', () => {
  test.each<[number | undefined, number | undefined, number]>([
    [undefined, undefined, 1500],
    [undefined, 1460, 1460],
    [undefined, 9000, 1500],
    [1400, 1460, 1400],
    [9000, 9000, 9000],
    [9000, undefined, 9000],
  ])('%p between uplinks of %p is %d', (underlayMtu, uplinkMtu, size) => {
    expect(new SwarmProgram({ underlayMtu }, { uplinkMtu }).cluster.underlayMtu).toBe(size);
  });

  test('is that of the narrowest uplink, which must take what IPv6 needs', () => {
    const stack = newStack();
    const workers = [newNode(stack, 'Four', 14, { uplinkMtu: 1460 })];
    expect(new SwarmProgram({ workers }, {}, stack).cluster.underlayMtu).toBe(1460);
    expectError(() => new SwarmProgram({}, { uplinkMtu: 1000 }), 'OverlayMtu', { path: 'app/Swarm', says: ['uplinkMtu', 'got 1000'] });
    expect(new SwarmProgram({ underlayMtu: 1500 }, { uplinkMtu: 1000 }).cluster.underlayMtu).toBe(1500);
  });
});

test('a manager among an even number, and readable keys, are warned of', () => {
  const said = ({ cluster }: SwarmProgram) => cluster.node.metadata.map(({ data }) => String(data));
  expect(said(new SwarmProgram())).toEqual([]);
  const stack = newStack();
  const managers = [newNode(stack, 'Four', 14), newNode(stack, 'Five', 15)];
  const program = new SwarmProgram({ managers, withoutAutolockReason: 'the disks are encrypted' }, {}, stack);
  expect(said(program)).toEqual([expect.stringContaining('2 managers'), expect.stringContaining('the disks are encrypted')]);
});

test('what is declared after the stack was written is refused, and the stack is named', () => {
  const { stack, cluster } = new SwarmProgram();
  Testing.fullSynth(stack);
  expectError(() => new EncryptedOverlay(stack, 'Late', { cluster }), 'DeclaredAfterSynth', { path: 'app/Late', says: ["stack 'app'"] });
});

describe('what is refused', () => {
  const place = { path: 'app/Swarm' };
  const refused = (code: ErrorCode, props: (stack: TerraformStack) => Partial<SwarmClusterProps>) => {
    const stack = newStack();
    const given = props(stack);
    expectError(() => new SwarmProgram(given, {}, stack), code, place);
  };

  test('a node that keeps containers across restarts', () => {
    expectError(() => new SwarmProgram({}, { liveRestore: true }), 'SwarmLiveRestore', {
      ...place,
      says: ["set its 'liveRestore' to false"],
    });
  });

  test('a node without the guard', () => {
    expectError(() => new SwarmProgram({}, { startWithoutGuardReason: 'the guard comes later' }), 'SwarmNodes', place);
  });

  test('no manager, a host twice, a node of another swarm', () => {
    refused('SwarmNodes', () => ({ managers: [] }));
    refused('SwarmNodes', (stack) => {
      const four = newNode(stack, 'Four', 14);
      return { managers: [four], workers: [four] };
    });
    const twice = newStack();
    newNode(twice, 'Four', 14);
    expectError(() => newNode(twice, 'Five', 14), 'DuplicateHost', { path: 'app/Five', says: ["'app/Four'", '192.0.2.14'] });
    const { stack, manager } = new SwarmProgram();
    const addressPool = Cidr.parse('10.65.0.0/16');
    expectError(() => new SwarmCluster(stack, 'Other', { managers: [manager], addressPool }), 'SwarmNodes', { path: 'app/Other' });
  });

  test('a pool that a node uses', () => {
    refused('SwarmPool', () => ({ addressPool: Cidr.parse('10.20.128.0/17') }));
    refused('SwarmPool', () => ({ addressPool: Cidr.parse('192.0.2.0/24') }));
    refused('SwarmPool', () => ({ addressPool: Cidr.parse('172.16.0.0/12') }));
  });

  test('ports and sizes out of range', () => {
    refused('DataPort', () => ({ dataPort: 7946 }));
    refused('DataPort', () => ({ dataPort: 80 }));
    refused('OverlayMtu', () => ({ underlayMtu: 1000 }));
    refused('ReasonTooShort', () => ({ withoutAutolockReason: 'lazy' }));
    refused('ReasonTooShort', () => ({ unencryptedIngressReason: 'lazy' }));
  });
});
