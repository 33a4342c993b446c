import { secretConfigFile } from '../../../src/validation/rules/containers/secret-config-file';
import { secretLiteral } from '../../../src/validation/rules/containers/secret-literal';
import { sensitiveHostPath } from '../../../src/validation/rules/containers/sensitive-host-path';
import { unmountedSecret } from '../../../src/validation/rules/containers/unmounted-secret';
import { secretCredential } from '../../../src/validation/rules/providers/secret-credential';
import { ofContainer, verdict } from '../../support/verdict';

describe('BH-C36 variable that names a secret file which nothing mounts', () => {
  const env = (...lines: string[]) => ({ env: lines });
  const volume = (container_path: string) => ({ volumes: [{ host_path: '/srv/x', container_path }] });

  test.each([
    [env('DB_PASSWORD_FILE=/run/secrets/db'), 'DB_PASSWORD_FILE'],
    [env('NAME_FILE=/run/secrets/name'), 'NAME_FILE'],
    [env('token_file=/keys/token'), 'token_file'],
    // A URL of a file, as authentik takes it.
    [env('DB__PASSWORD=file:///run/secrets/db'), 'DB__PASSWORD'],
    [env('NAME=file:///run/secrets/name'), 'NAME'],
    [{ ...env('DB_PASSWORD_FILE=/run/secrets/db'), ...volume('/run/secrets/other') }, 'DB_PASSWORD_FILE'],
    [{ ...env('DB_PASSWORD_FILE=/run/secrets-2/db'), ...volume('/run/secrets') }, 'DB_PASSWORD_FILE'],
  ])('%j is one', (attributes, detail) => {
    expect(ofContainer(unmountedSecret, attributes)).toMatchObject({ state: 'violated', details: [detail] });
  });

  test.each([
    [{}],
    [{ ...env('DB_PASSWORD_FILE=/run/secrets/db'), ...volume('/run/secrets') }],
    [{ ...env('DB_PASSWORD_FILE=/run/secrets/db'), ...volume('/run/secrets/db') }],
    [{ ...env('DB_PASSWORD_FILE=/run/secrets/db'), mounts: [{ type: 'bind', source: '/srv/x', target: '/run/secrets/' }] }],
    [{ ...env('DB_PASSWORD_FILE=/run/secrets/db'), upload: [{ file: '/run/secrets/db', content: 'x' }] }],
    [{ ...env('DB_PASSWORD_FILE=/tmp/db'), tmpfs: { '/tmp': 'size=1m' } }],
    [{ ...env('DB__PASSWORD=file:///run/secrets/db'), ...volume('/run/secrets') }],
    [env('DATABASE=file:///srv/app.db')],
    // What only Terraform knows may be the place, and another container may bring it.
    [{ ...env('DB_PASSWORD_FILE=/run/secrets/db'), ...volume('${var.path}') }],
    [env('DB_PASSWORD_FILE=${var.path}')],
    [{ ...env('DB_PASSWORD_FILE=/run/secrets/db'), volumes: [{ from_container: 'other' }] }],
    // Files of the image that are no secrets.
    [
      env(
        'SSL_CERT_FILE=/etc/ssl/certs/ca.pem',
        'PID_FILE=/run/web.pid',
        'LOG_FILE=/dev/stdout',
        'DB_PASSWORD_PATH=/x',
        'TOKEN_FILE=token',
      ),
    ],
  ])('%j is none', (attributes) => {
    expect(ofContainer(unmountedSecret, attributes).state).toBe('compliant');
  });
});

describe('BH-C37 secret in a command, a health check or an uploaded file', () => {
  const URL = 'postgres://shop:hunter2@db/shop';
  test.each([
    [{ command: ['/serve', '--password=hunter2'] }, 'command --password'],
    [{ command: ['/serve', '--db-password', 'hunter2'] }, 'command --db-password'],
    [{ command: ['redis-server', '--requirepass', 'hunter2'] }, 'command --requirepass'],
    [{ command: ['/serve', '--api_key=hunter2'] }, 'command --api_key'],
    [{ command: ['/serve', `--dsn=${URL}`] }, 'command --dsn'],
    [{ command: ['/serve', URL] }, 'command word'],
    [{ command: ['/serve', '--password=${var.password}'] }, 'command --password'],
    [{ entrypoint: ['sh', '-c', "MYSQL_PWD='hunter2' exec /serve"] }, 'entrypoint MYSQL_PWD'],
    [{ healthcheck: [{ test: ['CMD-SHELL', `pg_isready -d ${URL}`] }] }, 'test word'],
    [{ upload: [{ file: '/etc/app.env', content: 'A=1\nDB_PASSWORD=hunter2\n' }] }, 'upload /etc/app.env'],
    [{ upload: [{ file: '/key', content: '-----BEGIN EC PRIVATE KEY-----\nhunter2' }] }, 'upload /key'],
    [{ upload: [{ file: '/key', content_base64: Buffer.from('TOKEN=hunter2').toString('base64') }] }, 'upload /key'],
  ])('%j holds one', (attributes, detail) => {
    const { state, details, messages } = ofContainer(secretLiteral, attributes);
    expect([state, details]).toEqual(['violated', [detail]]);
    expect(messages.join()).not.toContain('hunter2');
  });

  test.each([
    [{}],
    [{ command: ['/serve', '--password-file=/run/secrets/db', '--token-ttl=1h', '--secret-name', 'db', '--tokens=3', '--no-password'] }],
    [{ command: ['/serve', '--password=$DB_PASSWORD', '--token', '$${TOKEN}', '--pass', '--verbose', '--use-token=true'] }],
    [{ command: ['sh', '-c', 'DB_PASSWORD="$(cat /run/secrets/db)" exec /serve', 'PASSWORD=/run/secrets/db'] }],
    [{ command: ['certbot', 'https://example.com/a:b', 'user@example.com', '--compass=north'] }],
    [{ healthcheck: [{ test: ['CMD', 'mysqladmin', 'ping', '-p$MYSQL_ROOT_PASSWORD'] }] }],
    [
      {
        labels: [
          { label: 'traefik.http.routers.web.rule', value: 'Host(`example.com`)' },
          { label: 'token.count', value: '12' },
        ],
      },
    ],
    [{ upload: [{ file: '/etc/nginx.conf', content: 'proxy_pass http://api;\nserver_tokens off;\n# token = none\n' }] }],
  ])('%j holds none', (attributes) => {
    expect(ofContainer(secretLiteral, attributes)).toMatchObject({ state: 'compliant', details: [] });
  });
});

