import { type HostNote, missing, notUnderstood } from './host-note';
import type { HostText, HostTexts } from './host-texts';
import { readJson } from './json-text';
import type { HostRules } from '../../../firewall/private/host-rules';
import { parseIptablesSave } from '../../../firewall/private/iptables-text/parse-iptables-save';
import { parseNftJson } from '../../../firewall/private/nft-text/parse-nft-json';
import type { Family } from '../../../topology/private/terms';
import { InputError } from '../../input-error';

const SAVES: Readonly<Record<Family, HostText & ('iptables' | 'ip6tables')>> = { ipv4: 'iptables', ipv6: 'ip6tables' };
const LEGACY_REMARK = /^# Warning: ip6?tables-legacy tables present/;

/**
 * All rules of one family, whichever tool shows them.
 * @throws InputError for a text that is empty or cut
 */
export function rulesOf(texts: HostTexts, family: Family, notes: HostNote[]): HostRules {
  const name = SAVES[family];
  const native = nativeRules(texts, family, notes);
  const current = savedRules(texts, name, family, native);
  const legacy = legacyRules(texts, `${name}-legacy`, family);
  if (current === undefined) {
    notes.push(missing(name, `which rules ${name} has is not known: every answer over ${wordOf(family)} is UNKNOWN`));
  }
  const all = [current, legacy, native].filter((rules) => rules !== undefined);
  const strange = all.flatMap(({ notUnderstood: lines }) => lines).filter((line) => !(legacy !== undefined && LEGACY_REMARK.test(line)));
  for (const line of strange) notes.push(notUnderstood(name, line, `this is not a line of rules that the model knows: every answer over ${wordOf(family)} is UNKNOWN`)); // prettier-ignore
  const conflicts = current && legacy ? translatingTwice(current, legacy) : [];
  for (const sentence of conflicts) notes.push(notUnderstood(`${name}-legacy`, 'nat', sentence));
  return {
    family,
    chains: all.flatMap(({ chains }) => chains),
    sets: [...new Map(all.flatMap(({ sets }) => sets).map((set) => [set.name, set])).values()],
    notUnderstood: [...strange, ...conflicts, ...(current === undefined ? [`the rules of ${name}, which the input does not contain`] : [])],
  };
}

function wordOf(family: Family): string {
  return family === 'ipv4' ? 'IPv4' : 'IPv6';
}

function savedRules(
  texts: HostTexts,
  name: 'iptables' | 'ip6tables',
  family: Family,
  native: HostRules | undefined,
): HostRules | undefined {
  const text = texts[name];
  if (text === undefined) return undefined;
  // A host on which iptables was never used has no tables of it, and its tool prints nothing; nft then shows none either.
  if (text.trim() === '' && native !== undefined && !hasTablesOfIptables(texts, family)) {
    return { family, chains: [], sets: [], notUnderstood: [] };
  }
  return parsed(text, name, family, texts.ipset);
}

function parsed(text: string, name: HostText, family: Family, sets: string | undefined): HostRules {
  if (text.trim() === '') throw new InputError(`the text '${name}' is empty; run ${name}-save as root and take it again`);
  const rules = parseIptablesSave(text, family, sets);
  const cut = rules.notUnderstood.find((line) => / without COMMIT$/.test(line));
  if (cut !== undefined) throw new InputError(`the text '${name}' is cut: ${cut}; take it again`);
  if (rules.chains.length === 0) throw new InputError(`the text '${name}' has no table; run ${name}-save as root and take it again`);
  return rules;
}

/** Tables of the same names, each with hooks of its own. */
function legacyRules(texts: HostTexts, name: 'iptables-legacy' | 'ip6tables-legacy', family: Family): HostRules | undefined {
  const text = texts[name];
  // Without its modules the tool prints nothing.
  if (text === undefined || text.trim() === '') return undefined;
  const rules = parsed(text, name, family, texts.ipset);
  return { ...rules, chains: rules.chains.map((chain) => ({ ...chain, table: `legacy:${chain.table}` })) };
}

/** Which of two nat chains at one hook is asked first, was decided when they were made; the first one that translates wins. */
function translatingTwice(one: HostRules, other: HostRules): string[] {
  const translates = ({ chains }: HostRules, table: string) =>
    chains.some(({ table: of, rules }) => of === table && rules.some(({ verdict: { kind } }) => TRANSLATING.has(kind)));
  return translates(one, 'nat') && translates(other, 'legacy:nat')
    ? ['both iptables and iptables-legacy translate addresses, and which of them comes first is not known']
    : [];
}

const TRANSLATING: ReadonlySet<string> = new Set(['dnat', 'snat', 'masquerade', 'redirect', 'unknown']);

function nativeRules(texts: HostTexts, family: Family, notes: HostNote[]): HostRules | undefined {
  if (texts.nft === undefined) {
    notes.push(missing('nft', 'which rules there are in tables of nftables that iptables does not show is not known'));
    return undefined;
  }
  readJson(texts, 'nft');
  return parseNftJson(texts.nft, family);
}

/** By what `nft` lists: one of the tables that only iptables makes. */
function hasTablesOfIptables({ nft = '' }: HostTexts, family: Family): boolean {
  const pattern = family === 'ipv4' ? /"table":\s*\{"family":\s*"ip",\s*"name":\s*"(raw|mangle|nat|filter|security)"/ : /"table":\s*\{"family":\s*"ip6",\s*"name":\s*"(raw|mangle|nat|filter|security)"/; // prettier-ignore
  return pattern.test(nft);
}
