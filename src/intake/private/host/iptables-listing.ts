import { InputError } from '../../input-error';

const COLUMNS = /^\s*(num\s+)?pkts\s+bytes\s+target\s+prot\s+opt\s+in\s+out\s+source\s+destination\s*$/;
const PROTOCOL = '!?(?:all|tcp|udp|udplite|icmp|icmpv6|ipv6-icmp|sctp|dccp|esp|ah|gre|igmp|ospf|vrrp|ipv6|ipencap|[0-9]{1,3})';
const NUMBER = '[0-9]+[KMGTP]?';
const RULE = new RegExp(
  `^\\s*${NUMBER}\\s+${NUMBER}\\s+(?:(\\S+)\\s+)?(${PROTOCOL})\\s+(?:(--|-f|!f)\\s+)?(\\S+)\\s+(\\S+)\\s+(!?[0-9a-fA-F:.]+(?:/\\S+)?)\\s+(!?[0-9a-fA-F:.]+(?:/\\S+)?)(?:\\s+(.*?))?\\s*$`,
);
const ANYWHERE = new Set(['0.0.0.0/0', '::/0']);
const WHOLE = "give iptables-save, or the text of 'bulkhead collect'";

/** A table as `iptables-save` would print it. */
export interface ListedTable {
  /** Those of the kernel. */
  readonly chains: readonly string[];
  readonly lines: readonly string[];
}

/**
 * Reads what `iptables -L -n -v` printed of one table. A match or an option that it does not understand becomes one of unknown meaning, so that the rule
 * stays uncertain.
 * @throws InputError
 */
export function readListing(lines: readonly string[]): ListedTable {
  const chains = new Map<string, { readonly policy?: string; readonly references?: number }>();
  const rules: string[] = [];
  const jumps = new Map<string, number>();
  let chain: string | undefined;
  let isNumbered = false;
  for (const [at, line] of lines.entries()) {
    const begun = /^Chain (\S+) \((?:policy (ACCEPT|DROP)\b.*|(\d+) references?)\)/.exec(line);
    if (begun !== null) {
      chain = begun[1];
      if (chains.has(chain)) {
        throw new InputError(`line ${at + 1} lists the chain ${chain} again; give one table only, or better: ${WHOLE}`);
      }
      chains.set(chain, begun[2] === undefined ? { references: Number(begun[3]) } : { policy: begun[2] });
    } else if (/^\s*(num\s+)?target\s+prot\s/.test(line)) {
      throw new InputError(
        `the listing does not show interfaces, so it does not tell what its rules are about; print it with iptables -L -n -v, or better: ${WHOLE}`,
      );
    } else if (COLUMNS.test(line)) {
      isNumbered = /^\s*num/.test(line);
    } else if (line.trim() !== '' && !line.startsWith('#')) {
      const { text, target } = chain === undefined ? refused(line, at) : ruleOf(isNumbered ? line.replace(/^\s*\d+/, '') : line, chain, at);
      rules.push(text);
      jumps.set(target, (jumps.get(target) ?? 0) + 1);
    }
  }
  for (const [name, { references }] of chains) {
    const found = jumps.get(name) ?? 0;
    if (references !== undefined && references !== found) {
      throw new InputError(`the listing is cut: ${references} rules refer to the chain ${name}, and it lists ${found}; ${WHOLE}`);
    }
  }
  return {
    chains: [...chains].flatMap(([name, { policy }]) => (policy === undefined ? [] : [name])),
    lines: [...[...chains].map(([name, { policy = '-' }]) => `:${name} ${policy} [0:0]`), ...rules],
  };
}

function refused(line: string, at: number): never {
  throw new InputError(`line ${at + 1} is not a rule as iptables -L -n -v lists it: '${line.trim().slice(0, 60)}'; ${WHOLE}`);
}

function ruleOf(line: string, chain: string, at: number): { readonly text: string; readonly target: string } {
  const [, target = '', protocol, fragments, input, output, source, destination, rest = ''] = RULE.exec(line) ?? refused(line, at);
  const words = [`-A ${chain}`];
  const basic = (option: string, value: string, isAny: boolean) => {
    if (!isAny) words.push(value.startsWith('!') ? `! ${option} ${value.slice(1)}` : `${option} ${value}`);
  };
  basic('-s', source, ANYWHERE.has(source));
  basic('-d', destination, ANYWHERE.has(destination));
  basic('-i', input, input === '*');
  basic('-o', output, output === '*');
  basic('-p', protocol, protocol === 'all' || protocol === '0');
  if (fragments === '-f' || fragments === '!f') words.push(NOT_UNDERSTOOD('fragments'));
  const { matches, options, isGoto } = extensions(rest, target);
  words.push(...matches);
  if (target !== '') words.push(`${isGoto ? '-g' : '-j'} ${target}${options}`);
  return { text: words.join(' '), target };
}

