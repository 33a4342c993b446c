import { fail } from './errors';
import { shown } from './text';

/** The label of a container that has a digest of what the provider does not change while the container exists. */
export const SETTINGS_LABEL = 'bulkhead.settings';

/** Docker's own pattern for names of networks and containers, at least two characters; room is left for '-gw'. */
export const NETWORK_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,57}$/;
/** A container's name is also a DNS name here, so it stays within a label. */
export const CONTAINER_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,62}$/;

/** Path that a construct will have; needed before super(). Slashes in an id become dashes, as in every tree of constructs. */
export function childPath(scope: { readonly node: { readonly path: string } }, id: string): string {
  // Plain JavaScript passes any values; without this the first words of the class would fail without a reason.
  if (typeof (scope as Partial<typeof scope> | undefined)?.node?.path !== 'string') {
    fail(
      'PropertyMissing',
      undefined,
      `a construct is made with new Class(scope, id, { … }); its scope is a stack or another construct, got ${shown(scope)}`,
    );
  }
  if (typeof id !== 'string') {
    fail(
      'PropertyMissing',
      undefined,
      `a construct is made with new Class(scope, id, { … }); its id is a string, such as 'Web', got ${shown(id)}`,
    );
  }
  const own = id.replace(/\//g, '--');
  return scope.node.path ? `${scope.node.path}/${own}` : own;
}

/** A name for Docker from a construct path: readable, in lower case, and different wherever the paths differ enough for a DNS label. */
export function nameFromPath(path: string): string {
  const name = path
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return name.length <= 58 ? name : name.slice(-58).replace(/^-+/, '');
}

/** Name of a runtime of the engine. */
export const RUNTIME_NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;
export const RUNTIME_WORDS = 'a name of 1 to 63 letters in lower case, digits, _, . or -';
