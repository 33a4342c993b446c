import { tmpfsTargets } from './tmpfs';
import { ValidationError } from '../../private/errors';
import { childPath, nameFromPath, NETWORK_NAME } from '../../private/names';
import { matching, passedText, reasonText, wholeNumber } from '../../private/text';
import { isA } from '../../private/type-test';
import { ContainerImage } from '../container-image';
import type { HardenedServiceProps } from '../hardened-service-props';
import { STAMP_TARGET } from './check-container';

export interface CheckedService {
  readonly path: string;
  readonly name: string;
  readonly user: string;
  readonly replicas: number;
  readonly replicasPerNode: number;
  readonly memory: number;
  readonly cpuMillis: number;
  readonly logMebibytes: number;
  readonly tmpfs: readonly { readonly target: string; readonly mebibytes: number }[];
  readonly stopTimeout: number;
}

/** Checks before anything enters the tree. */
export function checkService(scope: { readonly node: { readonly path: string } }, id: string, props: HardenedServiceProps): CheckedService {
  const path = childPath(scope, id);
  if (!isA(props.overlay, 'overlay')) {
    throw new ValidationError('NotAnOverlay', path, "'overlay' must be an EncryptedOverlay; a container goes into a segment");
  }
  if (!(props.image instanceof ContainerImage)) {
    throw new ValidationError(
      'NotAnImage',
      path,
      "'image' must be made by ContainerImage, such as ContainerImage.fromRegistry('name@sha256:…')",
    );
  }
  if (!props.image.pulled) {
    throw new ValidationError(
      'ServiceImage',
      path,
      `'image' is the id ${props.image.text}, which the other nodes do not know; name it by registry and digest, ContainerImage.fromRegistry('registry/name@sha256:…')`,
    );
  }
  const name = matching(
    path,
    'serviceName',
    props.serviceName ?? nameFromPath(path),
    NETWORK_NAME,
    'ContainerName',
    '2 to 58 letters, digits, _, . or -, starting with a letter or digit',
  );
  const user = matching(path, 'user', props.user ?? '10001:10001', /^\d{1,10}:\d{1,10}$/, 'UserName', "'user:group', both by number");
  if (/^0+:/.test(user)) {
    throw new ValidationError('RootUser', path, `'user' is root; give the image a user of its own and name it here, such as '10001:10001'`);
  }
  const forging = (props.capabilities ?? []).find(({ _forges }) => _forges);
  if (forging !== undefined) {
    throw new ValidationError(
      'ServiceValue',
      path,
      `with ${forging.text} a task can send from the addresses of its neighbours, and nothing in an overlay keeps it from that; run it as a HardenedContainer`,
    );
  }
  if (props.writableRootReason !== undefined) reasonText(path, 'writableRootReason', props.writableRootReason);
  (props.command ?? []).forEach((word) => passedText(path, 'command', word));
  const tmpfs = tmpfsTargets(path, props.tmpfsMebibytes);
  checkTargets(path, [
    STAMP_TARGET,
    ...tmpfs.map(({ target }) => target),
    ...[...(props.secrets ?? []), ...(props.configs ?? [])].map(({ target }) => target),
  ]);
  props.overlay._peerRegistry.checkDeclaration(path, [`container ${name}`]);
  return {
    path,
    name,
    user,
    tmpfs,
    replicas: wholeNumber(path, 'replicas', props.replicas ?? 1, 0, 1000, 'ServiceValue'),
    // For Swarm 0 is no limit.
    replicasPerNode:
      props.replicasPerNode === undefined ? 0 : wholeNumber(path, 'replicasPerNode', props.replicasPerNode, 1, 1000, 'ServiceValue'),
    memory: wholeNumber(path, 'memoryMebibytes', props.memoryMebibytes ?? 256, 6, 1_048_576, 'MemoryLimit'),
    cpuMillis: wholeNumber(path, 'cpuMillis', props.cpuMillis ?? 1000, 10, 1_024_000, 'CpuLimit'),
    logMebibytes: wholeNumber(path, 'logMebibytes', props.logMebibytes ?? 10, 1, 10_240, 'LogLimit'),
    stopTimeout: wholeNumber(path, 'stopTimeoutSeconds', props.stopTimeoutSeconds ?? 10, 1, 3600, 'StopTimeout'),
  };
}

function checkTargets(path: string, targets: readonly string[]): void {
  const twice = targets.find((target, index) => targets.indexOf(target) !== index);
  if (twice !== undefined) {
    throw new ValidationError('MountTarget', path, `two mounts share the target '${twice}'; give each its own path`);
  }
}
