import { Lazy, type TerraformStack, Token } from 'cdktf';
import {
  DataVolume,
  EndpointMode,
  type HardenedDaemon,
  type HardenedService,
  type HardenedServiceProps,
  Placement,
  Port,
  SwarmConfig,
  SwarmSecret,
  UpdateFailure,
  UpdatePolicy,
  VolumeMount,
} from '../../src';
import type { ErrorCode } from '../../src/private/errors';
import { expectError } from '../support/errors';
import { METACHARACTERS, newDaemon, Program, synth } from '../support/programs';
import { Services } from '../support/swarms';

const SECRET = { secretId: 'a'.repeat(25), secretName: 'key' };

function volumeOn(stack: TerraformStack, daemon: HardenedDaemon, id = 'Data'): VolumeMount {
  return VolumeMount.volume(new DataVolume(stack, id, { daemon }), `/${id}`);
}

/** Warnings and remarks of a construct. */
function said({ node }: HardenedService): string[] {
  return node.metadata.map(({ data }) => String(data));
}

describe('storage of a service', () => {
  const program = new Services();
  const overlay = program.overlay('Mesh');
  const [worker] = program.workers;
  const data = new DataVolume(program.stack, 'Data', { daemon: worker });
  const folder = VolumeMount.hostPath('/srv/certs', '/certs');
  const kept = program.service('Kept', overlay, {
    placements: [Placement.onNode(worker)],
    volumes: [VolumeMount.volume(data, '/data'), folder],
    tmpfsMebibytes: { '/cache': 16 },
  });
  const scattered = program.service('Scattered', overlay, { volumes: [folder] });

  test('is mounted after the stamp, file systems in memory with their size', () => {
    const [{ container_spec: spec }] = [program.resource('docker_service', 'app-kept').task_spec];
    expect(spec.mounts.slice(1)).toEqual([
      { type: 'volume', source: expect.stringMatching(/^\$\{docker_volume\.Data.*\.name\}$/), target: '/data', read_only: false },
      { type: 'bind', source: '/srv/certs', target: '/certs', read_only: true },
      { type: 'tmpfs', target: '/cache', tmpfs_options: { size_bytes: 16_777_216, mode: 0o777 } },
    ]);
  });

  test('the volume is made on its own node', () => {
    const { json } = synth(program.stack);
    const [volume] = Object.values<any>(json.resource.docker_volume);
    const [service] = Object.values<any>(json.resource.docker_service);
    expect(volume.provider).not.toBe(service.provider);
    expect(volume.provider).toMatch(/^docker\./);
  });

  test('a folder of whatever node is warned of, that of one node is not', () => {
    const about = (service: HardenedService) => said(service).filter((text) => text.includes('/srv/certs'));
    expect(about(scattered)).toEqual([expect.stringContaining('every node has different content')]);
    expect(about(kept)).toEqual([]);
  });

  test('a volume of a swarm of one node needs no placement', () => {
    const alone = new Services({ workers: [] });
    const volume = new DataVolume(alone.stack, 'Data', { daemon: alone.manager });
    const mesh = alone.overlay('Mesh');
    expect(() => alone.service('Kept', mesh, { volumes: [VolumeMount.volume(volume, '/data')] })).not.toThrow();
  });
});

