import type { Match } from '../ir';
import { not, readAddress } from '../read-text';
import { DEPENDING } from './depending-matches';
import { type Option, optionsOf, rawText, type Word } from './save-words';
import { blocksBetween, formatBlock, parseAddress } from '../../../addressing/private/ip';
import type { Family } from '../../../topology/private/terms';

/*
 * Matches that Bulkhead's rules never have, and rules of other programs do. The packets that are asked about are first packets of connections and their
 * answers, whole and without options or headers of their own.
 */

/** Is met by no such packet. */
const NEVER: Match = { kind: 'any-of', matches: [] };
/** Is met by each of them. */
const ALWAYS: Match = { kind: 'any-of', matches: [], negate: true };

/** Headers of IPv6 that such packets do not have, and parts of packets, which connection tracking puts together first. */
const ABSENT: ReadonlySet<string> = new Set(['rt', 'hbh', 'dst', 'frag', 'mh', 'ipv6header', 'ipv4options', 'unclean']);

/** The matches that `-m NAME …` stands for, of a module that no rule of Bulkhead has; undefined where it is not known. */
export function readFurtherMatch(name: string, words: readonly Word[], family: Family): readonly Match[] | undefined {
  const reader = READERS.get(name);
  const options = reader && optionsOf(words, reader.options);
  const matches = options && reader?.read(options, family);
  if (matches?.every((match) => match !== undefined)) return matches;
  if (ABSENT.has(name)) return [NEVER];
  // Its other options are read elsewhere, or are wrong.
  const isWrong = name === 'tcp' && !words.some(({ raw }) => raw === '--tcp-option');
  const known = isWrong ? undefined : DEPENDING.get(name);
  return known && (optionsOf(words, known)?.length ?? 0) > 0 ? dependsOn(name, words) : undefined;
}

function dependsOn(name: string, words: readonly Word[]): readonly Match[] {
  const text = `-m ${name} ${rawText(words)}`;
  const isOfPrograms = name === 'owner' && !words.some(({ raw }) => raw === '!');
  return [...(isOfPrograms ? [{ kind: 'host-socket' } as const] : []), { kind: 'unknown', text, depends: true }];
}

interface Reader {
  readonly options: Readonly<Record<string, number>>;
  read(options: readonly Option[], family: Family): readonly (Match | undefined)[] | undefined;
}

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  [
    'iprange',
    { options: { '--src-range': 1, '--dst-range': 1 }, read: (options, family) => options.map((option) => range(option, family)) },
  ],
  ['rpfilter', { options: { '--loose': 0, '--validmark': 0, '--accept-local': 0, '--invert': 0 }, read: reversePath }],
  ['recent', { options: { '--set': 0, '--name': 1, '--rsource': 0, '--rdest': 0, '--mask': 1 }, read: remembered }],
  ['physdev', { options: { '--physdev-is-bridged': 0 }, read: (options) => (options.length === 1 ? [{ kind: 'bridged', ...not(options[0].negate) }] : undefined) }], // prettier-ignore
  // It counts, and lets every packet by.
  ['nfacct', { options: { '--nfacct-name': 1 }, read: () => [] }],
]);

function range({ name, negate, values }: Option, family: Family): Match | undefined {
  const [first, last = first, ...more] = values[0].split('-', 3);
  const [from, to] = [readAddress(first, family), readAddress(last, family)];
  if (from === undefined || to === undefined || more.length > 0) return undefined;
  const [low, high] = [parseAddress(from).value, parseAddress(to).value];
  if (low > high) return undefined;
  const kind = name === '--src-range' ? 'source' : 'destination';
  const matches = blocksBetween(family, low, high).map((block): Match => ({ kind, block: formatBlock(block) }));
  return { kind: 'any-of', matches, ...not(negate) };
}

function reversePath(options: readonly Option[]): readonly Match[] | undefined {
  const names = options.map(({ name }) => name);
  if (names.includes('--accept-local') || options.some(({ negate }) => negate)) return undefined;
  return [{ kind: 'reverse-path', ...(names.includes('--loose') && { loose: true }), ...not(names.includes('--invert')) }];
}

/** Every packet matches a rule that puts its sender on a list; whether the sender is on one is not known. */
function remembered(options: readonly Option[]): readonly Match[] | undefined {
  const set = options.find(({ name }) => name === '--set');
  return set === undefined ? undefined : [set.negate ? NEVER : ALWAYS];
}
