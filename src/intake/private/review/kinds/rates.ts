import type { Match, Rule } from '../../../../firewall/private/ir';
import type { ProbeSpec } from '../../../../reachability/private/walk/outcome';
import type { Family } from '../../../../topology/private/terms';
import type { Fault } from '../../../../validation/private/firewall-fault';
import { iptables } from '../closing';
import { describe, type Described } from '../described';
import { replaced } from '../edits';
import { isDelivered, isMet } from '../met';
import { type PersonRule, personRules } from '../person-rules';
import { rewritten } from '../rewritten';
import { partsOf } from '../rule-text';
import type { Scene } from '../scene';
import { asksOf, publicationText, shown } from '../telling';
import { type Words, wordsOf } from '../words';

/** Rates for publications that count the wrong thing, or stop nothing. */
export function rates(scene: Scene, family: Family): Fault[] {
  return personRules(scene, family).flatMap((rule) => {
    const { kind } = rule.rule.verdict;
    const isDeciding = ['accept', 'return', 'drop', 'reject'].includes(kind);
    const counters = countersOf(rule.rule);
    if (!isDeciding || counters.length === 0) return [];
    return rule.ways.slice(0, 1).flatMap((way) => {
      const words = wordsOf(rule, way);
      if (words.unknown.length > 0) return [];
      const met = scene.publications(family).flatMap((publication) => {
        const described = describe(scene, words, publication);
        const isTold = described !== undefined && !described.isOtherProtocol && isMet(scene, described.packet, rule);
        return isTold ? [described] : [];
      });
      return met.length === 0 ? [] : ratesOf(scene, rule, words, met[0], counters);
    });
  });
}

/** Where the first match that counts begins. */
const BEFORE_RATE = /(?=-m (?:limit|hashlimit|recent|connlimit)\b)/;

type Counter = 'limit' | 'hashlimit' | 'recent' | 'connlimit' | 'other';

function countersOf({ matches }: Rule): Counter[] {
  return matches.flatMap((match): Counter[] => {
    if (match.kind === 'limit') return ['limit'];
    if (match.kind === 'rate-per-source') return ['hashlimit'];
    const name = match.kind === 'unknown' ? /^-m (limit|hashlimit|recent|connlimit)\b/.exec(match.text)?.[1] : undefined;
    // Without a number `recent` is a list of senders.
    const isList = name === 'recent' && match.kind === 'unknown' && !match.text.includes('--hitcount');
    return name === undefined || isList ? [] : [name as Counter];
  });
}

function ratesOf(scene: Scene, rule: PersonRule, words: Words, { packet, publication }: Described, counters: readonly Counter[]): Fault[] {
  const { verdict, matches } = rule.rule;
  const base = { family: rule.family, rule: rule.text, packet: shown(packet), unless: [] };
  const text = publicationText(publication);
  const isLetting = verdict.kind === 'accept' || verdict.kind === 'return';
  const faults: Fault[] = [];
  if (countsPackets(scene, rule, packet, counters)) {
    const mended = withNew(rule.rule);
    const parts = partsOf(mended, rule.family);
    faults.push({
      ...base,
      kind: 'RateCountsPackets',
      statement: `it counts packets, not connections: a later packet of a connection that stands, from ${base.packet.from} to ${text}, meets it as the first one does`,
      mend: mendWith(scene, rule, mended, packet, parts),
    });
  }
  const without = scene.walk(packet, replaced(scene.rules(rule.family), rule, []));
  if (
    isLetting &&
    isDelivered(scene.walk(packet)) &&
    isDelivered(without) &&
    (counters.includes('limit') || counters.includes('hashlimit'))
  ) {
    faults.push({
      ...base,
      kind: 'RateWithoutEffect',
      statement: `it stops nothing: ${asksOf(scene, packet)} that is above the rate continues with the next rule, and no rule drops it`,
    });
  } else if (counters.includes('limit') && isLetting && without.disposition === 'DROPPED') {
    faults.push({
      ...base,
      kind: 'RateSharedByAll',
      statement: `it counts all senders together: one sender that uses up the rate shuts ${text} for all other senders`,
    });
  }
  if (verdict.kind === 'drop' && counters.includes('limit') && !words.spares) {
    faults.push({
      ...base,
      kind: 'RateWithoutEffect',
      statement: `it works the wrong way round: it drops packets to ${text} up to the rate, and what is above it continues with the next rule`,
    });
  }
  if (counters.includes('hashlimit') && hashModes(matches).every((modes) => !modes.includes('srcip'))) {
    faults.push({
      ...base,
      kind: 'RateSharedByAll',
      statement: `it does not count by sender (its mode is not srcip): one sender that uses up the rate shuts ${text} for all other senders`,
    });
  }
  return faults;
}