describe('numbers and names', () => {
  const program = new Services();
  const overlay = program.overlay('Mesh');

  test('one task on every node: nobody waits for it, since the provider cannot', () => {
    program.service('Agent', overlay, { onEveryNode: true, placements: [Placement.WORKERS] });
    const resource = program.resource('docker_service', 'app-agent');
    expect(resource.mode).toEqual({ global: true });
    expect(resource.task_spec.placement).toEqual({ constraints: ['node.role==worker'], max_replicas: 0 });
    expect(resource).not.toHaveProperty('converge_config');
    program.service('Pair', overlay, { replicas: 2 });
    expect(program.resource('docker_service', 'app-pair')).toMatchObject({
      mode: { replicated: { replicas: 2 } },
      converge_config: { timeout: '4m' },
    });
  });

  test.each<[string, Partial<HardenedServiceProps>]>([
    ['3m30s', {}],
    ['8m', { replicas: 10 }],
    ['4m', { replicas: 10, updatePolicy: UpdatePolicy.of({ parallelism: 5 }) }],
    ['6m40s', { replicas: 2, updatePolicy: UpdatePolicy.of({ delaySeconds: 60, monitorSeconds: 40 }) }],
    ['24h', { replicas: 1000, updatePolicy: UpdatePolicy.of({ delaySeconds: 3600 }) }],
    ['15m', { replicas: 10, convergeTimeoutSeconds: 900 }],
  ])('Terraform waits %s, as long as an update of all tasks takes: %j', (timeout, props) => {
    const fresh = new Services();
    fresh.service('Some', fresh.overlay('Mesh'), props);
    expect(fresh.resource('docker_service', 'app-some').converge_config).toEqual({ delay: '1s', timeout });
  });

  test('further names hold on the overlay that it was placed in, and nowhere else', () => {
    const other = program.overlay('Other');
    const shop = program.service('Shop', overlay, { aliases: ['prices'] });
    shop.connections.allowTo(other, Port.tcp(443));
    expect(shop.dnsName).toBe('app-shop');
    const networks = program.resource('docker_service', 'app-shop').task_spec.networks_advanced as { id: string; aliases?: string[] }[];
    expect(networks.map(({ id, aliases }) => [/docker_network\.([A-Za-z]+)/.exec(id)![1], aliases])).toEqual([
      ['Mesh', ['prices']],
      ['Other', undefined],
    ]);
  });

  test('what Terraform cannot set is said', () => {
    const plain = program.service('Plain', overlay);
    expect(said(plain)).toEqual([expect.stringMatching(/no-new-privileges.*daemon\.json of every node.*number of processes/)]);
  });

  test('one address, or those of all tasks', () => {
    program.service('Vip', overlay);
    program.service('Rr', overlay, { endpointMode: EndpointMode.DNSRR });
    expect(program.resource('docker_service', 'app-vip').endpoint_spec).toEqual({ mode: 'vip' });
    expect(program.resource('docker_service', 'app-rr').endpoint_spec).toEqual({ mode: 'dnsrr' });
  });

  test('how tasks are replaced unless told otherwise, and how an update that fails ends', () => {
    program.service('Usual', overlay);
    program.service('Bold', overlay, { updatePolicy: UpdatePolicy.of({ onFailure: UpdateFailure.CONTINUE, delaySeconds: 90 }) });
    expect(program.resource('docker_service', 'app-usual')).toMatchObject({
      update_config: { parallelism: 1, delay: '10s', monitor: '10s', order: 'stop-first', failure_action: 'rollback' },
      rollback_config: { failure_action: 'pause' },
    });
    expect(program.resource('docker_service', 'app-bold').update_config).toMatchObject({ delay: '1m30s', failure_action: 'continue' });
  });
});

