import { logBounds } from '../../../src/validation/rules/containers/log-bounds';
import { seccompPath } from '../../../src/validation/rules/containers/seccomp-path';
import { secretVariable } from '../../../src/validation/rules/containers/secret-variable';
import { sharedVolume } from '../../../src/validation/rules/containers/shared-volume';
import { sshServer } from '../../../src/validation/rules/containers/ssh-server';
import { daemonJson, ofContainer, verdict } from '../../support/verdict';

describe('BH-C26 secret in an environment variable or a label', () => {
  test.each([
    ['DB_PASSWORD=hunter2', 'DB_PASSWORD'],
    ['db_password=hunter2', 'db_password'],
    ['PGPASSWORD=hunter2', 'PGPASSWORD'],
    ['API_KEY=${var.key}', 'API_KEY'],
    ['DATABASE_URL=postgres://shop:${var.password}@db/shop', 'DATABASE_URL'],
    ['GREETING=-----BEGIN PRIVATE KEY-----', 'GREETING'],
    ['TOKEN_FILE=abc', 'TOKEN_FILE'],
    ['TOKEN=a=b', 'TOKEN'],
  ])('%s is one', (line, detail) => {
    const { state, details, messages } = ofContainer(secretVariable, { env: ['A=1', line] });
    expect([state, details]).toEqual(['violated', [detail]]);
    expect(messages.join()).not.toContain('hunter2');
  });

  test.each([
    [{}],
    [{ env: [] }],
    [{ env: ['DB_PASSWORD='] }],
    [{ env: ['DB_PASSWORD'] }],
    [{ env: ['DB_PASSWORD_FILE=/run/secrets/db', 'TOKEN_PATH=${var.path}'] }],
    [{ env: ['MODE=production', 'COMPASS=north', 'URL=https://example.com/?a=b'] }],
  ])('%j holds none', (attributes) => {
    expect(ofContainer(secretVariable, attributes).state).toBe('compliant');
  });

  test('a label can hold one', () => {
    const labels = [
      { label: 'app.token', value: 'hunter2' },
      { label: 'app.name', value: 'shop' },
    ];
    const { state, details, messages } = ofContainer(secretVariable, { labels });
    expect([state, details]).toEqual(['violated', ['app.token']]);
    expect(messages.join()).not.toContain('hunter2');
    expect(ofContainer(secretVariable, { labels: labels.slice(1) }).state).toBe('compliant');
  });

  test('nobody knows what a list made by Terraform holds', () => {
    expect(ofContainer(secretVariable, { env: '${concat(var.a, var.b)}' }).state).toBe('unknown');
  });
});

describe('BH-C27 seccomp profile as a path', () => {
  test.each([
    ['seccomp=/etc/docker/web.json', '/etc/docker/web.json'],
    ['seccomp:web.json', 'web.json'],
    ['SECCOMP = ./web.json', './web.json'],
    ['seccomp=/etc/${var.profile}', '/etc/${var.profile}'],
    ['seccomp=$${web}', '$${web}'],
  ])('%s is one', (option, detail) => {
    expect(ofContainer(seccompPath, { security_opts: ['no-new-privileges:true', option] })).toMatchObject({
      state: 'violated',
      details: [detail],
    });
  });

  test.each([
    [{}],
    [{ security_opts: ['apparmor=web', 'label=type:web_t'] }],
    [{ security_opts: ['seccomp={"defaultAction":"SCMP_ACT_ERRNO"}'] }],
    [{ security_opts: ['seccomp= {"names":["a"]}'] }],
    [{ security_opts: ["seccomp=${file('web.json')}"] }],
    [{ security_opts: ['seccomp=unconfined'] }],
    [{ security_opts: ['seccomp=builtin'] }],
  ])('%j is none', (attributes) => {
    expect(ofContainer(seccompPath, attributes).state).toBe('compliant');
  });
});

describe('BH-C29 volume that several containers can write', () => {
  const at = (containers: Record<string, object>, volumes: Record<string, object> = {}) =>
    verdict(sharedVolume, {
      docker_container: Object.fromEntries(Object.entries(containers).map(([name, rest]) => [name, { name, image: 'nginx', ...rest }])),
      docker_volume: volumes,
    });
  const mounted = (source: string, rest: object = {}) => ({ mounts: [{ type: 'volume', source, target: '/data', ...rest }] });
  const named = (name: string, rest: object = {}) => ({ volumes: { volume_name: name, container_path: '/data', ...rest } });

  test('in whichever way it is named', () => {
    const volume = { data: { name: 'shop-data' } };
    const ways = [mounted('shop-data'), named('shop-data'), named('${docker_volume.data.name}'), mounted('${docker_volume.data.id}')];
    for (const a of ways) {
      for (const b of ways) {
        expect(at({ a, b }, volume)).toMatchObject({ state: 'violated', details: expect.arrayContaining([expect.anything()]) });
      }
    }
    expect(at({ a: named('data'), b: named('data'), c: named('other') })).toEqual({
      state: 'compliant violated',
      details: ['data', 'data'],
      messages: [
        "BH-C29 it can write the volume 'data', and so can docker_container.b",
        "BH-C29 it can write the volume 'data', and so can docker_container.a",
      ],
    });
  });

  test('one that reads only is none of them', () => {
    expect(at({ a: named('data'), b: named('data', { read_only: true }) }).state).toBe('compliant');
    expect(at({ a: mounted('data', { read_only: 'true' }), b: mounted('data') }).state).toBe('compliant');
  });

  test('a volume of its own for each', () => {
    expect(at({ a: named('a'), b: mounted('b') }).state).toBe('compliant');
    expect(at({ a: mounted('/srv', { type: 'bind' }), b: mounted('/srv', { type: 'bind' }) }).state).toBe('compliant');
    expect(at({ a: named('data') }).state).toBe('compliant');
  });

  test('all those of another', () => {
    const from = (rest: object = {}) => ({ volumes: [{ from_container: 'a', ...rest }] });
    expect(at({ a: {}, b: from() })).toMatchObject({ state: 'compliant violated', details: ['from a'] });
    expect(at({ a: {}, b: from({ read_only: true }) }).state).toBe('compliant');
  });
});

