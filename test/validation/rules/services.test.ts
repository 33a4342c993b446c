import { serviceHardening } from '../../../src/validation/rules/services/service-hardening';
import { servicePrivileges } from '../../../src/validation/rules/services/service-privileges';
import { serviceSecrets } from '../../../src/validation/rules/services/service-secrets';
import { serviceSelinux } from '../../../src/validation/rules/services/service-selinux';
import { daemonJson, verdict, type Verdict } from '../../support/verdict';

type AnyRule = Parameters<typeof verdict>[0];

function ofService(rule: AnyRule, containerSpec: object, rest: object = {}, daemons: object[] = []): Verdict {
  const service = { name: 'web', task_spec: { container_spec: { image: 'nginx', ...containerSpec }, ...rest } };
  return verdict(rule, { docker_service: { web: service } }, {}, daemons.map(daemonJson));
}

describe('BH-S01 service with more privileges and resources than it needs', () => {
  const LIMITS = { resources: { limits: { memory_bytes: 268_435_456, nano_cpus: 500_000_000 } } };
  const GOOD = { cap_drop: ['ALL'], read_only: true, user: '10001:10001' };
  const NOT_DROPPED = ['NET_RAW (warning)', 'cap_drop (warning)'];

  test('everything at once, and nothing once the fix is followed', () => {
    expect(ofService(serviceHardening, { mounts: [{ type: 'tmpfs', target: '/tmp' }] })).toMatchObject({
      state: 'violated',
      details: [...NOT_DROPPED, 'cpu (warning)', 'memory (warning)', 'read_only (warning)', 'user (warning)', '/tmp (info)'],
    });
    const mounts = [{ type: 'tmpfs', target: '/tmp', tmpfs_options: { size_bytes: 1024 } }];
    expect(ofService(serviceHardening, { ...GOOD, mounts }, LIMITS).state).toBe('compliant');
  });

  test.each<[object, string[]]>([
    [{ cap_drop: null }, NOT_DROPPED],
    [{ cap_drop: [] }, NOT_DROPPED],
    [{ cap_drop: ['CAP_NET_RAW', 'mknod'] }, ['cap_drop (warning)']],
    [{ cap_drop: ['all'] }, []],
    [{ cap_add: ['CHOWN', 'CAP_NET_BIND_SERVICE'] }, []],
    [{ cap_add: ['net_raw'] }, ['NET_RAW (warning)']],
    [{ cap_add: ['sys_admin', 'CAP_SYS_ADMIN', 'CAP_NET_ADMIN'] }, ['NET_ADMIN', 'SYS_ADMIN']],
    [{ cap_add: ['ALL'], cap_drop: ['NET_RAW'] }, ['ALL', 'cap_drop (warning)']],
    [{ cap_add: ['CAP_BPF', '${var.more}'] }, ['BPF']],
    [{ read_only: false }, ['read_only (warning)']],
    [{ read_only: 'true' }, []],
    [{ read_only: '${var.ro}' }, []],
    [{ user: '' }, ['user (warning)']],
    [{ user: 'root' }, ['root (warning)']],
    [{ user: '0:10001' }, ['root (warning)']],
    [{ user: '-0' }, ['root (warning)']],
    [{ user: ':10001' }, ['root (warning)']],
    [{ user: '${var.user}' }, []],
    [{ user: 'web' }, []],
  ])('with %j', (spec, details) => {
    expect(ofService(serviceHardening, { ...GOOD, ...spec }, LIMITS).details).toEqual(details);
  });

  test.each<[object, string[]]>([
    [{}, ['cpu (warning)', 'memory (warning)']],
    [{ resources: { reservation: { memory_bytes: 268_435_456, nano_cpus: 1 } } }, ['cpu (warning)', 'memory (warning)']],
    [{ resources: { limits: { memory_bytes: 0, nano_cpus: 0 } } }, ['cpu (warning)', 'memory (warning)']],
    [{ resources: [{ limits: [{ memory_bytes: 1e15, nano_cpus: 1 }] }] }, ['memory (warning)']],
    [{ resources: { limits: { memory_bytes: '${var.memory}' } } }, ['cpu (warning)']],
    [{ resources: '${var.resources}' }, []],
    [{ resources: { limits: '${var.limits}' } }, []],
    [{ dynamic: { resources: { for_each: [1], content: { limits: { memory_bytes: 1, nano_cpus: 1 } } } } }, []],
  ])('limits %j', (rest, details) => {
    expect(ofService(serviceHardening, GOOD, rest).details).toEqual(details);
  });

  test('nobody knows what is added by a variable, and that is told', () => {
    for (const cap_add of [['${var.capability}'], '${var.capabilities}']) {
      expect(ofService(serviceHardening, { ...GOOD, cap_add }, LIMITS)).toMatchObject({
        state: 'unknown',
        messages: [expect.stringMatching(/BH-X03 'task_spec\.container_spec\.cap_add'/)],
      });
    }
    expect(
      ofService(
        serviceHardening,
        { ...GOOD, user: '${var.user}' },
        { resources: { limits: { memory_bytes: '${var.m}', nano_cpus: '${var.n}' } } },
      ).state,
    ).toBe('compliant');
  });
});

