import type { HostChain, HostRules } from '../../../firewall/private/host-rules';
import type { Match, PairElement, Rule, RuleSet } from '../../../firewall/private/ir';
import { groupBy } from '../../../private/multimap';
import type { Family } from '../../../topology/private/terms';
import { type Address, type AddressRange, inRange, readRange } from '../walk/address';

/** What a rule shows without a packet: which packets it might concern. In doubt, it concerns them. */
export interface RuleFacts {
  readonly chain: HostChain;
  readonly rule: Rule;
  /** Undefined: from everywhere. */
  readonly source?: AddressRange;
  readonly destination?: AddressRange;
  /** Every block that a match compares an end with; for the destination, those that it had before it was translated, too. */
  readonly compared: Readonly<Record<'source' | 'destination', readonly AddressRange[]>>;
  /** The same of either end, with those of the sets that the rule asks. */
  readonly blocks: readonly AddressRange[];
  /** Pairs of single addresses, by `SOURCE>DESTINATION` as text: the rule concerns only these. */
  readonly pairs?: ReadonlyMap<string, readonly PairElement[]>;
  /** Sets of networks that the rule asks for an address. */
  readonly networkSets: readonly NetworkSet[];
  /** The rule concerns only packets that arrive on this interface; undefined if there is more than one. */
  readonly onlyIn?: string;
  /** The same of what goes out. */
  readonly onlyOut?: string;
  /** False for a rule that only changes or records a packet at its end, and does not affect whether it is dropped. */
  readonly decides: boolean;
  /** The rule concerns only translated packets. */
  readonly wantsTranslated: boolean;
  admitsIn(name: string): boolean;
  admitsOut(name: string): boolean;
}

/** A set of networks as a match uses it: for which end, and with which interface, if the set has them. */
export interface NetworkSet {
  readonly end: 'source' | 'destination';
  readonly beside?: 'in' | 'out';
  holds(address: Address, beside?: string): boolean;
}

const known = new WeakMap<HostRules, RuleFacts[]>();

export function factsOf(rules: HostRules): RuleFacts[] {
  const facts = known.get(rules) ?? readFacts(rules);
  known.set(rules, facts);
  return facts;
}

function readFacts(rules: HostRules): RuleFacts[] {
  const sets = new Map(rules.sets.map((set) => [set.name, set]));
  return rules.chains.flatMap((chain) => chain.rules.map((rule) => ruleFacts(chain, rule, rules.family, sets)));
}

/** Undefined if the match does not use networks, or uses an unknown form. */
export function networkSet(match: Match, sets: ReadonlyMap<string, RuleSet>, family: Family): NetworkSet | undefined {
  const set = match.kind === 'in-set' ? sets.get(match.set) : undefined;
  if (match.kind !== 'in-set' || set === undefined || match.fields === undefined || 'elements' in set || 'seconds' in set) return undefined;
  const [field, side, ...more] = match.fields;
  const end = field === 'src' ? 'source' : 'destination';
  const links = 'links' in set ? set.links : set.blocks.map((block) => ({ block, interface: '' }));
  const ranges = links.flatMap(({ block, interface: name }) => {
    const range = readRange(family, block);
    return range === undefined ? [] : [{ range, name }];
  });
  if (ranges.length < links.length || more.length > 0 || 'links' in set !== (side !== undefined)) return undefined;
  const holds = (address: Address, beside?: string) =>
    ranges.some(({ range, name }) => inRange(range, address) && (side === undefined || beside === undefined || name === beside));
  return { end, holds, ...(side !== undefined && { beside: side === 'src' ? 'in' : 'out' }) };
}

export function pairKey(source: string, destination: string): string {
  return `${source}>${destination}`;
}

