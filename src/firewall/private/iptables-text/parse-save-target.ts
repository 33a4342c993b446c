import type { Verdict } from '../ir';
import { SOURCE_SET } from '../own-names';
import { ALL_BITS, areBitsOf, keptAndAdded, readAddress, readMarked, readPorts } from '../read-text';
import { type Option, optionsOf, rawText, type Word } from './save-words';
import type { Family } from '../../../topology/private/terms';

/** What the target of a rule is read with. */
export interface TargetScope {
  readonly family: Family;
  /** Chains of the table that a rule may jump to. */
  readonly chains: ReadonlySet<string>;
}

/** `-j NAME …` or `-g NAME`; what is not understood stays as an unknown verdict with all of its words. */
export function readSaveTarget(option: '-j' | '-g', words: readonly Word[], scope: TargetScope): Verdict {
  const unknown: Verdict = { kind: 'unknown', text: rawText(words) };
  const [name, ...rest] = words;
  if (name === undefined) {
    return unknown;
  }
  const target = TARGETS.get(name.text);
  if (scope.chains.has(name.text)) {
    // Whether the kernel takes the chain or the extension of this name depends on the tool that wrote the rule.
    const isClear = rest.length === 0 && !target && !CONTINUE.has(name.text);
    return isClear ? { kind: option === '-g' ? 'goto' : 'jump', chain: name.text } : unknown;
  }
  if (option === '-g') {
    return unknown;
  }
  const options = target && optionsOf(rest, target.options);
  const verdict = options?.every(({ negate }) => !negate) ? target?.read(options, scope) : undefined;
  return verdict ?? (CONTINUE.has(name.text) ? { kind: 'continue', text: rawText(words) } : unknown);
}

/** Whatever their options are, the packet goes on to the next rule as it came: same addresses, same ports, same mark. */
const CONTINUE: ReadonlySet<string> = new Set(['LOG', 'NFLOG', 'ULOG', 'AUDIT', 'TRACE', 'CHECKSUM', 'TCPMSS', 'CLASSIFY']);

interface Target {
  readonly options: Readonly<Record<string, number>>;
  read(options: readonly Option[], scope: TargetScope): Verdict | undefined;
}

const TARGETS: ReadonlyMap<string, Target> = new Map<string, Target>([
  ['ACCEPT', { options: {}, read: () => ({ kind: 'accept' }) }],
  ['DROP', { options: {}, read: () => ({ kind: 'drop' }) }],
  ['RETURN', { options: {}, read: () => ({ kind: 'return' }) }],
  ['REJECT', { options: { '--reject-with': 1 }, read: (options) => (options.length ? reject(options[0].values[0]) : { kind: 'reject' }) }],
  // With more options than these a log is a rule that decides nothing, with its own text.
  ['LOG', { options: { '--log-prefix': 1 }, read: (options) => ({ kind: 'log', prefix: options[0]?.values[0] ?? '' }) }],
  ['DNAT', { options: { '--to-destination': 1 }, read: (options, { family }) => dnat(options[0]?.values[0] ?? '', family) }],
  ['REDIRECT', { options: { '--to-ports': 1 }, read: (options) => redirect(options[0]?.values[0]) }],
  ['SNAT', { options: { '--to-source': 1 }, read: (options, { family }) => snat(options[0]?.values[0] ?? '', family) }],
  ['MASQUERADE', { options: {}, read: () => ({ kind: 'masquerade' }) }],
  ['MARK', { options: { '--set-xmark': 1, '--set-mark': 1 }, read: setMark }],
  ['SET', { options: { '--add-set': 2 }, read: addSource }],
  ['NOTRACK', { options: {}, read: () => ({ kind: 'notrack' }) }],
  ['CT', { options: { '--notrack': 0 }, read: (options) => (options.length === 1 ? { kind: 'notrack' } : undefined) }],
]);

function reject(word: string): Verdict | undefined {
  return /^[a-z0-9-]{1,40}$/.test(word) ? { kind: 'reject', with: word } : undefined;
}

/** `ADDRESS`, `ADDRESS:PORTS`, `[ADDRESS]:PORTS` or `:PORTS`. A range of addresses or a shifted range of ports stays unknown. */
function dnat(text: string, family: Family): Verdict | undefined {
  const alone = readAddress(text, family);
  if (alone !== undefined) {
    return { kind: 'dnat', address: alone };
  }
  const colon = text.lastIndexOf(':');
  const range = colon < 0 ? undefined : readPorts(text.slice(colon + 1), '-');
  const place = text.slice(0, Math.max(colon, 0));
  const bare = family === 'ipv6' && place.startsWith('[') && place.endsWith(']') ? place.slice(1, -1) : place;
  const isBracketed = family === 'ipv4' || place === '' || bare !== place;
  const address = place === '' ? undefined : readAddress(bare, family);
  if (!range || !isBracketed || (place !== '' && address === undefined)) {
    return undefined;
  }
  return { kind: 'dnat', ...(address === undefined ? {} : { address }), first: range[0], last: range[1] };
}

function redirect(text: string | undefined): Verdict | undefined {
  const range = text === undefined ? undefined : readPorts(text, '-');
  return text === undefined ? { kind: 'redirect' } : range && { kind: 'redirect', first: range[0], last: range[1] };
}

function snat(text: string, family: Family): Verdict | undefined {
  const address = readAddress(text, family);
  return address === undefined ? undefined : { kind: 'snat', address };
}

/** Into a set of ours only: what is put elsewhere may be what another rule asks for. */
function addSource(options: readonly Option[]): Verdict | undefined {
  const [set, field] = options.length === 1 ? options[0].values : [];
  return set !== undefined && SOURCE_SET.test(set) && field === 'src' ? { kind: 'add-source', set } : undefined;
}

function setMark(options: readonly Option[]): Verdict | undefined {
  const marked = options.length === 1 ? readMarked(options[0].values[0]) : undefined;
  if (!marked) {
    return undefined;
  }
  if (options[0].name === '--set-mark') {
    return { kind: 'set-mark', ...keptAndAdded(ALL_BITS - marked.mask, marked.value) };
  }
  // A bit outside the mask is flipped, not set.
  return areBitsOf(marked.value, marked.mask) ? { kind: 'set-mark', ...marked } : undefined;
}
