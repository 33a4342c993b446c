import type { CtState, IpProtocol, Match, RuleSet, TcpFlag } from '../ir';
import { LABELS } from '../own-names';
import { readProtocol } from '../protocols';
import { ADDRESS_TYPES, not, readAddress, readMarked, readNumber, readWrittenBlock, readWrittenPorts } from '../read-text';
import { icmpNamed } from './icmp-names';
import { readFurtherMatch } from './parse-further-match';
import { CT_STATES, hashlimitOptions, MOST_PLACES, SOURCES_PER_BUCKET, TCP_FLAGS, WORD } from './render-match';
import { type Option, optionsOf, rawText, type Word } from './save-words';
import type { Family } from '../../../topology/private/terms';

/** What a match of a rule is read with. */
export interface MatchScope {
  readonly family: Family;
  /** Of the rule so far; undefined where it is negated. */
  readonly protocol?: IpProtocol;
  readonly sets: ReadonlyMap<string, RuleSet>;
}

interface Module {
  /** Number of values by option. */
  readonly options: Readonly<Record<string, number>>;
  read(options: readonly Option[], scope: MatchScope, words: readonly Word[]): readonly (Match | undefined)[];
}

/** The matches that `-m NAME …` stands for; undefined where not every word of it is understood. */
export function readSaveMatch(name: string, words: readonly Word[], scope: MatchScope): readonly Match[] | undefined {
  const module = MODULES.get(name);
  const options = module && optionsOf(words, module.options);
  const matches = options && module.read(options, scope, words);
  return matches?.every((match) => match !== undefined) ? matches : readFurtherMatch(name, words, scope.family);
}

const WITH_PORTS: readonly (IpProtocol | undefined)[] = ['tcp', 'udp', 'sctp', '33', '136'];
const UNITS = { sec: 'second', second: 'second', min: 'minute', minute: 'minute', hour: 'hour', day: 'day' } as const;
const CONNTRACK = {
  ...{ '--ctstate': 1, '--ctorigsrc': 1, '--ctorigdst': 1, '--ctorigdstport': 1, '--ctstatus': 1, '--ctdir': 1, '--ctproto': 1 },
  ...{ '--ctorigsrcport': 1, '--ctreplsrc': 1, '--ctreplsrcport': 1, '--ctrepldst': 1, '--ctrepldstport': 1, '--ctexpire': 1 },
};
/** Of these the rules as data know nothing. */
const OF_ANSWERS: readonly string[] = ['--ctorigsrcport', '--ctreplsrc', '--ctreplsrcport', '--ctrepldst', '--ctrepldstport', '--ctexpire'];
const PORTS = { '--sport': 1, '--dport': 1 };

const MODULES: ReadonlyMap<string, Module> = new Map<string, Module>([
  ['tcp', { options: { ...PORTS, '--tcp-flags': 2, '--syn': 0 }, read: ofProtocol('tcp') }],
  ['udp', { options: PORTS, read: ofProtocol('udp') }],
  ['sctp', { options: PORTS, read: ofProtocol('sctp') }],
  ['dccp', { options: PORTS, read: ofProtocol('33') }],
  ['udplite', { options: PORTS, read: ofProtocol('136') }],
  ['multiport', { options: { '--sports': 1, '--dports': 1, '--ports': 1 }, read: exactlyOne(multiport) }],
  ['icmp', { options: { '--icmp-type': 1 }, read: icmpOf('icmp') }],
  ['icmp6', { options: { '--icmpv6-type': 1 }, read: icmpOf('ipv6-icmp') }],
  ['conntrack', { options: CONNTRACK, read: conntrack }],
  ['connmark', { options: { '--mark': 1 }, read: exactlyOne((option) => mark(option, 'ct-mark')) }],
  ['connlabel', { options: { '--label': 1, '--set': 0 }, read: (options) => [label(options)] }],
  ['state', { options: { '--state': 1 }, read: exactlyOne(states) }],
  ['addrtype', { options: { '--src-type': 1, '--dst-type': 1, '--limit-iface-in': 0, '--limit-iface-out': 0 }, read: addressTypes }],
  ['mark', { options: { '--mark': 1 }, read: exactlyOne((option) => mark(option)) }],
  ['owner', { options: { '--socket-exists': 0 }, read: exactlyOne(({ negate }) => ({ kind: 'host-socket', ...not(negate) })) }],
  ['set', { options: { '--match-set': 2 }, read: exactlyOne(inSet) }],
  ['limit', { options: { '--limit': 1, '--limit-burst': 1 }, read: (options) => [limit(options)] }],
  [
    'hashlimit',
    {
      options: {
        '--hashlimit-upto': 1,
        '--hashlimit-burst': 1,
        '--hashlimit-mode': 1,
        '--hashlimit-name': 1,
        '--hashlimit-htable-size': 1,
        '--hashlimit-htable-max': 1,
        '--hashlimit-htable-expire': 1,
        '--hashlimit-srcmask': 1,
      },
      read: (options, _, words) => [ratePerSource(options, words)],
    },
  ],
]);

