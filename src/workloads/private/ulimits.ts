import { ValidationError } from '../../private/errors';
import { plainText, wholeNumber } from '../../private/text';
import type { Ulimit } from '../container-limits';

const ULIMITS = [
  'core',
  'cpu',
  'data',
  'fsize',
  'locks',
  'memlock',
  'msgqueue',
  'nice',
  'nofile',
  'nproc',
  'rss',
  'rtprio',
  'rttime',
  'sigpending',
  'stack',
];

/** Checks a list of ulimits: known, once each, soft at most hard. */
export function checkUlimits(place: string, ulimits: readonly Ulimit[]): void {
  const seen = new Set<string>();
  for (const { limitName, soft, hard } of ulimits) {
    plainText(place, 'limitName', limitName);
    if (!ULIMITS.includes(limitName) || seen.has(limitName)) {
      throw new ValidationError(
        'UlimitValue',
        place,
        `'${limitName}' ${seen.has(limitName) ? 'is given twice' : `is not a ulimit; use ${ULIMITS.join(', ')}`}`,
      );
    }
    seen.add(limitName);
    // Of locked memory the limit of the container is one as well.
    const isUnlimited = limitName === 'memlock' && hard === -1;
    if (!isUnlimited) wholeNumber(place, `hard limit of ${limitName}`, hard, 0, Number.MAX_SAFE_INTEGER, 'UlimitValue');
    if (isUnlimited && soft === -1) continue;
    wholeNumber(place, `soft limit of ${limitName}`, soft, 0, isUnlimited ? Number.MAX_SAFE_INTEGER : hard, 'UlimitValue');
  }
}
