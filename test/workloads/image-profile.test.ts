import {
  Capability,
  ContainerImage,
  ContainerUser,
  DataVolume,
  FindingState,
  type HardenedContainerProps,
  HealthCheck,
  ImageBase,
  ImageProfile,
  NextcloudVariant,
  Port,
  RulePack,
  VolumeMount,
} from '../../src';
import { contradiction, PUBLIC_IMAGES } from '../../src/hardening/private/images/public-images';
import { LateContainer } from '../../src/private/bindings';
import { inertCapability } from '../../src/validation/rules/containers/inert-capability';
import { expectError } from '../support/errors';
import { Program } from '../support/programs';

const { DEBIAN, ALPINE } = ImageBase;
const user = ContainerUser.of(10001);

/** Every maker of a public image, with what the facts say. */
const MADE: readonly (readonly [name: string, profile: ImageProfile, user: string, port: string | undefined, data: string | undefined])[] =
  [
    ['postgres 14', ImageProfile.postgres({ major: 14, builtOn: DEBIAN }), '999:999', '5432/tcp', '/var/lib/postgresql/data'],
    ['postgres 17 on Alpine', ImageProfile.postgres({ major: 17, builtOn: ALPINE }), '70:70', '5432/tcp', '/var/lib/postgresql/data'],
    ['postgres 18', ImageProfile.postgres({ major: 18, builtOn: DEBIAN }), '999:999', '5432/tcp', '/var/lib/postgresql'],
    ['mariadb', ImageProfile.mariadb(), '999:999', '3306/tcp', '/var/lib/mysql'],
    ['redis', ImageProfile.redis({ builtOn: DEBIAN }), '999:999', '6379/tcp', '/data'],
    ['redis on Alpine', ImageProfile.redis({ builtOn: ALPINE }), '999:1000', '6379/tcp', '/data'],
    ['valkey', ImageProfile.valkey({ builtOn: DEBIAN }), '999:999', '6379/tcp', '/data'],
    ['valkey on Alpine', ImageProfile.valkey({ builtOn: ALPINE }), '999:1000', '6379/tcp', '/data'],
    ['nginx', ImageProfile.nginx(), '101:101', '80/tcp', undefined],
    ['nginx on another port', ImageProfile.nginx({ port: 8080 }), '101:101', '8080/tcp', undefined],
    ['traefik', ImageProfile.traefik(), '10001:10001', '80/tcp', undefined],
    ['caddy', ImageProfile.caddy(), '10001:10001', '80/tcp', '/data'],
    ['grafana', ImageProfile.grafana(), '472:0', '3000/tcp', '/var/lib/grafana'],
    ['prometheus', ImageProfile.prometheus(), '65534:65534', '9090/tcp', '/prometheus'],
    ['nextcloud', ImageProfile.nextcloud({ variant: NextcloudVariant.APACHE }), '33:33', '80/tcp', '/var/www/html'],
    ['nextcloud fpm', ImageProfile.nextcloud({ variant: NextcloudVariant.FPM }), '33:33', '9000/tcp', '/var/www/html'],
    ['nextcloud fpm-alpine', ImageProfile.nextcloud({ variant: NextcloudVariant.FPM_ALPINE }), '82:82', '9000/tcp', '/var/www/html'],
    ['keycloak', ImageProfile.keycloak(), '1000:0', '8080/tcp', undefined],
    ['keycloak that is built', ImageProfile.keycloak({ built: true }), '1000:0', '8080/tcp', undefined],
  ];

function container(props: Partial<HardenedContainerProps>) {
  const p = new Program();
  p.container('Web', p.segment('Front'), props);
  const { node } = p.stack;
  const synthesized = p.synth();
  return {
    resource: synthesized.container(),
    warnings: node.findAll().flatMap(({ node: { metadata } }) => metadata.map(({ data }) => String(data))),
  };
}