function someOf(matches: readonly (Match | undefined)[]): readonly (Match | undefined)[] {
  return matches.length > 0 ? matches : [undefined];
}

function exactlyOne(read: (option: Option, scope: MatchScope) => Match | undefined): Module['read'] {
  return (options, scope) => (options.length === 1 ? [read(options[0], scope)] : [undefined]);
}

/** Without options the match says no more than `-p` does. */
function ofProtocol(wanted: IpProtocol): Module['read'] {
  return (options, { protocol }) => (protocol === wanted ? options.map(portOrFlags) : [undefined]);
}

function portOrFlags({ name, negate, values }: Option): Match | undefined {
  if (name === '--syn') {
    return { kind: 'tcp-flags', mask: ['FIN', 'SYN', 'RST', 'ACK'], set: ['SYN'], ...not(negate) };
  }
  if (name === '--tcp-flags') {
    const [mask, set] = values.map(flags);
    return mask && set && { kind: 'tcp-flags', mask, set, ...not(negate) };
  }
  const range = readWrittenPorts(values[0], ':');
  const ends = values[0].split(':').map((end) => readNumber(end, 65535));
  // Older tools took one that ends before it begins; no port is in it.
  const isBackwards = ends.length === 2 && ends[0] !== undefined && ends[1] !== undefined && ends[0] > ends[1];
  if (isBackwards) return { kind: 'any-of', matches: [], ...not(negate) };
  return range && { kind: name === '--dport' ? 'destination-port' : 'source-port', first: range[0], last: range[1], ...not(negate) };
}

function flags(text: string): TcpFlag[] | undefined {
  if (text === 'NONE' || text === 'ALL') {
    return text === 'ALL' ? [...TCP_FLAGS] : [];
  }
  const names = text.split(',');
  return names.every((name) => TCP_FLAGS.includes(name as TcpFlag)) ? TCP_FLAGS.filter((flag) => names.includes(flag)) : undefined;
}

function multiport({ name, negate, values }: Option, { protocol }: MatchScope): Match | undefined {
  const ranges = values[0].split(',').map((text) => readWrittenPorts(text, ':'));
  const which = ({ '--sports': 'source', '--dports': 'destination', '--ports': 'either' } as const)[name];
  return which && WITH_PORTS.includes(protocol) && ranges.every((range) => range !== undefined)
    ? { kind: 'port-list', which, ranges, ...not(negate) }
    : undefined;
}

function icmpOf(wanted: IpProtocol): Module['read'] {
  return (options, { protocol }) => {
    const option = options.length === 1 && protocol === wanted ? options[0] : undefined;
    // For the kernel the type 255 of IPv4 is "any".
    const isAny = option?.values[0] === 'any' || (wanted === 'icmp' && option?.values[0] === '255');
    if (isAny) return option.negate ? [{ kind: 'any-of', matches: [] }] : [];
    return options.length === 0 && protocol === wanted ? [] : [option && icmpType(option, wanted)];
  };
}

function icmpType({ negate, values }: Option, protocol: IpProtocol): Match | undefined {
  const named = icmpNamed(protocol === 'icmp' ? 'ipv4' : 'ipv6', values[0]);
  if (named !== undefined) {
    return { kind: 'icmp-type', type: named[0], ...(named[1] === undefined ? {} : { code: named[1] }), ...not(negate) };
  }
  const [typeText, codeText, ...rest] = values[0].split('/', 3);
  const type = readNumber(typeText, protocol === 'icmp' ? 254 : 255);
  const code = codeText === undefined ? undefined : readNumber(codeText, 255);
  if (type === undefined || rest.length > 0 || (codeText !== undefined && code === undefined)) {
    return undefined;
  }
  return { kind: 'icmp-type', type, ...(code === undefined ? {} : { code }), ...not(negate) };
}

