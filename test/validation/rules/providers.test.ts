import { DaemonConnection } from '../../../src';
import { hostKeyCheck } from '../../../src/validation/rules/providers/host-key-check';
import { plainConnection } from '../../../src/validation/rules/providers/plain-connection';
import { plainRegistry } from '../../../src/validation/rules/providers/plain-registry';
import { unseenContainers } from '../../../src/validation/rules/providers/unseen-containers';
import { verdict } from '../../support/verdict';

const ofProvider = (rule: Parameters<typeof verdict>[0], ...blocks: object[]) => verdict(rule, {}, { provider: { docker: blocks } });
const KEY = `ssh-ed25519 ${'A'.repeat(68)}`;

describe('BH-V01 connection to the engine without TLS', () => {
  const HOST = 'tcp://192.0.2.10:2375';
  const MATERIAL = { ca_material: 'ca', cert_material: 'cert', key_material: 'key' };

  test.each([
    [{ host: HOST }, 'without TLS'],
    [{ host: 'TCP://192.0.2.10:2376' }, 'without TLS'],
    [{ host: 'http://192.0.2.10:2375' }, 'without TLS'],
    [{ host: 'https://192.0.2.10:2376' }, 'without TLS'],
    [{ host: 'tcp://127.0.0.1:2375' }, 'without TLS'],
    [{ host: 'tcp://${var.address}:2376' }, 'without TLS'],
    [{ host: HOST, cert_path: '' }, 'without TLS'],
    [{ host: HOST, ca_material: 'ca' }, 'without TLS'],
    [{ host: HOST, ...MATERIAL, key_material: null }, 'without TLS'],
    [{ host: HOST, ...MATERIAL, ca_material: undefined }, "without 'ca_material', so it accepts any certificate"],
  ])('%j is', (block, how) => {
    expect(ofProvider(plainConnection, block)).toEqual({
      state: 'violated',
      details: [block.host],
      messages: [`BH-V01 the provider connects to '${block.host}' ${how}`],
    });
  });

  test.each([
    [{}],
    [{ host: 'unix:///var/run/docker.sock' }],
    [{ host: 'ssh://admin@192.0.2.10:22' }],
    [{ host: HOST, cert_path: '/etc/docker/certs' }],
    [{ host: HOST, cert_path: '${var.certificates}' }],
    [{ host: HOST, ...MATERIAL }],
    [{ host: '${var.host}', ca_material: '${var.ca}', cert_material: '${var.cert}', key_material: '${var.key}' }],
  ])('%j is not', (block) => {
    expect(ofProvider(plainConnection, block).state).toBe('compliant');
  });

  test('nobody knows what a variable is', () => {
    expect(ofProvider(plainConnection, { host: '${var.host}' })).toMatchObject({ state: 'unknown' });
  });

  test('each of several blocks is asked, and none can be suppressed', () => {
    expect(ofProvider(plainConnection, {}, { alias: 'b', host: HOST }, { alias: 'c', host: 'tcp://b:2375' }).details).toEqual([
      'tcp://192.0.2.10:2375',
      'tcp://b:2375',
    ]);
    expect(plainConnection.suppressible).toBe(false);
  });
});

describe('BH-V02 SSH without a check of the host key', () => {
  const withOptions = (...ssh_opts: string[]) => ofProvider(hostKeyCheck, { host: 'ssh://admin@192.0.2.10:22', ssh_opts });

  test.each([
    [['-o', 'StrictHostKeyChecking=no'], 'StrictHostKeyChecking'],
    [['-oStrictHostKeyChecking=no'], 'StrictHostKeyChecking'],
    [['-o StrictHostKeyChecking=no'], 'StrictHostKeyChecking'],
    [['-o', 'stricthostkeychecking OFF'], 'StrictHostKeyChecking'],
    [['-o', 'StrictHostKeyChecking = "no"'], 'StrictHostKeyChecking'],
    [['-o', 'StrictHostKeyChecking=false'], 'StrictHostKeyChecking'],
    [['-o', 'StrictHostKeyChecking=no', '-o', 'StrictHostKeyChecking=yes'], 'StrictHostKeyChecking'],
    [['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null'], 'StrictHostKeyChecking'],
    [['-o', 'StrictHostKeyChecking=accept-new'], 'StrictHostKeyChecking'],
    [['-i', '/key', '-o', 'UserKnownHostsFile=/dev/null'], 'UserKnownHostsFile'],
    [['-o', 'UserKnownHostsFile=none', '-o', 'StrictHostKeyChecking=ask'], 'UserKnownHostsFile'],
  ])('%j', (options, detail) => {
    expect(withOptions(...options)).toMatchObject({ state: 'violated', details: [detail] });
  });

  test.each([
    [['-o', 'StrictHostKeyChecking=yes', '-o', 'UserKnownHostsFile=/etc/known']],
    [['-o', 'StrictHostKeyChecking=yes', '-o', 'StrictHostKeyChecking=no']],
    [['-i', '/key']],
    [['-o', 'UserKnownHostsFile=/dev/null', '-o', 'StrictHostKeyChecking=yes']],
    [['-o']],
  ])('%j checks it', (options) => {
    expect(withOptions(...options).state).toBe('compliant');
  });

  test('a provider without options is as ssh is, and that of ours is in order', () => {
    expect(ofProvider(hostKeyCheck, { host: 'ssh://admin@192.0.2.10:22' }).state).toBe('notApplicable');
    const { host, sshOpts } = DaemonConnection.ssh({ host: '192.0.2.10', user: 'admin', hostKeys: [KEY] })._providerConfig('known');
    expect(ofProvider(hostKeyCheck, { host, ssh_opts: sshOpts }).state).toBe('compliant');
  });
});

