import { UNKNOWN } from './json';

const HUB = 'docker.io';
/** Other names of the same registry. */
const HUB_NAMES = ['index.docker.io', 'registry-1.docker.io', 'registry.hub.docker.com'];
const ENTRY = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::\d{1,5})?(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/;

/** A registry, or a place in one, in the form for comparisons of names; undefined if it is neither. */
export function registryEntry(text: string): string | undefined {
  const entry = text.toLowerCase();
  const [host, ...path] = entry.split('/');
  return ENTRY.test(entry) && isHost(host) ? [canonical(host), ...path].join('/') : undefined;
}

/**
 * Name of an image with its registry, without tag and digest, as far as it is known: `docker.io/library/nginx` of `nginx:1.29`.
 *
 * @param masked with a mark for each expression
 * @returns undefined if the registry is not known
 */
export function fullName(masked: string): string | undefined {
  const [first, ...rest] = masked.split('@')[0].split('/');
  const isHub = rest.length === 0 || !isHost(first);
  // A text that Terraform inserts before the first slash, or anywhere without one, may contain a registry.
  if (isHub ? (rest.length === 0 ? masked : first).includes(UNKNOWN) : first.includes(UNKNOWN)) return undefined;
  const path = isHub ? [...(rest.length === 0 ? ['library'] : []), first, ...rest] : rest;
  const last = path.pop()!.replace(/:.*$/s, '');
  return [isHub ? HUB : canonical(first.toLowerCase()), ...path, last].join('/');
}

/** Whether a name is in a registry, or in a place of it; undefined if that depends on text that Terraform inserts. */
export function isWithin(name: string, place: string): boolean | undefined {
  const parts = name.split('/');
  const wanted = place.split('/');
  for (const [index, part] of wanted.entries()) {
    if (parts[index]?.includes(UNKNOWN)) return undefined;
    if (parts[index] !== part) return false;
  }
  return true;
}

/** As the engine distinguishes a registry from the first part of a name. */
function isHost(text: string): boolean {
  return /[.:]/.test(text) || text === 'localhost' || text !== text.toLowerCase();
}

function canonical(host: string): string {
  return HUB_NAMES.includes(host) ? HUB : host;
}
