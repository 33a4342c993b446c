import { blockText } from '../blocks';
import type { CtState, IpProtocol, Match, TcpFlag } from '../ir';
import { LABELS } from '../own-names';
import { protocolWord } from '../protocols';
import { ALL_BITS } from '../read-text';
import { RuleError } from '../rule-error';

/** As `iptables-save` prints them. */
const UNITS = { second: 'sec', minute: 'min', hour: 'hour', day: 'day' } as const;
const MILLISECONDS = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
export const CT_STATES: readonly CtState[] = ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED', 'SNAT', 'DNAT'];
export const TCP_FLAGS: readonly TcpFlag[] = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG'];
/** What both matches take when no burst is given; `iptables-save` leaves it out. */
const DEFAULT_BURST = 5;
/** The kernel reads a longer time as a negative number. */
const LONGEST_EXPIRY = 2_147_483_647;
/** By itself the kernel makes fewer buckets, and each packet walks through one. */
export const SOURCES_PER_BUCKET = 4;
export const MOST_PLACES = 1_048_576;
/** The kernel's array has so many places, and a range takes two. */
const MULTIPORT_PLACES = 15;

/** They come before all others, once each. */
const BASIC = ['-s', '-d', '-i', '-o', '-p'] as const;
/** Order of the matches of a rule of Bulkhead: the cheap ones first, and what counts packets counts only those that all others let pass. */
const PLACES = [
  'tcp',
  'udp',
  'sctp',
  'dccp',
  'icmp',
  'icmp6',
  'multiport',
  'addrtype',
  'mark',
  'owner',
  'conntrack',
  'set',
  'hashlimit',
  'limit',
  'connlabel',
] as const;
/** Order of the options within one match. */
const OPTIONS = [
  ...['--ctstate', '--ctorigdst', '--ctorigdstport', '--ctstatus', '--ctdir'],
  ...['--sport', '--dport', '--tcp-flags', '--src-type', '--dst-type'],
] as const;

interface Part {
  /** Undefined for a basic option. */
  readonly module?: (typeof PLACES)[number];
  readonly option: string;
  readonly text: string;
}

/**
 * Matches of one rule, in the form in which `iptables-save` 1.8 prints them: in Bulkhead's order, or in the given one, which is the
 * order of the author of the rule.
 */
export function renderMatches(matches: readonly Match[], origin: string, order: 'ours' | 'given' = 'ours'): string[] {
  const protocol = matches.find((match) => match.kind === 'protocol' && !match.negate) as { protocol: IpProtocol } | undefined;
  const parts = matches.flatMap((match) => renderMatch(match, protocol?.protocol, origin));
  const basic = BASIC.flatMap((option) => {
    const same = parts.filter((part) => part.option === option);
    if (same.length > 1) {
      throw new RuleError('UnsupportedMatch', origin, `'${option}' twice`);
    }
    return same.map(({ text }) => text);
  });
  const extensions = parts.filter(({ module }) => module !== undefined);
  const inOrder = order === 'given' ? extensions : PLACES.flatMap((place) => extensions.filter(({ module }) => module === place));
  return [...basic, ...instances(inOrder).map(instanceText)];
}

/** Options of one module that follow each other belong to one instance of it, unless one of them is there already. */
function instances(parts: readonly Part[]): Part[][] {
  const all: Part[][] = [];
  for (const part of parts) {
    const last = all.at(-1);
    if (last?.[0].module === part.module && !last?.some(({ option }) => option === part.option)) {
      last?.push(part);
    } else {
      all.push([part]);
    }
  }
  return all;
}

function instanceText(parts: readonly Part[]): string {
  const place = ({ option }: Part) => OPTIONS.findIndex((known) => known === option);
  const options = [...parts].sort((a, b) => place(a) - place(b));
  return [`-m ${parts[0].module}`, ...options.map(({ text }) => text)].join(' ');
}

