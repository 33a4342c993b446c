import type { ICheckedResource } from '../checked-resource';

/** The container of the same stack that a text names or refers to. */
export function namedContainer(from: ICheckedResource, text: string): ICheckedResource | undefined {
  const name = text.replace(/^\//, '');
  return from.referencedBy(text) ?? from.others('docker_container').find((other) => other.text('name') === name);
}
