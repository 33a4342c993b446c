import type { HostRules } from '../../src/firewall/private/host-rules';
import { parseIptablesSave } from '../../src/firewall/private/iptables-text/parse-iptables-save';
import { parseNftJson } from '../../src/firewall/private/nft-text/parse-nft-json';
import { RuleError } from '../../src/firewall/private/rule-error';
import { HAND_MADE, realNftDumps, SETS, uncertain } from '../firewall/saves';
import { renderSave } from '../support/render-save';

/*
 * Laws for text that nobody vouches for:
 *  - the parsers end, in time that grows with the text, and throw nothing;
 *  - a word that means nothing is found again in what was read: in a match, a verdict, an origin or among what was not understood;
 *  - no word of a rule is passed over: without it, the rule reads differently or is not understood;
 *  - what is understood can be written, and reads the same again.
 */
/** For each of the parsers. */
const INPUTS = 5_000;

/** Same numbers in every run: a failure names its input by the count. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function mutate(text: string, random: (below: number) => number): string {
  const at = random(text.length);
  const lines = () => text.split('\n');
  switch (random(7)) {
    case 0:
      return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << random(8))) + text.slice(at + 1);
    case 1:
      return text.slice(0, at);
    case 2:
      return text.slice(0, at) + text.slice(at + random(20));
    case 3: {
      const words = text.split(' ');
      const word = random(words.length);
      return [...words.slice(0, word), words[word], ...words.slice(word)].join(' ');
    }
    case 4: {
      const all = lines();
      return [...all.slice(0, random(all.length)), ...all.slice(random(all.length))].join('\n');
    }
    case 5: {
      const words = text.split(' ');
      const [from, to] = [random(words.length), random(words.length)];
      [words[from], words[to]] = [words[to], words[from]];
      return words.join(' ');
    }
    default:
      return `${text.slice(0, at)}${['\0', '"', '\\', '!', '-m', '\n', '{', '[', '@', '*', ' '.repeat(500), 'x'.repeat(5000)][random(12)]}${text.slice(at)}`;
  }
}

/** Some lines of each kind: whole dumps would take minutes. */
const LINES = HAND_MADE.ipv4.split('\n').filter((line) => line !== '');
const RULES = LINES.filter((line) => line.startsWith('-A'));
/** One ruleset of an engine: the lines before its rules, and the rules. */
const NFT = realNftDumps()
  .find(({ family, name }) => family === 'ipv4' && name.includes('no-proxy'))!
  .text.split('\n');
const NFT_HEAD = NFT.filter((line, i) => i < 2 || line.includes('"family":"ip",')).filter((line) => !line.startsWith('{"rule"'));
const NFT_RULES = NFT.filter((line) => line.startsWith('{"rule":{"family":"ip",'));
const NFT_END = '{"metainfo":{}}\n]}\n';

function content({ chains, sets, notUnderstood }: HostRules): string {
  const plain = chains.map((chain) => ({ ...chain, rules: chain.rules.map(({ matches, verdict }) => ({ matches, verdict })) }));
  return JSON.stringify([plain, sets, notUnderstood]);
}

/** The table of a rule, with its chains, and the rule alone. */
function alone(rule: string): string {
  const at = LINES.indexOf(rule);
  const start = LINES.findIndex((_, i) => LINES[i].startsWith('*') && !LINES.slice(i + 1, at).some((line) => line.startsWith('*')));
  const head = LINES.slice(start, at).filter((line) => !line.startsWith('-A'));
  return [...head, rule, 'COMMIT', ''].join('\n');
}

test('mutated saves', () => {
  const random = randomNumbers(1);
  const tables = RULES.map(alone);
  let understood = 0;
  for (let i = 0; i < INPUTS; i++) {
    const given = mutate(random(10) === 0 ? HAND_MADE.ipv4 : tables[random(tables.length)], random);
    const text = random(4) === 0 ? mutate(given, random) : given;
    const sets = random(10) === 0 ? mutate(SETS, random) : SETS;
    const host = parseIptablesSave(text, 'ipv4', sets);
    if (uncertain(host).length === 0) {
      understood++;
      expect(written(host, sets) === content(host) ? '' : text).toBe('');
    }
  }
  // Else the laws above would say nothing.
  expect(understood).toBeGreaterThan(INPUTS / 20);
});

/** What is read of what is written; a name that must not stand in a rule is refused. */
function written(host: HostRules, sets: string): string {
  try {
    return content(parseIptablesSave(renderSave(host), 'ipv4', sets));
  } catch (error) {
    expect(error).toBeInstanceOf(RuleError);
    return content(host);
  }
}