/** A match that no reader of rules knows. */
const NOT_UNDERSTOOD = (text: string) => `-m listed --text ${quoted(text)}`;
const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;
const not = (sign: string | undefined) => (sign === undefined || sign === '' ? '' : '! ');

type Piece = (found: readonly string[]) => string;

/** How a listing names matches, each from the beginning of what is left. */
const MATCHES: readonly (readonly [RegExp, Piece])[] = [
  [/^\/\* (.*?) \*\//, ([, text]) => `-m comment --comment ${quoted(text)}`],
  [
    /^(tcp|udp|sctp) ((?:[sd]pts?:!?[0-9]+(?::[0-9]+)?(?: |$))+)/,
    ([, name, ports]) => `-m ${name} ${ports.trim().split(' ').map(port).join(' ')}`,
  ],
  [/^(!? ?)(?:ctstate) ([A-Z,]+)/, ([, sign, states]) => `-m conntrack ${not(sign)}--ctstate ${states}`],
  [/^(!? ?)state ([A-Z,]+)/, ([, sign, states]) => `-m state ${not(sign)}--state ${states}`],
  [/^ADDRTYPE match (src|dst)-type (!?)([A-Z]+)(?= |$)/, ([, of, sign, type]) => `-m addrtype ${not(sign)}--${of}-type ${type}`],
  [/^(!? ?)match-set (\S+) ((?:src|dst)(?:,(?:src|dst))*)/, ([, sign, set, fields]) => `-m set ${not(sign)}--match-set ${set} ${fields}`],
  [/^multiport (sports|dports|ports) (!? ?)([0-9:,]+)/, ([, which, sign, ports]) => `-m multiport ${not(sign)}--${which} ${ports}`],
  [/^icmptype (\d+)(?: code (\d+))?(?= |$)/, ([, type, code]) => `-m icmp --icmp-type ${type}${code === undefined ? '' : `/${code}`}`],
  [
    /^ipv6-icmptype (\d+)(?: code (\d+))?(?= |$)/,
    ([, type, code]) => `-m icmp6 --icmpv6-type ${type}${code === undefined ? '' : `/${code}`}`,
  ],
  [/^mark match (!? ?)(0x[0-9a-f]+(?:\/0x[0-9a-f]+)?)/, ([, sign, mark]) => `-m mark ${not(sign)}--mark ${mark}`],
  [/^limit: avg (\d+\/[a-z]+) burst (\d+)/, ([, rate, burst]) => `-m limit --limit ${rate} --limit-burst ${burst}`],
];

/** The options of a target of the kernel. */
const OPTIONS: Readonly<Record<string, readonly [RegExp, string]>> = {
  DNAT: [/(?:^| )to:(\S+)$/, '--to-destination'],
  SNAT: [/(?:^| )to:(\S+)$/, '--to-source'],
  REDIRECT: [/(?:^| )redir ports (\S+)$/, '--to-ports'],
  REJECT: [/(?:^| )reject-with (\S+)$/, '--reject-with'],
};

function port(word: string): string {
  const [, side, sign, first, last] = /^([sd])pts?:(!?)([0-9]+)(?::([0-9]+))?$/.exec(word) ?? [];
  return `${not(sign)}--${side}port ${first}${last === undefined ? '' : `:${last}`}`;
}

function extensions(text: string, target: string): { matches: string[]; options: string; isGoto: boolean } {
  let left = text.replace(/\s+/g, ' ').trim();
  const isGoto = left.startsWith('[goto]');
  if (isGoto) left = left.slice('[goto]'.length).trim();
  // Such a target decides nothing, whatever its options are.
  if (target === 'LOG') left = left.replace(/(?:^| )LOG flags .*$/, '');
  let options = '';
  const [pattern, option] = Object.hasOwn(OPTIONS, target) ? OPTIONS[target] : [];
  const told = pattern?.exec(left);
  if (told) {
    options = ` ${option} ${told[1]}`;
    left = left.slice(0, told.index);
  }
  const matches: string[] = [];
  while (left.trim() !== '') {
    left = left.trimStart();
    const [piece, made] =
      MATCHES.flatMap(([start, make]) => [start.exec(left)].flatMap((found) => (found ? [[found, make] as const] : [])))[0] ?? [];
    if (piece === undefined || made === undefined || /\*\//.test(left.slice(piece[0].length).replace(/\/\* .*? \*\//g, ''))) {
      matches.push(NOT_UNDERSTOOD(left));
      break;
    }
    matches.push(made(piece));
    left = left.slice(piece[0].length);
  }
  return { matches, options, isGoto };
}
