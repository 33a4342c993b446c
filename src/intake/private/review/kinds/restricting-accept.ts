import type { HostRules } from '../../../../firewall/private/host-rules';
import { groupBy } from '../../../../private/multimap';
import type { Family } from '../../../../topology/private/terms';
import type { Fault } from '../../../../validation/private/firewall-fault';
import type { RuledPublication } from '../../host/from-rules';
import { closeIt } from '../closing';
import { describe, packetTo, sourceOf } from '../described';
import { replaced } from '../edits';
import { isDelivered } from '../met';
import { type PersonRule, personRules } from '../person-rules';
import type { Scene } from '../scene';
import { asksOf, publicationText, shown } from '../telling';
import { wordsOf } from '../words';

/** Ports that INPUT opens for some sources only, which everybody reaches all the same: without the publication, INPUT would keep the others out. */
export function restrictingAccept(scene: Scene, family: Family): Fault[] {
  const stranger = scene.stranger(family);
  if (stranger === undefined) return [];
  const found = personRules(scene, family).flatMap((rule) =>
    scene.publications(family).flatMap((publication) => (opensForSome(scene, rule, publication, stranger) ? [{ rule, publication }] : [])),
  );
  return [...groupBy(found, ({ publication }) => publicationText(publication)).values()].map((group): Fault => {
    const [{ rule, publication }] = group;
    const packet = packetTo(scene, publication, stranger, scene.outside);
    const admitted = [...new Set(group.flatMap((each) => each.rule.ways.flatMap((way) => wordsOf(each.rule, way).sources)))];
    const words = { ...wordsOf(rule, rule.ways[0]), sources: [], spared: [] };
    const texts = group.map((each) => `'${each.rule.text}'`).join(' and ');
    return {
      kind: 'InputNeverSees',
      family,
      rule: rule.text,
      statement: `${publicationText(publication)} is open to all senders, though INPUT opens it only for ${admitted.join(', ')} by ${texts}: ${asksOf(scene, packet)} is delivered, because the port is translated before routing, so its packets are forwarded and never pass INPUT`,
      packet: shown(packet),
      mend: closeIt(scene, words, [{ publication, packet }]),
      unless: [],
    };
  });
}

function opensForSome(scene: Scene, rule: PersonRule, publication: RuledPublication, stranger: string): boolean {
  if (rule.rule.verdict.kind !== 'accept') return false;
  return rule.ways.some((way) => {
    const words = wordsOf(rule, way);
    if (way.hook !== 'input' || words.sources.length === 0 || words.unknown.length > 0 || words.counts) return false;
    const described = describe(scene, words, publication);
    if (described === undefined || described.isOtherProtocol || described.isElsewhere || described.naming !== 'host') return false;
    const packet = packetTo(scene, publication, stranger, scene.outside);
    const outcome = scene.walk(packet);
    if (!isDelivered(outcome) || outcome.receiver?.container !== publication.target) return false;
    const untranslated = withoutTranslation(scene.rules(rule.family), publication);
    const source = sourceOf(scene, words, rule.family);
    const admitted = source !== undefined && isDelivered(scene.walk(packetTo(scene, publication, source, scene.outside), untranslated));
    return admitted && scene.walk(packet, untranslated).disposition === 'DROPPED';
  });
}

/** The rules without the line that translates a publication: then its packets are for the host itself. */
function withoutTranslation(rules: HostRules, { target, hostPort, protocol }: RuledPublication): HostRules {
  const lines = rules.chains.find(({ table, name }) => table === 'nat' && name === 'DOCKER')?.rules ?? [];
  const index = lines.findIndex(
    ({ verdict, matches }) =>
      verdict.kind === 'dnat' &&
      verdict.address === target &&
      matches.some((match) => match.kind === 'destination-port' && match.first === hostPort) &&
      matches.some((match) => match.kind === 'protocol' && match.protocol === protocol),
  );
  return index < 0 ? rules : replaced(rules, { table: 'nat', chain: 'DOCKER', index }, []);
}