test('mutated rulesets of nft', () => {
  const random = randomNumbers(2);
  let understood = 0;
  for (let i = 0; i < INPUTS; i++) {
    const lines = [...NFT_HEAD, NFT_RULES[random(NFT_RULES.length)]];
    const line = random(3) === 0 ? random(lines.length) : lines.length - 1;
    // Most changes make the text no JSON at all; another value leaves a ruleset.
    const changed = random(3) === 0 ? mutate(lines[line], random) : withOther(lines[line], random);
    const text = [...lines.slice(0, line), changed, ...lines.slice(line + 1), NFT_END].join('\n');
    understood += parseNftJson(text, 'ipv4').chains.length > 0 ? 1 : 0;
  }
  expect(understood).toBeGreaterThan(INPUTS / 20);
});

/** The line with one of its values replaced. */
function withOther(line: string, random: (below: number) => number): string {
  const values = line.match(/"[^"]*"|\b\d+\b|null/g) ?? [''];
  const others = [
    ...values,
    '7',
    '-1',
    '1e99',
    'null',
    'true',
    '[]',
    '{}',
    '"@x"',
    '"*"',
    '[[]]',
    '{"set":[]}',
    '{"range":[9,1]}',
    '"__proto__"',
  ];
  return line.replace(values[random(values.length)], others[random(others.length)]);
}

test('a word that means nothing is found again, wherever it is put', () => {
  for (const rule of RULES) {
    const words = rule.split(' ');
    for (let at = 0; at <= words.length; at++) {
      const host = parseIptablesSave(alone(rule).replace(rule, [...words.slice(0, at), 'zz9', ...words.slice(at)].join(' ')), 'ipv4', SETS);
      const read = host.chains.flatMap(({ rules }) => rules);
      const comments = rule.includes('--comment') || rule.includes('prefix') ? read.map(({ origin }) => origin) : [];
      expect(JSON.stringify([read.map(({ matches, verdict }) => [matches, verdict]), host.notUnderstood, comments])).toContain('zz9');
    }
  }
});

test('no word of a rule is passed over', () => {
  for (const rule of RULES) {
    const words = rule.split(' ');
    const whole = content(parseIptablesSave(alone(rule), 'ipv4', SETS));
    for (let at = 0; at < words.length; at++) {
      const rest = words.filter((_, i) => i !== at).join(' ');
      const isComment = words.slice(0, at).includes('--comment') && !words.slice(0, at + 1).includes('-j');
      const read = content(parseIptablesSave(alone(rule).replace(rule, rest), 'ipv4', SETS));
      expect(isComment || read !== whole ? '' : `${words[at]} in ${rule}`).toBe('');
    }
  }
});

test('long text takes time that grows with it, and no more', () => {
  const long = 200_000;
  const lines = [
    `-A FORWARD ${'-m '.repeat(long / 3)}`,
    `-A FORWARD ${'! '.repeat(long / 2)}`,
    `-A FORWARD ${'-s 10.0.0.1/32 '.repeat(long / 15)}`,
    `-A FORWARD -m comment --comment "${'\\"'.repeat(long / 2)}" -j DROP`,
    `-A FORWARD -s ${'1'.repeat(long)} -j DROP`,
    `-A FORWARD -s ${':'.repeat(long)} -j DROP`,
    `-A FORWARD -p tcp -m multiport --dports ${'1,'.repeat(long / 2)}1 -j DROP`,
    `-A FORWARD -m conntrack --ctstate ${'NEW,'.repeat(long / 4)}NEW -j DROP`,
    `-A FORWARD ${'x'.repeat(long)}`,
    `-A FORWARD -j LOG ${'"a" '.repeat(long / 4)}`,
    `:${'C'.repeat(long)} - [0:0]`,
    `[${'1'.repeat(long)}:1] -A FORWARD`,
  ];
  const began = Date.now();
  for (const line of lines) {
    parseIptablesSave(`*filter\n:FORWARD ACCEPT [0:0]\n${line}\nCOMMIT\n`, 'ipv4', line);
  }
  parseIptablesSave(`*filter\n${':C - [0:0]\n'.repeat(long / 10)}COMMIT\n`, 'ipv4');
  const names = Array.from({ length: 1000 }, (_, i) => `"i${i}*"`);
  const vast = { op: '==', left: { meta: { key: 'iifname' } }, right: { set: names.map((name) => JSON.parse(name) as string) } };
  const rule = { rule: { family: 'ip', table: 't', chain: 'f', expr: Array.from({ length: 20 }, () => ({ match: vast })) } };
  const nft = [{ table: { family: 'ip', name: 't' } }, { chain: { family: 'ip', table: 't', name: 'f' } }, rule];
  parseNftJson(JSON.stringify({ nftables: nft }), 'ipv4');
  expect(Date.now() - began).toBeLessThan(10_000);
});