describe('BH-C40 secret in a config file', () => {
  const ofFile = (content: string) =>
    verdict(secretConfigFile, {}, {}, [{ resourceType: 'config_file', path: 'app/Web', attributes: { path: '/etc/a', content } }]);

  test.each([
    ['DB_PASSWORD=hunter2\n', 'DB_PASSWORD'],
    ['a = 1\r\n  password: "hunter2"\r\n', 'password'],
    ['{ "a": 1,\n  "smtp_password": "hunter2",\n}', 'smtp_password'],
    ['[db]\npassword = hunter2', 'password'],
    ['- api_key: hunter2', 'api_key'],
    ['requirepass hunter2', 'requirepass'],
    ['args: [--password, hunter2]\nexec serve --token hunter2', '--token'],
    ['-----BEGIN EC PRIVATE KEY-----\nhunter2', 'file'],
    ['url: postgres://shop:hunter2@db/shop', 'url'],
    ['key: AKIAABCDEFGHIJKLMNOP', 'file'],
    ['token: hunter2 # ${x}', 'token'],
  ])('%j holds one', (content, name) => {
    const { state, details, messages } = ofFile(content);
    expect([state, details[0]]).toEqual(['violated', `/etc/a ${name}`]);
    expect(messages.join()).not.toContain('hunter2');
  });

  test.each([
    [''],
    ['password_file: /run/secrets/db\npassword = ${DB_PASSWORD}\ntoken: $TOKEN\n'],
    ['password_encryption = scram-sha-256\nserver_tokens off;\nssl_certificate_key /keys/tls.key;'],
    ['# password protected\npassword:\n  - a\n'],
    ['token: true\npasswords: 3\nsecret: <none>\n'],
    ['location / { proxy_pass http://api:8080; }'],
    ['proxy_set_header Authorization $http_authorization;'],
    ['${var.password} %{ if secret }'],
  ])('%j holds none', (content) => {
    expect(ofFile(content)).toMatchObject({ state: 'compliant', details: [] });
  });
});

describe('BH-V05 password or key of a connection written into the program', () => {
  const ofProvider = (block: object) => verdict(secretCredential, {}, { provider: { docker: [block] } });

  test.each([
    [{ registry_auth: [{ address: 'r', password: 'hunter2' }] }, 'registry_auth.password'],
    [{ registry_auth: [{ address: 'r', config_file_content: '{}' }] }, 'registry_auth.config_file_content'],
    [{ key_material: 'hunter2' }, 'key_material'],
  ])('%j is', (block, detail) => {
    expect(ofProvider(block)).toMatchObject({ state: 'violated', details: [detail] });
  });

  test.each([
    [{ host: 'unix:///run/docker.sock' }],
    [{ registry_auth: [{ address: 'r', password: '${var.password}' }] }],
    [{ registry_auth: [{ address: 'r', config_file: '~/.docker/config.json' }] }],
    [{ key_material: '${file("key.pem")}' }],
  ])('%j is not', (block) => {
    expect(ofProvider(block).state).toBe('compliant');
  });

  test('of a service and of an image of a registry', () => {
    expect(verdict(secretCredential, { docker_service: { web: { auth: [{ password: 'x' }] } } }).details).toEqual(['auth.password']);
    expect(verdict(secretCredential, { docker_registry_image: { web: { auth_config: [{ password: 'x' }] } } }).details).toEqual([
      'auth_config.password',
    ]);
  });
});

describe('BH-C07: the secrets of a container are for that container', () => {
  const mount = (source: string, read_only = true) => ({ mounts: [{ type: 'bind', source, target: '/run/secrets', read_only }] });

  test('its own folder is none of the sensitive paths, read-only', () => {
    expect(ofContainer(sensitiveHostPath, mount('/run/bulkhead-secrets/web')).state).toBe('compliant');
  });

  test.each([
    [mount('/run/bulkhead-secrets/other')],
    [mount('/run/bulkhead-secrets')],
    [mount('/run/bulkhead-secrets/web', false)],
    [mount('/run/bulkhead-secrets/web/../other')],
    [mount('/var/lib/bulkhead')],
    [mount('/var/lib/bulkhead/secrets')],
  ])('%j is one', (attributes) => {
    expect(ofContainer(sensitiveHostPath, attributes).state).toBe('violated');
  });
});
