import { wholeNumber } from './render-match';
import type { Family } from '../../../topology/private/terms';
import type { SourceSet } from '../ir';

export const LONGEST_TIMEOUT = 2_147_483;
/** A set that rules fill never grows, so it has all of its buckets from the start. They take memory only when they hold something. */
const MOST_SOURCES = 65_536;

/** As ipset calls it. */
export function inetWord(family: Family): string {
  return family === 'ipv4' ? 'inet' : 'inet6';
}

/** Type and options of a set that rules fill, as they follow its name. */
export function sourceSetOptions({ name, seconds, sourceLength }: SourceSet, family: Family): string {
  const block = sourceLength === undefined ? '' : ` netmask ${wholeNumber(sourceLength, 1, 128, name)}`;
  return `hash:ip family ${inetWord(family)} hashsize ${MOST_SOURCES} maxelem ${MOST_SOURCES} timeout ${wholeNumber(seconds, 1, LONGEST_TIMEOUT, name)}${block}`;
}