describe('BH-V03 containers that no rule checks, or commands with more privileges than their container', () => {
  test('whatever Compose makes', () => {
    expect(verdict(unseenContainers, { docker_compose: { shop: { project_name: 'shop' } } }).details).toEqual(['docker_compose']);
    expect(verdict(unseenContainers, { docker_container: { web: { name: 'web', image: 'nginx' } } }).state).toBe('');
  });

  const command = (config: object) => verdict(unseenContainers, {}, { action: { docker_exec: { run: { config } } } });

  test.each([
    [{ privileged: true }, ['privileged']],
    [{ user: 'root' }, ['user']],
    [{ user: '0:1000' }, ['user']],
    [{ user: '+0' }, ['user']],
    [{ privileged: 'true', user: '00' }, ['privileged', 'user']],
  ])('a command with %j', (config, details) => {
    expect(command({ container: 'web', command: ['id'], ...config })).toMatchObject({ state: 'violated', details });
    expect(command([{ container: 'web', command: ['id'], ...config }])).toMatchObject({ state: 'violated', details });
  });

  test.each([[{}], [{ privileged: false, user: '10001:0' }], [{ user: 'rooty' }], [{ user: '' }]])(
    'a command with %j is in order',
    (config) => {
      expect(command({ container: 'web', command: ['id'], ...config }).state).toBe('compliant');
    },
  );
});

describe('BH-V04 connection to a registry without TLS', () => {
  const auth = (...addresses: unknown[]) => ({ registry_auth: addresses.map((address) => ({ address, username: 'u', password: 'p' })) });
  const image = (auth_config?: object) =>
    verdict(plainRegistry, { docker_registry_image: { web: { name: 'registry.test/web:1', ...(auth_config && { auth_config }) } } });

  test.each([
    ['http://registry.test:5000', 'registry.test:5000'],
    ['HTTP://registry.test', 'registry.test'],
    ['http://${var.host}:5000', '${var.host}:5000'],
    // None of these is the machine itself.
    ['http://localhost.registry.test', 'localhost.registry.test'],
    ['http://127.0.0.1:5000@registry.test', '127.0.0.1:5000@registry.test'],
    ['http://10.0.0.5:5000', '10.0.0.5:5000'],
  ])('%s is', (address, detail) => {
    expect(ofProvider(plainRegistry, auth(address))).toMatchObject({ state: 'violated', details: [detail] });
    expect(image({ address })).toMatchObject({ state: 'violated', details: [detail] });
  });

  test.each([
    'registry.test:5000',
    'https://registry.test',
    'http.registry.test',
    'http://localhost:5000',
    'http://127.0.0.1:5000',
    'http://[::1]:5000/v2',
  ])('%s is not', (address) => {
    expect(ofProvider(plainRegistry, auth(address)).state).toBe('compliant');
    expect(image({ address }).state).toBe('compliant');
  });

  test('each of several registries is asked', () => {
    expect(ofProvider(plainRegistry, auth('a.test', 'http://b.test'), { alias: 'other', ...auth('http://c.test') }).details).toEqual([
      'b.test',
      'c.test',
    ]);
  });

  test('without registries there is nothing to ask, and nobody knows what a variable is', () => {
    expect(ofProvider(plainRegistry, {}).state).toBe('notApplicable');
    expect(image().state).toBe('notApplicable');
    expect(ofProvider(plainRegistry, auth('${var.address}')).state).toBe('unknown');
    expect(ofProvider(plainRegistry, { dynamic: { registry_auth: { for_each: '${var.x}', content: { address: 'http://a.test' } } } })).toMatchObject({ details: ['a.test'] }); // prettier-ignore
  });
});
