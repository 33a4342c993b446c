import { engineSocket } from '../../../src/validation/rules/containers/engine-socket';
import { sensitiveHostPath } from '../../../src/validation/rules/containers/sensitive-host-path';
import { sharedMountPropagation } from '../../../src/validation/rules/containers/shared-mount-propagation';
import { ofContainer, verdict } from '../../support/verdict';

const volumes = (host_path: string, rest = {}) => ({ volumes: [{ host_path, container_path: '/x', ...rest }] });
const mounts = (source: string, rest = {}) => ({ mounts: [{ type: 'bind', source, target: '/x', ...rest }] });
const serviceOf = (block: object) => ({ docker_service: { web: { task_spec: { container_spec: block } } } });
const volume = (driver_opts: object, rest = {}) => ({ docker_volume: { data: { name: 'data', driver_opts, ...rest } } });
const bound = (device: string, o = 'bind') => ({ type: 'none', o, device });

describe('BH-C06 socket of the engine mounted', () => {
  test.each([
    '/var/run/docker.sock',
    '/run/docker.sock',
    '/run/./docker.sock',
    '//run//docker.sock',
    '/srv/../var/run/docker.sock',
    '/run/containerd/containerd.sock',
    '/run/podman/podman.sock',
    '/run/crio/crio.sock',
    '/run/cri-dockerd.sock',
    '/run/user/1000/docker.sock',
    '/home/app/.docker/run/docker.sock',
    '/srv/engine/docker.sock',
    '/proc/1/root/run/docker.sock',
  ])('%s is one, however it is mounted, and the fix', (path) => {
    for (const attributes of [volumes(path), volumes(path, { read_only: true }), mounts(path), mounts(path, { read_only: true })]) {
      const found = ofContainer(engineSocket, attributes);
      expect(found).toMatchObject({ state: 'violated', details: [expect.stringMatching(/^\/.*\.sock$/)] });
      expect(found.messages[0]).toMatch(/is the socket of an engine, is mounted$/);
    }
    expect(ofContainer(engineSocket, {}).state).toBe('compliant');
  });

  test.each([
    ['/', '/'],
    ['/run', '/run'],
    ['/var/run/', '/var/run'],
    ['/run/..', '/'],
    ['/run/containerd', '/run/containerd'],
    ['/var/run/podman', '/var/run/podman'],
    ['/run/user/1000', '/run/user/1000'],
    ['/home/app/.docker/run', '/home/app/.docker/run'],
    ['/proc/1/root', '/proc/1/root'],
    ['/proc/self/root/var/run', '/proc/self/root/var/run'],
    ['/proc/1/task/1/root/proc/1/cwd', '/proc/1/task/1/root/proc/1/cwd'],
  ])('%s holds one', (path, detail) => {
    expect(ofContainer(engineSocket, mounts(path, { read_only: true }))).toMatchObject({
      state: 'violated',
      details: [detail],
      messages: [expect.stringMatching(/holds the socket of an engine, is mounted$/)],
    });
  });

  test.each(['/srv/data', '/running', '/run/dbus', '/srv/docker.sock.d', '/var/lib/docker', '/home/app/.dockerignore'])(
    '%s is none, and holds none',
    (path) => expect(ofContainer(engineSocket, volumes(path)).state).toBe('compliant'),
  );

  test('in a service', () => {
    expect(verdict(engineSocket, serviceOf(mounts('/var/run/docker.sock'))).details).toEqual(['/var/run/docker.sock']);
    expect(verdict(engineSocket, serviceOf(mounts('/srv/data'))).state).toBe('compliant');
  });

  test('through a volume', () => {
    const user = { docker_container: { web: volumes('', { volume_name: '${docker_volume.data.name}' }) } };
    const found = verdict(engineSocket, { ...user, ...volume(bound('/run')) });
    expect(found).toMatchObject({ details: ['/run'], state: 'compliant violated' });
    expect(found.messages).toEqual(["BH-C06 '/run', which holds the socket of an engine, is mounted through docker_volume.data"]);
  });

  test('nobody knows what a variable is', () => {
    expect(ofContainer(engineSocket, volumes('${var.path}')).state).toBe('unknown');
  });
});

