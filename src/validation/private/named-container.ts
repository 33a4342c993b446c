import { holdsExpression } from './json';
import type { Resource } from './view';
import type { ICheckedResource } from '../checked-resource';

/** The container of the same stack that a text names or refers to. */
export function namedContainer(from: ICheckedResource, text: string): ICheckedResource | undefined {
  return from.referencedBy(text) ?? named(from, 'docker_container', text.replace(/^\//, ''));
}

/** The first of a type in the same stack with a name; a text that Terraform completes is not a name. */
export function named(from: ICheckedResource, resourceType: string, name: string): ICheckedResource | undefined {
  return holdsExpression(name) ? undefined : (from as Resource).stack.named(resourceType, name);
}