function renderMatch(match: Match, protocol: IpProtocol | undefined, origin: string): Part[] {
  const not = 'negate' in match && match.negate ? '! ' : '';
  const safe = (pattern: RegExp, word: string) => safeWord(pattern, word, origin);
  const number = (value: number, least: number, most: number) => wholeNumber(value, least, most, origin);
  const range = (first: number, last: number) => {
    const [from, to] = [number(first, 0, 65535), number(last, first, 65535)];
    return from === to ? from : `${from}:${to}`;
  };
  const interfaceName = (name: string, prefix?: boolean) => (prefix ? `${safe(INTERFACE, name)}+` : safe(INTERFACE, name));
  const basic = (option: (typeof BASIC)[number], value: string): Part[] => [{ option, text: `${not}${option} ${value}` }];
  const extension = (module: Part['module'], option: string, value: string): Part[] => [
    { module, option, text: `${not}${option} ${value}` },
  ];
  const label = (value: number) => {
    if (!LABELS.includes(value)) throw unsupported(`label ${value}`);
    return value;
  };
  const unsupported = (what: string) => new RuleError('UnsupportedMatch', origin, what);
  const portModule = () => {
    const module = ({ tcp: 'tcp', udp: 'udp', sctp: 'sctp', 33: 'dccp' } as Partial<Record<string, Part['module']>>)[protocol ?? ''];
    if (!module) {
      throw unsupported(`a port of protocol '${protocol}'`);
    }
    return module;
  };

  switch (match.kind) {
    case 'source':
      return basic('-s', safe(ADDRESS, blockText(match.block)));
    case 'destination':
      return basic('-d', safe(ADDRESS, blockText(match.block)));
    case 'in-interface':
      return basic('-i', interfaceName(match.name, match.prefix));
    case 'out-interface':
      return basic('-o', interfaceName(match.name, match.prefix));
    case 'protocol':
      return basic('-p', safe(WORD, protocolWord(match.protocol)));
    case 'destination-port':
    case 'source-port': {
      const isEveryPort = match.first === 0 && match.last === 65535 && not === '';
      const option = match.kind === 'source-port' ? '--sport' : '--dport';
      return isEveryPort ? [] : extension(portModule(), option, range(match.first, match.last));
    }
    case 'port-list': {
      if (match.ranges.reduce((sum, [first, last]) => sum + (first === last ? 1 : 2), 0) > MULTIPORT_PLACES) {
        throw unsupported(`${match.ranges.length} ranges of ports`);
      }
      const option = { source: '--sports', destination: '--dports', either: '--ports' }[match.which];
      return extension('multiport', option, match.ranges.map(([first, last]) => range(first, last)).join(','));
    }
    case 'icmp-type': {
      const type = [match.type, ...(match.code === undefined ? [] : [match.code])].map((value) => number(value, 0, 255)).join('/');
      return protocol === 'icmp' ? extension('icmp', '--icmp-type', type) : extension('icmp6', '--icmpv6-type', type);
    }
    case 'tcp-flags': {
      const names = (flags: readonly TcpFlag[]) => TCP_FLAGS.filter((flag) => flags.includes(flag)).join(',') || 'NONE';
      return extension('tcp', '--tcp-flags', `${names(match.mask)} ${names(match.set)}`);
    }
    case 'ct-state':
      return extension('conntrack', '--ctstate', CT_STATES.filter((state) => match.states.includes(state)).join(','));
    case 'ct-original': {
      const address = match.address === undefined ? [] : extension('conntrack', '--ctorigdst', safe(ADDRESS, match.address));
      const isAnyPort = match.first === undefined;
      return [...address, ...(isAnyPort ? [] : extension('conntrack', '--ctorigdstport', range(match.first, match.last ?? match.first)))];
    }
    case 'ct-direction':
      return extension('conntrack', '--ctdir', match.direction.toUpperCase());
    case 'ct-status':
      return extension('conntrack', '--ctstatus', match.status.toUpperCase());
    case 'ct-label':
      // The tool prints a label by its name, where the host has one for it, and else in quotes.
      return extension('connlabel', '--label', `"${label(match.label)}"${match.set ? ' --set' : ''}`);
    case 'address-type':
      return extension('addrtype', match.of === 'source' ? '--src-type' : '--dst-type', match.type.toUpperCase());
    case 'mark':
      return extension('mark', '--mark', markText(match, origin));
    case 'host-socket':
      return [{ module: 'owner', option: '--socket-exists', text: `${not}--socket-exists` }];
    case 'in-set':
      return extension('set', '--match-set', `${safe(WORD, match.set)} ${(match.fields ?? ['src', 'dst', 'dst']).join(',')}`);
    case 'rate-per-source':
      return [{ module: 'hashlimit', option: '--hashlimit-upto', text: hashlimitOptions(match, origin) }];
    case 'limit': {
      const burst = match.burst === DEFAULT_BURST ? '' : ` --limit-burst ${number(match.burst, 1, 10_000)}`;
      return extension('limit', '--limit', `${number(match.amount, 1, 10_000)}/${UNITS[match.per]}${burst}`);
    }
    default:
      throw unsupported(`match '${match.kind}'`);
  }
}

