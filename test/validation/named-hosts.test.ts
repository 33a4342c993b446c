import { hostsInConfig, namedHosts } from '../../src/validation/private/named-hosts';

describe('hosts in settings', () => {
  test.each([
    ['DB_URL', 'postgres://shop@db/shop', [{ host: 'db', port: 5432 }]],
    ['DB_URL', 'postgresql+psycopg2://db:6432/shop', [{ host: 'db', port: 6432 }]],
    [
      'URL',
      'http://Api/x?y=http://other:1',
      [
        { host: 'api', port: 80 },
        { host: 'other', port: 1 },
      ],
    ],
    [
      'LISTENERS',
      'INSIDE://kafka1:9092,OUTSIDE://192.0.2.10:29092',
      [
        { host: 'kafka1', port: 9092 },
        { host: '192.0.2.10', port: 29_092 },
      ],
    ],
    [
      'MONGO',
      'mongodb://a:27017,b:27018/x',
      [
        { host: 'a', port: 27_017 },
        { host: 'b', port: 27_018 },
      ],
    ],
    [
      'ZOOKEEPER',
      'zk1:2181, zk2:2181',
      [
        { host: 'zk1', port: 2181 },
        { host: 'zk2', port: 2181 },
      ],
    ],
    ['DOCKER_HOST', 'tcp://docker-in-docker:2375', [{ host: 'docker-in-docker', port: 2375 }]],
    ['DB_HOST', 'db', [{ host: 'db' }]],
    ['DB_HOSTNAME', 'db.example.com', [{ host: 'db.example.com' }]],
    ['PAPERLESS_DBHOST', 'DB', [{ host: 'db' }]],
    ['DB_URL', 'postgres://shop:pa%2Fss@db/shop', [{ host: 'db', port: 5432 }]],
    ['DB_URL', 'postgres://shop:p:a@db:5433/shop', [{ host: 'db', port: 5433 }]],
    ['DB_URL', 'sqlserver://db:1433;user=shop', [{ host: 'db', port: 1433 }]],
    ['URLS', 'http://a:81/x http://c@b:82/', [{ host: 'a', port: 81 }, { host: 'b', port: 82 }]], // prettier-ignore
    [undefined, '--redis=cache:6379', [{ host: 'cache', port: 6379 }]],
    [undefined, '--providers.docker.endpoint=tcp://socket:2375', [{ host: 'socket', port: 2375 }]],
  ] as const)('%s=%s', (name, value, hosts) => expect(namedHosts(name, value)).toEqual(hosts));

  test.each([
    ['LISTEN', 'PLAINTEXT://:9092'],
    ['KEY', 'file:///run/secrets/key'],
    ['SOCKET', 'unix:///run/x.sock'],
    ['HOSTNAME', 'web'],
    ['VIRTUAL_HOST', 'web'],
    ['HTTP_HOST', 'web'],
    ['LEVEL', 'debug'],
    ['TIME', '12:30:15'],
    ['IMAGE', 'nginx:1.29-alpine'],
    ['NUMBER', '5432'],
    [undefined, 'redis-server'],
    [undefined, '--save'],
    // A password with a slash: before it are the user and a part of the password.
    ['DB_URL', 'postgres://shop:pa/ss@db/shop'],
    ['DB_URL', 'postgres://shop:12/34@db/shop'],
    ['DB_URL', 'postgres://shop/x@db/shop'],
    ['DB_URL', 'postgres://shop:pa#ss@db/shop'],
    ['DB_URL', 'postgres://shop:pa?ss@db/shop'],
    ['DB_URL', 'postgres://shop:123456789'],
    ['DB_URL', 'postgres://shop%40home'],
  ] as const)('none in %s=%s', (name, value) => expect(namedHosts(name, value)).toEqual([]));
});

test.each([['a'], ['a.'], ['://'], ['a://'], ['x:1,'], ['a@']])('a million characters of %j take no time', (piece) => {
  // Of the processor: on a machine with other work the clock tells little.
  const begun = process.cpuUsage();
  namedHosts('URL', piece.repeat(1_000_000 / piece.length));
  expect(process.cpuUsage(begun).user).toBeLessThan(5_000_000);
});

test('hosts in a config file: each word before a port, and none in comments, addresses or longer names', () => {
  const text = [
    'reverse_proxy vaultwarden:80',
    '# other:81',
    '  // third:82',
    'http://Api:8080/x, cache:6379;',
    'image a.b:90 1.2.3.4:91 c:92:93 12:30:45',
  ].join('\n');
  expect(hostsInConfig(text)).toEqual([
    { host: 'vaultwarden', port: 80 },
    { host: 'api', port: 8080 },
    { host: 'cache', port: 6379 },
  ]);
});
