import { servicePrivileges } from '../../../src/validation/rules/services/service-privileges';
import { serviceSecrets } from '../../../src/validation/rules/services/service-secrets';
import { serviceSelinux } from '../../../src/validation/rules/services/service-selinux';
import { daemonJson, verdict, type Verdict } from '../../support/verdict';

type AnyRule = Parameters<typeof verdict>[0];

function ofService(rule: AnyRule, containerSpec: object, rest: object = {}, daemons: object[] = []): Verdict {
  const service = { name: 'web', task_spec: { container_spec: { image: 'nginx', ...containerSpec }, ...rest } };
  return verdict(rule, { docker_service: { web: service } }, {}, daemons.map(daemonJson));
}

describe('BH-S02 service that may gain privileges', () => {
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

describe("BH-S04 secret in a service's environment, or in Terraform's state", () => {
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

  test('a map that Terraform makes', () => {
    expect(ofService(serviceSecrets, { env: '${var.env}' }).state).toBe('unknown');
  });

  test('a secret made by Terraform is in its state, wherever it comes from', () => {
    for (const data of ['aHVudGVyMg==', '${base64encode(var.password)}']) {
      expect(verdict(serviceSecrets, { docker_secret: { db: { name: 'db', data } } })).toMatchObject({ details: ['data'] });
    }
  });
});