function ruleFacts(chain: HostChain, rule: Rule, family: Family, sets: ReadonlyMap<string, RuleSet>): RuleFacts {
  const ins = rule.matches.filter((match) => match.kind === 'in-interface' || (match.kind === 'interface-list' && match.which === 'in'));
  const ranges = (blocks: readonly string[]) => blocks.flatMap((block) => readRange(family, block) ?? []);
  const compared = { source: ranges(rule.matches.flatMap(sourceOf)), destination: ranges(rule.matches.flatMap(destinationOf)) };
  const outs = rule.matches.filter((match) => match.kind === 'out-interface' || (match.kind === 'interface-list' && match.which === 'out'));
  return {
    chain,
    rule,
    ...rangesOf(rule, family),
    ...pairsOf(rule, sets),
    compared,
    blocks: [...compared.source, ...compared.destination, ...ranges(rule.matches.flatMap((match) => elementsOf(match, sets)))],
    networkSets: rule.matches.flatMap((match) => networkSet(match, sets, family) ?? []),
    decides: !['masquerade', 'snat', 'log', 'continue', 'add-source'].includes(rule.verdict.kind),
    wantsTranslated: rule.matches.some(
      (match) => match.kind === 'ct-state' && !match.negate && match.states.every((state) => state === 'DNAT'),
    ),
    onlyIn: onlyName(ins),
    onlyOut: onlyName(outs),
    admitsIn: (name) => ins.every((match) => admits(match, name)),
    admitsOut: (name) => outs.every((match) => admits(match, name)),
  };
}

function rangesOf({ matches }: Rule, family: Family): { source?: AddressRange; destination?: AddressRange } {
  const range = (kind: 'source' | 'destination') => {
    const match = matches.find((candidate) => candidate.kind === kind);
    const found = match?.kind === kind ? readRange(family, match.block) : undefined;
    return found === undefined ? {} : { [kind]: found };
  };
  return { ...range('source'), ...range('destination') };
}

function sourceOf(match: Match): readonly string[] {
  return match.kind === 'source' ? [match.block] : [];
}

function destinationOf(match: Match): readonly string[] {
  if (match.kind === 'ct-original') return match.address === undefined ? [] : [match.address];
  return match.kind === 'destination' ? [match.block] : [];
}

function elementsOf(match: Match, sets: ReadonlyMap<string, RuleSet>): readonly string[] {
  const set = match.kind === 'in-set' ? sets.get(match.set) : undefined;
  if (set === undefined || 'seconds' in set) return [];
  if ('blocks' in set) return set.blocks;
  return 'links' in set ? set.links.map(({ block }) => block) : set.elements.flatMap(({ source, destination }) => [source, destination]);
}

/** A set of pairs, or one pair in two matches. */
function pairsOf({ matches }: Rule, sets: ReadonlyMap<string, RuleSet>): { pairs?: ReadonlyMap<string, readonly PairElement[]> } {
  const inSet = matches.find((match) => match.kind === 'in-set');
  if (inSet?.kind === 'in-set' && !inSet.negate && inSet.fields === undefined) {
    const set = sets.get(inSet.set);
    if (set === undefined || !('elements' in set)) return {};
    return { pairs: groupBy(set.elements, ({ source, destination }) => pairKey(source, destination)) };
  }
  const source = matches.find((match) => match.kind === 'source' && !match.negate);
  const destination = matches.find((match) => match.kind === 'destination' && !match.negate);
  if (source?.kind !== 'source' || destination?.kind !== 'destination') return {};
  const [from, to] = [singleAddress(source.block), singleAddress(destination.block)];
  return from === undefined || to === undefined ? {} : { pairs: new Map([[pairKey(from, to), []]]) };
}

function singleAddress(block: string): string | undefined {
  return block.includes('/') ? /^(.*)\/(?:32|128)$/.exec(block)?.[1] : block;
}

/** Whether an interface has the name of a match, or begins with it where the match says so. */
export function isNamed({ name, prefix }: { readonly name: string; readonly prefix?: boolean }, actual: string): boolean {
  return prefix ? actual.startsWith(name) : actual === name;
}

function onlyName(matches: readonly Match[]): string | undefined {
  const exact = matches.find((match) => 'name' in match && !('prefix' in match && match.prefix) && !('negate' in match && match.negate));
  return exact && 'name' in exact ? exact.name : undefined;
}

function admits(match: Match, name: string): boolean {
  switch (match.kind) {
    case 'in-interface':
    case 'out-interface':
      return isNamed(match, name) !== (match.negate ?? false);
    case 'interface-list':
      return match.names.includes(name) !== (match.negate ?? false);
    default:
      return true;
  }
}
