import { type CheckedHost, checkHost } from './check-host';
import type { ImportedEngine } from './engine-settings';
import { ValidationError } from '../../private/errors';
import { childPath } from '../../private/names';
import type { ImportedDaemonProps } from '../imported-daemon';

export interface CheckedImported extends CheckedHost, ImportedEngine {
  readonly nftables: boolean;
}

/** Checks before anything enters the tree. */
export function checkImported(
  scope: { readonly node: { readonly path: string } },
  id: string,
  props: ImportedDaemonProps,
): CheckedImported {
  const path = childPath(scope, id);
  const host = checkHost(path, props);
  const { nftables = false, userlandProxy = true, forwardPolicyDrop = false } = props;
  if (nftables && !props.engine.isAtLeast('29.0')) {
    throw new ValidationError(
      'NftablesTooEarly',
      path,
      `'nftables' is true, and engine ${props.engine.version} has no such backend; leave it out, or name an engine of 29 or later`,
    );
  }
  return { ...host, nftables, userlandProxy, forwardPolicyDrop };
}
