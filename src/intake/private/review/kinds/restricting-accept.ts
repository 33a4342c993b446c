import { isLoopback } from '../../../../firewall/private/blocks';
import type { HostRules } from '../../../../firewall/private/host-rules';
import type { Rule } from '../../../../firewall/private/ir';
import { groupBy } from '../../../../private/multimap';
import type { ProbeSpec } from '../../../../reachability/private/walk/outcome';
import type { Family } from '../../../../topology/private/terms';
import type { Fault } from '../../../../validation/private/firewall-fault';
import type { RuledPublication } from '../../host/from-rules';
import { closeIt } from '../closing';
import { describe, packetTo, sourceOf } from '../described';
import { replaced } from '../edits';
import { isDelivered } from '../met';
import { type PersonRule, personRules } from '../person-rules';
import { ruleText } from '../rule-text';
import type { Scene } from '../scene';
import { asksOf, publicationText, shown } from '../telling';
import { isNamed, wordsOf } from '../words';

/** Published ports that INPUT would keep shut, for all or for all but some, which all clients reach. */
export function restrictingAccept(scene: Scene, family: Family): Fault[] {
  return [...openForSome(scene, family), ...openForNobody(scene, family)];
}

const WHY = 'because the port is translated before routing, so its packets are forwarded and never pass INPUT';

interface Restricted {
  readonly rule: PersonRule;
  readonly publication: RuledPublication;
  /** From a sender that the rule does not let in. */
  readonly packet: ProbeSpec;
}

function openForSome(scene: Scene, family: Family): Fault[] {
  const found = personRules(scene, family).flatMap((rule) => scene.publications(family).flatMap((publication) => opensForSome(scene, rule, publication)));
  return [...groupBy(found, ({ publication }) => publicationText(publication)).values()].map((group): Fault => {
    const [{ rule, publication, packet }] = group;
    const all = group.flatMap((each) => each.rule.ways.map((way) => wordsOf(each.rule, way)));
    const senders = [...new Set(all.flatMap(({ sources, into }) => (sources.length > 0 ? sources : into.map(({ name, prefix }) => `what comes in by ${name}${prefix ? '+' : ''}`))))];
    const words = { ...wordsOf(rule, rule.ways[0]), sources: [], spared: [], into: [] };
    const texts = group.map((each) => `'${each.rule.text}'`).join(' and ');
    return {
      kind: 'InputNeverSees',
      family,
      rule: rule.text,
      statement: `${publicationText(publication)} is open to all senders, though INPUT opens it only for ${senders.join(', ')} by ${texts}: ${asksOf(scene, packet)} is delivered, ${WHY}`,
      packet: shown(packet),
      mend: closeIt(scene, words, [{ publication, packet }]),
      unless: [],
    };
  });
} // prettier-ignore

function opensForSome(scene: Scene, rule: PersonRule, publication: RuledPublication): Restricted[] {
  const stranger = scene.stranger(rule.family);
  if (rule.rule.verdict.kind !== 'accept' || stranger === undefined) return [];
  return rule.ways.slice(0, 1).flatMap((way): Restricted[] => {
    const words = wordsOf(rule, way);
    const { sources, into, unknown, counts } = words;
    if (way.hook !== 'input' || (sources.length === 0 && into.length === 0) || unknown.length > 0 || counts) return [];
    const described = describe(scene, words, publication);
    if (described === undefined || described.isOtherProtocol || described.isElsewhere || described.naming !== 'host') return [];
    // Another sender, or another interface.
    const other = sources.length > 0 ? scene.outside : scene.wires.find((name) => !isNamed(into, name));
    if (other === undefined) return [];
    const sender = scene.stranger(rule.family, other);
    if (sender === undefined) return [];
    const packet = packetTo(scene, publication, sender, other);
    if (!isOpen(scene, publication, packet)) return [];
    const untranslated = withoutTranslation(scene.rules(rule.family), publication);
    const source = sourceOf(scene, words, rule.family);
    const from = described.packet.from.kind === 'outside' ? described.packet.from.interface : scene.outside;
    const admitted = source === undefined ? undefined : scene.walk(packetTo(scene, publication, source, from), untranslated);
    // INPUT lets it in, even if it drops what the container says to docker-proxy.
    const isAdmitted = admitted !== undefined && (isDelivered(admitted) || admitted.receiver?.proxied === true);
    return isAdmitted && scene.walk(packet, untranslated).disposition === 'DROPPED' ? [{ rule, publication, packet }] : [];
  });
}

