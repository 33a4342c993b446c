import { type Place, ValidationError } from '../../private/errors';
import { plainText } from '../../private/text';

/** Names of zones as their files have them; the runtime takes them in any case, the files do not. */
const ZONE = /^[A-Z][A-Za-z0-9_+-]*(\/[A-Z0-9][A-Za-z0-9_+-]*)*$/;

/** The environment with the zone in it. */
export function withTimeZone(
  place: Place | string,
  environment: Readonly<Record<string, string>>,
  timeZone: string | undefined,
): Record<string, string> {
  if (timeZone === undefined) return { ...environment };
  const zone = plainText(place, 'timeZone', timeZone);
  const known = Intl.supportedValuesOf('timeZone').find((name) => name.toLowerCase() === zone.toLowerCase());
  if (known !== undefined ? known !== zone : !ZONE.test(zone) || !isKnown(zone)) {
    throw new ValidationError(
      'TimeZone',
      place,
      `'${zone}' is not the name of a time zone; use a name such as '${known ?? 'Europe/Berlin'}'`,
    );
  }
  if (Object.hasOwn(environment, 'TZ')) {
    throw new ValidationError('TimeZone', place, "'timeZone' sets the variable TZ, which 'environment' sets as well; remove one of them");
  }
  return { ...environment, TZ: zone };
}

/** Other names of zones are not listed. */
function isKnown(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
}
