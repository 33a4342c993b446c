import type { HostRules } from '../../../../firewall/private/host-rules';
import type { Match, Rule } from '../../../../firewall/private/ir';
import type { ProbeSpec } from '../../../../reachability/private/walk/outcome';
import type { Family } from '../../../../topology/private/terms';
import type { Fault, Mend } from '../../../../validation/private/firewall-fault';
import type { RuledPublication } from '../../host/from-rules';
import { iptables } from '../closing';
import { describe } from '../described';
import { inserted, replaced } from '../edits';
import { isDelivered, obstacleOn, outcomeText } from '../met';
import { type PersonRule, personRules, type Way } from '../person-rules';
import { partsOf, ruleText } from '../rule-text';
import type { Scene } from '../scene';
import { publicationText, shown } from '../telling';
import { holds, type Words, wordsOf } from '../words';

/** Rules that accept a publication, and that no packet reaches: another rule drops its packets, and with that rule changed they arrive. */
export function allowedShut(scene: Scene, family: Family): Fault[] {
  return personRules(scene, family).flatMap((rule) => {
    const way = rule.ways.find(({ hook }) => hook === 'forward');
    if (way === undefined || rule.table !== 'filter') return [];
    const words = wordsOf(rule, way);
    const { kind } = rule.rule.verdict;
    const publications = scene.publications(family);
    // A port that another publication has inside may be meant for that one.
    const isMeantFor = (publication: RuledPublication) =>
      !publications.some((other) => other !== publication && holds(words.ports, other.targetPort) && !holds(words.ports, other.hostPort));
    if (kind === 'drop' || kind === 'reject') {
      return publications.flatMap((publication) => sparedAndDropped(scene, rule, words, publication)).slice(0, 1);
    }
    if (kind !== 'accept' && kind !== 'return') return [];
    return publications.filter(isMeantFor).flatMap((publication) => letByAndDropped(scene, rule, way, words, publication)).slice(0, 1); // prettier-ignore
  });
}

function letByAndDropped(scene: Scene, rule: PersonRule, way: Way, words: Words, publication: RuledPublication): Fault[] {
  const described = describe(scene, words, publication);
  if (described === undefined || described.isOtherProtocol || described.isElsewhere || described.naming === 'source' || words.counts) {
    return [];
  }
  if (described.naming === 'broad' && words.sources.length === 0 && !words.sets.some(({ negate }) => !negate)) return [];
  if (words.unknown.length > 0) return [];
  const { packet } = described;
  const outcome = scene.walk(packet);
  const place = outcome.decidedBy;
  if (outcome.disposition !== 'DROPPED' || outcome.direction !== 'original' || place?.rule === undefined) return [];
  if (scene.isDockers(place.table, place.chain, place.rule)) return [];
  const obstacle = obstacleOn(scene, packet, rule, way);
  if (obstacle === undefined) return [];
  const by = `'${ruleText(place.rule, place.chain, rule.family)}'`;
  const base = { family: rule.family, rule: rule.text, packet: shown(packet), unless: [] };
  const sender = packet.from.kind === 'outside' ? packet.from.address : '';
  const all = scene.rules(rule.family);
  if (obstacle.meeting.isReached && described.naming === 'host') {
    const mended: Rule = { ...rule.rule, matches: rule.rule.matches.map((match) => withPort(match, publication)) };
    const mend = tried(scene, packet, replaced(all, rule, [mended]), [`${iptables(rule.family)} -R ${rule.chain} ${rule.index + 1} ${partsOf(mended, rule.family) ?? ''}`]); // prettier-ignore
    if (mend.works !== true) return [];
    return [{ ...base, kind: 'HostPortAfterTranslation', statement: `${publicationText(publication)} is shut for ${sender}, though this rule lets port ${publication.hostPort} by: here it is already translated to port ${publication.targetPort}, and ${by} drops the packet`, mend }]; // prettier-ignore
  }
  if (obstacle.meeting.isReached || place.table !== 'filter' || place.index === undefined) return [];
  const before = { table: place.table, chain: obstacle.at.chain, index: 0 };
  const moved = inserted(replaced(all, obstacle.at, []), before, [obstacle.at.rule]);
  const parts = partsOf(obstacle.at.rule, rule.family);
  const command = iptables(rule.family);
  const mend = tried(scene, packet, moved, [`${command} -D ${obstacle.at.chain} ${obstacle.at.index + 1}`, `${command} -I ${obstacle.at.chain} 1 ${parts ?? ''}`]); // prettier-ignore
  if (mend.works !== true) return [];
  return [{ ...base, kind: 'RuleBehindVerdict', statement: `${publicationText(publication)} is shut for ${sender}, though this rule accepts it: ${by} comes first and drops the packet`, mend }]; // prettier-ignore
}

/** A drop of all ports but some, which names the host's port where that of the container counts. */
function sparedAndDropped(scene: Scene, rule: PersonRule, words: Words, publication: RuledPublication): Fault[] {
  const { hostPort, targetPort } = publication;
  if (!holds(words.spares, hostPort) || holds(words.spares, targetPort)) return [];
  const described = describe(scene, { ...words, spares: undefined }, publication);
  if (described === undefined || described.isOtherProtocol || described.isElsewhere) return [];
  const { packet } = described;
  const outcome = scene.walk(packet);
  if (outcome.disposition !== 'DROPPED' || outcome.direction !== 'original' || outcome.decidedBy?.rule !== rule.rule) return [];
  const mended: Rule = { ...rule.rule, matches: rule.rule.matches.map((match) => withPort(match, publication)) };
  const mend = tried(scene, packet, replaced(scene.rules(rule.family), rule, [mended]), [
    `${iptables(rule.family)} -R ${rule.chain} ${rule.index + 1} ${partsOf(mended, rule.family) ?? ''}`,
  ]);
  return [
    {
      kind: 'HostPortAfterTranslation',
      family: rule.family,
      rule: rule.text,
      statement: `${publicationText(publication)} is shut, though the rule spares port ${hostPort}: here it is already translated to port ${targetPort}, which the rule does not spare`,
      packet: shown(packet),
      mend,
      unless: [],
    },
  ];
}

function withPort(match: Match, { hostPort, targetPort }: RuledPublication): Match {
  if (match.kind === 'destination-port') return { ...match, first: targetPort, last: targetPort };
  if (match.kind !== 'port-list') return match;
  return { ...match, ranges: match.ranges.map(([first, last]) => (first <= hostPort && hostPort <= last ? [targetPort, targetPort] : [first, last])) }; // prettier-ignore
}

function tried(scene: Scene, packet: ProbeSpec, rules: HostRules, commands: readonly string[]): Mend {
  const outcome = scene.walk(packet, rules);
  return { commands: commands.map((command) => command.trimEnd()), outcome: outcomeText(outcome), works: isDelivered(outcome) };
}