describe('BH-C07 sensitive path of the host mounted', () => {
  test.each([
    ['/etc', '/etc'],
    ['/etc/', '/etc'],
    ['//etc', '/etc'],
    ['/etc/ssl/private', '/etc/ssl/private'],
    ['/srv/../etc', '/etc'],
    ['/', '/'],
    ['/..', '/'],
    ['/proc/sys', '/proc/sys'],
    ['/sys', '/sys'],
    ['/dev/sda', '/dev/sda'],
    ['/boot', '/boot'],
    ['/lib64', '/lib64'],
    ['/usr/local/bin', '/usr/local/bin'],
    ['/root/.ssh', '/root/.ssh'],
    ['/var', '/var'],
    ['/var/lib/docker/volumes', '/var/lib/docker/volumes'],
    ['/var/spool/cron/crontabs', '/var/spool/cron/crontabs'],
    ['/home', '/home'],
    ['/run/bulkhead', '/run/bulkhead'],
    ['/proc/1/root/srv', '/proc/1/root/srv'],
  ])('%s: an error for writing, a warning for reading, and the fix', (path, detail) => {
    for (const at of [volumes, mounts]) {
      expect(ofContainer(sensitiveHostPath, at(path)).details).toEqual([detail]);
      expect(ofContainer(sensitiveHostPath, at(path, { read_only: false })).details).toEqual([detail]);
      expect(ofContainer(sensitiveHostPath, at(path, { read_only: true })).details).toEqual([`${detail} (warning)`]);
      // Nobody knows that it is read-only.
      expect(ofContainer(sensitiveHostPath, at(path, { read_only: '${var.r}' })).details).toEqual([detail]);
      expect(ofContainer(sensitiveHostPath, at('/srv/data')).state).toBe('compliant');
    }
  });

  test.each(['/srv/data', '/etcetera', '/home/app', '/var/lib/shop', '/opt/app', '/mnt/disk'])('%s is harmless', (path) => {
    expect(ofContainer(sensitiveHostPath, volumes(path)).state).toBe('compliant');
  });

  test('the socket of an engine is the matter of BH-C06, the directory of it of both', () => {
    expect(ofContainer(sensitiveHostPath, mounts('/run/docker.sock')).state).toBe('compliant');
    expect(ofContainer(sensitiveHostPath, mounts('/run')).details).toEqual(['/run']);
  });

  test("the guard's stamp may be read, and nothing else of its folder", () => {
    const readable = (path: string) => ofContainer(sensitiveHostPath, mounts(path, { read_only: true }));
    expect(readable('/run/bulkhead/stamp-0123456789ab').state).toBe('compliant');
    expect(readable('/run/bulkhead/swarm-0123456789ab').state).toBe('compliant');
    expect(readable('/run/bulkhead/lock').details).toEqual(['/run/bulkhead/lock (warning)']);
    expect(readable('/run/bulkhead/stamp-x/../lock').details).toEqual(['/run/bulkhead/lock (warning)']);
    expect(ofContainer(sensitiveHostPath, mounts('/run/bulkhead/stamp-0123456789ab')).state).toBe('violated');
    expect(readable('/srv/bulkhead/stamp-1').state).toBe('compliant');
  });

  test('time zone files may be read, by these names', () => {
    for (const path of ['/etc/localtime', '/etc/timezone']) {
      expect(ofContainer(sensitiveHostPath, mounts(path, { read_only: true })).state).toBe('compliant');
      expect(ofContainer(sensitiveHostPath, mounts(path)).details).toEqual([path]);
    }
    expect(ofContainer(sensitiveHostPath, mounts('/etc/localtime/..', { read_only: true })).details).toEqual(['/etc (warning)']);
  });

  test('what Terraform alone knows', () => {
    expect(ofContainer(sensitiveHostPath, volumes('${var.path}')).state).toBe('unknown');
    expect(ofContainer(sensitiveHostPath, volumes('/srv/${var.path}')).state).toBe('unknown');
    // Nobody asks where the path is harmless.
    expect(ofContainer(sensitiveHostPath, volumes('/srv/data', { read_only: '${var.r}' })).state).toBe('compliant');
  });

  test('a volume name that is a path is a path to the engine; a path wins over a name', () => {
    const entry = (attributes: object) => ({ volumes: { container_path: '/x', ...attributes } });
    expect(ofContainer(sensitiveHostPath, entry({ volume_name: '/etc' })).details).toEqual(['/etc']);
    expect(ofContainer(sensitiveHostPath, entry({ volume_name: '/etc', host_path: '' })).details).toEqual(['/etc']);
    expect(ofContainer(sensitiveHostPath, entry({ volume_name: '/etc', host_path: '/srv' })).state).toBe('compliant');
    // It may turn out empty.
    expect(ofContainer(sensitiveHostPath, entry({ volume_name: '/etc', host_path: '${var.v}' })).details).toEqual(['/etc']);
    expect(ofContainer(sensitiveHostPath, entry({ volume_name: '${var.v}' })).state).toBe('unknown');
    expect(ofContainer(sensitiveHostPath, entry({ volume_name: 'etc' })).state).toBe('compliant');
  });

  test('several, each by itself, also of dynamic blocks', () => {
    const both = { ...volumes('/etc', { read_only: true }), ...mounts('/boot') };
    expect(ofContainer(sensitiveHostPath, both).details.sort()).toEqual(['/boot', '/etc (warning)']);
    const dynamic = { dynamic: { volumes: { for_each: '${var.x}', content: { host_path: '/etc', container_path: '/x' } } } };
    expect(ofContainer(sensitiveHostPath, dynamic).details).toEqual(['/etc']);
  });

  test('in a service', () => {
    expect(verdict(sensitiveHostPath, serviceOf(mounts('/etc', { read_only: true }))).details).toEqual(['/etc (warning)']);
    expect(verdict(sensitiveHostPath, serviceOf(mounts('/srv/data'))).state).toBe('compliant');
  });
});

