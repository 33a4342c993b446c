import { posix } from 'path';
import { holdsExpression } from './json';
import { named, namedContainer } from './named-container';
import { remember } from './remember';
import type { ICheckedBlock, ICheckedResource } from '../checked-resource';

/** Something of the host's file system that a container, a service or a volume leads to. */
export interface HostMount {
  /** Path on the host, without `..`, doubled slashes and one at the end. */
  readonly path: string;
  /** Address of the volume, or of the container, that it comes through; nothing when it is mounted itself. */
  readonly through?: string;
  /** Computed only if needed: it may be known only to Terraform. */
  readonly isReadOnly: () => boolean;
}

/** Types of resources that lead to the host's file system. */
export const MOUNTING = ['docker_container', 'docker_service', 'docker_volume'];

/** Types of file systems from elsewhere, or from memory: their device is not a path of the host. */
const REMOTE = ['nfs', 'nfs4', 'cifs', 'smb3', 'ceph', 'glusterfs', '9p', 'tmpfs'];

/** The content that the kernel creates is the same from every mount. */
const MADE_BY_KERNEL: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['proc', 'binfmt_misc'].map((type) => [type, '/proc'])),
  ...Object.fromEntries(['devtmpfs', 'devpts'].map((type) => [type, '/dev'])),
  ...Object.fromEntries(
    ['sysfs', 'cgroup', 'cgroup2', 'debugfs', 'tracefs', 'securityfs', 'configfs', 'bpf', 'efivarfs', 'pstore'].map((type) => [
      type,
      '/sys',
    ]),
  ),
};

/** Whether a resource can lead there at all. */
export function canMount(resource: ICheckedResource): boolean {
  return resource.resourceType !== 'docker_volume' || resource.has('driver_opts');
}

/** Paths of the host that a container or service sees. Those of a volume count at the volume only when nothing of its stack mounts it. */
export const hostMounts = remember((resource: ICheckedResource): HostMount[] => {
  if (resource.resourceType !== 'docker_volume') return mountsOf(resource, []);
  const mounts = backing(resource, 'driver_opts');
  return mounts.length > 0 && isMountedBeside(resource) ? [] : mounts;
});

/** Mounts in the two forms that containers know, and in the one of services. */
export function mountBlocks(resource: ICheckedResource): ICheckedBlock[] {
  return resource.resourceType === 'docker_service'
    ? resource.blocks('task_spec.container_spec.mounts')
    : [...resource.blocks('volumes'), ...resource.blocks('mounts')];
}

function mountsOf(resource: ICheckedResource, seen: readonly string[]): HostMount[] {
  if (seen.includes(resource.address)) return [];
  return mountBlocks(resource).flatMap((block) => {
    const own = [
      ...sourcesOf(block).flatMap((attribute) => sourceAt(resource, block, attribute)),
      ...backing(block, 'volume_options.driver_options'),
    ];
    const mounts = own.map((mount) => ({ ...mount, isReadOnly: () => mount.isReadOnly() || block.isTrue('read_only') }));
    return block.has('from_container') ? [...mounts, ...takenOver(resource, block, [...seen, resource.address])] : mounts;
  });
}

/**
 * Attributes that the engine may use as the source: a path has priority over a name, and an absolute name is a path. A value that only Terraform
 * knows can turn out empty, so that the next one counts.
 */
function sourcesOf(block: ICheckedBlock): string[] {
  const set = ['host_path', 'volume_name', 'source'].filter((attribute) => block.has(attribute) && block.rawText(attribute) !== '');
  const certain = set.findIndex((attribute) => !holdsExpression(block.rawText(attribute) ?? ''));
  return certain < 0 ? set : set.slice(0, certain + 1);
}

function sourceAt(resource: ICheckedResource, block: ICheckedBlock, attribute: string): HostMount[] {
  const volume = volumeOf(resource, block.rawText(attribute));
  if (volume !== undefined) return backing(volume, 'driver_opts').map((mount) => ({ ...mount, through: volume.address }));
  const text = block.text(attribute);
  return text?.startsWith('/') ? [{ path: clean(text), isReadOnly: () => false }] : [];
}

function volumeOf(resource: ICheckedResource, text: string | undefined): ICheckedResource | undefined {
  const referred = resource.referencedBy(text);
  if (referred?.resourceType === 'docker_volume') return referred;
  if (text === undefined || text.startsWith('/')) return undefined;
  return named(resource, 'docker_volume', text);
}

/** `volumes-from`: everything of another container, with a mode behind its name. */
function takenOver(resource: ICheckedResource, block: ICheckedBlock, seen: readonly string[]): HostMount[] {
  const text = block.rawText('from_container');
  if (!text) return [];
  const [, from, mode] = /^(.+?)(?::([a-zA-Z,]+))?$/s.exec(text)!;
  const other = namedContainer(resource, from);
  if (other === undefined) {
    block.text('from_container');
    return [];
  }
  const isReadOnly = mode?.split(',').includes('ro') ?? false;
  return mountsOf(other, seen).map((mount) => ({
    ...mount,
    through: other.address,
    isReadOnly: () => isReadOnly || mount.isReadOnly(),
  }));
}

/** The source of a volume by the options of its driver. */
function backing(block: ICheckedBlock, options: string): HostMount[] {
  if (!block.has(options)) return [];
  const others = block.names(options).filter((name) => !['type', 'o', 'device'].includes(name));
  const type = block.text(`${options}.type`)?.toLowerCase() ?? '';
  const flags = (block.rawText(`${options}.o`) ?? '').split(',');
  const binds = flags.includes('bind') || flags.includes('rbind');
  const isReadOnly = () => flags.filter((flag) => flag === 'ro' || flag === 'rw').pop() === 'ro';
  // The kernel ignores the type of a bind mount.
  if (REMOTE.includes(type) && !binds) return [];
  const device = block.text(`${options}.device`);
  const paths = [
    // The engine runs in '/'.
    ...(binds && device ? [posix.join('/', device)] : [MADE_BY_KERNEL[type], device]),
    // Layers of an overlay.
    ...flags.flatMap((flag) => flag.split(/[=:]/)),
    // Drivers that are not built in have other names for it.
    ...others.map((name) => block.rawText(`${options}.${name}`)),
  ];
  return paths.flatMap((path) => (path?.startsWith('/') ? [{ path: clean(path), isReadOnly }] : []));
}

function isMountedBeside(volume: ICheckedResource): boolean {
  const users = [...volume.others('docker_container'), ...volume.others('docker_service')];
  return users.some((user) =>
    mountBlocks(user).some((block) =>
      sourcesOf(block).some((attribute) => volumeOf(user, block.rawText(attribute))?.address === volume.address),
    ),
  );
}

function clean(path: string): string {
  const normal = posix.normalize(path);
  return normal.length > 1 ? normal.replace(/\/$/, '') : normal;
}
