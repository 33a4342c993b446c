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
  if (verdict !== undefined) return verdict;
  if (CONTINUE.has(name.text)) return { kind: 'continue', text: rawText(words) };
  return DEPENDING.has(name.text) ? { ...unknown, depends: true } : unknown;
}

/** Whatever their options are, the packet reaches the next rule unchanged: same addresses, same ports, same mark. */
const CONTINUE: ReadonlySet<string> = new Set([
  ...[
    'LOG',
    'NFLOG',
    'ULOG',
    'AUDIT',
    'TRACE',
    'CHECKSUM',
    'TCPMSS',
    'TCPOPTSTRIP',
    'CLASSIFY',
    'ECN',
    'TEE',
    'IDLETIMER',
    'LED',
    'RATEEST',
  ],
  ...['TTL', 'HL', 'DSCP', 'TOS', 'SECMARK', 'CONNSECMARK', 'ACCOUNT', 'IMQ'],
]);
/** Understood, but what becomes of the packet a program decides, or a module for that protocol. */
const DEPENDING: ReadonlySet<string> = new Set(['NFQUEUE', 'QUEUE', 'SYNPROXY', 'TPROXY', 'HMARK', 'CLUSTERIP', 'NETMAP', 'TARPIT', 'CT']);

interface Target {
  readonly options: Readonly<Record<string, number>>;
  read(options: readonly Option[], scope: TargetScope): Verdict | undefined;
}

/** Among several ports or addresses, which. */
const SPREAD = { '--random': 0, '--random-fully': 0, '--persistent': 0 };

const TARGETS: ReadonlyMap<string, Target> = new Map<string, Target>([
  ['ACCEPT', { options: {}, read: () => ({ kind: 'accept' }) }],
  ['DROP', { options: {}, read: () => ({ kind: 'drop' }) }],
  ['RETURN', { options: {}, read: () => ({ kind: 'return' }) }],
  ['REJECT', { options: { '--reject-with': 1 }, read: (options) => (options.length ? reject(options[0].values[0]) : { kind: 'reject' }) }],
  // With more options than these a log is a rule that decides nothing, with its own text.
  ['LOG', { options: { '--log-prefix': 1 }, read: (options) => ({ kind: 'log', prefix: options[0]?.values[0] ?? '' }) }],
  [
    'DNAT',
    {
      options: { '--to-destination': 1, ...SPREAD },
      read: (options, { family }) => dnat(valueOf(options, '--to-destination') ?? '', family),
    },
  ],
  ['REDIRECT', { options: { '--to-ports': 1, ...SPREAD }, read: (options) => redirect(valueOf(options, '--to-ports')) }],
  [
    'SNAT',
    { options: { '--to-source': 1, ...SPREAD }, read: (options, { family }) => snat(valueOf(options, '--to-source') ?? '', family) },
  ],
  // Which port of its own the host sends from, decides nothing here.
  ['MASQUERADE', { options: { '--to-ports': 1, ...SPREAD }, read: () => ({ kind: 'masquerade' }) }],
  ['MARK', { options: { '--set-xmark': 1, '--set-mark': 1, '--or-mark': 1, '--and-mark': 1 }, read: (options) => setMark(options) }],
  ['CONNMARK', { options: { '--set-xmark': 1, '--set-mark': 1, '--or-mark': 1, '--and-mark': 1, '--save-mark': 0, '--restore-mark': 0, '--mask': 1, '--nfmask': 1, '--ctmask': 1 }, read: connectionMark }], // prettier-ignore
  ['SET', { options: { '--add-set': 2 }, read: addSource }],
  ['NOTRACK', { options: {}, read: () => ({ kind: 'notrack' }) }],
  ['CT', { options: { '--notrack': 0, '--helper': 1 }, read: trackedBy }],
]);

function valueOf(options: readonly Option[], name: string): string | undefined {
  return options.find((option) => option.name === name)?.values[0];
}

/** A helper looks into connections and changes nothing about their first packets. */
function trackedBy(options: readonly Option[]): Verdict | undefined {
  if (options.length !== 1) return undefined;
  return options[0].name === '--notrack' ? { kind: 'notrack' } : { kind: 'continue', text: `CT --helper ${options[0].values[0]}` };
}

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

/** With ports: which of its own the host sends from, decides nothing here. */
function snat(text: string, family: Family): Verdict | undefined {
  const withPorts = family === 'ipv4' ? /^([^:]+):\d+(?:-\d+)?$/ : /^\[([^\]]+)\]:\d+(?:-\d+)?$/;
  const address = readAddress(withPorts.exec(text)?.[1] ?? text, family);
  return address === undefined ? undefined : { kind: 'snat', address };
}

/** Only into a set of Bulkhead: another rule may ask for what is put into any other set. */
function addSource(options: readonly Option[]): Verdict | undefined {
  const [set, field] = options.length === 1 ? options[0].values : [];
  return set !== undefined && SOURCE_SET.test(set) && field === 'src' ? { kind: 'add-source', set } : undefined;
}

function setMark(options: readonly Option[]): (Verdict & { kind: 'set-mark' }) | undefined {
  const marked = options.length === 1 ? readMarked(options[0].values[0]) : undefined;
  if (!marked) {
    return undefined;
  }
  switch (options[0].name) {
    case '--set-mark':
      return { kind: 'set-mark', ...keptAndAdded(ALL_BITS - marked.mask, marked.value) };
    case '--or-mark':
      return { kind: 'set-mark', value: marked.value, mask: marked.value };
    case '--and-mark':
      return { kind: 'set-mark', ...keptAndAdded(marked.value, 0) };
    default:
      // A bit outside the mask is flipped, not set.
      return areBitsOf(marked.value, marked.mask) ? { kind: 'set-mark', ...marked } : undefined;
  }
}

/** With different masks for the packet and the connection it stays unknown. */
function connectionMark(options: readonly Option[]): Verdict | undefined {
  const how = options.find(({ name }) => name === '--save-mark' || name === '--restore-mark');
  if (how === undefined) {
    const set = setMark(options);
    return set && { kind: 'ct-mark', how: 'set', value: set.value, mask: set.mask };
  }
  const masks = options.filter((option) => option !== how).map(({ values }) => readMarked(values[0] ?? '')?.value);
  const [mask = ALL_BITS] = masks;
  const isOne = masks.every((each) => each === mask) && masks.length <= 2;
  return isOne ? { kind: 'ct-mark', how: how.name === '--save-mark' ? 'save' : 'restore', value: 0, mask } : undefined;
}
