import { type Difference, difference, notCompared } from './difference';
import type { WantedNetwork } from './networks';
import { blocksAt, literal, type Resource } from './resources';
import { at, entriesAt, type Json, listAt, textAt } from '../host/json-text';

/** A container that the program has. */
export interface WantedContainer {
  readonly name: string;
  /** Undefined if no stack beside the topology has it. */
  readonly resource?: Resource;
}

export interface FoundContainers {
  readonly containers: readonly Json[];
  /** Undefined where the archive does not tell them. */
  readonly images?: readonly Json[];
}

interface Wanted {
  readonly containers: readonly WantedContainer[];
  readonly networks: readonly WantedNetwork[];
  /** Names of swarm services: their tasks are containers with names of their own. */
  readonly services: readonly string[];
}

export const nameOf = (json: Json) => (textAt(json, 'Name') ?? '').replace(/^\//, '');

export function compareContainers({ containers, networks, services }: Wanted, found: FoundContainers): Difference[] {
  const wanted = new Map(containers.map((container) => [container.name, container]));
  const byName = new Map(found.containers.map((json) => [nameOf(json), json]));
  const isTask = (name: string) => services.some((service) => name.startsWith(`${service}.`));
  return [
    ...containers.flatMap(({ name, resource }): Difference[] => {
      const json = byName.get(name);
      if (json === undefined) return [difference('container-missing', name, 'a container', 'no container of this name')];
      if (resource === undefined) return [notCompared(`${name}: settings`, 'no cdk.tf.json of the synth has this container'), ...memberships(name, networks, json)]; // prettier-ignore
      return [...state(name, resource, json), ...settings(name, resource, json, found.images), ...ports(name, resource, json), ...memberships(name, networks, json)]; // prettier-ignore
    }),
    ...[...byName].flatMap(([name, json]) => (wanted.has(name) || isTask(name) ? [] : stranger(name, json, networks))),
  ];
}

function state(name: string, { json }: Resource, container: Json): Difference[] {
  const status = textAt(container, 'State', 'Status') ?? 'unknown';
  // A job may have ended.
  return at(json, 'must_run') === false || ['running', 'paused'].includes(status)
    ? []
    : [difference('container-stopped', name, 'a running container', status)];
}

/** What a container that is not declared can do, and what it opens. */
function stranger(name: string, json: Json, networks: readonly WantedNetwork[]): Difference[] {
  const host = at(json, 'HostConfig');
  const socket = listAt(json, 'Mounts').some((mount) => /docker\.sock$|^\/$|^\/(run|var|etc)\/?$/.test(textAt(mount, 'Source') ?? ''));
  const strengths = [
    ...(at(host, 'Privileged') === true ? ['privileged'] : []),
    ...(textAt(host, 'NetworkMode') === 'host' ? ['on the network of the host'] : []),
    ...(textAt(host, 'PidMode') === 'host' ? ['with the processes of the host'] : []),
    ...listAt(host, 'CapAdd').map((each) => `with ${String(each)}`).filter((each) => /(ALL|NET_ADMIN|NET_RAW|SYS_[A-Z]+|DAC_READ_SEARCH)$/.test(each)), // prettier-ignore
    ...(socket ? ['with the engine or folders of the host mounted'] : []),
  ];
  const of = textAt(json, 'Config', 'Image') ?? 'an unknown image';
  const what = `a container of ${of}${strengths.length > 0 ? `, ${strengths.join(', ')}` : ''}`;
  const inside = networks.flatMap(({ name: network, members }) => {
    const endpoint = at(json, 'NetworkSettings', 'Networks', network);
    // The list of the network has those that run.
    return endpoint === undefined || members === undefined || textAt(json, 'State', 'Status') === 'running'
      ? []
      : [difference('member-stranger', `${name} in ${network}`, 'not a member', 'a member when it starts')];
  });
  return [
    difference(strengths.length > 0 ? 'container-powerful' : 'container-extra', name, 'no such container', what),
    ...inside,
    ...foundPorts(json).map((port) => difference('port-extra', `${name}: ${port}`, 'no publication', 'published')),
  ];
}

const foundPorts = (json: Json) => [...new Set(entriesAt(json, 'HostConfig', 'PortBindings').flatMap(([target, bindings]) => (Array.isArray(bindings) ? (bindings as Json[]) : []).map((each) => portText(textAt(each, 'HostIp') ?? '', textAt(each, 'HostPort') ?? '', target))))]; // prettier-ignore

const portText = (address: string, port: string, target: string) =>
  `${address === '' ? '0.0.0.0' : address}:${port === '' || port === '0' ? 'a port that the engine chooses' : port} to ${target}`;

function ports(name: string, resource: Resource, json: Json): Difference[] {
  const published = blocksAt(resource.json, 'ports').map((port) => {
    const [internal, external, address, protocol] = ['internal', 'external', 'ip', 'protocol'].map((key) => literal(resource, at(port, key)) ?? ''); // prettier-ignore
    return portText(address, external, `${internal}/${protocol === '' ? 'tcp' : protocol}`);
  });
  const found = foundPorts(json);
  const all = at(json, 'HostConfig', 'PublishAllPorts') === true ? ['every port of its image'] : [];
  return [
    ...published.filter((port) => !found.includes(port)).map((port) => difference('port-missing', `${name}: ${port}`, 'published', 'not published')), // prettier-ignore
    ...[...found.filter((port) => !published.includes(port)), ...all].map((port) => difference('port-extra', `${name}: ${port}`, 'no publication', 'published')), // prettier-ignore
  ];
}

/** Where it is a member, and with which addresses; strangers are looked for by network. */
function memberships(name: string, networks: readonly WantedNetwork[], json: Json): Difference[] {
  return networks.flatMap(({ name: network, members }): Difference[] => {
    const member = members?.get(name);
    const endpoint = at(json, 'NetworkSettings', 'Networks', network);
    if (member === undefined) {
      const isStranger = members !== undefined && endpoint !== undefined && textAt(json, 'State', 'Status') !== 'running';
      return isStranger ? [difference('member-stranger', `${name} in ${network}`, 'not a member', 'a member when it starts')] : [];
    }
    if (endpoint === undefined) return [difference('member-missing', `${name} in ${network}`, 'a member', 'not a member')];
    return (['ipv4', 'ipv6'] as const).flatMap((family) => {
      const [current, fixed] = family === 'ipv4' ? ['IPAddress', 'IPv4Address'] : ['GlobalIPv6Address', 'IPv6Address'];
      const host = textAt(endpoint, current) ?? textAt(endpoint, 'IPAMConfig', fixed);
      const wanted = member[family];
      if (wanted === undefined || wanted === host) return [];
      return [difference('member-address', `${name} in ${network}`, wanted, host ?? `no ${family === 'ipv4' ? 'IPv4' : 'IPv6'} address`)];
    });
  });
}

/** A setting of both, as sorted texts; undefined if only an apply computes it. */
interface Setting {
  readonly what: string;
  readonly program: (resource: Resource) => readonly (string | undefined)[] | 'any';
  readonly host: (json: Json) => readonly string[];
}

const texts = (list: readonly Json[]) => list.map(String);
const capability = (text: string) => text.toUpperCase().replace(/^CAP_/, '');
const list = (key: string) => (resource: Resource) => blocksAt(resource.json, key).map((value) => literal(resource, value));
const one = (key: string, otherwise: readonly string[] | 'any') => (resource: Resource) => {
  const value = at(resource.json, key);
  return value === undefined || value === '' ? otherwise : [literal(resource, value)];
};
const hostText =
  (...place: readonly string[]) =>
  (json: Json) =>
    [textAt(json, ...place)].flatMap((value) => value ?? []);
const hostList =
  (...place: readonly string[]) =>
  (json: Json) =>
    texts(listAt(json, ...place));
const flag = (key: string, field: string): Setting => ({
  what: key.replace(/_/g, ' '),
  program: ({ json }) => [String(at(json, key) === true)],
  host: (json) => [String(at(json, 'HostConfig', field) === true)],
});
const capabilities = (key: 'add' | 'drop', field: string): Setting => ({
  what: `capabilities to ${key}`,
  program: (resource) => blocksAt(resource.json, 'capabilities').flatMap((block) => listAt(block, key).map((each) => literal(resource, each)?.replace(/^CAP_/, ''))), // prettier-ignore
  host: (json) => texts(listAt(json, 'HostConfig', field)).map(capability),
});

const SETTINGS: readonly Setting[] = [
  { what: 'user', program: one('user', 'any'), host: hostText('Config', 'User') },
  flag('privileged', 'Privileged'),
  flag('read_only', 'ReadonlyRootfs'),
  capabilities('add', 'CapAdd'),
  capabilities('drop', 'CapDrop'),
  { what: 'security options', program: list('security_opts'), host: hostList('HostConfig', 'SecurityOpt') },
  { what: 'network mode', program: networkMode, host: (json) => networkModeOf(textAt(json, 'HostConfig', 'NetworkMode') ?? '') },
  { what: 'process namespace', program: one('pid_mode', []), host: hostText('HostConfig', 'PidMode') },
  { what: 'IPC namespace', program: one('ipc_mode', 'any'), host: hostText('HostConfig', 'IpcMode') },
  { what: 'user namespace', program: one('userns_mode', []), host: hostText('HostConfig', 'UsernsMode') },
  { what: 'cgroup namespace', program: one('cgroupns_mode', 'any'), host: hostText('HostConfig', 'CgroupnsMode') },
  { what: 'UTS namespace', program: () => [], host: hostText('HostConfig', 'UTSMode') },
  { what: 'resolvers', program: list('dns'), host: hostList('HostConfig', 'Dns') },
  { what: 'search domains', program: list('dns_search'), host: hostList('HostConfig', 'DnsSearch') },
  { what: 'groups', program: list('group_add'), host: hostList('HostConfig', 'GroupAdd') },
  { what: 'volumes of other containers', program: () => [], host: hostList('HostConfig', 'VolumesFrom') },
  { what: 'hosts', program: (resource) => blocksAt(resource.json, 'host').map((each) => pair(resource, each, 'host', 'ip')), host: hostList('HostConfig', 'ExtraHosts') }, // prettier-ignore
  { what: 'devices', program: (resource) => blocksAt(resource.json, 'devices').map((each) => literal(resource, at(each, 'host_path'))), host: (json) => listAt(json, 'HostConfig', 'Devices').flatMap((each) => textAt(each, 'PathOnHost') ?? []) }, // prettier-ignore
  { what: 'sysctls', program: (resource) => entriesAt(resource.json, 'sysctls').map(([key, value]) => joined(key, literal(resource, value))), host: (json) => entriesAt(json, 'HostConfig', 'Sysctls').map(([key, value]) => `${key}=${String(value)}`) }, // prettier-ignore
  {
    what: 'restart policy',
    program: one('restart', ['no']),
    host: (json) => [textAt(json, 'HostConfig', 'RestartPolicy', 'Name') ?? 'no'],
  },
  { what: 'mounts', program: mounts, host: foundMounts },
];

const joined = (key: string, value: string | undefined) => (value === undefined ? undefined : `${key}=${value}`);

function pair(resource: Resource, json: Json, one_: string, other: string): string | undefined {
  const [a, b] = [literal(resource, at(json, one_)), literal(resource, at(json, other))];
  return a === undefined || b === undefined ? undefined : `${a}:${b}`;
}

/** A container with networks of its own has one of them as its mode; which one is not decided by the program. */
function networkMode(resource: Resource): readonly (string | undefined)[] | 'any' {
  const value = at(resource.json, 'network_mode');
  if (value === undefined || value === '' || value === 'bridge') return ['own'];
  const mode = literal(resource, value);
  // It names the other container by an id that only an apply knows.
  return typeof value === 'string' && value.startsWith('container:')
    ? ['container']
    : mode === undefined
      ? [undefined]
      : networkModeOf(mode);
}

function networkModeOf(mode: string): string[] {
  if (mode.startsWith('container:')) return ['container'];
  return [mode === 'host' || mode === 'none' ? mode : 'own'];
}

function mounts(resource: Resource): readonly (string | undefined)[] {
  const kinds = blocksAt(resource.json, 'mounts').flatMap((mount) => {
    const [type, target, source] = ['type', 'target', 'source'].map((key) => literal(resource, at(mount, key)));
    // Docker lists those in memory elsewhere.
    if (type === 'tmpfs') return [];
    return [type === undefined || target === undefined || (source === undefined && at(mount, 'source') !== undefined) ? undefined : mountText(type, source ?? '', target, at(mount, 'read_only') !== true)]; // prettier-ignore
  });
  const volumes = blocksAt(resource.json, 'volumes').map((volume) => {
    const [name, path, target] = ['volume_name', 'host_path', 'container_path'].map((key) => literal(resource, at(volume, key)));
    const source = name ?? path;
    return target === undefined || source === undefined ? undefined : mountText(name === undefined ? 'bind' : 'volume', source, target, at(volume, 'read_only') !== true); // prettier-ignore
  });
  return [...kinds, ...volumes];
}

const mountText = (type: string, source: string, target: string, writable: boolean) => `${type} ${source} at ${target}${writable ? ', writable' : ''}`; // prettier-ignore

function foundMounts(json: Json): string[] {
  return listAt(json, 'Mounts').flatMap((mount) => {
    const [type, target] = [textAt(mount, 'Type') ?? '', textAt(mount, 'Destination') ?? ''];
    const source = textAt(mount, type === 'volume' ? 'Name' : 'Source') ?? '';
    // The volume of a line VOLUME in the image.
    return type === 'tmpfs' || (type === 'volume' && /^[0-9a-f]{64}$/.test(source))
      ? []
      : [mountText(type, source, target, at(mount, 'RW') === true)];
  });
}

function settings(name: string, resource: Resource, json: Json, images: readonly Json[] | undefined): Difference[] {
  const differences = SETTINGS.flatMap(({ what, program, host }): Difference[] => {
    const wanted = program(resource);
    if (wanted === 'any') return [];
    if (wanted.includes(undefined)) return [notCompared(`${name}: ${what}`, 'only an apply of Terraform computes it')];
    const [a, b] = [wanted as readonly string[], host(json)].map((values) => [...values].sort().join('; '));
    return a === b ? [] : [difference('container-changed', `${name}: ${what}`, a || 'none', b || 'none')];
  });
  return [...differences, ...image(name, resource, json, images)];
}

function image(name: string, resource: Resource, json: Json, images: readonly Json[] | undefined): Difference[] {
  const subject = `${name}: image`;
  const wanted = literal(resource, at(resource.json, 'image'));
  if (wanted === undefined) return [notCompared(subject, 'only an apply of Terraform computes it')];
  const [id, asked] = [textAt(json, 'Image') ?? '', textAt(json, 'Config', 'Image') ?? ''];
  if (wanted === id) return [];
  const found = images?.find((each) => textAt(each, 'Id') === id);
  if (found === undefined) {
    return [notCompared(subject, images === undefined ? 'the archive does not tell the names of images' : `image ${id} of the container is no longer on the host`)]; // prettier-ignore
  }
  const names = [...listAt(found, 'RepoTags'), ...listAt(found, 'RepoDigests')].map((each) => plainImage(String(each)));
  return names.includes(plainImage(wanted)) ? [] : [difference('container-changed', subject, wanted, names[0] ?? (asked === '' ? id : asked))]; // prettier-ignore
}

/** Without what Docker adds to a short name. `NAME:TAG@DIGEST` is the digest. */
function plainImage(name: string): string {
  const short = name.replace(/^(docker\.io\/)?(library\/)?/, '').replace(/:[^/@:]+(?=@)/, '');
  return /[:@]/.test(short.slice(short.lastIndexOf('/') + 1)) ? short : `${short}:latest`;
}
