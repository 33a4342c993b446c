import type { Word } from './save-words';

/*
 * Rules as people write them, in the form in which `iptables-save` prints them: short names of options, the options of no module first, each other
 * one behind the module that it belongs to, and a `!` before the option.
 */

const SHORT: Readonly<Record<string, string>> = {
  '--protocol': '-p',
  '--source': '-s',
  '--src': '-s',
  '--destination': '-d',
  '--dst': '-d',
  '--in-interface': '-i',
  '--out-interface': '-o',
  '--match': '-m',
  '--jump': '-j',
  '--goto': '-g',
  '--fragment': '-f',
  '--source-port': '--sport',
  '--destination-port': '--dport',
  '--source-ports': '--sports',
  '--destination-ports': '--dports',
  '--port': '--ports',
  '--log-ip-option': '--log-ip-options',
  '--hashlimit': '--hashlimit-upto',
};

/** Belong to no module; the order is that of the tool. */
const BASIC = ['-s', '-d', '-i', '-o', '-p', '-f'] as const;
/** Take the next word as it is, also one that looks like the start of something else. */
export const TAKES_TEXT: ReadonlySet<string> = new Set([
  ...['--comment', '--log-prefix', '--nflog-prefix', '--ulog-prefix', '--string', '--hex-string', '--algo', '--name', '--helper'],
  ...[
    '--hashlimit-name',
    '--u32',
    '--bytecode',
    '--to-source',
    '--to-destination',
    '--label',
    '--prefix',
    '--match-set',
    '--add-set',
    '--del-set',
  ],
]);
/** Of the module of the protocol, whichever was named before. */
const OF_PROTOCOL: Readonly<Record<string, readonly string[]>> = {
  '--sport': ['tcp', 'udp', 'sctp', 'dccp', 'udplite'],
  '--dport': ['tcp', 'udp', 'sctp', 'dccp', 'udplite'],
  '--syn': ['tcp'],
  '--tcp-flags': ['tcp'],
  '--tcp-option': ['tcp'],
  '--icmp-type': ['icmp'],
  '--icmpv6-type': ['icmp6'],
};
/** Number of words behind an option that has more or fewer than one. */
const COUNTS: Readonly<Record<string, number>> = { '--tcp-flags': 2, '--syn': 0 };
const MODULES: Readonly<Record<string, string>> = {
  '6': 'tcp',
  '17': 'udp',
  '132': 'sctp',
  '33': 'dccp',
  '136': 'udplite',
  '1': 'icmp',
  '58': 'icmp6',
  icmpv6: 'icmp6',
  'ipv6-icmp': 'icmp6',
};

interface Module {
  readonly start: readonly Word[];
  readonly words: Word[];
}

/** The words of a rule behind its chain, as `iptables-save` would write them; what is not known stays where it was. */
export function spelled(words: readonly Word[]): readonly Word[] {
  const basic = new Map<string, Word[][]>();
  const modules: Module[] = [];
  const target: Word[] = [];
  const stray: Word[] = [];
  let open: Word[] = stray;
  let protocol: string | undefined;
  // The one module that has an option of this name.
  const isOfIpsec = words.some(({ raw }) => raw === 'policy');
  const all = words.map((word, at) => {
    const short = word.raw === '--proto' && !isOfIpsec ? '-p' : Object.hasOwn(SHORT, word.raw) ? SHORT[word.raw] : undefined;
    return short === undefined || TAKES_TEXT.has(words[at - 1]?.raw) ? word : plain(short);
  });

  for (let at = 0; at < all.length;) {
    const negate = all[at].raw === '!' ? [all[at]] : [];
    const option = all[at + negate.length];
    if (option === undefined) {
      open.push(all[at]);
      break;
    }
    const name = option.raw;
    let next = at + negate.length + 1;
    // The old place of a negation.
    const isOld = negate.length === 0 && all[next]?.raw === '!' && (isBasic(name) || Object.hasOwn(OF_PROTOCOL, name) || OLD.has(name));
    const not = isOld ? [all[next++]] : negate;
    if (name === '-m' || name === '-j' || name === '-g') {
      const start = [...not, option, ...all.slice(next, next + 1)];
      next += 1;
      if (name === '-m' && not.length === 0) {
        const module: Module = { start, words: [] };
        modules.push(module);
        open = module.words;
      } else {
        target.push(...start);
        open = target;
      }
    } else if (isBasic(name)) {
      const value = name === '-f' ? [] : all.slice(next, next + 1);
      next += value.length;
      basic.set(name, [...(basic.get(name) ?? []), [...not, option, ...value]]);
      if (name === '-p') protocol = not.length === 0 ? value[0]?.text.toLowerCase() : undefined;
    } else if (Object.hasOwn(OF_PROTOCOL, name)) {
      const values = all.slice(next, next + (COUNTS[name] ?? 1));
      next += values.length;
      moduleFor(modules, name, protocolIn(all) ?? protocol).words.push(...not, option, ...values);
    } else if (TAKES_TEXT.has(name)) {
      open.push(...not, option, ...all.slice(next, next + 1));
      next += 1;
    } else {
      open.push(...not, option);
    }
    at = next;
  }
  const first = BASIC.flatMap((name) => (basic.get(name) ?? []).flat());
  return [...first, ...stray, ...modules.flatMap(({ start, words: rest }) => [...start, ...rest]), ...target];
}

const OLD: ReadonlySet<string> = new Set([
  '--state',
  '--ctstate',
  '--sports',
  '--dports',
  '--mark',
  '--src-type',
  '--dst-type',
  '--mac-source',
]);

function isBasic(name: string): boolean {
  return (BASIC as readonly string[]).includes(name);
}

function plain(text: string): Word {
  return { text, raw: text };
}

/** Also one that follows the options that need it. */
function protocolIn(words: readonly Word[]): string | undefined {
  const at = words.findIndex(({ raw }, i) => raw === '-p' && words[i - 1]?.raw !== '!' && words[i + 1]?.raw !== '!');
  return at < 0 ? undefined : words[at + 1]?.text.toLowerCase();
}

/** The module that knows the option: one that was named, or else that of the protocol. */
function moduleFor(modules: Module[], option: string, protocol: string | undefined): Module {
  const known = OF_PROTOCOL[option];
  const named = [...modules].reverse().find(({ start }) => known.includes(start[1]?.text ?? ''));
  if (named !== undefined) return named;
  const own = MODULES[protocol ?? ''] ?? protocol ?? known[0];
  const made: Module = { start: [plain('-m'), plain(known.includes(own) ? own : known[0])], words: [] };
  // Before what was named, since the tool prints it right behind the protocol.
  modules.unshift(made);
  return made;
}