function conntrack(options: readonly Option[], { family }: MatchScope): readonly (Match | undefined)[] {
  const matches: (Match | undefined)[] = [];
  const of = (name: string) => options.find((option) => option.name === name);
  const [state, address, port, direction] = [of('--ctstate'), of('--ctorigdst'), of('--ctorigdstport'), of('--ctdir')];
  const [status, source, protocol] = [of('--ctstatus'), of('--ctorigsrc'), of('--ctproto')];
  if (state) {
    matches.push(states(state));
  }
  if (address || port) {
    const original = address && (readAddress(address.values[0], family) ?? readWrittenBlock(address.values[0], family));
    const range = port && readWrittenPorts(port.values[0], ':');
    const isRead = (!address || original) && (!port || range);
    const ports = range ? { first: range[0], last: range[1] } : {};
    const parts: Match[] =
      address?.negate || port?.negate
        ? [
            ...(address ? [negated({ kind: 'ct-original', address: original }, address.negate)] : []),
            ...(port ? [negated({ kind: 'ct-original', ...ports }, port.negate)] : []),
          ]
        : [{ kind: 'ct-original', ...(original ? { address: original } : {}), ...ports }];
    matches.push(...(isRead ? parts : [undefined]));
  }
  if (source) {
    const block = readWrittenBlock(source.values[0], family);
    matches.push(block === undefined ? undefined : { kind: 'ct-source', block, ...not(source.negate) });
  }
  for (const { name, negate, values } of options.filter((option) => OF_ANSWERS.includes(option.name))) {
    matches.push({ kind: 'unknown', text: `-m conntrack ${negate ? '! ' : ''}${name} ${values[0]}`, depends: true });
  }
  if (protocol) {
    const known = readProtocol(protocol.values[0]);
    matches.push(known && { kind: 'protocol', protocol: known, ...not(protocol.negate) });
  }
  if (status) {
    const known = ({ ASSURED: 'assured', SEEN_REPLY: 'seen-reply' } as const)[status.values[0]];
    matches.push(known && { kind: 'ct-status', status: known, ...not(status.negate) });
  }
  if (direction) {
    const name = { ORIGINAL: 'original', REPLY: 'reply' }[direction.values[0]] as 'original' | 'reply' | undefined;
    matches.push(name && !direction.negate ? { kind: 'ct-direction', direction: name } : undefined);
  }
  return someOf(matches);
}

function negated(match: Match, negate: boolean): Match {
  return negate ? { kind: 'any-of', matches: [match], negate } : match;
}

function states({ negate, values }: Option): Match | undefined {
  const names = values[0].toUpperCase().split(',');
  return names.every((name) => CT_STATES.includes(name as CtState))
    ? { kind: 'ct-state', states: CT_STATES.filter((state) => names.includes(state)), ...not(negate) }
    : undefined;
}

/** Only of Bulkhead's sets: the rules do not show what a label of another set means. */
function label(options: readonly Option[]): Match | undefined {
  const of = (name: string) => options.find((option) => option.name === name);
  const [given, set] = [of('--label'), of('--set')];
  const number = LABELS.find((known) => String(known) === given?.values[0]);
  const isRead = number !== undefined && !set?.negate && !(set && given?.negate);
  return isRead ? { kind: 'ct-label', label: number, ...(set ? { set: true } : {}), ...not(given?.negate ?? false) } : undefined;
}

const OTHER_TYPES = ['UNSPEC', 'ANYCAST', 'BLACKHOLE', 'UNREACHABLE', 'PROHIBIT', 'THROW', 'NAT', 'XRESOLVE'] as const;

function addressTypes(options: readonly Option[]): readonly (Match | undefined)[] {
  const beside = options.some(({ name }) => name === '--limit-iface-in') ? 'in' : options.some(({ name }) => name === '--limit-iface-out') ? 'out' : undefined; // prettier-ignore
  const types = options.filter(({ values }) => values.length > 0);
  return someOf(types.map((option) => addressType(option, beside)));
}

