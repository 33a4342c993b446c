import { type Alternatives, ALWAYS, type NftScope } from './nft-comparison';
import { readNftMatch } from './nft-match';
import { get, isNumber, isObject, type Json, listAt, plainElements, single, textAt, textOf } from './nft-values';
import { readNftVerdict } from './nft-verdict';
import { compareText } from '../blocks';
import type { IpProtocol, Match, Rule, Verdict } from '../ir';

/** Rules that one of nft becomes when each of its matches lists several things; with more of them a match stays unknown. */
const MOST_ALTERNATIVES = 1024;
/** Sees a packet and passes it on. */
const COUNTS: readonly string[] = ['counter', 'comment'];

/** A verdict for the packets of one alternative. */
interface Effect {
  readonly matches: readonly Match[];
  readonly verdict: Verdict;
}

/**
 * The rules that one rule of nft stands for, in the order in which the kernel does what it says.
 *
 * A rule of nft may have several effects (a log, a mark, a verdict), alternatives and a map of verdicts; a rule here has one verdict. Alternatives
 * never hold for the same packet, so that rules one after the other are the same. Where they are not, since one of them changes what the next looks
 * at, or since a limit would be counted twice, the part is unknown.
 */
export function readNftRule(expressions: readonly Json[], origin: string, scope: NftScope): Rule[] {
  const effects: Effect[] = [];
  let alternatives: Alternatives = ALWAYS;
  const narrow = (statement: Json, read: (protocol: IpProtocol | undefined) => Alternatives | undefined) => {
    alternatives = narrowed(alternatives, statement, read);
  };
  const then = (verdict: Verdict) => alternatives.forEach((matches) => effects.push({ matches, verdict }));

  for (const statement of expressions) {
    const [key, value] = single(statement) ?? ['', undefined];
    if (key === 'match') {
      narrow(statement, (protocol) => readNftMatch(value, protocol, scope));
    } else if (key === 'limit') {
      const limit = readLimit(value);
      narrow(statement, () => (limit && alternatives.length === 1 ? [[limit]] : undefined));
    } else if (key === 'vmap') {
      verdictMap(value, alternatives, scope).forEach((effect) => effects.push(effect));
    } else if (key === 'xt' && textAt(value, 'type') === 'match') {
      narrow(statement, () => undefined);
    } else if (!COUNTS.includes(key)) {
      const verdict = readNftVerdict(key, value, scope);
      if (verdict === 'other family') {
        alternatives = [];
      } else {
        then(verdict);
        if (verdict.kind === 'unknown') {
          // It may be a condition as well.
          narrow(statement, () => undefined);
        }
      }
    }
  }
  if (effects.length === 0) {
    then({ kind: 'continue', text: '' });
  }
  return sharing(effects).map((effect) => ({ ...effect, origin }));
}

function narrowed(
  alternatives: Alternatives,
  statement: Json,
  read: (protocol: IpProtocol | undefined) => Alternatives | undefined,
): Alternatives {
  let unknown: Match | undefined;
  const asUnknown = () => (unknown ??= { kind: 'unknown', text: textOf(statement) });
  // Both the statement and the list of alternatives may be long: what is read depends on the protocol alone.
  const known = new Map<IpProtocol | undefined, Alternatives>();
  const readFor = (protocol: IpProtocol | undefined) => {
    const added = known.get(protocol) ?? read(protocol) ?? [[asUnknown()]];
    known.set(protocol, added);
    return added;
  };
  const all: (readonly Match[])[] = [];
  for (const matches of alternatives) {
    const added = readFor(protocolOf(matches));
    if (all.length + added.length > MOST_ALTERNATIVES) {
      return alternatives.map((others) => [...others, asUnknown()]);
    }
    all.push(...added.flatMap((more) => combine(matches, more)));
  }
  return all;
}

function protocolOf(matches: readonly Match[]): IpProtocol | undefined {
  const found = matches.find((match) => match.kind === 'protocol' && !match.negate);
  return found?.kind === 'protocol' ? found.protocol : undefined;
}

