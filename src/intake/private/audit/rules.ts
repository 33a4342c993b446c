import { type Difference, difference, notCompared } from './difference';
import { blockText } from '../../../firewall/private/blocks';
import { ruleText } from '../../../firewall/private/canonical-rule';
import type { HostChain, HostRules } from '../../../firewall/private/host-rules';
import { parseIptablesSave } from '../../../firewall/private/iptables-text/parse-iptables-save';
import type { RuleSet } from '../../../firewall/private/ir';
import { readRange } from '../../../reachability/private/walk/address';
import type { Family } from '../../../topology/private/terms';
import type { HostTexts } from '../host/host-texts';

/** The files of the program with the rules of one family, as text. */
export interface WantedRules {
  readonly family: Family;
  /** Input of iptables-restore, and of ipset restore. */
  readonly rules: string;
  readonly sets: string;
  /** Lines `v4 TABLE CHAIN HOOK COUNT DIGEST`. */
  readonly chains: string;
  /** Blocks of the networks of the program. */
  readonly blocks: readonly string[];
}

const NAMES = { ipv4: { save: 'iptables', word: 'v4' }, ipv6: { save: 'ip6tables', word: 'v6' } } as const;

/** The rules of Bulkhead as the program has them, and as the host has loaded them. */
export function compareRules(wanted: WantedRules, texts: HostTexts, why: (of: keyof HostTexts) => string): Difference[] {
  const { family, blocks } = wanted;
  const { save, word } = NAMES[family];
  const text = texts[save];
  if (text === undefined) return [notCompared(`rules of ${save}`, why(save))];
  const sets = texts.ipset;
  const program = parseIptablesSave(wanted.rules, family, wanted.sets.replace(/ -exist$/gm, ''));
  const host = parseIptablesSave(text, family, sets ?? wanted.sets.replace(/ -exist$/gm, ''));
  const places = wanted.chains.split('\n').flatMap((line) => {
    const [of, table, chain, hook] = line.split(' ');
    return of === word ? [{ table, chain, hook }] : [];
  });
  const strange = host.notUnderstood.map((line) => notCompared(`a line of ${save}`, `not understood: ${line.slice(0, 200)}`));
  return [
    ...strange,
    ...places.flatMap((place) => [...chainDifferences(place, program, host, save), ...jumpDifferences(place, program, host, save)]),
    ...(sets === undefined ? [notCompared(`sets of ${save}`, why('ipset'))] : setDifferences(program.sets, host.sets)),
    ...foreign(host, blocks, family, save),
  ];
}

interface Place {
  readonly table: string;
  readonly chain: string;
  readonly hook: string;
}

const chainOf = ({ chains }: HostRules, table: string, name: string) =>
  chains.find((chain) => chain.table === table && chain.name === name);

function chainDifferences({ table, chain: name }: Place, program: HostRules, host: HostRules, save: string): Difference[] {
  const subject = `${save} ${table} ${name}`;
  const found = chainOf(host, table, name);
  const wanted = chainOf(program, table, name);
  if (wanted === undefined) return [notCompared(subject, 'the files of the program do not have this chain')];
  if (found === undefined) return [difference('chain-missing', subject, `${wanted.rules.length} rules`, 'no such chain')];
  const [a, b] = [wanted, found].map(textsOf);
  const missing = without(a, b);
  const extra = without(b, a);
  const isMoved = missing.length === 0 && extra.length === 0 && a.some((text, index) => text !== b[index]);
  return [
    ...missing.map((text) => difference('rule-missing', subject, text, 'not loaded')),
    ...extra.map((text) => difference('rule-extra', subject, 'no such rule', text)),
    ...(isMoved ? [difference('rule-order', subject, 'the rules in another order', `from rule ${a.findIndex((text, index) => text !== b[index]) + 1}`)] : []), // prettier-ignore
  ];
}

const textsOf = ({ rules }: HostChain) => rules.map(ruleText);

/** Those of one list that the other does not have, as often as they are too many. */
function without(list: readonly string[], other: readonly string[]): string[] {
  const left = [...other];
  return list.filter((text) => {
    const index = left.indexOf(text);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
}

/** The jump to a chain of Bulkhead comes first and without a condition; without it the chain does nothing. */
function jumpDifferences({ table, chain, hook }: Place, program: HostRules, host: HostRules, save: string): Difference[] {
  const subject = `${save} ${table} ${hook}`;
  const rules = chainOf(host, table, hook)?.rules ?? [];
  const jumps = rules.flatMap(({ matches, verdict }, index) => (matches.length === 0 && verdict.kind === 'jump' && verdict.chain === chain ? [index] : [])); // prettier-ignore
  // What opens nothing needs no jump.
  if (jumps.length === 0) {
    const isEmpty = chainOf(program, table, chain)?.rules.length === 0;
    return isEmpty ? [] : [difference('jump-missing', subject, `first a jump to ${chain}`, rules.length === 0 ? 'no rules' : `${rules.length} rules without it`)]; // prettier-ignore
  }
  return rules
    .slice(0, jumps[0])
    .map((rule) => difference('jump-late', subject, `first a jump to ${chain}`, `before it: ${ruleText(rule)}`));
}

function setDifferences(wanted: readonly RuleSet[], found: readonly RuleSet[]): Difference[] {
  const byName = new Map(found.map((set) => [set.name, set]));
  return wanted.flatMap((set): Difference[] => {
    const other = byName.get(set.name);
    if (other === undefined) return [difference('set-changed', `set ${set.name}`, 'a set', 'no such set')];
    const [a, b] = [elementsOf(set), elementsOf(other)];
    return [
      ...without(a, b).map((text) => difference('set-changed', `set ${set.name}`, text, 'not in it')),
      ...without(b, a).map((text) => difference('set-changed', `set ${set.name}`, 'not in it', text)),
    ];
  });
}

/** Rules fill a set with a timeout, so its content changes all the time. */
function elementsOf(set: RuleSet): string[] {
  if ('seconds' in set) return [];
  if ('blocks' in set) return set.blocks.map(blockText);
  if ('links' in set) return set.links.map(({ block, interface: name }) => `${blockText(block)} ${name}`);
  return set.elements.map((element) => JSON.stringify(Object.entries(element).sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** Other rules that undo what the rules of Bulkhead need: connections that are not tracked, and addresses of the program that they translate to. */
function foreign(host: HostRules, blocks: readonly string[], family: Family, save: string): Difference[] {
  const ranges = blocks.flatMap((block) => readRange(family, block) ?? []);
  return host.chains.flatMap(({ table, name, rules }) =>
    rules.flatMap((rule): Difference[] => {
      const { verdict } = rule;
      const address = verdict.kind === 'dnat' && verdict.address !== undefined ? readRange(family, verdict.address)?.first : undefined;
      const leadsIn = address !== undefined && ranges.some(({ first, last }) => first <= address && address <= last);
      // The publications of the engine are in its chain.
      const isForeign =
        (leadsIn && name !== 'DOCKER' && name !== 'DOCKER-INGRESS') || (verdict.kind === 'notrack' && !name.startsWith('BULKHEAD-'));
      return isForeign ? [difference('foreign-rule', `${save} ${table} ${name}`, 'no such rule', ruleText(rule))] : [];
    }),
  );
}
