import { isA } from '../../private/type-test';
import type { IPeer } from '../peer';

/** Whether an object that came through an interface-typed parameter is one of Bulkhead's peers. */
export function isPeer(value: unknown): value is IPeer {
  return isA(value, 'peer');
}