describe('BH-C07 behind volumes', () => {
  const reference = '${docker_volume.data.name}';
  const mounting = (driver_opts: object, source: string = reference, rest = {}) =>
    verdict(sensitiveHostPath, { docker_container: { web: mounts(source, { type: 'volume', ...rest }) }, ...volume(driver_opts) });

  test.each([
    [bound('/etc'), '/etc'],
    [bound('/srv/../etc/'), '/etc'],
    [bound('etc'), '/etc'],
    [bound('/etc', 'rbind,nosuid'), '/etc'],
    [{ type: 'nfs', o: 'bind', device: '/etc' }, '/etc'],
    [{ type: 'ext4', device: '/dev/sda1' }, '/dev/sda1'],
    [{ type: 'proc', device: 'nothing' }, '/proc'],
    [{ type: 'SysFS', device: 'nothing' }, '/sys'],
    [{ type: 'devtmpfs', device: 'nothing' }, '/dev'],
    [{ type: 'overlay', device: 'overlay', o: 'lowerdir=/srv/a:/etc,upperdir=/srv/u,workdir=/srv/w' }, '/etc'],
    [{ mountpoint: '/etc' }, '/etc'],
  ])('%j leads to %s, and the fix', (driver_opts, path) => {
    const found = mounting(driver_opts);
    expect(found).toMatchObject({ state: 'compliant violated', details: [path] });
    expect(found.messages).toEqual([`BH-C07 '${path}' of the host is mounted for writing through docker_volume.data`]);
    expect(mounting(driver_opts, 'data').details).toEqual([path]);
    expect(mounting(driver_opts, reference, { read_only: true }).details).toEqual([`${path} (warning)`]);
    expect(mounting(bound('/srv/data')).state).toBe('compliant');
  });

  test.each([
    { type: 'nfs', o: 'addr=192.0.2.1,rw', device: ':/etc' },
    { type: 'nfs', o: 'addr=192.0.2.1', device: '/etc' },
    { type: 'cifs', o: 'username=u,password=${var.p}', device: '//nas/etc' },
    { type: 'tmpfs', o: 'size=64m', device: 'tmpfs' },
  ])('%j leads nowhere on the host', (driver_opts) => expect(mounting(driver_opts).state).toBe('compliant'));

  test('read-only by the volume itself', () => {
    expect(mounting(bound('/etc', 'bind,ro')).details).toEqual(['/etc (warning)']);
    expect(mounting(bound('/etc', 'ro,bind,rw')).details).toEqual(['/etc']);
  });

  test('by the options of the mount itself', () => {
    const options = { volume_options: { driver_name: 'local', driver_options: bound('/etc') } };
    const found = ofContainer(sensitiveHostPath, { mounts: { type: 'volume', target: '/x', source: 'own', ...options } });
    expect(found.details).toEqual(['/etc']);
  });

  test('at the volume when nothing of the stack mounts it', () => {
    const alone = verdict(sensitiveHostPath, volume(bound('/etc')));
    expect(alone).toMatchObject({ state: 'violated', details: ['/etc'] });
    const service = { ...serviceOf(mounts(reference, { type: 'volume' })), ...volume(bound('/etc')) };
    expect(verdict(sensitiveHostPath, service).details).toEqual(['/etc']);
    expect(verdict(sensitiveHostPath, volume(bound('/srv/data'))).state).toBe('compliant');
    expect(verdict(sensitiveHostPath, { docker_volume: { data: { name: 'data' } } }).state).toBe('notApplicable');
  });

  test('what Terraform alone knows of a volume is told there', () => {
    for (const driver_opts of [{ type: 'none', o: 'bind', device: '${var.d}' }, '${var.options}']) {
      const found = verdict(sensitiveHostPath, {
        docker_container: { web: mounts(reference) },
        docker_volume: { data: { name: 'data', driver_opts } },
      });
      expect(found.state).toBe('compliant unknown');
    }
  });

  test.each(['agent', '/agent', '${docker_container.agent.id}', 'agent:rw'])('taken over from another container: %s', (from_container) => {
    const agent = { name: 'agent', ...volumes('/etc') };
    const of = (from: string, other: object) =>
      verdict(sensitiveHostPath, { docker_container: { agent: other, web: { name: 'web', volumes: { from_container: from } } } });
    const found = of(from_container, agent);
    expect(found.details).toEqual(['/etc', '/etc']);
    expect(found.messages).toContain("BH-C07 '/etc' of the host is mounted for writing through docker_container.agent");
    expect(of(`${from_container.replace(':rw', '')}:ro`, agent).details.sort()).toEqual(['/etc', '/etc (warning)']);
    expect(of(from_container, { name: 'agent', ...volumes('/srv') }).state).toBe('compliant');
    expect(of('${var.agent}', { name: 'agent' }).state).toBe('compliant unknown');
  });

  test('containers that take over from each other lead nowhere', () => {
    const pair = { a: { name: 'a', volumes: { from_container: 'b' } }, b: { name: 'b', volumes: { from_container: 'a' } } };
    expect(verdict(sensitiveHostPath, { docker_container: pair }).state).toBe('compliant');
  });
});

describe('BH-C08 mount propagation between host and container', () => {
  const propagating = (propagation: string) => mounts('/srv/data', { bind_options: { propagation } });

  test.each(['shared', 'rshared', 'slave', 'rslave', 'RShared'])('%s, and the fix', (propagation) => {
    expect(ofContainer(sharedMountPropagation, propagating(propagation)).details).toEqual([`${propagation.toLowerCase()} /x`]);
    expect(verdict(sharedMountPropagation, serviceOf(propagating(propagation))).state).toBe('violated');
    expect(ofContainer(sharedMountPropagation, propagating('rprivate')).state).toBe('compliant');
    expect(ofContainer(sharedMountPropagation, mounts('/srv/data')).state).toBe('compliant');
  });

  test('private is private, and nobody knows what a variable is', () => {
    expect(ofContainer(sharedMountPropagation, propagating('private')).state).toBe('compliant');
    expect(ofContainer(sharedMountPropagation, propagating('${var.p}')).state).toBe('unknown');
    expect(ofContainer(sharedMountPropagation, {}).state).toBe('compliant');
  });
});