/** Modes of the matches of hashlimit other than Bulkhead's, which counts by source; none of them where there is nothing to say. */
function hashModes(matches: readonly Match[]): string[][] {
  const modes = matches.flatMap((match) => {
    if (match.kind === 'rate-per-source') return [['srcip']];
    if (match.kind !== 'unknown' || !match.text.startsWith('-m hashlimit')) return [];
    return [(/--hashlimit-mode (\S+)/.exec(match.text)?.[1] ?? '').split(',')];
  });
  return modes.length === 0 ? [['srcip']] : modes;
}

/** Whether a packet of a connection that stands meets the rule; of connections themselves connlimit alone counts. */
function countsPackets(scene: Scene, rule: PersonRule, opener: ProbeSpec, counters: readonly Counter[]): boolean {
  const isOfOpening = rule.rule.matches.some((match) => match.kind === 'tcp-flags' && match.set.join() === 'SYN' && !match.negate);
  if (isOfOpening || counters.every((counter) => counter === 'connlimit' || counter === 'other') || opener.protocol !== 'tcp') return false;
  return isMet(scene, { ...opener, within: { opener, direction: 'original' } }, rule);
}

function withNew(rule: Rule): Rule {
  const isCounter = ({ kind }: Match) => kind === 'limit' || kind === 'rate-per-source' || kind === 'unknown';
  const first = rule.matches.findIndex(isCounter);
  const state: Match = { kind: 'ct-state', states: ['NEW'] };
  return { ...rule, matches: [...rule.matches.slice(0, first), state, ...rule.matches.slice(first)] };
}

function mendWith(scene: Scene, rule: PersonRule, mended: Rule, opener: ProbeSpec, parts: string | undefined): Fault['mend'] {
  const later: ProbeSpec = { ...opener, within: { opener, direction: 'original' } };
  const { verdict } = rule.rule;
  const isLetting = verdict.kind === 'accept' || verdict.kind === 'return';
  const all = scene.rules(rule.family);
  // A later rule may drop packets that the rate no longer accepts.
  const passes: Rule = { matches: [{ kind: 'ct-state', states: ['RELATED', 'ESTABLISHED'] }], verdict, origin: 'fix' };
  const isShut = isLetting && !isDelivered(scene.walk(later, replaced(all, rule, [mended])));
  const command = `${iptables(rule.family)}${rule.table === 'filter' ? '' : ` -t ${rule.table}`}`;
  const before = isShut ? [`${command} -I ${rule.chain} ${rule.index + 1} ${partsOf(passes, rule.family) ?? ''}`] : [];
  const place = { ...rule, index: rule.index + before.length };
  const replacing = parts === undefined ? rewritten(place, BEFORE_RATE, '-m conntrack --ctstate NEW ') : [`${command} -R ${rule.chain} ${place.index + 1} ${parts}`]; // prettier-ignore
  if (replacing.length === 0) return undefined;
  const isMetLater = isMet(scene, later, { ...rule, rule: mended });
  const works = !isMetLater && (!isShut || isDelivered(scene.walk(later, replaced(all, rule, [passes, mended]))));
  const outcome = works ? 'later packets no longer meet it' : isMetLater ? 'later packets still meet it' : 'later packets are dropped';
  return { commands: [...before, ...replacing], outcome, works };
}
