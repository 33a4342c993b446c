import { ValidationError } from '../../private/errors';
import { isA } from '../../private/type-test';

/** Throws when what came through a prop is no daemon: jsii passes any object there. */
export function needDaemon(place: string, value: unknown): void {
  if (!isA(value, 'daemon')) {
    throw new ValidationError('NotADaemon', place, "'daemon' must be a daemon of Bulkhead, such as a HardenedDaemon");
  }
}
