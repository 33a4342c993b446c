import { isA } from '../../private/type-test';
import type { IPeer } from '../peer';

/** Whether an object that came through an interface-typed parameter is a peer of ours. */
export function isPeer(value: unknown): value is IPeer {
  return isA(value, 'peer');
}
