import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { collectScript } from '../../src/host/private/programs';
import { temporaryFolder } from '../support/folders';

const folder = temporaryFolder();
const CANARY = 'kanarienvogel';
const whole = collectScript();
/** The program's functions, without what it does of itself. */
const FUNCTIONS = whole.slice(0, whole.lastIndexOf('main "$@"'));

/** Runs functions of the program where these commands stand for programs of the host. */
function collected(commands: string, call: string, shell = ['sh']): { code: number | null; out: string; err: string } {
  const text = `${FUNCTIONS}\nPATH=$KEPT\npatience=\n${commands}\n${call}\n`;
  const { status, stdout, stderr } = spawnSync(shell[0], [...shell.slice(1), '-s'], {
    input: text,
    encoding: 'utf8',
    env: { KEPT: process.env.PATH },
  });
  return { code: status, out: stdout, err: stderr };
}

/** A function of the shell that prints a text, whatever is in it. */
const prints = (name: string, text: string) => `${name}() { cat <<'END-OF-TEXT'\n${text}\nEND-OF-TEXT\n}`;

const CONTAINER = {
  Id: 'a1',
  Path: `/bin/${CANARY}`,
  Args: [CANARY],
  Name: '/api',
  State: { Status: 'running', Running: true, Health: { Log: [{ Output: CANARY }] } },
  HostConfig: {
    Binds: [`/x:/y:${CANARY}`],
    LogConfig: { Type: 'json-file', Config: { tag: CANARY } },
    NetworkMode: 'back',
    Annotations: { a: CANARY },
    StorageOpt: { size: CANARY },
    Mounts: [{ VolumeOptions: { Labels: { a: CANARY }, DriverConfig: { Options: { o: `password=${CANARY}` } } } }],
    Tmpfs: { '/tmp': CANARY },
    SecurityOpt: ['no-new-privileges', `seccomp={"${CANARY}": "${'x'.repeat(5000)}"}`],
  },
  Config: {
    Hostname: 'api',
    Env: [
      `PASSWORD=${CANARY}`,
      `URL=postgres://db:${CANARY}@db:5432/x?a=${CANARY}, "cache:6379"`,
      'API_TOKEN=db:4711',
      'DB_AUTH=x,db:4712',
      'AUTH_URL=http://db:4713/',
      'NUMBER=postgres://db:4714@db:5432/x',
      'FAR=http://db:99999/ http://other:80/ mydb:1 db:1a db:080 db:1:2 db-:3 -db:4 http://db:7/',
      `A="q\\" ${CANARY}`,
      `B=\n"Name": "/x", ${CANARY}`,
    ],
    Cmd: ['serve', '--password', 'db:4715', '--peer', 'cache:6380', `--key=${CANARY}`, '-u', 'db:4716'],
    Entrypoint: ['/bin/sh', '-c', `echo ${CANARY} | nc db 5433; nc cache:6381`],
    Labels: { a: CANARY, 'x.secret': 'db:4717', 'x.peer': 'http://cache:6382/' },
    Healthcheck: { Test: ['CMD-SHELL', `curl -u ${CANARY} http://cache:6383/`] },
    OnBuild: [CANARY],
    Image: 'lab:1',
  },
  NetworkSettings: {
    Networks: {
      back: { IPAddress: '10.0.0.2', Aliases: ['cache'], DriverOpts: { key: CANARY, 'com.docker.network.endpoint.ifname': 'eth0' } },
    },
  },
};
const CONTAINERS = JSON.stringify([CONTAINER, { Name: '/db', Config: { Env: null }, NetworkSettings: { Networks: {} } }], null, 4);
const docker = (text: string, ids = 'a1 a2') =>
  `${prints('inspected_text', text)}\ndocker() { case $2 in ls) echo ${ids} ;; inspect) inspected_text ;; esac; }`;

