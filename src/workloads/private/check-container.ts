import { checkNames } from './check-names';
import { tmpfsTargets } from './tmpfs';
import { checkUlimits } from './ulimits';
import { isAddress } from '../../addressing/private/ip';
import { ValidationError } from '../../private/errors';
import { childPath, CONTAINER_NAME, nameFromPath } from '../../private/names';
import { matching, passedText, plainText, reasonText, wholeNumber } from '../../private/text';
import type { Registry } from '../../topology/private/registry';
import type { HardenedContainerProps } from '../hardened-container-props';

/** Props of Docker that give the host away. TypeScript does not know them; other callers might still pass them. */
const FORBIDDEN: Readonly<Record<string, string>> = {
  privileged: 'a privileged container is root on the host',
  networkMode: "a container shares no network namespace; place it in a segment, or say why not: network: HostNetwork.reason('why')",
  pidMode: 'the process namespace of the host stays its own',
  ipcMode: 'the IPC namespace of the host stays its own',
  usernsMode: 'the user namespace of the host stays its own',
  utsMode: 'the host name of the host stays its own',
  cgroupnsMode: 'the cgroup namespace of the host stays its own',
  devices: 'devices of the host stay on the host',
};

/** Where the stamp shows inside the container; the path says nothing, only its presence counts. */
export const STAMP_TARGET = '/.bulkhead-guard';

export interface CheckedContainer {
  readonly path: string;
  readonly name: string;
  readonly user: string;
  readonly memory: number;
  readonly cpuQuota: number;
  readonly logMebibytes: number;
  readonly tmpfs: Record<string, string>;
  readonly stopTimeout: number;
}

/** Checks before anything enters the tree. */
export function checkContainer(
  scope: { readonly node: { readonly path: string } },
  id: string,
  props: HardenedContainerProps,
  registry: Registry,
): CheckedContainer {
  const path = childPath(scope, id);
  for (const [key, why] of Object.entries(FORBIDDEN)) {
    if ((props as unknown as Record<string, unknown>)[key] !== undefined) {
      throw new ValidationError('HostAccessRefused', path, `'${key}' is refused: ${why}`);
    }
  }
  const name = props.containerName ?? nameFromPath(path);
  if (plainText(path, 'containerName', name).length < 2) {
    throw new ValidationError(
      'ContainerNameTooShort',
      path,
      `'containerName' needs at least two characters (Docker refuses one), got '${name}'`,
    );
  }
  matching(
    path,
    'containerName',
    name,
    CONTAINER_NAME,
    'ContainerName',
    '2 to 63 letters, digits, _, . or -, starting with a letter or digit',
  );
  const user = matching(
    path,
    'user',
    props.user ?? '10001:10001',
    /^[a-z0-9_][a-z0-9_-]*(:[a-z0-9_][a-z0-9_-]*)?$/i,
    'UserName',
    "a user, or 'user:group'",
  );
  if (/^(root|0+)(:|$)/.test(user)) {
    throw new ValidationError('RootUser', path, `'user' is root; give the image a user of its own and name it here, such as '10001:10001'`);
  }
  if (props.writableRootReason !== undefined) {
    reasonText(path, 'writableRootReason', props.writableRootReason);
  }
  (props.command ?? []).forEach((word) => passedText(path, 'command', word));
  (props.entrypoint ?? []).forEach((word) => passedText(path, 'entrypoint', word));
  checkNames(path, name, props, registry);
  if (props.ipv4Address !== undefined && !isAddress(plainText(path, 'ipv4Address', props.ipv4Address))) {
    throw new ValidationError('AddressSyntax', path, `'ipv4Address' must be an IPv4 address, got '${props.ipv4Address}'`);
  }
  if (props.ipv6Address !== undefined) {
    if (!isAddress(plainText(path, 'ipv6Address', props.ipv6Address))) {
      throw new ValidationError('AddressSyntax', path, `'ipv6Address' must be an IPv6 address, got '${props.ipv6Address}'`);
    }
    registry.needIpv6(path, `'ipv6Address' is ${props.ipv6Address}`, 'leave it out');
  }
  if (props.workingDirectory !== undefined) {
    matching(path, 'workingDirectory', props.workingDirectory, /^\//, 'MountTarget', 'an absolute path');
  }
  checkUlimits(path, props.ulimits ?? []);
  checkTargets(path, props);
  return {
    path,
    name,
    user,
    memory: wholeNumber(path, 'memoryMebibytes', props.memoryMebibytes ?? 256, 6, 1_048_576, 'MemoryLimit'),
    // A period of 100 ms; Docker's least quota is one millisecond of it.
    cpuQuota: wholeNumber(path, 'cpuMillis', props.cpuMillis ?? 1000, 10, 1_024_000, 'CpuLimit') * 100,
    logMebibytes: wholeNumber(path, 'logMebibytes', props.logMebibytes ?? 10, 1, 10_240, 'LogLimit'),
    tmpfs: tmpfsOptions(path, props.tmpfsMebibytes),
    stopTimeout: wholeNumber(path, 'stopTimeoutSeconds', props.stopTimeoutSeconds ?? 10, 1, 3600, 'StopTimeout'),
  };
}

function tmpfsOptions(path: string, sizes: HardenedContainerProps['tmpfsMebibytes']): Record<string, string> {
  // World-writable with the sticky bit, as /tmp is: the user of the container is not root.
  const options = (mebibytes: number) => `rw,noexec,nosuid,nodev,size=${mebibytes}m,mode=1777`;
  return Object.fromEntries(tmpfsTargets(path, sizes).map(({ target, mebibytes }) => [target, options(mebibytes)]));
}

/** Two mounts at one place: the second would hide the first. */
function checkTargets(path: string, props: HardenedContainerProps): void {
  const targets = [
    STAMP_TARGET,
    ...(props.volumes ?? []).map((volume) => volume.target),
    ...Object.keys(props.tmpfsMebibytes ?? { '/tmp': 64 }),
  ];
  const twice = targets.find((target, index) => targets.indexOf(target) !== index);
  if (twice !== undefined) {
    throw new ValidationError('MountTarget', path, `two mounts share the target '${twice}'; give each its own path`);
  }
}
