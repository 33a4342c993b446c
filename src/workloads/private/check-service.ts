import { checkAliases } from './check-names';
import { checkCommon, type CheckedCommon, checkImage } from './common';
import { type LabelBlock, labelBlocks } from './labels';
import { checkProps } from '../../private/check-props';
import { ValidationError } from '../../private/errors';
import { childPath, nameFromPath, NETWORK_NAME } from '../../private/names';
import { matching, wholeNumber } from '../../private/text';
import { isA } from '../../private/type-test';
import type { SwarmNodeFact } from '../../topology/private/facts';
import type { HardenedServiceProps } from '../hardened-service-props';
import { UpdatePolicy } from '../service-policies';

/** Seconds until tasks of an image of usual size run. */
const START = 180;
const DAY = 86_400;

export interface CheckedService extends CheckedCommon {
  readonly path: string;
  readonly name: string;
  readonly labels: readonly LabelBlock[];
  /** Undefined for one task on every node. */
  readonly replicas: number | undefined;
  readonly replicasPerNode: number;
  /** In seconds. */
  readonly convergeTimeout: number;
  /** Directories of hosts, where tasks may run on more than one. */
  readonly scattered: readonly string[];
}

/** Checks before anything enters the tree. */
export function checkService(scope: { readonly node: { readonly path: string } }, id: string, props: HardenedServiceProps): CheckedService {
  const path = childPath(scope, id);
  checkProps(path, 'HardenedServiceProps', props);
  if (!isA(props.overlay, 'overlay')) {
    throw new ValidationError(
      'NotAnOverlay',
      path,
      "'overlay' must be an EncryptedOverlay; to use another segment, run a HardenedContainer",
    );
  }
  checkImage(path, props.image);
  if (!props.image.pulled) {
    throw new ValidationError(
      'ServiceImage',
      path,
      `'image' is the id ${props.image.text}, which other nodes cannot pull; name it by registry and digest, ContainerImage.fromRegistry('registry/name@sha256:…')`,
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
  const forging = (props.capabilities ?? []).find(({ _forges }) => _forges);
  if (forging !== undefined) {
    throw new ValidationError(
      'ServiceValue',
      path,
      `with ${forging.text} a task can send from the addresses of other tasks, and nothing in an overlay prevents it; run it as a HardenedContainer`,
    );
  }
  checkAliases(path, props.aliases ?? []);
  const targets = [...(props.volumes ?? []), ...(props.secrets ?? []), ...(props.configs ?? [])].map(({ target }) => target);
  const common = checkCommon(path, props, props.overlay._peerDeclarations.store.engine.version, targets);
  props.overlay._peerDeclarations.checkDeclaration(path, [`container ${name}`]);
  return {
    path,
    name,
    labels: labelBlocks(path, props.labels ?? {}, props.notSecretReasons ?? {}),
    ...common,
    ...checkNumbers(path, props, common.stopTimeout),
    scattered: checkVolumes(path, props, admittedNodes(path, props)),
  };
}

function checkNumbers(
  path: string,
  { onEveryNode, replicas, replicasPerNode, convergeTimeoutSeconds, updatePolicy }: HardenedServiceProps,
  stopTimeout: number,
): Pick<CheckedService, 'replicas' | 'replicasPerNode' | 'convergeTimeout'> {
  if (onEveryNode) {
    if (replicas !== undefined || replicasPerNode !== undefined || convergeTimeoutSeconds !== undefined) {
      throw new ValidationError(
        'ServiceValue',
        path,
        "'onEveryNode' runs one task on each node, so 'replicas', 'replicasPerNode' and 'convergeTimeoutSeconds' have no effect; remove them",
      );
    }
    return { replicas: undefined, replicasPerNode: 0, convergeTimeout: 0 };
  }
  const count = wholeNumber(path, 'replicas', replicas ?? 1, 0, 1000, 'ServiceValue');
  const { parallelism, delaySeconds, monitorSeconds } = updatePolicy ?? UpdatePolicy.of();
  const ofUpdate = Math.ceil(count / parallelism) * (delaySeconds + monitorSeconds + stopTimeout);
  return {
    replicas: count,
    convergeTimeout: wholeNumber(
      path,
      'convergeTimeoutSeconds',
      convergeTimeoutSeconds ?? Math.min(START + ofUpdate, DAY),
      1,
      DAY,
      'ServiceValue',
    ),
    // For Swarm, 0 means no limit.
    replicasPerNode: replicasPerNode === undefined ? 0 : wholeNumber(path, 'replicasPerNode', replicasPerNode, 1, 1000, 'ServiceValue'),
  };
}

/** Nodes of the swarm that may meet all placements; a service without one would wait indefinitely. */
function admittedNodes(path: string, { overlay, placements = [] }: HardenedServiceProps): readonly SwarmNodeFact[] {
  const { nodes, path: swarm } = overlay._peerDeclarations.store.swarm.fact()!;
  const admitted = nodes.filter((node) => placements.every(({ _admits }) => _admits(node)));
  if (admitted.length === 0) {
    throw new ValidationError(
      'ServicePlacement',
      path,
      `no node of '${swarm}' matches all of 'placements' (${placements.map(({ text }) => text).join(', ')}), so no task would start; remove one of them`,
    );
  }
  return admitted;
}

/** A volume is on one node: a task on any other node would get an empty one of the same name from the engine there. */
function checkVolumes(path: string, { volumes = [] }: HardenedServiceProps, admitted: readonly SwarmNodeFact[]): string[] {
  const monitored = volumes.find(({ _monitoringReason }) => _monitoringReason !== undefined);
  if (monitored !== undefined) {
    throw new ValidationError(
      'SensitiveHostPath',
      path,
      `'${monitored.source}' of the host is for containers of one host; use a HardenedContainer on each node`,
    );
  }
  const made = volumes.find(({ _made }) => _made !== undefined);
  if (made !== undefined) {
    throw new ValidationError(
      'HostDirectory',
      path,
      `hosts make directories only for containers, and '${made.source}' is mounted by a service; make it on every node by hand, and mount it with VolumeMount.hostPath()`,
    );
  }
  for (const { _volume } of volumes) {
    const home = _volume?._daemon.node.path;
    const other = home === undefined ? undefined : admitted.find((node) => node.path !== home);
    if (other !== undefined) {
      throw new ValidationError(
        'VolumeElsewhere',
        path,
        `the volume '${_volume!.volumeName}' is on '${home}', and tasks may run on '${other.path}', where the engine would create an empty volume; add Placement.onNode() of '${home}' to 'placements', or mount a directory that all nodes share`,
      );
    }
  }
  return admitted.length > 1 ? volumes.filter(({ _volume }) => _volume === undefined).map(({ source }) => source) : [];
}
