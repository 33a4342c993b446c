import type { HostRules } from '../../../../firewall/private/host-rules';
import type { Rule } from '../../../../firewall/private/ir';
import type { Family } from '../../../../topology/private/terms';
import type { Fault, Mend } from '../../../../validation/private/firewall-fault';
import { iptables } from '../closing';
import { inserted, replaced } from '../edits';
import { isDelivered, outcomeText } from '../met';
import { type PersonRule, personRules } from '../person-rules';
import { inward, outward, type Question } from '../questions';
import { partsOf } from '../rule-text';
import type { Scene } from '../scene';
import { shown } from '../telling';

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

/** Answers go by before the rule, or the rule is for the way there only. */
function sparing(scene: Scene, rule: PersonRule, question: Question): Mend | undefined {
  const { table, chain, index, family } = rule;
  const command = `${iptables(family)}${table === 'filter' ? '' : ` -t ${table}`}`;
  const all = scene.rules(family);
  const tried = (edited: HostRules, option: string): Mend => {
    const outcome = scene.walk(question.packet, edited, question.way);
    return { commands: [`${command} ${option}`.trimEnd()], outcome: outcomeText(outcome), works: isDelivered(outcome) };
  };
  if (rule.rule.matches.some(({ kind }) => kind === 'ct-original')) {
    const mends = oneWays(scene, rule).map((mended) => tried(replaced(all, rule, [mended]), `-R ${chain} ${index + 1} ${partsOf(mended, family) ?? ''}`)); // prettier-ignore
    return mends.find(({ works }) => works);
  }
  const verdict = chain === 'DOCKER-USER' ? ({ kind: 'return' } as const) : ({ kind: 'accept' } as const);
  const spares: Rule = { matches: [{ kind: 'ct-state', states: ['RELATED', 'ESTABLISHED'] }], verdict, origin: 'fix' };
  return tried(inserted(all, { table, chain, index: 0 }, [spares]), `-I ${chain} 1 ${partsOf(spares, family) ?? ''}`);
}

/** The rule for the way there only; and, where it names no interface, for what does not come from a bridge either. */
function oneWays(scene: Scene, { rule }: PersonRule): Rule[] {
  const { matches } = rule;
  const direct: Rule = { ...rule, matches: [...matches.filter(({ kind }) => kind !== 'ct-direction'), { kind: 'ct-direction', direction: 'original' }] }; // prettier-ignore
  const fromOutside = scene.host.networks.map(({ bridge }): Rule => ({ ...direct, matches: [{ kind: 'in-interface', name: bridge, negate: true }, ...direct.matches] })); // prettier-ignore
  return matches.some(({ kind }) => kind === 'in-interface') ? [direct] : [direct, ...fromOutside];
}
