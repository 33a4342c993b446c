/**
 * Calls of the engine's API that only read, by what they are about, as regular expressions of a request's target without its query. They are strict: a name
 * begins with a letter or digit, so that no target has an empty part, a part of dots, or an encoded character.
 *
 * @see https://docs.docker.com/reference/api/engine/
 */
const NAME = '[a-zA-Z0-9][a-zA-Z0-9_.-]*';
const IMAGE_PART = '[a-zA-Z0-9][a-zA-Z0-9_.:@-]*';

const listed = (kind: string) => [`/${kind}`, `/${kind}/${NAME}`];

export const ENGINE_READS = {
  /** Every client needs them: Docker's own library asks for the version of the API before anything else. */
  version: ['/_ping', '/version'],
  containerList: ['/containers/json'],
  containers: ['/containers/json', `/containers/${NAME}/json`],
  events: ['/events'],
  images: ['/images/json', `/images/${IMAGE_PART}(/${IMAGE_PART})*/json`],
  info: ['/info'],
  logs: [`/containers/${NAME}/logs`],
  networks: listed('networks'),
  nodes: listed('nodes'),
  services: listed('services'),
  stats: [`/containers/${NAME}/stats`],
  tasks: listed('tasks'),
  volumes: listed('volumes'),
} as const;

/** Of those the ones whose answer has no end. */
export const ENDLESS_READS: readonly string[] = [...ENGINE_READS.events, ...ENGINE_READS.stats, ...ENGINE_READS.logs];

/** The optional prefix of a target: a version of the API. */
export const API_VERSION = '(/v1[.][0-9]{1,2})?';

/** Calls that change one container, by its name. */
export function containerCall(name: string, action: 'restart' | 'start' | 'stop'): string {
  return `/containers/${name.replace(/\./g, '[.]')}/${action}`;
}
