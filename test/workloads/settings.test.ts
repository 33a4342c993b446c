import { ContainerNetwork, EngineVersion, HardenedContainer, type HardenedContainerProps, Port, VolumeMount } from '../../src';
import type { ErrorCode } from '../../src/private/errors';
import { withTimeZone } from '../../src/workloads/private/time-zone';
import { expectError } from '../support/errors';
import { IMAGE, Program } from '../support/programs';

function container(props: Partial<HardenedContainerProps>) {
  const program = new Program();
  program.container('Web', program.segment('Front'), props);
  return program.synth().container();
}

/** The daemon has it as a default: a container that does not name it would be replaced by every plan. */
const NOFILE = { name: 'nofile', soft: 1024, hard: 4096 };

const refused = (code: ErrorCode, props: Partial<HardenedContainerProps>, says: string[]) =>
  expectError(() => container(props), code, { path: 'app/Web', says });

test('what the program says nothing of stays with the engine', () => {
  const resource = container({});
  for (const attribute of ['group_add', 'shm_size', 'tty', 'stdin_open', 'env']) expect(resource).not.toHaveProperty(attribute);
  expect(resource.hostname).toBe('app-web');
});

test.each<[what: string, props: Partial<HardenedContainerProps>, resource: object]>([
  ['a host name', { hostname: 'mail.example.com' }, { hostname: 'mail.example.com', name: 'app-web' }],
  ['groups, sorted and once', { extraGroups: [100, 44, 100] }, { group_add: ['44', '100'] }],
  ['no groups', { extraGroups: [] }, { name: 'app-web' }],
  ['shared memory', { limits: { sharedMemoryMebibytes: 256 } }, { shm_size: 256, memory: 256 }],
  ['a terminal', { terminal: { tty: true } }, { tty: true }],
  ['an open input', { terminal: { stdinOpen: true } }, { stdin_open: true }],
  ['locked memory without a limit', { limits: { ulimits: [{ limitName: 'memlock', soft: -1, hard: -1 }] } }, { ulimit: [{ name: 'memlock', soft: -1, hard: -1 }, NOFILE] }], // prettier-ignore
  ['of which a part is used', { limits: { ulimits: [{ limitName: 'memlock', soft: 65536, hard: -1 }] } }, { ulimit: [{ soft: 65536, hard: -1 }, NOFILE] }], // prettier-ignore
  ['open files of its own, which stand alone', { limits: { ulimits: [{ limitName: 'nofile', soft: 9, hard: 9 }] } }, { ulimit: [{ name: 'nofile', soft: 9, hard: 9 }] }], // prettier-ignore
  ['a time zone', { timeZone: 'Europe/Berlin', environment: { A: 'b' } }, { env: ['A=b', 'TZ=Europe/Berlin'] }],
  ['an alias with dots', { aliases: ['auth.example.com'] }, { networks_advanced: [{ aliases: ['auth.example.com'] }] }],
])('%s', (_, props, resource) => expect(container(props)).toMatchObject(resource));

test.each<[what: string, code: ErrorCode, props: Partial<HardenedContainerProps>, says: string[]]>([
  ['a host name with a blank', 'HostName', { hostname: 'my host' }, ["got 'my host'"]],
  ['a host name of 64', 'HostName', { hostname: `${'a'.repeat(31)}.${'b'.repeat(32)}` }, ['64 characters', 'at most 63']],
  ['localhost', 'HostName', { hostname: 'localhost' }, ["'localhost'", 'a name of the container itself']],
  ['the name of the host', 'HostName', { hostname: 'host.docker.internal' }, ['a name of the host']],
  ['group 0', 'UserNumber', { extraGroups: [44, 0] }, ['contains 0, the group of root', 'remove it']],
  ['a group by its name', 'UserNumber', { extraGroups: ['video' as never] }, ["'extraGroups[0]'", '"video"']],
  ['a group that is too large', 'UserNumber', { extraGroups: [2 ** 31] }, ['2147483647']],
  ['more shared memory than memory', 'SharedMemory', { limits: { sharedMemoryMebibytes: 257 } }, ['257', '256 MiB', "raise 'limits.memoryMebibytes'"]], // prettier-ignore
  ['no shared memory', 'SharedMemory', { limits: { sharedMemoryMebibytes: 0 } }, ['got 0']],
  ['open files without a limit', 'UlimitValue', { limits: { ulimits: [{ limitName: 'nofile', soft: 1, hard: -1 }] } }, ['got -1']],
  ['locked memory below -1', 'UlimitValue', { limits: { ulimits: [{ limitName: 'memlock', soft: -2, hard: -1 }] } }, ['got -2']],
  ['soft without a limit, hard with one', 'UlimitValue', { limits: { ulimits: [{ limitName: 'memlock', soft: -1, hard: 9 }] } }, ['got -1']], // prettier-ignore
  ['an alias with a blank', 'AliasName', { aliases: ['a b'] }, ["got 'a b'"]],
  ['an alias with an empty label', 'AliasName', { aliases: ['a..b'] }, ["got 'a..b'"]],
  ['an alias of the container itself', 'AliasName', { aliases: ['LocalHost'] }, ['a name of the container itself']],
  ['one below it', 'AliasName', { aliases: ['app.localhost'] }, ['a name of the container itself']],
  ['an alias of the host', 'AliasName', { aliases: ['host.docker.internal'] }, ['a name of the host']],
  ['an alias of a metadata service', 'AliasName', { aliases: ['metadata.google.internal'] }, ['metadata service']],
  ['an alias that is an address', 'AliasName', { aliases: ['10.0.0.1'] }, ['read as an address']],
])('%s is refused', (_, code, props, says) => refused(code, props, says));

