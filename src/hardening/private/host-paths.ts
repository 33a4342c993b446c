import { posix } from 'path';

/** Places of a host whose content gives power over it, or that the kernel creates; they and everything in them. */
export const SENSITIVE = [
  '/boot',
  '/dev',
  '/etc',
  '/lib',
  '/lib32',
  '/lib64',
  '/libx32',
  '/proc',
  '/run',
  '/sys',
  '/usr',
  '/bin',
  '/sbin',
  '/var/run',
  '/var/lib/docker',
  '/var/lib/containerd',
  '/var/lib/bulkhead',
  '/var/spool/cron',
  '/root',
];

/** Files in such places that contain only the time zone; a container may read them. */
export const TIME_ZONE_FILES = ['/etc/localtime', '/etc/timezone'];

/** Directories that hold such places beside harmless ones. */
export const PARENTS = ['/', '/var', '/var/lib', '/var/spool', '/home'];

/** Where Docker listens unless told otherwise. */
export const ENGINE_SOCKET_PATH = '/run/docker.sock';

/** Where engines listen unless told otherwise. */
export const SOCKETS = [
  ENGINE_SOCKET_PATH,
  '/run/containerd/containerd.sock',
  '/run/docker/containerd/containerd.sock',
  '/run/podman/podman.sock',
  '/run/crio/crio.sock',
  '/run/buildkit/buildkitd.sock',
  '/run/k3s/containerd/containerd.sock',
];

/** Directories of engines that run without root, by user or in a home. */
const ROOTLESS = /^\/run\/user(\/[^/]+(\/(docker|containerd|podman))?)?$|\/\.docker(\/(run|desktop))?$/;

/** Where the guard's stamps lie, which containers mount read-only. */
export const STAMP_FOLDER = '/run/bulkhead';

/** The folder of the host's secrets: a folder for each container, under its name. */
export const SECRET_FOLDER = '/run/bulkhead-secrets';

/** Where the host keeps them. */
export const SECRET_STORE = '/var/lib/bulkhead/secrets';

/** The folder that shows a container its secrets. */
export function secretFolderOf(container: string): string {
  return `${SECRET_FOLDER}/${container}`;
}

/** The folder of the containers' config files: a folder for each container, under its name. */
export const CONFIG_FOLDER = '/var/lib/bulkhead/config';

/** Whether a path is one of the files with content of a container, or a folder of them. */
export function isConfigOf(container: string, path: string): boolean {
  return container !== '' && !path.endsWith('/') && path.startsWith(`${CONFIG_FOLDER}/${container}/`);
}

/** The place that gives power over the host and contains a path without '..'; undefined if there is none. */
export function sensitivePlace(path: string): string | undefined {
  return placeOf(path) ?? placeOf(resolved(path));
}

/** How the sockets of engines are named, in any folder. */
export const ENGINE_SOCKET = /(dockerd?|containerd|podman|crio|buildkitd)\.sock$/;

/** Whether a path is the socket of an engine, by its name. */
export function isEngineSocket(path: string): boolean {
  return ENGINE_SOCKET.test(path);
}

/** The same for a text as its author wrote it: a path with anything at its end, or options of a mount, or an expression, with paths in them. */
export function namesEngineSocket(text: string): boolean {
  return text.split(/[^\w./-]+/).some((path) => isEngineSocket(posix.normalize(path).replace(/\/$/, '')));
}

/** Whether a directory usually contains the socket of an engine. */
export function holdsEngineSocket(path: string): boolean {
  const directory = resolved(path);
  return SOCKETS.some((socket) => isWithin(socket, directory)) || ROOTLESS.test(directory);
}

/** Whether a container may read a path in such a place: only by exactly this name, since links could lead elsewhere. */
export function mayBeRead(path: string): boolean {
  return TIME_ZONE_FILES.includes(path) || isStamp(path);
}

/** Whether a path is a stamp of the guard. */
function isStamp(path: string): boolean {
  return /^(stamp|swarm)-[^/]+$/.test(path.slice(STAMP_FOLDER.length + 1)) && isWithin(path, STAMP_FOLDER);
}

function placeOf(path: string): string | undefined {
  return SENSITIVE.find((place) => isWithin(path, place)) ?? PARENTS.find((place) => path === place);
}

function isWithin(path: string, directory: string): boolean {
  return path.startsWith(directory) && (directory === '/' || path.length === directory.length || path[directory.length] === '/');
}

/** Where links lead that every host has. */
function resolved(path: string): string {
  const through = path.replace(/^\/proc\/[^/]+(\/task\/[^/]+)?\/(root|cwd)(?=\/|$)/, '') || '/';
  return through === path ? path.replace(/^\/var\/run(?=\/|$)/, '/run') : resolved(through);
}