/** INPUT opens some published ports by their number, so an administrator relies on it; it drops what asks for this one. */
function openForNobody(scene: Scene, family: Family): Fault[] {
  const stranger = scene.stranger(family);
  if (stranger === undefined) return [];
  const opening = personRules(scene, family).filter(({ rule: { verdict }, ways }) => verdict.kind === 'accept' && ways[0]?.hook === 'input');
  const openerOf = (publication: RuledPublication) =>
    opening.find((rule) => describe(scene, wordsOf(rule, rule.ways[0]), publication)?.naming === 'host');
  const publications = scene.publications(family).filter(({ hostAddress }) => hostAddress === undefined || !isLoopback(hostAddress));
  const [example] = publications.flatMap((publication) => openerOf(publication) ?? []);
  if (example === undefined) return [];
  const found = publications.flatMap((publication) => {
    const packet = packetTo(scene, publication, stranger, scene.outside);
    if (openerOf(publication) !== undefined || !isOpen(scene, publication, packet)) return [];
    const outcome = scene.walk(packet, withoutTranslation(scene.rules(family), publication));
    const by = outcome.decidedBy;
    return outcome.disposition === 'DROPPED' && by?.table === 'filter' && !isTold(scene, family, publication) ? [{ publication, packet, by }] : [];
  });
  const [first] = found;
  if (first === undefined) return [];
  const { publication, packet, by } = first;
  const more = found.slice(1).map((each) => publicationText(each.publication));
  const what = by.rule === undefined ? `the policy of filter ${by.chain}` : ruleText(by.rule, by.chain, family);
  return [
    {
      kind: 'InputNeverSees',
      family,
      rule: what,
      statement: `${publicationText(publication)} is open, though INPUT opens published ports by their number, such as by '${example.text}', and not this one: ${asksOf(scene, packet)} is delivered, ${WHY}${more.length === 0 ? '' : `; the same is true of ${more.join(', ')}`}`,
      packet: shown(packet),
      // The rules do not tell which of these ports are public, and commands for all of them could close a web site.
      unless: [],
    },
  ];
} // prettier-ignore

/** A rule of INPUT that closes it by its number is a finding of its own. */
function isTold(scene: Scene, family: Family, publication: RuledPublication): boolean {
  return personRules(scene, family).some((rule) => {
    const { kind } = rule.rule.verdict;
    const [way] = rule.ways;
    return (kind === 'drop' || kind === 'reject') && way?.hook === 'input' && describe(scene, wordsOf(rule, way), publication)?.naming === 'host';
  });
} // prettier-ignore

function isOpen(scene: Scene, { container }: RuledPublication, packet: ProbeSpec): boolean {
  const outcome = scene.walk(packet);
  return isDelivered(outcome) && outcome.receiver?.container === container;
}

/** The rules without the line that translates a publication: then its packets are for the host itself. */
function withoutTranslation(rules: HostRules, publication: RuledPublication): HostRules {
  const [place] = rules.chains.flatMap(({ table, name: chain, rules: lines }) =>
    table !== 'nat' ? [] : lines.flatMap((rule, index) => (translates(rule, publication) ? [{ table, chain, index }] : [])),
  );
  return place === undefined ? rules : replaced(rules, place, []);
}

function translates({ verdict, matches }: Rule, { target, hostPort, protocol }: RuledPublication): boolean {
  return (
    verdict.kind === 'dnat' &&
    verdict.address === target &&
    matches.some((match) => match.kind === 'destination-port' && match.first === hostPort) &&
    matches.some((match) => match.kind === 'protocol' && match.protocol === protocol)
  );
}
