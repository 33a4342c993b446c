import { SupplyChain } from '../../../src';
import { allowedRegistries } from '../../../src/validation/rules/images/allowed-registries';
import { imageNeeds } from '../../../src/validation/rules/images/image-needs';
import { latestImage } from '../../../src/validation/rules/images/latest-image';
import { secretBuildArgument } from '../../../src/validation/rules/images/secret-build-argument';
import { unpinnedImage } from '../../../src/validation/rules/images/unpinned-image';
import { unverifiedRegistry } from '../../../src/validation/rules/images/unverified-registry';
import { expectError } from '../../support/errors';
import { RawStack, short } from '../../support/raw-stack';
import { ofContainer, verdict } from '../../support/verdict';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const service = (image: string) => ({ docker_service: { web: { name: 'web', task_spec: { container_spec: { image } } } } });

describe("BH-I01 image 'latest', or without a tag", () => {
  test.each([
    'nginx',
    'nginx:latest',
    'nginx:LATEST',
    'library/nginx',
    'registry.example.com:5000/nginx',
    'registry.example.com:5000/shop/web:latest',
    '${var.registry}/nginx',
    '${var.registry}/nginx:latest',
    '${lookup({ a = "b" }, var.c)}/nginx',
    '',
  ])("'%s' is", (image) => {
    expect(ofContainer(latestImage, { image })).toMatchObject({ state: 'violated', details: [image] });
    expect(verdict(latestImage, service(image))).toMatchObject({ state: 'violated', details: [image] });
  });

  test.each([
    'nginx:1.29',
    `nginx@${DIGEST}`,
    `nginx:latest@${DIGEST}`,
    `registry.example.com:5000/nginx:1`,
    DIGEST,
    'a'.repeat(64),
    'nginx@${var.digest}',
    'nginx@sha256:${var.digest}',
    '${var.registry}/nginx:1.29',
    'nginx:v${var.version}',
    'nginx:1.${var.patch}',
  ])("'%s' is not", (image) => {
    expect(ofContainer(latestImage, { image }).state).toBe('compliant');
    expect(verdict(latestImage, service(image)).state).toBe('compliant');
  });

  test.each(['${var.image}', 'nginx:${var.tag}', 'nginx${var.suffix}', 'nginx:la${var.rest}', '${docker_tag.web.target_image}'])(
    "nobody knows what '%s' is",
    (image) => {
      expect(ofContainer(latestImage, { image })).toMatchObject({ state: 'unknown', messages: [expect.stringMatching(/BH-X03 'image'/)] });
      expect(verdict(latestImage, service(image)).state).toBe('unknown');
    },
  );

  test('a service in every form of its blocks', () => {
    const forms = [
      { task_spec: [{ container_spec: [{ image: 'nginx' }] }] },
      { dynamic: { task_spec: { for_each: '${var.x}', content: { container_spec: { image: 'nginx' } } } } },
    ];
    for (const form of forms) {
      expect(verdict(latestImage, { docker_service: { web: { name: 'web', ...form } } })).toMatchObject({ details: ['nginx'] });
    }
  });
});

