import { ContainerImage, HardenedContainer, ImageBase, ImageProfile } from '../../src';
import { notesIn } from '../../src/private/cdktf-hooks';
import { Program } from '../support/programs';

/** What the author is told of a container with an image of this name. */
function told(name: string, profile?: ImageProfile): string[] {
  const p = new Program();
  const image = ContainerImage.fromRegistry(name, { tagReason: 'the tests pull nothing' });
  new HardenedContainer(p.stack, 'Db', { segment: p.segment('Back'), image, profile });
  return notesIn(p.stack).map(({ path, message }) => `${path}: ${message}`);
}

test.each([
  ['postgres:17', 'postgres'],
  ['postgres:17-alpine', 'postgres'],
  ['docker.io/library/redis:7', 'redis'],
  ['library/nginx', 'nginx'],
  ['prom/prometheus:v3.2.0', 'prometheus'],
  ['docker.io/grafana/grafana:12.1.0', 'grafana'],
  [`quay.io/keycloak/keycloak@sha256:${'a'.repeat(64)}`, 'keycloak'],
])('the image %s has a profile', (name, profile) => {
  expect(told(name)).toEqual([expect.stringContaining(`app/Db: '${name}' has a profile`)]);
  expect(told(name)[0]).toContain(`profile: ImageProfile.${profile}(`);
});

test.each([
  'bitnami/postgres:17',
  'registry.example/postgres:17',
  'nginxinc/nginx-unprivileged:1.27',
  'nginx:1.29-alpine-slim',
  'mariadb:11-ubi',
  'prometheus:v3',
  'postgres-exporter:1',
])('the image %s has none', (name) => expect(told(name)).toEqual([]));

test('a container with a profile is not told', () => {
  expect(told('postgres:17', ImageProfile.postgres({ major: 17, builtOn: ImageBase.DEBIAN }))).toEqual([]);
});

test.each(['postgres', 'mariadb', 'redis', 'valkey', 'nginx', 'traefik', 'caddy', 'grafana', 'prometheus', 'nextcloud', 'keycloak'])(
  'ImageProfile.%s exists',
  (name) => expect(typeof (ImageProfile as unknown as Record<string, unknown>)[name]).toBe('function'),
);