describe('what is refused of a service', () => {
  const refused = (code: ErrorCode, props: (program: Services) => Partial<HardenedServiceProps>, says: string[] = []) => {
    const program = new Services();
    const overlay = program.overlay('Mesh');
    const given = props(program);
    expectError(() => program.service('Web', overlay, given), code, { path: 'app/Web', says });
    expect(program.stack.node.tryFindChild('Web')).toBeUndefined();
  };
  const volumeOf = ({ stack, workers }: Services, id = 'Data', daemon = workers[0]) => volumeOn(stack, daemon, id);

  test('a volume that a task might not find', () => {
    refused('VolumeElsewhere', (program) => ({ volumes: [volumeOf(program)] }), ["'app-data' is on 'app/Two'", 'Placement.onNode()']);
    refused('VolumeElsewhere', (program) => ({ volumes: [volumeOf(program)], placements: [Placement.WORKERS] }));
    refused('VolumeElsewhere', (program) => ({ volumes: [volumeOf(program)], placements: [Placement.label('disk', 'fast')] }));
    refused('VolumeElsewhere', (program) => ({
      volumes: [volumeOf(program), volumeOf(program, 'More', program.workers[1])],
      placements: [Placement.onNode(program.workers[0])],
    }));
    refused('VolumeElsewhere', (program) => ({
      volumes: [volumeOf(program, 'Data', newDaemon(program.stack, { hostAddress: '192.0.2.20' }, 'Alone'))],
      placements: [Placement.onNode(program.workers[0])],
    }));
  });

  test('a volume of another host for a container', () => {
    const program = new Program();
    const segment = program.segment('App');
    const daemon = newDaemon(program.stack, { hostAddress: '192.0.2.20' }, 'Other');
    const volumes = [volumeOn(program.stack, daemon)];
    const says = ["'app-data' is on 'app/Other'", "runs on 'app/Edge'"];
    expectError(() => program.container('Web', segment, { volumes }), 'VolumeElsewhere', { path: 'app/Web', says });
  });

  test('placements that no node meets', () => {
    refused('ServicePlacement', () => ({ placements: [Placement.MANAGERS, Placement.WORKERS] }), ["'app/Swarm'", 'node.role==manager']);
    refused('ServicePlacement', ({ workers }) => ({ placements: workers.map((node) => Placement.onNode(node)) }));
    refused('ServicePlacement', ({ manager }) => ({ placements: [Placement.onNode(manager), Placement.WORKERS] }));
    refused('ServicePlacement', ({ stack }) => ({
      placements: [Placement.onNode(newDaemon(stack, { hostAddress: '192.0.2.20' }, 'Alone'))],
    }));
  });

  test.each<[ErrorCode, Partial<HardenedServiceProps>]>([
    ['ServiceValue', { onEveryNode: true, replicas: 2 }],
    ['ServiceValue', { onEveryNode: true, replicasPerNode: 1 }],
    ['ServiceValue', { onEveryNode: true, convergeTimeoutSeconds: 60 }],
    ['ServiceValue', { replicas: 1001 }],
    ['ServiceValue', { convergeTimeoutSeconds: 0 }],
    ['ServiceValue', { replicasPerNode: 0 }],
    ['AliasName', { aliases: ['a_b'] }],
    ['AliasName', { aliases: ['localhost'] }],
    ['LabelName', { labels: { 'com.docker.x': 'y' } }],
    ['SecretInLabel', { labels: { 'app.token': 'y' } }],
    ['ContainerName', { serviceName: 'x' }],
    ['MemoryLimit', { limits: { memoryMebibytes: 15 } }],
    ['CpuLimit', { limits: { cpuMillis: 9 } }],
    ['LogLimit', { limits: { logMebibytes: 0 } }],
    ['StopTimeout', { stopTimeoutSeconds: 0 }],
    ['TmpfsSize', { tmpfsMebibytes: { '/tmp': 0 } }],
    ['MountTarget', { tmpfsMebibytes: { '/tmp:x': 1 } }],
    ['MountTarget', { volumes: [VolumeMount.hostPath('/srv/a', '/tmp')] }],
    ['MountTarget', { volumes: [VolumeMount.hostPath('/srv/a', '/etc/a')], configs: [SwarmConfig.fromText('a', 'b', '/etc/a')] }],
    ['MountTarget', { volumes: [VolumeMount.hostPath('/srv/a', '/.bulkhead-guard')] }],
    ['MountTarget', { secrets: [SwarmSecret.of(SECRET), SwarmSecret.of(SECRET)] }],
    ['ReasonTooShort', { writableRootReason: 'lazy' }],
    ['ControlCharacter', { command: ['a\u0000b'] }],
    ['NotAnImage', { image: {} as never }],
  ])('%s: %j', (code, props) => refused(code, () => props));

  test.each<[ErrorCode, () => unknown]>([
    ['SwarmFile', () => SwarmSecret.of({ ...SECRET, secretId: 'short' })],
    ['SwarmFile', () => SwarmSecret.of({ ...SECRET, secretName: 'a b' })],
    ['SwarmFile', () => SwarmSecret.of({ ...SECRET, target: '/run/../etc/passwd' })],
    ['SwarmFile', () => SwarmSecret.of({ ...SECRET, target: 'key' })],
    ['SwarmFile', () => SwarmConfig.fromText('x'.repeat(41), 'a', '/a/b')],
    ['SwarmFile', () => SwarmConfig.fromText('a', '', '/a/b')],
    ['SwarmFile', () => SwarmConfig.fromText('a', 'x'.repeat(512_001), '/a/b')],
    ['UnresolvedValue', () => SwarmConfig.fromText('a', `<${Token.asString({ resolve: () => 'x' })}>`, '/a/b')],
    ['UnresolvedValue', () => SwarmConfig.fromText('a', Lazy.stringValue({ produce: () => 'x' }), '/a/b')],
    ['ServiceValue', () => UpdatePolicy.of({ parallelism: 0 })],
    ['ServiceValue', () => UpdatePolicy.of({ delaySeconds: -1 })],
    ['ServiceValue', () => UpdatePolicy.of({ monitorSeconds: 0.5 })],
    ['ServiceValue', () => Placement.label('disk', 'fast ssd')],
    ['ServiceValue', () => Placement.label('node.role==manager', 'x')],
    ['NotADaemon', () => Placement.onNode({} as never)],
  ])('%s of a value', (code, make) => expectError(make, code));

  test('a config of any text comes as the same bytes', () => {
    const program = new Services();
    const text = `${METACHARACTERS} \${path.module} %{ if true }`;
    program.service('Web', program.overlay('Mesh'), { configs: [SwarmConfig.fromText('all', text, '/etc/all')] });
    const [config] = Object.values<any>(synth(program.stack).json.resource.docker_config);
    expect(Buffer.from(config.data, 'base64').toString('utf8')).toBe(text);
  });
});
