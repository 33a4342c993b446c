import { ValidationError } from '../../private/errors';
import type { ContainerUser } from '../container-user';

/** Whether an init process of the engine is the first one. It would stay root as long as the container runs, so root at start goes without. */
export function hasInit(path: string, init: boolean | undefined, user: ContainerUser): boolean {
  const isRootAtStart = user._fact.mode === 'root-at-start';
  if (init === true && isRootAtStart) {
    throw new ValidationError(
      'InitKeepsRoot',
      path,
      "'init' is true and 'user' is ContainerUser.rootAtStart(), but the init process would stay root after the image has dropped it; remove 'init', or use ContainerUser.root({ reason })",
    );
  }
  return init ?? !isRootAtStart;
}