describe('a public image', () => {
  test.each(MADE)('%s: a container of two lines has what its facts say', (_, profile, text, port, data) => {
    const p = new Program();
    const web = p.container('Web', p.segment('Front'), { profile });
    const client = p.container('Client', p.segment('Back'));
    if (port !== undefined) client.connections.allowTo(web);
    const resource = p.synth().container('app-web');
    expect(resource.user).toBe(text);
    expect(profile.ports[0]?.text).toBe(port === undefined ? undefined : port.split('/').reverse().join('/'));
    expect(profile._dataPath).toBe(data);
    const { tmpfs, writableRoot, health, stopSeconds = 10, memoryMebibytes = 256, fileCapabilities } = profile._facts!;
    expect(Object.keys(resource.tmpfs)).toEqual(Object.keys(tmpfs).sort());
    expect(resource.read_only).toBe(writableRoot === undefined);
    expect(resource.healthcheck?.test).toEqual(health?.test);
    expect([resource.stop_timeout, resource.memory]).toEqual([stopSeconds, memoryMebibytes]);
    expect(resource.capabilities).toEqual({
      drop: ['ALL'],
      ...(fileCapabilities && { add: fileCapabilities.map((name) => `CAP_${name}`) }),
    });
  });

  test('every set of facts has a maker, a source of each kind and a user other than root', () => {
    const made = new Set(MADE.map(([, { _facts: facts }]) => `${facts!.image} ${facts!.uid}:${facts!.gid} ${facts!.writableRoot}`));
    expect(PUBLIC_IMAGES.filter((facts) => !made.has(`${facts.image} ${facts.uid}:${facts.gid} ${facts.writableRoot}`))).toEqual([]);
    for (const { sources, uid, run, tmpfs, dataPath, volumes } of PUBLIC_IMAGES) {
      expect(sources.every((source) => /^https:\/\/github\.com\/[^/]+\/[^/]+\/blob\/[0-9a-f]{40}\//.test(source))).toBe(true);
      expect(sources.some((source) => /\/Dockerfile$/.test(source))).toBe(true);
      expect(uid > 0 && run !== '').toBe(true);
      // What lasts is not in memory; what the image declares as a volume is its data.
      expect(Object.keys(tmpfs)).not.toContain(dataPath);
      expect(volumes.filter((volume) => volume !== dataPath)).toEqual([]);
    }
  });
});

describe('what the program says wins', () => {
  const profile = ImageProfile.of({
    imageName: 'mine',
    user: ContainerUser.rootAtStart({ reason: 'it makes its folders at first' }),
    capabilities: [Capability.SETUID, Capability.SETGID],
    ports: [Port.tcp(8080)],
    tmpfsMebibytes: { '/tmp': 16, '/run': 8 },
    environment: { MODE: 'profile', LANG: 'C' },
    healthCheck: HealthCheck.command(['/healthy']),
    stopTimeoutSeconds: 20,
    memoryMebibytes: 300,
  });

  test('nothing said: the profile', () => {
    const { resource } = container({ profile });
    expect(resource).toMatchObject({
      user: '0:0',
      init: false,
      capabilities: { add: ['CAP_SETGID', 'CAP_SETUID'] },
      env: ['LANG=C', 'MODE=profile'],
      memory: 300,
      stop_timeout: 20,
      healthcheck: { test: ['CMD', '/healthy'] },
    });
    expect(Object.keys(resource.tmpfs)).toEqual(['/run', '/tmp']);
  });

  test('everything said: the program; variables and file systems in memory are added, and another user has no capability of the profile', () => {
    const { resource } = container({
      profile,
      user,
      tmpfsMebibytes: { '/run': 32, '/cache': 8 },
      environment: { MODE: 'program' },
      healthCheck: HealthCheck.command(['/other']),
      stopTimeoutSeconds: 30,
      limits: { memoryMebibytes: 64, cpuMillis: 500 },
    });
    expect(resource).toMatchObject({
      user: '10001:10001',
      capabilities: { drop: ['ALL'] },
      env: ['LANG=C', 'MODE=program'],
      memory: 64,
      cpu_quota: 50000,
      stop_timeout: 30,
      healthcheck: { test: ['CMD', '/other'] },
      tmpfs: {
        '/run': expect.stringContaining('size=32m'),
        '/tmp': expect.stringContaining('size=16m'),
        '/cache': expect.stringContaining('size=8m'),
      },
    });
    expect(resource.capabilities.add).toBeUndefined();
  });

  test('an image with a supervisor: the first process is its own, and it executes what it writes in memory', () => {
    const supervised = ImageProfile.of({
      imageName: 'supervised',
      user: ContainerUser.root({ reason: 'its supervisor starts services as other users' }),
      tmpfsMebibytes: { '/run': 8 },
      executableTmpfsReasons: { '/run': 'its supervisor executes files there' },
      init: false,
    });
    expect(container({ profile: supervised }).resource).toMatchObject({
      init: false,
      tmpfs: { '/run': expect.stringContaining(',exec,') },
    });
    expect(container({ profile: supervised, init: true }).resource).toMatchObject({ init: true });
    const volumes = [VolumeMount.hostPath('/srv/run', '/run')];
    expect(container({ profile: supervised, volumes }).resource.tmpfs).toEqual({});
  });

  test('a mount takes the place of a file system in memory', () => {
    const { resource } = container({ profile, volumes: [VolumeMount.hostPath('/srv/run', '/run')] });
    expect(Object.keys(resource.tmpfs)).toEqual(['/tmp']);
  });
});

describe('data', () => {
  const profile = ImageProfile.redis({ builtOn: DEBIAN });
  const LOST = /nothing is mounted at \/data, where 'redis' keeps its data/;

  test.each([
    ['nothing is mounted', () => ({}), true],
    ['a volume is mounted elsewhere', () => ({ volumes: [VolumeMount.hostPath('/srv/data', '/data/sub')] }), true],
    ['a host path is mounted there', () => ({ volumes: [VolumeMount.hostPath('/srv/data', '/data', { readOnly: false })] }), false],
    ['it is meant to be lost', () => ({ tmpfsMebibytes: { '/data': 64 } }), false],
  ])('%s', (_, props, isLost) => {
    expect(container({ profile, ...props() }).warnings.some((warning) => LOST.test(warning))).toBe(isLost);
  });

  test('a volume at its path', () => {
    const p = new Program();
    const data = new DataVolume(p.stack, 'Data', { daemon: p.daemon });
    p.container('Web', p.segment('Front'), { profile, volumes: [VolumeMount.volume(data, profile.dataPath)] });
    expect(p.synth().container('app-web').mounts).toContainEqual(expect.objectContaining({ type: 'volume', target: '/data' }));
  });
});

describe('secrets', () => {
  test.each([
    [
      'a variable of the image',
      ImageProfile.postgres({ major: 17, builtOn: DEBIAN }),
      'POSTGRES_PASSWORD',
      'set POSTGRES_PASSWORD_FILE to',
    ],
    ['two underscores', ImageProfile.grafana(), 'GF_SECURITY_ADMIN_PASSWORD', 'set GF_SECURITY_ADMIN_PASSWORD__FILE to'],
    ['no variable for a file', ImageProfile.keycloak(), 'KC_DB_PASSWORD', 'for KC_DB_PASSWORD the image takes no path of a file'],
    [
      'another variable of an image with some',
      ImageProfile.grafana(),
      'OTHER_PASSWORD',
      'for OTHER_PASSWORD the image takes no path of a file',
    ],
    ['no profile', undefined, 'OTHER_PASSWORD', 'set OTHER_PASSWORD_FILE to'],
  ])('%s', (_, profile, name, says) => {
    const p = new Program();
    const front = p.segment('Front');
    expectError(() => p.container('Web', front, { profile, environment: { [name]: 'hunter2' } }), 'SecretInEnvironment', {
      path: 'app/Web',
      says: [says],
    });
  });

  test.each([
    [ImageProfile.grafana(), { GF_SECURITY_ADMIN_PASSWORD__FILE: '/run/secrets/admin' }],
    [ImageProfile.mariadb(), { MARIADB_ROOT_PASSWORD_FILE: '/run/secrets/root' }],
  ])('and the variable that the message names is accepted', (profile, environment) => {
    expect(container({ profile, environment }).resource.env).toHaveLength(1);
  });
});

describe('a program that is marked with capabilities', () => {
  test('the container may have them, and no rule says that its user holds none; without the profile they are refused', () => {
    const p = new Program();
    const front = p.segment('Front');
    p.container('Web', front, { profile: ImageProfile.caddy() });
    expect(p.synth().container()).toMatchObject({ user: '10001:10001', capabilities: { drop: ['ALL'], add: ['CAP_NET_BIND_SERVICE'] } });
    const other = new Program();
    const segment = other.segment('Front');
    expectError(() => other.container('Web', segment, { capabilities: [Capability.NET_BIND_SERVICE] }), 'InertCapability', {
      path: 'app/Web',
    });
    expectError(
      () => other.container('Api', segment, { profile: ImageProfile.caddy(), capabilities: [Capability.CHOWN] }),
      'InertCapability',
      { path: 'app/Api' },
    );
  });

  test('BH-C33 is accepted for what the program is marked with, and for nothing else', () => {
    const p = new Program();
    const front = p.segment('Front');
    p.container('Web', front, { profile: ImageProfile.caddy() });
    const added = (id: string, capability: string, props = {}) =>
      (p.container(id, front, props).node.defaultChild as LateContainer).addOverride('capabilities.add', [capability]);
    added('Other', 'CAP_NET_BIND_SERVICE');
    added('More', 'CAP_CHOWN', { profile: ImageProfile.caddy() });
    const found = new RulePack({ packName: 'Test', rules: [inertCapability] })
      .check(p.stack)
      .filter(({ state }) => state === FindingState.OPEN);
    expect(found.map(({ path, detail }) => `${path} ${detail}`).sort()).toEqual([
      'app/More/Resource CHOWN',
      'app/Other/Resource NET_BIND_SERVICE',
    ]);
  });

  test('once, where root has them by the program', () => {
    const { resource } = container({
      profile: ImageProfile.caddy(),
      user: ContainerUser.root({ reason: 'an older volume of root' }),
      capabilities: [Capability.NET_BIND_SERVICE],
    });
    expect(resource.capabilities.add).toEqual(['CAP_NET_BIND_SERVICE']);
  });
});

describe('an image against its profile', () => {
  const redis = PUBLIC_IMAGES.filter(({ image }) => image === 'redis');
  const postgres = PUBLIC_IMAGES.find(({ image, major }) => image === 'postgres' && major === 17)!;
  const mariadb = PUBLIC_IMAGES.find(({ image }) => image === 'mariadb')!;

  test.each([
    [redis[0], 'redis:7.4', undefined],
    [redis[0], 'redis:7.4-bookworm', undefined],
    [redis[0], 'redis:7.4-alpine3.20', "its tag '7.4-alpine3.20' holds 'alpine'"],
    [redis[0], 'redis:alpine', "its tag 'alpine' holds 'alpine'"],
    [redis[1], 'redis:alpine', undefined],
    [redis[1], 'redis:7.4-alpine', undefined],
    [redis[1], 'redis:latest', "its tag 'latest' lacks 'alpine'"],
    [redis[1], 'registry.example.com:5000/redis:production', undefined],
    [redis[1], 'registry.example.com:5000/redis', undefined],
    [redis[0], 'registry.example.com:5000/shop/cache:7.4-alpine', undefined],
    [redis[0], `redis:7.4-alpine@sha256:${'a'.repeat(64)}`, "its tag '7.4-alpine' holds 'alpine'"],
    [redis[0], `redis@sha256:${'a'.repeat(64)}`, undefined],
    [redis[0], 'valkey/valkey:8', "its name is 'valkey'"],
    [postgres, 'postgres:17.9', undefined],
    [postgres, 'postgres:16-bookworm', "its tag '16-bookworm' is of version 16"],
    [postgres, 'postgres:bookworm', undefined],
    [mariadb, 'mariadb:11.8-ubi', "its tag '11.8-ubi' holds 'ubi'"],
    [mariadb, 'mariadb:11.8', undefined],
  ])('%#', (facts, reference, why) => expect(contradiction(facts, reference)).toBe(why));

  test('an image by its id is not compared', () => {
    const image = ContainerImage.fromId(`sha256:${'b'.repeat(64)}`);
    expect(container({ image, profile: ImageProfile.redis({ builtOn: ALPINE }) }).resource.user).toBe('999:1000');
  });
});