test("a host name on the host's network is refused", () => {
  const program = new Program();
  const network = ContainerNetwork.host({ reason: 'it watches the interfaces of the host' });
  expectError(
    () => new HardenedContainer(program.stack, 'Agent', { image: IMAGE, daemon: program.daemon, network, hostname: 'x' }),
    'HostNetworkRefused',
    { says: ["'hostname'"] },
  );
});

describe('a time zone', () => {
  test.each([
    'Europe/Berlin',
    'UTC',
    'Etc/GMT+1',
    'America/Argentina/Buenos_Aires',
    'Asia/Kolkata',
    'US/Eastern',
    'America/Port-au-Prince',
  ])('%s', (zone) => expect(withTimeZone('app/Web', {}, zone)).toEqual({ TZ: zone }));

  test.each([
    ['europe/berlin', "such as 'Europe/Berlin'"],
    ['Europe/Berlinn', "such as 'Europe/Berlin'"],
    ['utc', 'is not the name'],
    ['+02:00', 'is not the name'],
    ['', 'is not the name'],
    ['../Berlin', 'is not the name'],
    ['Europe/Berlin\n', 'control character'],
  ])('%j is none', (zone, says) => {
    expect(() => withTimeZone('app/Web', {}, zone)).toThrow(says);
  });

  test('is said once', () => {
    expectError(() => withTimeZone('app/Web', { TZ: 'UTC' }, 'Europe/Berlin'), 'TimeZone', { path: 'app/Web', says: ['remove one'] });
  });

  test.each(['/etc/localtime', '/etc/timezone'])('%s of the host is read, and not written', (file) => {
    expect(VolumeMount.hostPath(file, file)).toMatchObject({ source: file, readOnly: true });
    expectError(() => VolumeMount.hostPath(file, file, { readOnly: false }), 'SensitiveHostPath', { says: ['mount it read-only'] });
    expectError(() => VolumeMount.hostPath(`${file}/x`, file), 'SensitiveHostPath');
  });
});

describe('names of others', () => {
  const two = (api: Partial<HardenedContainerProps>, same = true) => {
    const program = new Program({ engine: EngineVersion.V29 });
    const front = program.segment('Front');
    program.container('Db', front);
    program.container('Api', same ? front : program.segment('Back'), api);
    return program;
  };

  test.each<[code: ErrorCode, api: Partial<HardenedContainerProps>]>([
    ['AliasName', { aliases: ['app-db'] }],
    ['AliasName', { aliases: ['APP-DB'] }],
    ['AliasName', { aliases: ['app-db.app-front'] }],
    ['HostName', { hostname: 'app-db' }],
    ['HostName', { hostname: 'app-db.app-front' }],
  ])('%s: %j is refused beside it', (code, api) => {
    expectError(() => two(api).synth(), code, { path: 'app/Api', says: ["'app/Db'", 'use another'] });
    expect(() => two(api, false).synth()).not.toThrow();
  });

  test('its own name is its own, and an alias of its own its host name', () => {
    expect(() => two({ aliases: ['app-api', 'auth.example.com'], hostname: 'auth.example.com' }).synth()).not.toThrow();
  });

  test('a member that joins is one of them', () => {
    const program = two({ aliases: ['app-db'] }, false);
    const [db, api] = ['Db', 'Api'].map((id) => program.stack.node.findChild(id) as HardenedContainer);
    db.connections.allowTo(api, Port.tcp(80));
    expectError(() => program.synth(), 'AliasName', { path: 'app/Api' });
  });
});