describe('where an image is named', () => {
  const container = (image: string) => ({ docker_container: { web: { name: 'web', image } } });

  test.each(['${docker_image.web.image_id}', '${docker_image.web.name}', '${docker_image.web.repo_digest}'])(
    'what a container refers to by %s is told at the image alone',
    (image) => {
      const resources = { ...container(image), docker_image: { web: { name: 'nginx' } } };
      for (const rule of [latestImage, unpinnedImage, allowedRegistries([])]) {
        expect(verdict(rule, resources)).toMatchObject({ state: 'violated notApplicable', details: ['nginx'] });
      }
    },
  );

  test('a data source names none by itself, and gives its name to those that refer to it', () => {
    const data = { data: { docker_registry_image: { web: { name: 'nginx:latest' } } } };
    const pulled = { docker_image: { web: { name: '${data.docker_registry_image.web.name}' } } };
    expect(verdict(latestImage, {}, data).state).toBe('');
    expect(verdict(latestImage, pulled, data)).toMatchObject({ state: 'violated', details: ['nginx:latest'] });
    const local = { data: { docker_image: { web: { name: 'nginx' } } } };
    expect(verdict(latestImage, container('${data.docker_image.web.id}'), local)).toMatchObject({ details: ['nginx'] });
  });

  test('what is built here counts when it is pushed', () => {
    const built = { docker_image: { web: { name: 'ghcr.io/acme/web', build: { context: '.' } } } };
    for (const rule of [latestImage, unpinnedImage, allowedRegistries([])]) {
      expect(verdict(rule, { ...built, ...container('${docker_image.web.image_id}') }).state).toBe('notApplicable');
    }
    const pushed = { ...built, docker_registry_image: { web: { name: '${docker_image.web.name}' } } };
    expect(verdict(latestImage, pushed)).toMatchObject({ state: 'violated notApplicable', details: ['ghcr.io/acme/web'] });
    expect(verdict(allowedRegistries(['quay.io']), pushed)).toMatchObject({ details: ['ghcr.io/acme/web'] });
    expect(verdict(allowedRegistries(['ghcr.io/acme']), pushed).state).toBe('compliant notApplicable');
  });

  test('what is pulled and pushed under one name is told once', () => {
    const resources = {
      docker_image: { web: { name: 'nginx' } },
      docker_registry_image: { web: { name: '${docker_image.web.name}' } },
    };
    expect(verdict(latestImage, resources)).toMatchObject({ state: 'violated notApplicable', details: ['nginx'] });
    expect(verdict(latestImage, { docker_registry_image: { web: { name: 'acme/web:latest' } } }).details).toEqual(['acme/web:latest']);
  });
});

describe('BH-I02 image without a digest', () => {
  test.each([
    'nginx:1.29',
    'nginx',
    '${var.registry}/nginx:1.29',
    'nginx:1.29@${data.docker_registry_image.web.sha256_digest}',
    '${data.docker_registry_image.web.name}@${data.docker_registry_image.web.sha256_digest}',
  ])("'%s' is", (image) => {
    expect(ofContainer(unpinnedImage, { image })).toMatchObject({ state: 'violated', details: [image] });
    expect(verdict(unpinnedImage, service(image))).toMatchObject({ state: 'violated', details: [image] });
    expect(verdict(unpinnedImage, { docker_image: { web: { name: image } } }).details).toEqual([image]);
  });

  test.each([`nginx@${DIGEST}`, `nginx:1.29@${DIGEST}`, DIGEST, '${var.registry}/nginx@sha256:${var.digest}'])("'%s' is not", (image) => {
    expect(ofContainer(unpinnedImage, { image }).state).toBe('compliant');
  });

  test.each(['${var.image}', 'nginx:${var.tag}'])("nobody knows what '%s' is", (image) => {
    expect(ofContainer(unpinnedImage, { image }).state).toBe('unknown');
  });

  test('a push goes by its tag', () => {
    expect(verdict(unpinnedImage, { docker_registry_image: { web: { name: 'acme/web:1' } } }).state).toBe('');
  });
});

