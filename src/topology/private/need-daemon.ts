import { ValidationError } from '../../private/errors';
import { isA } from '../../private/type-test';

/** Throws if the value of a prop is not a daemon: jsii passes any object there. */
export function needDaemon(place: string, value: unknown): void {
  if (!isA(value, 'daemon')) {
    throw new ValidationError('NotADaemon', place, "'daemon' must be a daemon of Bulkhead, such as a HardenedDaemon");
  }
}
