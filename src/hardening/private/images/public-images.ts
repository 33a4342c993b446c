import { keycloakFacts, nextcloudFacts } from './applications';
import { keyValueFacts, MARIADB_FACTS, POSTGRES_MAJORS, postgresFacts } from './databases';
import type { ImageFacts } from './image-facts';
import { GRAFANA_FACTS, PROMETHEUS_FACTS } from './monitoring';
import { CADDY_FACTS, nginxFacts, TRAEFIK_FACTS } from './web-servers';

/** Every public image with known facts, once for each variant that differs. */
export const PUBLIC_IMAGES: readonly ImageFacts[] = [
  ...Array.from({ length: POSTGRES_MAJORS.last - POSTGRES_MAJORS.first + 1 }, (_, offset) => POSTGRES_MAJORS.first + offset).flatMap(
    (major) => [postgresFacts(major, false), postgresFacts(major, true)],
  ),
  MARIADB_FACTS,
  keyValueFacts('redis', false),
  keyValueFacts('redis', true),
  keyValueFacts('valkey', false),
  keyValueFacts('valkey', true),
  nginxFacts(80),
  TRAEFIK_FACTS,
  CADDY_FACTS,
  GRAFANA_FACTS,
  PROMETHEUS_FACTS,
  nextcloudFacts('apache'),
  nextcloudFacts('fpm'),
  nextcloudFacts('fpm-alpine'),
  keycloakFacts(false),
  keycloakFacts(true),
];

const NAMES = new Set(PUBLIC_IMAGES.map(({ image }) => image));

/**
 * What in a reference contradicts the facts: the name of another public image, or a tag of another variant or version. A custom image may have any
 * name and tag, and a digest shows nothing.
 */
export function contradiction(
  { image, major, tagWords = {} }: Pick<ImageFacts, 'image' | 'major' | 'tagWords'>,
  reference: string,
): string | undefined {
  const last = reference.replace(/@.*$/, '').split('/').at(-1)!;
  const [name, tag] = last.split(':');
  if (name !== image) return NAMES.has(name) ? `its name is '${name}'` : undefined;
  if (tag === undefined) return undefined;
  const words = tag.split(/[-.]|(?<=[a-z])(?=\d)/);
  // A custom tag may omit the words of the public tags.
  const isPublic = /^(\d|latest)/.test(tag);
  const word = Object.keys(tagWords).find((each) => words.includes(each) !== tagWords[each] && (isPublic || !tagWords[each]));
  if (word !== undefined) return tagWords[word] ? `its tag '${tag}' lacks '${word}'` : `its tag '${tag}' holds '${word}'`;
  const [number] = /^\d+/.exec(tag) ?? [];
  return major !== undefined && number !== undefined && Number(number) !== major ? `its tag '${tag}' is of version ${number}` : undefined;
}

/** Where the registries have the images; one without a place is an official image of Docker Hub. */
const PLACES: Readonly<Record<string, string>> = {
  grafana: 'grafana/',
  keycloak: 'quay.io/keycloak/',
  prometheus: 'prom/',
  valkey: 'valkey/',
};

/** The name of the public image with known facts that a reference names, if it is in its public place and nothing contradicts the facts. */
export function publicImage(reference: string): string | undefined {
  const place = reference.replace(/^docker\.io\//, '').replace(/^library\//, '');
  const facts = PUBLIC_IMAGES.find(
    (each) =>
      place.startsWith(`${PLACES[each.image] ?? ''}${each.image}`) &&
      /^($|[:@])/.test(place.slice(`${PLACES[each.image] ?? ''}${each.image}`.length)) &&
      contradiction(each, reference) === undefined,
  );
  return facts?.image;
}