describe('BH-I03 image from a registry that is not on the list', () => {
  const of = (image: string, ...allowed: string[]) => ofContainer(allowedRegistries(allowed), { image });

  test.each([
    ['nginx:1', 'docker.io'],
    ['nginx:1', 'docker.io/library'],
    ['nginx:1', 'docker.io/library/nginx'],
    ['acme/web', 'docker.io/acme'],
    ['docker.io/acme/web', 'docker.io'],
    ['index.docker.io/acme/web', 'docker.io/acme'],
    ['GHCR.io/acme/web', 'ghcr.io'],
    ['localhost:5000/web@sha256:0', 'localhost:5000'],
    ['localhost/web', 'localhost'],
    ['ghcr.io/acme/shop/web:1', 'ghcr.io/acme'],
    ['ghcr.io/acme/${var.name}', 'ghcr.io/acme'],
    ['ghcr.io/${var.path}', 'ghcr.io'],
  ])("'%s' is on a list with %s", (image, place) => {
    expect(of(image, 'quay.io', place).state).toBe('compliant');
  });

  test.each([
    ['nginx:1', 'ghcr.io'],
    ['acme/web', 'docker.io/library'],
    ['ghcr.io/acmecorp/web', 'ghcr.io/acme'],
    ['ghcr.io/acme', 'ghcr.io/acme/web'],
    ['ghcr.io.evil.example/acme/web', 'ghcr.io'],
    ['evil.example/ghcr.io/acme', 'ghcr.io'],
    ['localhost:5001/web', 'localhost:5000'],
    ['registry.example.com/web', 'registry.example.com:5000'],
    ['evil.example/${var.path}', 'ghcr.io'],
    ['acme/${var.path}', 'ghcr.io'],
  ])("'%s' is not on one with %s", (image, place) => {
    expect(of(image, place)).toMatchObject({ state: 'violated', details: [image] });
  });

  test.each([
    ['${var.registry}/nginx', 'ghcr.io'],
    ['nginx:${var.port}', 'docker.io'],
    ['ghcr.io${var.rest}/nginx', 'ghcr.io'],
    ['ghcr.io/${var.owner}/web', 'ghcr.io/acme'],
    ['ghcr.io/acme${var.rest}/web', 'ghcr.io/acme'],
  ])("nobody knows whether '%s' is on one with %s", (image, place) => {
    expect(of(image, place)).toMatchObject({ state: 'unknown', messages: [expect.stringMatching(/BH-X03 'image'/)] });
  });

  test('an id is from none', () => {
    expect(of(DIGEST, 'ghcr.io').state).toBe('notApplicable');
  });

  test('the pack asks when it has a list', () => {
    const raw = new RawStack();
    raw.container('Web', { image: `evil.example/web@${DIGEST}` });
    expect(short(new SupplyChain().check(raw.stack))).toEqual([]);
    expect(short(new SupplyChain({ registries: ['ghcr.io'] }).check(raw.stack))).toEqual([`BH-I03 raw/Web evil.example/web@${DIGEST}`]);
    expect(short(new SupplyChain({ registries: ['evil.example'] }).check(raw.stack))).toEqual([]);
    expect(new SupplyChain({ registries: [] }).check(raw.stack)[0].message).toContain('the list contains nothing');
  });

  test('two packs with lists both count, each where it looks', () => {
    const raw = new RawStack();
    const web = raw.container('Web', { image: `ghcr.io/acme/web@${DIGEST}` });
    raw.container('Db', { image: `quay.io/acme/db@${DIGEST}` });
    raw.add(new SupplyChain({ registries: ['ghcr.io', 'quay.io'] }));
    raw.add(new SupplyChain({ registries: ['quay.io'] }), web);
    expect(() => raw.app.synth()).toThrow(/\[raw\/Web] .*the list contains quay\.io.*\(BH-I03\)/);
    expect(() => raw.app.synth()).not.toThrow('raw/Db');
  });

  test.each(['', 'acme', 'https://ghcr.io', 'ghcr.io/', '*.ghcr.io', 'ghcr.io/Acme web', 'ghcr.io:port'])("'%s' is no entry", (entry) => {
    expectError(() => new SupplyChain({ registries: [entry] }), 'RegistryName', { says: [`'${entry}'`, 'docker.io/library'] });
  });
});

describe('BH-I04 secret in a build argument', () => {
  const built = (build_args: object | string, rest: object = {}) =>
    verdict(secretBuildArgument, { docker_image: { web: { name: 'web:1', build: { context: '.', build_args, ...rest } } } });

  test.each([
    [{ NPM_TOKEN: 'abc' }, ['NPM_TOKEN']],
    [{ VERSION: '1', DB_PASSWORD: '${var.password}' }, ['DB_PASSWORD']],
    [{ HTTP_PROXY: 'http://me:hunter2@proxy:3128' }, ['HTTP_PROXY']],
  ])('%j is', (args, details) => {
    expect(built(args)).toMatchObject({ state: 'violated', details });
    expect(built(args).messages.join()).not.toMatch(/abc|hunter2/);
  });

  test('the build secret, which the fix asks for, is none', () => {
    expect(built({ VERSION: '1', TOKEN: '' }, { secrets: [{ id: 'npm', env: 'NPM_TOKEN' }] }).state).toBe('compliant');
  });

  test('nobody knows what a map made by Terraform holds', () => {
    expect(built('${var.args}').state).toBe('unknown');
  });

  test('an image that is pulled has none', () => {
    expect(verdict(secretBuildArgument, { docker_image: { web: { name: 'nginx:1' } } }).state).toBe('notApplicable');
  });
});

