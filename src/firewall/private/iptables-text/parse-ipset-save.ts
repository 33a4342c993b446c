import type { Family } from '../../../topology/private/terms';
import type { LinkElement, PairElement, RuleSet, SourceSet } from '../ir';
import { SOURCE_SET } from '../own-names';
import { readProtocol } from '../protocols';
import { readAddress, readBlock, readNumber, readPorts } from '../read-text';
import { LONGEST_TIMEOUT, sourceSetOptions } from './ipset-words';
import { INTERFACE } from './render-match';
import { wordsOf } from './save-words';

export interface IpsetSave {
  readonly sets: readonly RuleSet[];
  /** Names of sets of a type that is not known, or whose content is not certain: of these a rule's match is not known either. */
  readonly notUnderstood: readonly string[];
  /** Lines that are neither a set nor an element of one. */
  readonly strayLines: readonly string[];
}

const KNOWN = ['hash:ip,port,ip', 'hash:net,iface', 'hash:net', 'hash:ip'] as const;
type Known = (typeof KNOWN)[number];
type Element = PairElement | LinkElement | string;

interface Reading {
  readonly name: string;
  readonly type: Known | undefined;
  /** It is a set of Bulkhead that rules fill, of any elements. */
  readonly filled?: SourceSet;
  readonly elements: (Element | undefined)[];
}

/** Options with their number of values. An element that is forgotten after a while (`timeout`) is not certain. */
const OF_SETS: Readonly<Record<string, number>> = {
  hashsize: 1,
  maxelem: 1,
  bucketsize: 1,
  initval: 1,
  family: 1,
  counters: 0,
  comment: 0,
};
const OF_ELEMENTS: Readonly<Record<string, number>> = { comment: 1, packets: 1, bytes: 1 };

/** Reads `ipset save`. Sets of the other family are left out: no rule of this one can name them. */
export function parseIpsetSave(text: string, family: Family): IpsetSave {
  const all = new Map<string, Reading | 'other family'>();
  const strayLines: string[] = [];
  for (const line of text.split('\n')) {
    const words = (wordsOf(line) ?? [{ text: '', raw: '' }]).map((word) => word.text);
    const [command, name, ...rest] = words;
    const set = all.get(name);
    if (command === 'create' && rest.length > 0 && set === undefined) {
      all.set(name, create(name, rest, family));
    } else if (command === 'add' && rest.length > 0 && set !== undefined) {
      if (set !== 'other family') {
        set.elements.push(element(set.type, rest, family, line));
      }
    } else if (line.trim() !== '' && !line.startsWith('#')) {
      strayLines.push(line);
    }
  }
  const readings = [...all.values()].filter((reading) => reading !== 'other family');
  const sets = new Map(readings.map((reading) => [reading, finish(reading)]));
  return {
    sets: [...sets.values()].filter((set) => set !== undefined),
    notUnderstood: readings.filter((reading) => sets.get(reading) === undefined).map(({ name }) => name),
    strayLines,
  };
}

function create(name: string, [type, ...options]: readonly string[], family: Family): Reading | 'other family' {
  const at = options.indexOf('family');
  if (at >= 0 && options[at + 1] === (family === 'ipv4' ? 'inet6' : 'inet')) {
    return 'other family';
  }
  const filled = filledByRules(name, type, options, family);
  if (filled) {
    return { name, type: undefined, filled, elements: [] };
  }
  const known = KNOWN.find((one) => one === type);
  const isKnown = at >= 0 && areHarmless(options, OF_SETS);
  return { name, type: isKnown ? known : undefined, elements: [] };
}

/** A set of Bulkhead, exactly as Bulkhead makes it: its content does not matter. */
function filledByRules(name: string, type: string, options: readonly string[], family: Family): SourceSet | undefined {
  const of = (option: string) => options[options.indexOf(option) + 1];
  const seconds = options.includes('timeout') ? readNumber(of('timeout'), LONGEST_TIMEOUT) : undefined;
  const sourceLength = options.includes('netmask') ? readNumber(of('netmask'), 128) : undefined;
  if (!SOURCE_SET.test(name) || !seconds || sourceLength === 0) {
    return undefined;
  }
  const set = { name, seconds, ...(sourceLength === undefined ? {} : { sourceLength }) };
  const words = [type, ...options].filter((word, at, all) => !BY_KERNEL.includes(word) && !BY_KERNEL.includes(all[at - 1])).join(' ');
  return words === sourceSetOptions(set, family) ? set : undefined;
}

/** The kernel's own choice. */
const BY_KERNEL = ['bucketsize', 'initval', '-exist'];

/** Undefined for what is not understood, such as an element that is an exception (`nomatch`). */
function element(type: Known | undefined, words: readonly string[], family: Family, line: string): Element | undefined {
  const [text, ...options] = words;
  if (type === undefined || !areHarmless(options, OF_ELEMENTS)) {
    return undefined;
  }
  if (type === 'hash:net,iface') {
    return link(text, family);
  }
  if (type !== 'hash:ip,port,ip') {
    return readBlock(text, family);
  }
  const [from, service, to, ...rest] = text.split(',', 4);
  const [protocolText, portText, ...more] = (service ?? '').split(':', 3);
  const [source, destination] = [readAddress(from, family), readAddress(to ?? '', family)];
  const [protocol, range] = [readProtocol(protocolText), readPorts(portText ?? '', '-')];
  const hasPorts = protocol === 'tcp' || protocol === 'udp' || protocol === 'sctp' || protocol === '136';
  if (!source || !destination || !hasPorts || !range || rest.length > 0 || more.length > 0) {
    return undefined;
  }
  return { source, protocol, first: range[0], last: range[1], destination, origin: line };
}

/** `physdev:` before a name is the port of a bridge, and a `+` behind it more than one name. */
function link(text: string, family: Family): LinkElement | undefined {
  const [blockText, name, ...rest] = text.split(',', 3);
  const block = readBlock(blockText, family);
  return block !== undefined && name !== undefined && INTERFACE.test(name) && rest.length === 0 ? { block, interface: name } : undefined;
}

function areHarmless(options: readonly string[], known: Readonly<Record<string, number>>): boolean {
  let at = 0;
  while (at < options.length && (Object.hasOwn(known, options[at]) || options[at] === '-exist')) {
    at += 1 + (options[at] === '-exist' ? 0 : known[options[at]]);
  }
  return at === options.length;
}

function finish({ name, type, filled, elements }: Reading): RuleSet | undefined {
  if (filled) {
    return filled;
  }
  if (type === undefined || elements.includes(undefined)) {
    return undefined;
  }
  switch (type) {
    case 'hash:ip,port,ip':
      return { name, elements: elements.filter((item) => typeof item === 'object' && 'source' in item) };
    case 'hash:net,iface':
      return { name, links: elements.filter((item) => typeof item === 'object' && 'block' in item) };
    default:
      return { name, blocks: elements.filter((item) => typeof item === 'string') };
  }
}
