import type { ContainerConfig } from '@cdktf/provider-docker/lib/container';
import { Aspects, Testing } from 'cdktf';
import { HardenRawContainers, type HardenRawContainersProps } from '../../src';
import { expectError } from '../support/errors';
import { Program } from '../support/programs';
import { RawStack } from '../support/raw-stack';

function hardened(config: Partial<ContainerConfig> = {}, props: HardenRawContainersProps = {}, override?: [string, unknown]) {
  const raw = new RawStack();
  const web = raw.container('Web', config);
  if (override) web.addOverride(...override);
  Aspects.of(raw.stack).add(new HardenRawContainers(props));
  return JSON.parse(Testing.synth(raw.stack)).resource.docker_container.Web;
}

test('a container that says nothing gets everything', () => {
  expect(hardened()).toEqual({
    name: 'web',
    image: 'nginx',
    user: '10001:10001',
    capabilities: { drop: ['ALL'] },
    security_opts: ['no-new-privileges:true'],
    read_only: true,
    tmpfs: { '/tmp': 'rw,noexec,nosuid,nodev,size=64m,mode=1777' },
    ipc_mode: 'private',
    memory: 256,
    memory_swap: 256,
    cpu_period: 100000,
    cpu_quota: 100000,
    ulimit: [{ name: 'nofile', soft: 1024, hard: 4096 }],
    log_driver: 'json-file',
    log_opts: { 'max-size': '10m', 'max-file': '3' },
    restart: 'unless-stopped',
  });
});

test.each([
  ['user', { user: 'root' }, { user: 'root' }],
  ['capabilities that are dropped', { capabilities: { drop: ['NET_RAW'] } }, { capabilities: { drop: ['NET_RAW'] } }],
  ['a writable root, without a /tmp over it', { readOnly: false }, { read_only: false, tmpfs: undefined }],
  ['its own /tmp', { tmpfs: { '/run': 'rw' } }, { read_only: true, tmpfs: { '/run': 'rw' } }],
  ['memory, with swap to fit', { memory: 512 }, { memory: 512, memory_swap: 512 }],
  ['shares of the processor', { cpuShares: 512 }, { cpu_shares: 512, cpu_quota: undefined }],
  ['its log driver', { logDriver: 'journald' }, { log_driver: 'journald', log_opts: undefined }],
  ['its restarts', { restart: 'always' }, { restart: 'always', max_retry_count: undefined }],
  ['a number of retries, which is one after failures', { maxRetryCount: 3 }, { restart: 'on-failure', max_retry_count: 3 }],
  [
    'a security option, with ours beside it',
    { securityOpts: ['label=type:x'] },
    { security_opts: ['label=type:x', 'no-new-privileges:true'] },
  ],
  ['an opt-out', { securityOpts: ['no-new-privileges:false'] }, { security_opts: ['no-new-privileges:false'] }],
] as const)('%s stays as it was set', (_, config, wanted) => {
  const json = hardened(config as unknown as Partial<ContainerConfig>);
  Object.entries(wanted).forEach(([attribute, value]) => expect([attribute, json[attribute]]).toEqual([attribute, value]));
});

test('capabilities that are added are taken from nothing, and no user is set who could not hold them', () => {
  const json = hardened({ capabilities: { add: ['CAP_NET_BIND_SERVICE'] } });
  expect(json.capabilities).toEqual({ add: ['CAP_NET_BIND_SERVICE'], drop: ['ALL'] });
  expect(json.user).toBeUndefined();
  expect(hardened({ capabilities: { add: [] } }).user).toBe('10001:10001');
});

test('overrides count as set', () => {
  expect(hardened({}, {}, ['read_only', false])).toMatchObject({ read_only: false });
  expect(hardened({}, {}, ['memory_swap', 1024])).toMatchObject({ memory: 256, memory_swap: 1024 });
});

test('limits can be chosen', () => {
  expect(hardened({}, { memoryMebibytes: 64, cpuMillis: 250 })).toMatchObject({ memory: 64, memory_swap: 64, cpu_quota: 25000 });
  expectError(() => new HardenRawContainers({ memoryMebibytes: 15 }), 'MemoryLimit');
  expectError(() => new HardenRawContainers({ cpuMillis: 9 }), 'CpuLimit');
});

test('containers of ours stay as they are', () => {
  const json = (aspect: boolean) => {
    const program = new Program();
    program.container('Web', program.segment('Front'), { writableRootReason: 'writes beside its program' });
    if (aspect) Aspects.of(program.stack).add(new HardenRawContainers());
    return Testing.synth(program.stack, true);
  };
  expect(json(true)).toBe(json(false));
});