describe('BH-I05 registry without certificate check', () => {
  const TYPES = ['docker_registry_image', 'docker_registry_image_manifests', 'docker_registry_image_tags'];
  const of = (attributes: object, type = TYPES[0], section = 'resource') =>
    verdict(unverifiedRegistry, {}, { [section]: { [type]: { web: { name: 'registry.test/web:1', ...attributes } } } });

  test.each([[{ insecure_skip_verify: true }], [{ insecure_skip_verify: 'true' }]])('%j is', (attributes) => {
    const found = { state: 'violated', details: ['insecure_skip_verify'] };
    expect(of(attributes)).toMatchObject(found);
    for (const type of TYPES) expect(of(attributes, type, 'data')).toMatchObject(found);
  });

  test.each([[{}], [{ insecure_skip_verify: false }], [{ insecure_skip_verify: null }]])('%j is not', (attributes) => {
    expect(of(attributes).state).toBe('compliant');
    expect(of(attributes, TYPES[0], 'data').state).toBe('compliant');
  });

  test('nobody knows what a variable is; an image of an engine asks no registry by itself', () => {
    expect(of({ insecure_skip_verify: '${var.skip}' })).toMatchObject({ state: 'unknown', messages: [expect.stringMatching(/BH-X03/)] });
    expect(of({ insecure_skip_verify: true }, 'docker_image').state).toBe('');
  });
});

describe('BH-I06 container that lacks what its image needs', () => {
  const HARDENED = { user: '10001:10001', read_only: true, init: true, memory: 256, capabilities: { drop: ['ALL'] } };
  const ROOT = { user: '0:0', capabilities: { drop: ['ALL'], add: ['CAP_NET_ADMIN'] } };

  test.each([
    ['lscr.io/linuxserver/sonarr:4', HARDENED, ['init', 'read_only']],
    ['codeberg.org/forgejo/forgejo:13', HARDENED, ['read_only', 'user']],
    ['qmcgaw/gluetun:v3', { ...HARDENED, ...ROOT }, ['capabilities', 'read_only']],
    ['docker.io/qmcgaw/gluetun:v3', { ...ROOT, read_only: false }, ['capabilities']],
    ['coturn/coturn:4.7', HARDENED, ['fileCapabilities']],
    ['confluentinc/cp-kafka:7.9.0', HARDENED, ['memory', 'writes']],
    ['confluentinc/cp-kafka:7.9.0', { ...HARDENED, memory: 1024, tmpfs: { '/etc/kafka': '' } }, ['writes']],
    ['containrrr/watchtower:1.7', {}, ['image']],
    ['docker:28-dind', {}, ['image']],
  ])('%s with %j', (image, attributes, details) => {
    expect(ofContainer(imageNeeds, { image, ...attributes }).details).toEqual(details);
  });

  test.each([
    ['lscr.io/linuxserver/sonarr:4', { init: false, read_only: false }],
    ['codeberg.org/forgejo/forgejo:13-rootless', HARDENED],
    [
      'mysql:8.4',
      { ...HARDENED, memory: 1024, tmpfs: { '/run/mysqld': '' }, mounts: [{ target: '/var/lib/mysql', type: 'volume', source: 'data' }] },
    ],
    ['registry.example.com/shop/kafka:1', HARDENED],
    ['docker:28-cli', HARDENED],
    // A helper runs the image's shell, and not its program.
    ['confluentinc/cp-kafka:7.9.0', { ...HARDENED, must_run: false, network_mode: 'none' }],
    // Without what Bulkhead drops, the engine gives root these.
    ['gitea/gitea:1.25', { read_only: false }],
  ])('nothing of %s with %j', (image, attributes) => {
    expect(ofContainer(imageNeeds, { image, ...attributes }).details).toEqual([]);
  });
});