describe.each([['sh'], ['dash'], ['busybox', 'sh'], ['bash', '--posix']])('%s %s', (...argv) => {
  const shell = argv.filter(Boolean);
  if (spawnSync(shell[0], ['-c', ':']).error !== undefined && shell[0] !== 'busybox') {
    test.skip(`${shell[0]} is not on this machine`, () => undefined);
    return;
  }

  test('of a container no secret is kept, and what is kept is as the engine says it', () => {
    const { code, out } = collected(docker(CONTAINERS), 'containers', shell);
    expect([code, out.includes(CANARY)]).toEqual([0, false]);
    const [first, second] = JSON.parse(out);
    expect(first).toEqual({
      Id: 'a1',
      Name: '/api',
      State: { Status: 'running', Running: true },
      HostConfig: { NetworkMode: 'back', SecurityOpt: ['no-new-privileges', expect.stringMatching(/^left out: \d+ characters$/)] },
      Config: { Hostname: 'api', Image: 'lab:1' },
      NetworkSettings: {
        Networks: { back: { IPAddress: '10.0.0.2', Aliases: ['cache'], DriverOpts: { 'com.docker.network.endpoint.ifname': 'eth0' } } },
      },
    });
    expect(second).toEqual({ Name: '/db', Config: {}, NetworkSettings: { Networks: {} } });
  });

  test('of settings only HOST:PORT of containers, and none that may be a name and a number', () => {
    const { code, out } = collected(docker(CONTAINERS), 'names', shell);
    expect(code).toBe(0);
    const ports = ['db:5432', 'cache:6379', 'db:4713', 'db:7', 'cache:6380', 'cache:6381', 'cache:6382', 'cache:6383'];
    expect(out.trim().split('\n').sort()).toEqual(ports.map((place) => `api ${place}`).sort());
  });
});

test.each([
  ['cut', CONTAINERS.slice(0, -20)],
  ['two texts', `${CONTAINERS}${CONTAINERS}`],
  ['a key twice', CONTAINERS.replace('"Id"', '"Name": "/x", "Id"')],
  ['no JSON', `${CONTAINERS} error`],
])('an answer of the engine that is not whole is none: %s', (_, text) => {
  const { out } = collected(docker(text), "text docker-containers 'docker inspect' containers");
  expect(out).toMatch(/^== docker-containers missing: docker inspect failed: .*\n$/);
});

test('an engine that fails is told with its reason, without what stands in an address', () => {
  const failing = `docker() { echo 'cannot connect to http://u:${CANARY}@proxy' >&2; return 1; }`;
  const { out } = collected(failing, "text docker-containers 'docker inspect' containers");
  expect(out).toBe('== docker-containers missing: docker inspect failed: cannot connect to http://...@proxy\n');
});

test('settings of the engine: of its file those that are read', () => {
  const json = JSON.stringify({
    'userland-proxy': false,
    hosts: ['unix:///run/docker.sock'],
    'default-network-opts': { bridge: { 'com.docker.network.bridge.enable_icc': 'false', other: CANARY } },
    'log-opts': { a: CANARY },
    'registry-mirrors': [`https://u:${CANARY}@x`],
    proxies: { 'http-proxy': CANARY },
    labels: [CANARY],
    dns: '192.0.2.1',
  });
  const file = path.join(folder(), 'daemon.json');
  fs.writeFileSync(file, json);
  const { out } = collected('', `file_settings ${file}`);
  expect(JSON.parse(out)).toEqual({
    'userland-proxy': false,
    hosts: ['unix:///run/docker.sock'],
    'default-network-opts': { bridge: { 'com.docker.network.bridge.enable_icc': 'false' } },
  });
});

test('a mark in a text stays in the text, and an empty one is told to be empty', () => {
  const { out } = collected('', `put iptables iptables-save '== end iptables 1\n| x\n== end of 1 texts'; put nft nft ''; echo $texts`);
  expect(out).toBe(
    '== iptables: iptables-save\n| == end iptables 1\n| | x\n| == end of 1 texts\n== end iptables 3\n== nft none: nft printed nothing\n2\n',
  );
});