/** Both together; nothing where they ask for two protocols at once. */
function combine(matches: readonly Match[], more: readonly Match[]): Alternatives {
  const known = protocolOf(matches);
  const isProtocol = (match: Match) => match.kind === 'protocol' && !match.negate;
  if (known === undefined || !more.some(isProtocol)) {
    return [[...matches, ...more]];
  }
  return protocolOf(more) === known ? [[...matches, ...more.filter((match) => !isProtocol(match))]] : [];
}

function readLimit(value: Json): Match | undefined {
  const [amount, burst, per] = [get(value, 'rate'), get(value, 'burst') ?? 5, textAt(value, 'per')];
  const isKnown = isObject(value) && Object.keys(value).every((key) => key === 'rate' || key === 'burst' || key === 'per');
  const isUnit = per === 'second' || per === 'minute' || per === 'hour' || per === 'day';
  const areNumbers = isNumber(amount, 0xffffffff) && isNumber(burst, 0xffffffff) && amount > 0 && burst > 0;
  return isKnown && isUnit && areNumbers ? { kind: 'limit', amount, per, burst } : undefined;
}

/** One rule per element. The kernel finds an element by its hash, so that their order means nothing: here it is that of their text. */
function verdictMap(value: Json, alternatives: Alternatives, scope: NftScope): Effect[] {
  const [key, data] = [get(value, 'key'), get(value, 'data')];
  const listed =
    typeof data === 'string' && data.startsWith('@') ? scope.named.get(data.slice(1))?.elements : plainElements(listAt(data, 'set'));
  const pairs = listed?.map((pair) => (Array.isArray(pair) && pair.length === 2 ? (pair as readonly Json[]) : undefined));
  const isMark = textOf(key).includes('"mark"');
  // A chain that an element leads to may change the mark, and another element would match then.
  if (!pairs || pairs.includes(undefined) || isMark) {
    return alternatives.map((matches) => ({ matches, verdict: { kind: 'unknown', text: textOf({ vmap: value }) } }));
  }
  const sorted = pairs
    .map(([element, verdict] = []) => ({ element, verdict, text: textOf(element) }))
    .sort((a, b) => compareText(a.text, b.text));
  return sorted.flatMap(({ element, verdict: verdictValue }) => {
    const [kind, content] = single(verdictValue) ?? ['', verdictValue];
    const verdict = readNftVerdict(kind, content, scope);
    const match = { op: '==', left: key, right: element };
    // `*` stands for what no other element holds.
    const read = (protocol: IpProtocol | undefined) => (element === '*' ? undefined : readNftMatch(match, protocol, scope));
    return narrowed(alternatives, { match }, read).map((matches) => ({
      matches,
      verdict: verdict === 'other family' ? ({ kind: 'unknown', text: textOf(verdictValue) } as const) : verdict,
    }));
  });
}

/** Effects of one rule as rules of their own, with what they cannot share made unknown. */
function sharing(effects: readonly Effect[]): readonly Effect[] {
  const decides = ({ verdict }: Effect) => verdict.kind !== 'log' && verdict.kind !== 'continue';
  const limited = effects.filter(({ matches }) => matches.some(({ kind }) => kind === 'limit'));
  const holder = limited.length === 1 ? limited[0] : limited.filter(decides).length === 1 ? limited.find(decides) : undefined;
  let isMarkChanged = false;
  return effects.map((effect) => {
    const hasMark = effect.matches.some(({ kind }) => kind === 'mark');
    const matches = effect.matches.map((match): Match => {
      const isCounted = match.kind === 'limit' && effect !== holder;
      return isCounted || (match.kind === 'mark' && isMarkChanged) ? { kind: 'unknown', text: JSON.stringify(match) } : match;
    });
    isMarkChanged ||= effect.verdict.kind === 'set-mark' && hasMark;
    return { ...effect, matches };
  });
}
