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

/** The largest value that Linux takes for `fs.nr_open`, which no limit of open files may exceed. */
const MOST_FILES = 2_147_483_584;

/** Checks a list of ulimits: known, once each, soft at most hard. */
export function checkUlimits(place: string, ulimits: readonly Ulimit[]): void {
  const seen = new Set<string>();
  for (const { limitName, soft, hard } of ulimits) {
    plainText(place, 'limitName', limitName);
    if (!ULIMITS.includes(limitName) || seen.has(limitName)) {
      throw new ValidationError(
        'UlimitValue',
        place,
        `'limits.ulimits' contains '${limitName}'${seen.has(limitName) ? ' twice; remove one' : `, which is not a ulimit; use ${ULIMITS.join(', ')}`}`,
      );
    }
    seen.add(limitName);
    // Of locked memory the limit of the container is one as well.
    const isUnlimited = limitName === 'memlock' && hard === -1;
    const most = limitName === 'nofile' ? MOST_FILES : Number.MAX_SAFE_INTEGER;
    if (!isUnlimited) wholeNumber(place, `hard limit of ${limitName}`, hard, 0, most, 'UlimitValue');
    if (isUnlimited && soft === -1) continue;
    wholeNumber(place, `soft limit of ${limitName}`, soft, 0, isUnlimited ? Number.MAX_SAFE_INTEGER : hard, 'UlimitValue');
  }
}