describe('BH-S02 service that can gain privileges', () => {
  const ON = { 'no-new-privileges': true };

  test('when nobody knows its engines', () => {
    expect(ofService(servicePrivileges, {})).toMatchObject({ state: 'violated', details: ['no-new-privileges'] });
    const service = { docker_service: { web: { name: 'web', task_spec: { container_spec: { image: 'nginx' } } } } };
    const beside = { provider: { docker: [{}, { alias: 'b' }] } };
    expect(verdict(servicePrivileges, service, beside, [daemonJson(ON)]).details).toEqual(['no-new-privileges']);
    expect(verdict(servicePrivileges, service, beside, [daemonJson(ON), daemonJson(ON, 1)]).state).toBe('compliant');
  });

  test.each([[{}], [{ 'no-new-privileges': false }]])('when one of them sets %j', (settings) => {
    expect(ofService(servicePrivileges, {}, {}, [ON, settings])).toMatchObject({
      state: 'violated',
      details: ['no-new-privileges of app/Edge1'],
    });
    expect(ofService(servicePrivileges, {}, {}, [ON, { ...settings, ...ON }]).state).toBe('compliant');
  });

  test('a container says it itself', () => {
    expect(verdict(servicePrivileges, { docker_container: { web: { name: 'web', image: 'nginx' } } }).state).toBe('');
  });
});

describe('BH-S03 service without SELinux labels', () => {
  test.each([
    [{ privileges: { se_linux_context: { disable: true } } }],
    [{ privileges: [{ se_linux_context: [{ disable: 'true', type: 'web_t' }] }] }],
    [{ dynamic: { privileges: { for_each: '${var.x}', content: { se_linux_context: { disable: true } } } } }],
  ])('%j is', (spec) => {
    expect(ofService(serviceSelinux, spec)).toMatchObject({ state: 'violated', details: ['disable'] });
  });

  test.each([
    [{}],
    [{ privileges: {} }],
    [{ privileges: { se_linux_context: { type: 'web_t' } } }],
    [{ privileges: { se_linux_context: { disable: false } } }],
  ])('%j is not', (spec) => {
    expect(ofService(serviceSelinux, spec).state).toBe('compliant');
  });

  test('nobody knows what variables are', () => {
    expect(ofService(serviceSelinux, { privileges: { se_linux_context: { disable: '${var.d}' } } }).state).toBe('unknown');
    expect(verdict(serviceSelinux, { docker_service: { web: { name: 'web', task_spec: '${var.task}' } } }).state).toBe('unknown');
  });
});

describe("BH-S04 secret in a service's environment or labels, or in Terraform's state", () => {
  test.each([
    [{ DB_PASSWORD: 'hunter2' }, ['DB_PASSWORD']],
    [{ DB_PASSWORD: '${var.password}', MODE: 'x' }, ['DB_PASSWORD']],
    [{ URL: 'amqp://web:hunter2@queue' }, ['URL']],
  ])('%j is', (env, details) => {
    const { state, details: found, messages } = ofService(serviceSecrets, { env });
    expect([state, found]).toEqual(['violated', details]);
    expect(messages.join()).not.toContain('hunter2');
  });

  test('the file of a secret, which the fix asks for, is none', () => {
    const secrets = [{ secret_id: '${var.secret}', secret_name: 'db', file_name: '/run/secrets/db' }];
    expect(ofService(serviceSecrets, { env: { DB_PASSWORD_FILE: '/run/secrets/db' }, secrets }).state).toBe('compliant');
    expect(ofService(serviceSecrets, {}).state).toBe('compliant');
  });

  test('labels of its containers, and its own', () => {
    const labels = [{ label: 'app.token', value: 'hunter2' }];
    expect(ofService(serviceSecrets, { labels }).details).toEqual(['app.token']);
    expect(verdict(serviceSecrets, { docker_service: { web: { name: 'web', labels } } })).toMatchObject({ details: ['app.token'] });
  });

  test('a map that Terraform makes', () => {
    expect(ofService(serviceSecrets, { env: '${var.env}' }).state).toBe('unknown');
  });

  test('a secret made by Terraform is in its state, wherever it comes from', () => {
    for (const data of ['aHVudGVyMg==', '${base64encode(var.password)}']) {
      expect(verdict(serviceSecrets, { docker_secret: { db: { name: 'db', data } } })).toMatchObject({ details: ['data'] });
    }
  });
});
