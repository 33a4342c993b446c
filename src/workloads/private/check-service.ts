import { checkCommon, type CheckedCommon, checkImage } from './common';
import { ValidationError } from '../../private/errors';
import { childPath, nameFromPath, NETWORK_NAME } from '../../private/names';
import { matching, wholeNumber } from '../../private/text';
import { isA } from '../../private/type-test';
import type { HardenedServiceProps } from '../hardened-service-props';

/** Numbers alone: Swarm makes the files of secrets, and knows no list of users. */
const USER = { pattern: /^\d{1,10}:\d{1,10}$/, words: "'user:group', both by number" };

export interface CheckedService extends CheckedCommon {
  readonly path: string;
  readonly name: string;
  readonly replicas: number;
  readonly replicasPerNode: number;
}

/** Checks before anything enters the tree. */
export function checkService(scope: { readonly node: { readonly path: string } }, id: string, props: HardenedServiceProps): CheckedService {
  const path = childPath(scope, id);
  if (!isA(props.overlay, 'overlay')) {
    throw new ValidationError('NotAnOverlay', path, "'overlay' must be an EncryptedOverlay; a container goes into a segment");
  }
  checkImage(path, props.image);
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
  const forging = (props.capabilities ?? []).find(({ _forges }) => _forges);
  if (forging !== undefined) {
    throw new ValidationError(
      'ServiceValue',
      path,
      `with ${forging.text} a task can send from the addresses of its neighbours, and nothing in an overlay keeps it from that; run it as a HardenedContainer`,
    );
  }
  const targets = [...(props.secrets ?? []), ...(props.configs ?? [])].map(({ target }) => target);
  const common = checkCommon(path, props, USER, targets);
  props.overlay._peerRegistry.checkDeclaration(path, [`container ${name}`]);
  return {
    path,
    name,
    ...common,
    replicas: wholeNumber(path, 'replicas', props.replicas ?? 1, 0, 1000, 'ServiceValue'),
    // For Swarm 0 is no limit.
    replicasPerNode:
      props.replicasPerNode === undefined ? 0 : wholeNumber(path, 'replicasPerNode', props.replicasPerNode, 1, 1000, 'ServiceValue'),
  };
}
