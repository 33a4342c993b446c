import { type Outcome } from '../../../../reachability/private/walk/outcome';
import type { Family } from '../../../../topology/private/terms';
import type { Fault } from '../../../../validation/private/firewall-fault';
import type { RuledPublication } from '../../host/from-rules';
import { closeIt } from '../closing';
import { describe, packetTo } from '../described';
import { isDelivered } from '../met';
import { type PersonRule, personRules } from '../person-rules';
import type { Scene } from '../scene';
import { asksOf, portText, publicationText, shown } from '../telling';
import { type Words, wordsOf, widthOf } from '../words';

/** A rule for one port of one protocol, while the same port of another one is published and open. */
export function otherProtocolOpen(scene: Scene, family: Family): Fault[] {
  const rules = personRules(scene, family).filter(({ rule: { verdict } }) => verdict.kind === 'drop' || verdict.kind === 'reject');
  return rules.flatMap((rule) => rule.ways.slice(0, 1).flatMap((way) => otherProtocolOf(scene, rule, wordsOf(rule, way), rules)));
}

function otherProtocolOf(scene: Scene, rule: PersonRule, words: Words, rules: readonly PersonRule[]): Fault[] {
  const ports = words.ports ?? (words.original && [words.original]);
  if (ports === undefined || widthOf(ports) !== 1 || words.counts || words.sources.length > 0) return [];
  return scene.publications(rule.family).flatMap((publication): Fault[] => {
    const described = describe(scene, words, publication);
    if (described?.isOtherProtocol !== true || described.isElsewhere) return [];
    // If there is a rule for this protocol, too, its own finding reports it.
    const isTold = rules.some((other) =>
      other.ways.some((way) => {
        const own = describe(scene, wordsOf(other, way), publication);
        return own !== undefined && !own.isOtherProtocol && own.naming !== 'broad';
      }),
    );
    if (isTold || !isDelivered(scene.walk(described.packet))) return [];
    return [
      {
        kind: 'OtherProtocolOpen',
        family: rule.family,
        rule: rule.text,
        statement: `the rule is for ${words.protocol}, and ${publicationText(publication)} stays open: ${asksOf(scene, described.packet)} is delivered`,
        packet: shown(described.packet),
        mend: closeIt(scene, words, [described]),
        unless: [],
      },
    ];
  });
}

/** A publication that rules close over one family and not over the other. */
export function otherFamilyOpen(scene: Scene, family: Family): Fault[] {
  if (scene.families.length < 2) return [];
  const other = family === 'ipv4' ? 'ipv6' : 'ipv4';
  const [source, otherSource] = [scene.stranger(family), scene.stranger(other)];
  if (source === undefined || otherSource === undefined) return [];
  return scene.publications(other).flatMap((closed): Fault[] => {
    const outcome = scene.walk(packetTo(scene, closed, otherSource, scene.outside));
    const rule = personRules(scene, other).find((each) => each.rule === outcome.decidedBy?.rule);
    if (outcome.disposition !== 'DROPPED' || rule === undefined || closed.hostAddress !== undefined) return [];
    const open = openOver(scene, family, closed, source);
    if (open === undefined) return [];
    const { publication, packet, unless } = open;
    const label = (name: Family) => (name === 'ipv4' ? 'IPv4' : 'IPv6');
    return [
      {
        kind: 'OtherFamilyOpen',
        family,
        rule: rule.text,
        statement: `the rule closes ${portText(closed.protocol, closed.hostPort)} over ${label(other)} only: over ${label(family)} ${asksOf(scene, packet)} is delivered to ${publication.container}`,
        packet: shown(packet),
        mend: unless.length === 0 ? closeIt(scene, wordsOf(rule), [{ publication, packet }]) : undefined,
        unless,
      },
    ];
  });
}

interface Open {
  readonly publication: RuledPublication;
  readonly packet: ReturnType<typeof packetTo>;
  readonly unless: readonly string[];
}

/** The same port over the family: translated there, or taken by docker-proxy, which listens on every address of a host that has the family. */
function openOver(scene: Scene, family: Family, closed: RuledPublication, source: string): Open | undefined {
  const same = scene
    .publications(family)
    .find(
      ({ protocol, hostPort, hostAddress }) => protocol === closed.protocol && hostPort === closed.hostPort && hostAddress === undefined,
    );
  const publication = same ?? closed;
  const packet = packetTo(scene, { ...publication, family }, source, scene.outside);
  const isGuess = same === undefined && family === 'ipv6' && !scene.isReal;
  const outcome: Outcome = isGuess ? scene.walkWithProxies(packet) : scene.walk(packet);
  if (!isDelivered(outcome) || outcome.receiver?.container !== publication.container) return undefined;
  const unless = same === undefined && !scene.isReal ? ['the host has no IPv6, or the port is published on an IPv4 address only'] : [];
  return { publication, packet, unless };
}
