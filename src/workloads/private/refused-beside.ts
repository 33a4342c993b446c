import { namesEngineSocket } from '../../hardening/private/host-paths';
import { NAMESPACE_ATTRIBUTES, NAMESPACES } from '../../hardening/private/namespaces';
import type { Device } from '../device';

/** Attributes that are looked at. */
export const LOOKED_AT: readonly string[] = [
  'privileged',
  ...NAMESPACE_ATTRIBUTES,
  'volumes',
  'devices',
  'gpus',
  'device_requests',
  'device_cgroup_rules',
];

/** Settings that an aspect or an override may put on the resource past the construct, and that give access to the host. */
export function refusedBeside(set: Record<string, unknown>, mode: string | undefined, devices: readonly Device[] = []): string[] {
  const refused: string[] = [];
  const add = (attribute: string, why: string) =>
    refused.push(`'${attribute}' was set by an override or an aspect: ${why}; remove it (HostAccessRefused)`);
  if (set.privileged !== undefined && set.privileged !== false) {
    add('privileged', 'a privileged container is root on the host');
  }
  for (const attribute of NAMESPACE_ATTRIBUTES) {
    if (attribute === NAMESPACES.net.attribute && mode !== undefined) {
      if (set[attribute] !== mode) {
        add(attribute, `'${String(set[attribute])}' is not the network that the program chose with a reason`);
      }
    } else if (typeof set[attribute] === 'string' && /^(host|container:)|\$\{/.test(set[attribute] as string)) {
      add(attribute, `'${String(set[attribute])}' shares a namespace`);
    }
  }
  if (textsOf([set.volumes, set.mounts]).some(namesEngineSocket)) {
    add('volumes', 'a container with the socket of the engine has root access to the host; let it ask a SocketProxy instead');
  }
  const declared = devices.map((device) => device.path);
  const paths = valuesOf(set.devices).map(
    (device) => (device as Record<string, unknown>).hostPath ?? (device as Record<string, unknown>).host_path,
  );
  if (!paths.every((each) => declared.includes(each as string))) {
    add('devices', "a device that is not in 'devices' is not passed to the container");
  }
  for (const attribute of ['gpus', 'device_requests', 'device_cgroup_rules'] as const) {
    const isDeclared = attribute === 'gpus' && set.gpus === 'all' && devices.some(({ _isGpus }) => _isGpus);
    if (valuesOf(set[attribute]).length > 0 && !isDeclared) add(attribute, "it gives the container devices that are not in 'devices'");
  }
  return refused;
}

/** Entries of a list, or of what an override makes of one; a text is one. */
function valuesOf(value: unknown): unknown[] {
  if (typeof value === 'object' && value !== null) return Object.values(value);
  return value === undefined || value === null || value === '' ? [] : [value];
}

/** Every text in a value, however deep. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}
