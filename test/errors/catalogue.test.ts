import { ADDRESSES } from './tables/addresses';
import { CONFIG_FILES } from './tables/config-files';
import { CONTAINERS } from './tables/containers';
import { FIRST_TRIES } from './tables/first-tries';
import { FLOWS } from './tables/flows';
import { HOSTS } from './tables/hosts';
import { PLAIN_JAVASCRIPT } from './tables/plain-javascript';
import { PROFILES } from './tables/profiles';
import { PROPERTIES } from './tables/properties';
import { RULES } from './tables/rules';
import { SECRETS } from './tables/secrets';
import { SEGMENTS } from './tables/segments';
import { SHARED_NETWORKS } from './tables/shared-networks';
import { STORAGE } from './tables/storage';
import { SWARMS } from './tables/swarms';
import { VALUES } from './tables/values';
import { ERROR_CODES } from '../../src/private/error-codes';

const ENTRIES = [
  ...[ADDRESSES, CONFIG_FILES, CONTAINERS, FIRST_TRIES, FLOWS, HOSTS, PLAIN_JAVASCRIPT, PROFILES, PROPERTIES, RULES],
  ...[SECRETS, SEGMENTS, SHARED_NETWORKS, STORAGE, SWARMS, VALUES],
].flat();

/** Codes that no program is known to make, with the reason. */
const NOT_MADE: Readonly<Record<string, string>> = {
  UndeclaredFlow: 'the proof says it of a mistake of the library or of an engine: no declaration is known that opens more than it says',
};

test('every code is made by some program, and mended by its own words', () => {
  const made = new Set<string>(ENTRIES.map(({ code }) => code));
  expect(Object.keys(ERROR_CODES).filter((code) => !made.has(code))).toEqual(Object.keys(NOT_MADE));
});

test('each entry says a value or a reason, and words to follow', () => {
  expect(ENTRIES.filter(({ says, follow }) => says.join('').length < 3 || follow.length < 8).map(({ code }) => code)).toEqual([]);
});