function addressType({ name, negate, values }: Option, beside: 'in' | 'out' | undefined): Match | undefined {
  const types = values[0].split(',').map((text) => ADDRESS_TYPES.find((known) => known.toUpperCase() === text.toUpperCase()));
  const of = name === '--src-type' ? 'source' : 'destination';
  if (!types.every((type) => type !== undefined)) {
    const isKnown = values[0].split(',').every((text) => (OTHER_TYPES as readonly string[]).includes(text) || ADDRESS_TYPES.some((type) => type.toUpperCase() === text)); // prettier-ignore
    return isKnown ? { kind: 'unknown', text: `-m addrtype ${negate ? '! ' : ''}${name} ${values[0]}`, depends: true } : undefined;
  }
  const matches = types.map((type): Match => ({ kind: 'address-type', of, type, ...(beside && { beside }) }));
  return matches.length === 1
    ? { ...(matches[0] as Match & { kind: 'address-type' }), ...not(negate) }
    : { kind: 'any-of', matches, ...not(negate) };
}

function mark({ negate, values }: Option, kind: 'mark' | 'ct-mark' = 'mark'): Match | undefined {
  const marked = readMarked(values[0]);
  return marked && { kind, ...marked, ...not(negate) };
}

/** A set whose content is not known leaves the match unknown. */
function inSet({ negate, values: [name, fieldText] }: Option, { sets }: MatchScope): Match | undefined {
  const set = sets.get(name);
  const fields = fieldText.split(',', 4);
  const isForm = fields.every((field) => field === 'src' || field === 'dst');
  // Its content was not given.
  if (!set && isForm) return { kind: 'unknown', text: `-m set ${negate ? '! ' : ''}--match-set ${name} ${fieldText}`, depends: true };
  if (!set || !fields.every((field) => field === 'src' || field === 'dst') || fields.length !== fieldsOf(set)) {
    return undefined;
  }
  const ours = 'elements' in set && fieldText === 'src,dst,dst';
  return { kind: 'in-set', set: name, ...(ours ? {} : { fields }), ...not(negate) };
}

function fieldsOf(set: RuleSet): number {
  return 'elements' in set ? 3 : 'links' in set ? 2 : 1;
}

function limit(options: readonly Option[]): Match | undefined {
  const of = (name: string) => options.find((option) => option.name === name);
  const rate = amountPer(of('--limit')?.values[0] ?? '', 10_000);
  const burst = readNumber(of('--limit-burst')?.values[0] ?? '5', 10_000);
  return rate && burst && !options.some(({ negate }) => negate) ? { kind: 'limit', ...rate, burst } : undefined;
}

function amountPer(text: string, most: number): { amount: number; per: (typeof UNITS)[keyof typeof UNITS] } | undefined {
  const [amountText, unit, ...rest] = text.split('/', 3);
  const amount = readNumber(amountText, most);
  return amount && unit !== undefined && Object.hasOwn(UNITS, unit) && rest.length === 0
    ? { amount, per: UNITS[unit as keyof typeof UNITS] }
    : undefined;
}

/** Only in the form that we write: every other one counts something else, forgets it sooner, or lets through what is above. */
function ratePerSource(options: readonly Option[], words: readonly Word[]): Match | undefined {
  const of = (name: string) => options.find((option) => option.name === name)?.values[0];
  const rate = amountPer(of('--hashlimit-upto') ?? '', 1_000_000);
  const burst = readNumber(of('--hashlimit-burst') ?? '', 1_000_000);
  const [name, length] = [of('--hashlimit-name') ?? '', of('--hashlimit-srcmask')];
  const sourceLength = length === undefined ? undefined : readNumber(length, 128);
  const most = of('--hashlimit-htable-max');
  const places = most === undefined ? undefined : readNumber(most, MOST_PLACES);
  if (!rate || !burst || !WORD.test(name) || (length !== undefined && sourceLength === undefined) || (most !== undefined && !places)) {
    return undefined;
  }
  const match = {
    kind: 'rate-per-source',
    name,
    rate: { ...rate, burst },
    ...(sourceLength === undefined ? {} : { sourceLength }),
    ...(places === undefined || places % SOURCES_PER_BUCKET !== 0 ? {} : { places }),
  } as const;
  return hashlimitOptions(match, 'a rule that was read') === rawText(words) ? match : undefined;
}
