import { Capability, ContainerImage, ContainerSysctl, DataVolume, HealthCheck, IDaemon, RestartPolicy, VolumeMount } from '../../src';
import type { ErrorCode } from '../../src/private/errors';
import { duration } from '../../src/workloads/private/common';
import { environmentList } from '../../src/workloads/private/environment';
import { expectError } from '../support/errors';
import { newStack, Program } from '../support/programs';

const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('environment', () => {
  const list = (environment: Record<string, string>, notSecretReasons: Record<string, string> = {}) =>
    environmentList('app/Web', { environment, notSecretReasons }, { howToMount: (file) => `a mount of ${file}` });

  test('sorted, whatever the order of keys', () => {
    expect(list({ B: '2', A: '1', _c: '' })).toEqual(['A=1', 'B=2', '_c=']);
    expect(list({ 'discovery.type': 'single-node', 'A-B': 'x' })).toEqual(['A-B=x', 'discovery.type=single-node']);
  });

  test.each([
    'PASSWORD',
    'DB_PASSWORD',
    'db_pass',
    'API_KEY',
    'APIKEY',
    'SECRET',
    'CLIENT_SECRETS',
    'GITHUB_TOKEN',
    'AWS_ACCESS_KEY_ID',
    'PRIVATE_KEY',
    'CREDENTIALS',
    'PGPASSWORD',
    'MYSQL_PWD',
  ])('%s looks like a secret by its name', (name) => {
    expectError(() => list({ [name]: 'x' }), 'SecretInEnvironment', {
      path: 'app/Web',
      says: [`environment.${name}`, `${name}_FILE`, 'notSecretReasons'],
    });
    expect(list({ [name]: '' })).toEqual([`${name}=`]);
    expect(list({ [name]: 'x' }, { [name]: 'the value is public' })).toEqual([`${name}=x`]);
  });

  test.each([
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----\nMII'],
    ['a password inside a URL', 'postgres://user:hunter2@db/shop'],
    ['an AWS access key', 'AKIAIOSFODNN7EXAMPLE'],
    ['a GitHub token', `ghp_${'a'.repeat(36)}`],
    ['a Slack token', 'xoxb-1234567890-x'],
    ['a JSON web token', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc'],
  ])('%s betrays itself, whatever the variable is called', (what, value) => {
    for (const name of ['SETTING', 'SETTING_FILE', 'constructor', 'toString']) {
      expectError(() => list({ [name]: value }), 'SecretInEnvironment', { path: 'app/Web', says: [what] });
    }
  });

  test('the message does not repeat the secret', () => {
    expect(() => list({ DB_PASSWORD: 'hunter2' })).toThrow(expect.objectContaining({ message: expect.not.stringContaining('hunter2') }));
  });

  test.each([
    ['DB_PASSWORD_FILE', '/run/secrets/db'],
    ['TOKEN_PATH', '/run/secrets/token'],
    ['AUTHENTIK_POSTGRESQL__PASSWORD', 'file:///run/secrets/db'],
    ['TOKENIZER', 'bpe'],
    ...['1', '0', 'yes', 'NO', 'true', 'off'].map((value) => ['MARIADB_RANDOM_ROOT_PASSWORD', value]),
    ['COMPASS', 'north'],
    ['PWD', '/srv'],
    ['OLDPWD', '/'],
    ['URL', 'https://example.com/a:b@c'],
  ])('%s=%s is none', (name, value) => expect(list({ [name]: value })).toEqual([`${name}=${value}`]));

  test.each(['2', '10', 'yess', '01'])('a password %s is one, and no switch', (value) => {
    expectError(() => list({ DB_PASSWORD: value }), 'SecretInEnvironment', {});
  });

  test.each(['file://hunter2', 'file:hunter2', 'file:///hunter 2', 'file:///x?y'])('a password %s is one', (value) => {
    expectError(() => list({ DB_PASSWORD: value }), 'SecretInEnvironment', { says: ['DB_PASSWORD_FILE'] });
  });

  test('a file variable that holds no path is one', () => {
    expectError(() => list({ DB_PASSWORD_FILE: 'hunter2' }), 'SecretInEnvironment', {
      says: ["set DB_PASSWORD_FILE to '/run/secrets/db-password'"],
    });
  });

  test.each<[string, ErrorCode, Record<string, string>, Record<string, string>]>([
    ['name with a blank', 'EnvironmentName', { 'A B': '' }, {}],
    ['name with a sign', 'EnvironmentName', { 'A=B': '' }, {}],
    ['name with a hyphen first', 'EnvironmentName', { '-A': '' }, {}],
    ['name with a digit first', 'EnvironmentName', { '1A': '' }, {}],
    ['empty name', 'EnvironmentName', { '': '' }, {}],
    ['no text', 'NotText', { A: 1 as unknown as string }, {}],
    ['control character', 'ControlCharacter', { A: 'a\u0000b' }, {}],
    ['reason for nothing', 'NotSecretUnused', {}, { TOKEN: 'the value is public' }],
    ['reason for what every object has', 'NotSecretUnused', {}, { toString: 'the value is public' }],
    ['short reason', 'ReasonTooShort', { TOKEN: 'x' }, { TOKEN: 'public' }],
  ])('%s: %s', (_, code, environment, notSecretReasons) =>
    expectError(() => list(environment, notSecretReasons), code, { path: 'app/Web' }),
  );
});

describe('Capability', () => {
  test.each(['CHOWN', 'CAP_CHOWN', 'cap_chown', 'chown'])('%s has one form', (name) => expect(Capability.of(name).text).toBe('CAP_CHOWN'));

  test.each(['NET_ADMIN', 'NET_RAW', 'SYS_ADMIN', 'SYS_PTRACE', 'BPF', 'DAC_READ_SEARCH', 'MKNOD', 'SYS_CHROOT'])(
    '%s needs a reason',
    (name) => {
      expectError(() => Capability.of(name), 'CapabilityNeedsReason', {
        says: [`CAP_${name}`, `Capability.of('CAP_${name}', { reason: 'why' })`],
      });
      expectError(() => Capability.of(name, { reason: 'because' }), 'ReasonTooShort', { says: ["'because'"] });
      expect(Capability.of(name, { reason: ' routes for its peers ' })).toMatchObject({
        text: `CAP_${name}`,
        reason: 'routes for its peers',
      });
    },
  );

  test.each(['ALL', 'NET-ADMIN', '', 'CAP_', 'CAP_CAP_CHOWN', 'ROOT'])('%j is none', (name) => {
    expectError(() => Capability.of(name), 'UnknownCapability', { says: [`'${name}'`] });
    expectError(() => Capability.of(name, { reason: 'a reason that is long enough' }), 'UnknownCapability');
  });
});

describe('ContainerSysctl', () => {
  test.each([
    [ContainerSysctl.somaxconn(1), 'net.core.somaxconn', '1'],
    [ContainerSysctl.unprivilegedPortStart(0), 'net.ipv4.ip_unprivileged_port_start', '0'],
    [ContainerSysctl.tcpKeepaliveSeconds(60), 'net.ipv4.tcp_keepalive_time', '60'],
    [ContainerSysctl.shmmaxBytes(2 ** 30), 'kernel.shmmax', '1073741824'],
    [ContainerSysctl.of('net.ipv4.ip_local_port_range', '1024 65535'), 'net.ipv4.ip_local_port_range', '1024 65535'],
    [ContainerSysctl.of('fs.mqueue.msg_max', '10'), 'fs.mqueue.msg_max', '10'],
    [ContainerSysctl.of('kernel.sem', '250 32000 32 128'), 'kernel.sem', '250 32000 32 128'],
  ])('%o', (made, sysctl, text) => expect([made.sysctl, made.text]).toEqual([sysctl, text]));

  test.each([
    'vm.max_map_count',
    'kernel.core_pattern',
    'kernel.modprobe',
    'fs.file-max',
    'user.max_user_namespaces',
    'net',
    'NET.core.x',
    '',
    'net/ipv4/ip_forward',
  ])('%j belongs to the host', (name) => expectError(() => ContainerSysctl.of(name, '1'), 'SysctlNotNamespaced', { says: [`'${name}'`] }));

  test.each([
    'net.ipv4.ip_forward',
    'net.ipv4.conf.all.forwarding',
    'net.ipv4.conf.eth0.route_localnet',
    'net.ipv6.conf.all.forwarding',
    'net.ipv4.neigh.default.gc_stale_time',
    'net.bridge.bridge-nf-call-iptables',
    'net.netfilter.nf_conntrack_max',
    'net.ipv4.tcp_fastopen',
    'net.ipv4.tcp_fastopen_key',
    'net.ipv4.tcp_syncookies',
    'net.sctp.cookie_hmac_alg',
  ])('%s stays as it is', (name) => expectError(() => ContainerSysctl.of(name, '1'), 'SysctlGuarded', { says: [`'${name}'`] }));

  test.each<[() => unknown, ErrorCode]>([
    [() => ContainerSysctl.of('net.core.somaxconn', '1;2'), 'SysctlValue'],
    [() => ContainerSysctl.of('net.core.somaxconn', ''), 'SysctlValue'],
    [() => ContainerSysctl.of('net.core.somaxconn', '1\n2'), 'ControlCharacter'],
    [() => ContainerSysctl.somaxconn(65536), 'SysctlValue'],
    [() => ContainerSysctl.unprivilegedPortStart(-1), 'SysctlValue'],
    [() => ContainerSysctl.shmmaxBytes(2 ** 60), 'SysctlValue'],
  ])('value: %s', (make, code) => expectError(make, code));
});

describe('VolumeMount', () => {
  test.each([
    '/var/run/docker.sock',
    '/run/docker.sock',
    '/srv/x/docker.sock',
    '/run/containerd/containerd.sock',
    '//var//run/docker.sock',
    '/run/podman/podman.sock',
    '/srv/crio.sock',
    '/srv/cri-dockerd.sock',
    '/srv/buildkitd.sock',
  ])('%s is the socket of an engine', (source) =>
    expectError(() => VolumeMount.hostPath(source, '/s'), 'EngineSocketMounted', { says: ['root access to the host'] }),
  );

  test.each([
    '/',
    '/etc',
    '/etc/',
    '/etc/passwd',
    '//etc',
    '/proc/1',
    '/sys',
    '/dev/sda',
    '/boot',
    '/usr/bin',
    '/root/.ssh',
    '/run',
    '/var/run',
    '/var/lib/docker/volumes',
    '/var',
    '/var/lib',
    '/home',
    '/lib/modules',
    '/lib32',
    '/var/spool',
    '/var/spool/cron',
    '/home/app/.docker/run',
  ])('%s gives power over the host', (source) =>
    expectError(() => VolumeMount.hostPath(source, '/s'), 'SensitiveHostPath', { says: ['gives control over the host; '] }),
  );

  test.each(['/srv/data', '/etcetera', '/home/app/data', '/var/lib/shop', '/var/spool/print', '/mnt/développement', "/srv/it's"])(
    '%s is fine',
    (source) => {
      expect(VolumeMount.hostPath(source, '/s')).toMatchObject({ mountType: 'bind', source, target: '/s', readOnly: true });
    },
  );

  test.each(['srv', '', './a', '/a/../etc', '/a/./b', '/a:b', '/a,b', '~/a', 'C:\\a'])(
    '%j is no path, neither on the host nor inside',
    (path) => {
      expectError(() => VolumeMount.hostPath(path, '/s'), 'MountTarget', { says: ["'source'", `'${path}'`] });
      expectError(() => VolumeMount.hostPath('/srv/a', path), 'MountTarget', { says: ["'target'", `'${path}'`] });
    },
  );

  test('the root of the container is no target', () => expectError(() => VolumeMount.hostPath('/srv/a', '/'), 'MountTarget'));

  test('DataVolume checks its daemon and its name', () => {
    const { stack, daemon } = new Program();
    expectError(() => new DataVolume(stack, 'V', { daemon: newStack() as unknown as IDaemon }), 'NotADaemon', { path: 'app/V' });
    expectError(() => new DataVolume(stack, 'V', { daemon, volumeName: 'a b' }), 'VolumeName', { path: 'app/V', says: ["'a b'"] });
    expect(new DataVolume(stack, 'V', { daemon, volumeName: 'shop_data' }).volumeName).toBe('shop_data');
    expect(VolumeMount.volume(new DataVolume(stack, 'W', { daemon }), '/d', { readOnly: true })).toMatchObject({
      mountType: 'volume',
      readOnly: true,
    });
  });
});

describe('ContainerImage', () => {
  test.each([`nginx@${DIGEST}`, `nginx:1.27@${DIGEST}`, `ghcr.io/a/b-c/d_e@${DIGEST}`, `localhost:5000/x@${DIGEST}`])('%s', (reference) => {
    expect(ContainerImage.fromRegistry(reference)).toMatchObject({ text: reference, pulled: true });
  });

  test('an id is not pulled', () => expect(ContainerImage.fromId(DIGEST)).toMatchObject({ text: DIGEST, pulled: false }));

  test('a tag needs a reason', () => {
    expectError(() => ContainerImage.fromRegistry('nginx:1.27'), 'ImageWithoutDigest', { says: ["'nginx:1.27'", 'name@sha256:'] });
    expectError(() => ContainerImage.fromRegistry('nginx', { tagReason: 'short' }), 'ReasonTooShort');
    expect(ContainerImage.fromRegistry('nginx:1.27', { tagReason: 'rebuilt from this repository' }).text).toBe('nginx:1.27');
  });

  test.each(['', 'NGINX', 'nginx:', 'nginx@sha256:abc', `nginx@md5:${'a'.repeat(64)}`, 'a b', 'nginx;id', '-nginx', `nginx@${DIGEST} `])(
    '%j is no reference',
    (text) => {
      expectError(() => ContainerImage.fromRegistry(text, { tagReason: 'rebuilt from this repository' }), 'ImageReference', {
        says: [`'${text}'`],
      });
    },
  );

  test.each(['', 'nginx', DIGEST.slice(0, -1), DIGEST.toUpperCase(), DIGEST.slice(7)])('%j is no id', (id) => {
    expectError(() => ContainerImage.fromId(id), 'ImageReference', { says: ["'sha256:'"] });
  });
});

describe('HealthCheck and RestartPolicy', () => {
  test.each<[() => unknown, ErrorCode]>([
    [() => HealthCheck.command([]), 'HealthCheckValue'],
    [() => HealthCheck.command(['']), 'HealthCheckValue'],
    [() => HealthCheck.shell(''), 'HealthCheckValue'],
    [() => HealthCheck.command(['a', 'x'.repeat(131_072)]), 'NotExecutable'],
    [() => HealthCheck.command(['a'], { intervalSeconds: 0 }), 'HealthCheckValue'],
    [() => HealthCheck.command(['a'], { timeoutSeconds: 0.5 }), 'HealthCheckValue'],
    [() => HealthCheck.command(['a'], { retries: 0 }), 'HealthCheckValue'],
    [() => HealthCheck.shell('a', { startPeriodSeconds: 86_401 }), 'HealthCheckValue'],
    [() => HealthCheck.shell('a\u0000'), 'ControlCharacter'],
    [() => HealthCheck.none({ reason: 'short' }), 'ReasonTooShort'],
    [() => HealthCheck.none({} as never), 'PropertyMissing'],
    [() => RestartPolicy.onFailure(0), 'RestartRetries'],
    [() => RestartPolicy.onFailure(101), 'RestartRetries'],
  ])('%s', (make, code) => expectError(make, code));

  test.each([
    [1, '1s'],
    [59, '59s'],
    [60, '1m0s'],
    [3600, '1h0m0s'],
    [3661, '1h1m1s'],
    [86_400, '24h0m0s'],
  ])('%s seconds are %s', (seconds, text) => expect(duration(seconds)).toBe(text));
});
