import { ValidationError } from '../../private/errors';
import { isA } from '../../private/type-test';
import type { ISegment } from '../segment';

/** A segment from an interface-typed prop, or an error that names the wrong value. */
export function asSegment(place: string, what: string, value: unknown): ISegment {
  if (isA(value, 'overlay')) {
    throw new ValidationError(
      'OverlayTakesServices',
      place,
      `'${what}' is an overlay, which accepts only services of a swarm; use a HardenedService, or place the container in a BridgeSegment`,
    );
  }
  if (!isA(value, 'segment')) {
    if (value === undefined) {
      throw new ValidationError('NotASegment', place, `'${what}' is required: pass a segment of Bulkhead, such as a BridgeSegment`);
    }
    const got = typeof value === 'object' && value !== null ? `an object of class ${value.constructor?.name ?? 'unknown'}` : String(value);
    throw new ValidationError(
      'NotASegment',
      place,
      `'${what}' must be a segment of Bulkhead, such as a BridgeSegment, or BridgeSegment.fromSegmentAttributes() for a network that exists, got ${got}`,
    );
  }
  return value as ISegment;
}
