import { blockText } from './blocks';
import type { CtState, Match } from './ir';
import { RuleError } from './rule-error';
import type { RateSpec } from '../../topology/private/topology';

/** As `iptables-save` prints them. */
const UNITS = { second: 'sec', minute: 'min', hour: 'hour', day: 'day' } as const;
const MILLISECONDS = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
const STATES: readonly CtState[] = ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'DNAT'];
/** What both matches take when no burst is given; `iptables-save` leaves it out. */
const DEFAULT_BURST = 5;
/** The kernel reads a longer time as a negative number. */
const LONGEST_EXPIRY = 2_147_483_647;

/** Matches of one rule, in the order and form in which `iptables-save` 1.8 prints them. */
export function renderMatches(matches: readonly Match[], origin: string): string[] {
  const protocol = matches.find((match) => match.kind === 'protocol')?.protocol;
  const words = new Map<Place, string[]>();
  for (const match of matches) {
    const { place, text } = renderMatch(match, protocol, origin);
    if (text !== '') {
      words.set(place, [...(words.get(place) ?? []), text]);
    }
  }
  const conntrack = words.get('conntrack');
  if (conntrack) {
    words.set('conntrack', ['-m conntrack', ...CONNTRACK.flatMap((option) => conntrack.filter((text) => text.startsWith(option)))]);
  }
  return PLACES.flatMap((place) => words.get(place) ?? []);
}

const PLACES = ['source', 'destination', 'in', 'out', 'protocol', 'port', 'conntrack', 'set', 'hashlimit', 'limit'] as const;
type Place = (typeof PLACES)[number];

/** All of them stand in one instance of the match. */
const CONNTRACK = ['--ctstate', '--ctorigdst', '--ctdir'] as const;

function renderMatch(match: Match, protocol: string | undefined, origin: string): { place: Place; text: string } {
  const not = 'negate' in match && match.negate ? '! ' : '';
  const safe = (pattern: RegExp, word: string) => safeWord(pattern, word, origin);
  const number = (value: number, least: number, most: number) => wholeNumber(value, least, most, origin);
  const range = (first: number, last: number) => {
    const [from, to] = [number(first, 0, 65535), number(last, first, 65535)];
    return from === to ? from : `${from}:${to}`;
  };
  const interfaceName = (name: string, prefix?: boolean) => (prefix ? `${safe(INTERFACE, name)}+` : safe(INTERFACE, name));

  switch (match.kind) {
    case 'source':
      return { place: 'source', text: `${not}-s ${safe(ADDRESS, blockText(match.block))}` };
    case 'destination':
      return { place: 'destination', text: `${not}-d ${safe(ADDRESS, blockText(match.block))}` };
    case 'in-interface':
      return { place: 'in', text: `${not}-i ${interfaceName(match.name, match.prefix)}` };
    case 'out-interface':
      return { place: 'out', text: `${not}-o ${interfaceName(match.name, match.prefix)}` };
    case 'protocol':
      return { place: 'protocol', text: `-p ${safe(WORD, match.protocol)}` };
    case 'destination-port': {
      const everyPort = match.first === 0 && match.last === 65535;
      return { place: 'port', text: everyPort ? '' : `-m ${safe(WORD, protocol ?? '')} --dport ${range(match.first, match.last)}` };
    }
    case 'icmp-type': {
      const option = protocol === 'icmp' ? '-m icmp --icmp-type' : '-m icmp6 --icmpv6-type';
      return { place: 'port', text: `${option} ${number(match.type, 0, 255)}` };
    }
    case 'ct-state': {
      const states = STATES.filter((state) => match.states.includes(state));
      return { place: 'conntrack', text: `--ctstate ${states.join(',')}` };
    }
    case 'ct-original': {
      const address = match.address === undefined ? [] : [`--ctorigdst ${safe(ADDRESS, match.address)}`];
      const ports = match.first === undefined ? [] : [`--ctorigdstport ${range(match.first, match.last ?? match.first)}`];
      return { place: 'conntrack', text: [...address, ...ports].join(' ') };
    }
    case 'ct-direction':
      return { place: 'conntrack', text: `--ctdir ${match.direction.toUpperCase()}` };
    case 'in-set':
      return { place: 'set', text: `-m set --match-set ${safe(WORD, match.set)} src,dst,dst` };
    case 'rate-per-source':
      return { place: 'hashlimit', text: hashlimit(safe(WORD, match.name), match.rate, match.sourceLength, number) };
    case 'limit': {
      const burst = match.burst === DEFAULT_BURST ? '' : ` --limit-burst ${number(match.burst, 1, 10_000)}`;
      return { place: 'limit', text: `-m limit --limit ${number(match.amount, 1, 10_000)}/${UNITS[match.per]}${burst}` };
    }
    default:
      throw new RuleError('UnsupportedMatch', origin, `match '${match.kind}'`);
  }
}

/**
 * By default the kernel forgets a source that was quiet for one unit, and with it that its burst is used up: at 1/sec with a burst of 100, who
 * pauses for a second may open 100 again. So a source is remembered for as long as its burst takes to fill up.
 */
function hashlimit(
  name: string,
  { amount, per, burst }: RateSpec,
  sourceLength: number | undefined,
  number: (value: number, least: number, most: number) => string,
): string {
  const unit = MILLISECONDS[per];
  const expiry = Math.min(Math.ceil((burst * unit) / amount), LONGEST_EXPIRY);
  return [
    `-m hashlimit --hashlimit-upto ${number(amount, 1, 1_000_000)}/${UNITS[per]}`,
    // Unlike `limit`, `iptables-save` prints this one always.
    `--hashlimit-burst ${number(burst, 1, 1_000_000)}`,
    `--hashlimit-mode srcip --hashlimit-name ${name}`,
    ...(expiry > unit ? [`--hashlimit-htable-expire ${expiry}`] : []),
    ...(sourceLength === undefined ? [] : [`--hashlimit-srcmask ${number(sourceLength, 0, 128)}`]),
  ].join(' ');
}

export const INTERFACE = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/;
export const ADDRESS = /^[0-9a-f.:]+(\/[0-9]+)?$/;
export const WORD = /^[A-Za-z0-9][A-Za-z0-9_-]{0,30}$/;

/** Last look before data becomes text: the constructs have checked it, but a rule is one line of words, and a newline would be another rule. */
export function safeWord(pattern: RegExp, word: string, origin: string): string {
  if (!pattern.test(word)) {
    throw new RuleError('UnsafeWord', origin, `${JSON.stringify(word)} must not stand in a rule`);
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
