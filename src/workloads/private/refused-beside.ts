import { namesEngineSocket } from '../../hardening/private/host-paths';
import { NAMESPACE_ATTRIBUTES, NAMESPACES } from '../../hardening/private/namespaces';

/** Attributes that are looked at. */
export const LOOKED_AT: readonly string[] = ['privileged', ...NAMESPACE_ATTRIBUTES, 'volumes', 'devices'];

/** Settings that an aspect or an override may put on the resource past the construct, and that give the host away. */
export function refusedBeside(set: Record<string, unknown>, mode: 'host' | 'none' | undefined): string[] {
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
  if (Array.isArray(set.devices) && set.devices.length > 0) {
    add('devices', 'devices of the host are not passed to a container');
  }
  return refused;
}

/** Every text in a value, however deep. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}
