import type { Rule } from '../../../../firewall/private/ir';
import type { ProbeSpec } from '../../../../reachability/private/walk/outcome';
import type { Family } from '../../../../topology/private/terms';
import type { Fault, Mend } from '../../../../validation/private/firewall-fault';
import { iptables } from '../closing';
import { packetTo, sourceOf } from '../described';
import { inserted, replaced } from '../edits';
import { isDelivered, outcomeText } from '../met';
import { type PersonRule, personRules } from '../person-rules';
import { partsOf } from '../rule-text';
import type { Scene } from '../scene';
import { portText, publicationText, shown } from '../telling';
import { wordsOf } from '../words';

interface Question {
  readonly packet: ProbeSpec;
  /** The interface outside that it crosses. */
  readonly way: string;
  readonly what: string;
}

/** Rules that drop answers: to connections that containers open, or of a publication to those who may ask it. */
export function answersDropped(scene: Scene, family: Family): Fault[] {
  const rules = personRules(scene, family);
  const blamed = new Set<Rule>();
  return [...outward(scene, family, rules), ...inward(scene, family, rules)].flatMap((question): Fault[] => {
    const outcome = scene.walk(question.packet, undefined, question.way);
    const place = outcome.decidedBy;
    const rule = rules.find((each) => each.rule === place?.rule);
    if (outcome.disposition !== 'DROPPED' || outcome.direction !== 'reply' || rule === undefined || blamed.has(rule.rule)) return [];
    if (rule.rule.verdict.kind !== 'drop' && rule.rule.verdict.kind !== 'reject') return [];
    blamed.add(rule.rule);
    return [
      {
        kind: 'AnswersDropped',
        family,
        rule: rule.text,
        statement: `the answers to ${question.what} are dropped by this rule, so such a connection does not come about`,
        packet: shown(question.packet),
        mend: sparing(scene, rule, question),
        unless: [],
      },
    ];
  });
}

/** What containers ask outside: the web, names, and each port that rules name as it was before translation. */
function outward(scene: Scene, family: Family, rules: readonly PersonRule[]): Question[] {
  const to = scene.stranger(family);
  if (to === undefined) return [];
  const named = rules.flatMap(({ rule }) => wordsOf({ rule }).original?.[0] ?? []);
  const ports: readonly (readonly ['tcp' | 'udp', number])[] = [['tcp', 443], ['udp', 53], ...named.map((port) => ['tcp', port] as const)]; // prettier-ignore
  return scene.host.networks
    .filter(({ isInternal }) => !isInternal)
    .flatMap(({ bridge }) => {
      const containers = scene.host.view.containers.filter(({ attachments: [first] }) => first.interface === bridge && first[family] !== undefined); // prettier-ignore
      return containers.slice(0, 1).flatMap(({ key }) =>
        scene.wires.flatMap((way) =>
          ports.map(([protocol, port]): Question => {
            const packet: ProbeSpec = { family, from: { kind: 'container', key }, to, protocol, port };
            return { packet, way, what: `${portText(protocol, port)} of ${to}, asked by ${key}${scene.over(way)}` };
          }),
        ),
      );
    });
}

/** What is asked of publications: for any source, and for each source that a rule accepts. */
function inward(scene: Scene, family: Family, rules: readonly PersonRule[]): Question[] {
  const admitted = rules.flatMap(({ rule }) => {
    const words = wordsOf({ rule });
    const isLetting = rule.verdict.kind === 'accept' || rule.verdict.kind === 'return';
    return isLetting && words.sources.length > 0 ? (sourceOf(scene, words, family) ?? []) : [];
  });
  const sources = new Set([scene.stranger(family), ...admitted].flatMap((source) => source ?? []));
  return scene.publications(family).flatMap((publication) =>
    [...sources].map((source): Question => {
      const packet = packetTo(scene, publication, source, scene.outside);
      return { packet, way: scene.outside, what: `${source}, who asks ${publicationText(publication)}` };
    }),
  );
}

/** Answers go by before the rule, or the rule is for the way there only. */
function sparing(scene: Scene, { rule, table, chain, index, family }: PersonRule, { packet, way }: Question): Mend | undefined {
  const all = scene.rules(family);
  const isOfOriginal = rule.matches.some(({ kind }) => kind === 'ct-original');
  const oneWay: Rule = { ...rule, matches: [...rule.matches, { kind: 'ct-direction', direction: 'original' }] };
  const verdict = chain === 'DOCKER-USER' ? ({ kind: 'return' } as const) : ({ kind: 'accept' } as const);
  const spares: Rule = { matches: [{ kind: 'ct-state', states: ['RELATED', 'ESTABLISHED'] }], verdict, origin: 'fix' };
  const edited = isOfOriginal ? replaced(all, { table, chain, index }, [oneWay]) : inserted(all, { table, chain, index: 0 }, [spares]);
  const outcome = scene.walk(packet, edited, way);
  const option = isOfOriginal
    ? `-R ${chain} ${index + 1} ${partsOf(oneWay, family) ?? ''}`
    : `-I ${chain} 1 ${partsOf(spares, family) ?? ''}`;
  const command = `${iptables(family)}${table === 'filter' ? '' : ` -t ${table}`} ${option}`.trimEnd();
  return { commands: [command], outcome: outcomeText(outcome), works: isDelivered(outcome) };
}