/**
 * By default the kernel forgets a source that was quiet for one unit, and with it that its burst is used up: at 1/sec with a burst of 100, who
 * pauses for a second may open 100 again. So a source is remembered for as long as its burst takes to fill up.
 */
export function hashlimitOptions(
  { name, rate, sourceLength, places }: Match & { readonly kind: 'rate-per-source' },
  origin: string,
): string {
  const { amount, per, burst } = rate;
  const number = (value: number, least: number, most: number) => wholeNumber(value, least, most, origin);
  const unit = MILLISECONDS[per];
  const expiry = Math.min(Math.ceil((burst * unit) / amount), LONGEST_EXPIRY);
  return [
    `--hashlimit-upto ${number(amount, 1, 1_000_000)}/${UNITS[per]}`,
    // Unlike `limit`, `iptables-save` prints this one always.
    `--hashlimit-burst ${number(burst, 1, 1_000_000)}`,
    `--hashlimit-mode srcip --hashlimit-name ${safeWord(WORD, name, origin)}`,
    ...(places === undefined
      ? []
      : [
          `--hashlimit-htable-size ${number(places / SOURCES_PER_BUCKET, 1, places)} --hashlimit-htable-max ${number(places, 1, MOST_PLACES)}`,
        ]),
    ...(expiry > unit ? [`--hashlimit-htable-expire ${expiry}`] : []),
    ...(sourceLength === undefined ? [] : [`--hashlimit-srcmask ${number(sourceLength, 0, 128)}`]),
  ].join(' ');
}

export function markText({ value, mask }: { readonly value: number; readonly mask: number }, origin: string, always = false): string {
  const [bits, of] = [value, mask].map((number) => `0x${Number(wholeNumber(number, 0, ALL_BITS, origin)).toString(16)}`);
  return mask === ALL_BITS && !always ? bits : `${bits}/${of}`;
}

export const INTERFACE = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/;
export const ADDRESS = /^[0-9a-f.:]+(\/[0-9]+)?$/;
export const WORD = /^[A-Za-z0-9][A-Za-z0-9_-]{0,30}$/;

/** Last look before data becomes text: the constructs have checked it, but a rule is one line of words, and a newline would be another rule. */
export function safeWord(pattern: RegExp, word: string, origin: string): string {
  if (!pattern.test(word)) {
    throw new RuleError('UnsafeWord', origin, `${JSON.stringify(word)} must not be in a rule`);
  }
  return word;
}

/** Refuses tokens too: cdktf's are huge negative numbers. */
export function wholeNumber(value: number, least: number, most: number, origin: string): string {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RuleError('UnsafeWord', origin, `${value} is not a whole number from ${least} to ${most}`);
  }
  return String(value);
}