describe('BH-C30 logs without a size limit, or only on the host', () => {
  const withDaemons = (attributes: object, ...daemons: object[]) =>
    verdict(logBounds, { docker_container: { web: { name: 'web', image: 'nginx', ...attributes } } }, {}, daemons.map(daemonJson));
  const BOUNDED = { 'max-size': '10m', 'max-file': '3' };

  test.each([
    [{}, ['json-file', 'max-size']],
    [{ log_driver: 'json-file' }, ['json-file', 'max-size']],
    [{ log_driver: 'json-file', log_opts: { 'max-file': '3' } }, ['json-file', 'max-size']],
    [{ log_driver: 'json-file', log_opts: { 'max-size': '-1' } }, ['json-file', 'max-size']],
    [{ log_driver: 'json-file', log_opts: BOUNDED }, ['json-file']],
    [{ log_driver: 'local' }, ['local']],
    [{ log_driver: 'journald' }, ['journald']],
    [{ log_driver: 'none' }, ['none']],
    // Without an address syslog is the one of the host.
    [{ log_driver: 'syslog' }, ['syslog']],
    [{ log_driver: 'syslog', log_opts: { 'syslog-address': 'unixgram:///dev/log' } }, ['syslog']],
  ])('%j', (attributes, details) => {
    expect(withDaemons(attributes)).toMatchObject({ state: 'violated', details });
  });

  test.each([
    [{ log_driver: 'syslog', log_opts: { 'syslog-address': 'tcp+tls://logs.test:6514' } }],
    [{ log_driver: 'syslog', log_opts: { 'syslog-address': '${var.address}' } }],
    [{ log_driver: 'fluentd', log_opts: {} }],
    [{ log_driver: '${var.driver}' }],
  ])('%j sends them away, as far as anybody knows', (attributes) => {
    expect(withDaemons(attributes).state).toBe('compliant');
  });

  test('the engine says what a container does not', () => {
    const elsewhere = { 'syslog-address': 'udp://192.0.2.5:514' };
    expect(withDaemons({}, { 'log-driver': 'syslog' }).details).toEqual(['syslog']);
    expect(withDaemons({}, { 'log-driver': 'syslog', 'log-opts': elsewhere }).state).toBe('compliant');
    expect(withDaemons({ log_driver: 'syslog' }, { 'log-driver': 'syslog', 'log-opts': elsewhere }).state).toBe('compliant');
    // Of another driver the engine's options are none of the container's.
    expect(withDaemons({ log_driver: 'syslog' }, { 'log-driver': 'gelf', 'log-opts': elsewhere }).details).toEqual(['syslog']);
    expect(withDaemons({ log_driver: 'json-file' }, { 'log-driver': 'syslog', 'log-opts': BOUNDED })).toMatchObject({
      details: ['json-file', 'max-size'],
    });
    for (const own of [{}, { log_driver: 'json-file' }]) {
      expect(withDaemons(own, { 'log-driver': 'json-file', 'log-opts': BOUNDED }).details).toEqual(['json-file']);
      expect(withDaemons(own, { 'log-opts': BOUNDED }).details).toEqual(['json-file']);
      expect(withDaemons({ ...own, log_opts: { 'max-size': '-1' } }, { 'log-opts': BOUNDED }).details).toEqual(['json-file', 'max-size']);
      expect(withDaemons(own, { 'log-opts': BOUNDED }, {}).details).toEqual(['json-file', 'max-size']);
    }
  });
});

describe('BH-C32 SSH server in a container', () => {
  test.each([
    [{ command: ['/usr/sbin/sshd', '-D'] }, ['command']],
    [{ entrypoint: ['sh', '-c', 'sshd && nginx'] }, ['command']],
    [{ command: ['dropbear', '-F'] }, ['command']],
    [{ ports: [{ internal: 22, external: 2222 }] }, ['tcp/22']],
    [{ ports: { internal: '22', protocol: 'tcp' } }, ['tcp/22']],
    [{ image: 'linuxserver/openssh-server:9' }, ['image']],
  ])('%j is', (attributes, details) => {
    expect(ofContainer(sshServer, attributes)).toMatchObject({ state: 'violated', details });
  });

  test('also by the image that a container refers to', () => {
    const resource = (name: string) => ({
      docker_image: { web: { name } },
      docker_container: { web: { name: 'web', image: '${docker_image.web.image_id}' } },
    });
    expect(verdict(sshServer, resource('panubo/sshd:1'))).toMatchObject({ details: ['image'] });
    expect(verdict(sshServer, resource('nginx:1')).state).toBe('compliant');
  });

  test.each([
    [{}],
    [{ command: ['nginx', '-c', '/etc/sshd_config.conf'] }],
    [{ ports: [{ internal: 2022 }, { internal: 22, protocol: 'udp' }] }],
    [{ image: 'registry/wish:2' }],
  ])('%j is not', (attributes) => {
    expect(ofContainer(sshServer, attributes).state).toBe('compliant');
  });
});
