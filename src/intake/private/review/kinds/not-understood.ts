import type { Family } from '../../../../topology/private/terms';
import type { Fault } from '../../../../validation/private/firewall-fault';
import { chainOf } from '../../host/named-in-rules';
import { ruleText } from '../rule-text';
import type { Scene } from '../scene';
import { isCounter } from '../words';

const REMARK = /^# Warning: .*(legacy|nft)/i;
/** What is written into a text of one table for each of the others. */
const ABSENT = /^# Table (\w+) is not in this text: (.+) prints one table$/g;
/** Of more lines than this, only the number is printed. */
const MOST_LINES = 3;

interface Absent {
  readonly table: string;
  readonly tool: string;
}

/** Parts of the text that were not read: silence about them would say that they are in order. */
export function notUnderstood(scene: Scene, family: Family): Fault[] {
  return [...incomplete(scene, family), ...strayLines(scene, family), ...unreadRules(scene, family)];
}

function incomplete(scene: Scene, family: Family): Fault[] {
  const rules = scene.rules(family);
  const tool = family === 'ipv4' ? 'iptables-save' : 'ip6tables-save';
  const missing = (['filter', 'nat'] as const).filter((table) => !rules.chains.some((chain) => chain.table === table));
  const hasDocker = chainOf(rules, 'filter', 'DOCKER') !== undefined;
  const isMissed = (table: string) => table === 'filter' || (family === 'ipv4' && hasDocker);
  return missing.filter(isMissed).map((table): Fault => ({
    kind: 'TextIncomplete',
    family,
    rule: `the table ${table}`,
    statement: `the text has no table ${table}, so the review cannot say ${table === 'filter' ? 'what reaches containers' : 'which ports are published'}; pass the whole output of ${tool}, run as root`,
    unless: [],
  }));
}

function strayLines(scene: Scene, family: Family): Fault[] {
  const lines = scene.notUnderstood[family];
  const twoBackends = lines.filter((line) => REMARK.test(line));
  const absent = lines.flatMap((line) => [...line.matchAll(ABSENT)].map(([, table, tool]): Absent => ({ table, tool })));
  const others = lines.filter((line) => !REMARK.test(line) && line.match(ABSENT) === null);
  const told = others.slice(0, MOST_LINES).map((line) => `'${line}'`).join(', '); // prettier-ignore
  const more = others.length > MOST_LINES ? ` and ${others.length - MOST_LINES} more lines` : '';
  return [
    ...twoBackends.map((line): Fault => ({
      kind: 'TwoBackends',
      family,
      rule: line,
      statement:
        'the host has rules of iptables-legacy and of iptables-nft at once; every packet passes both, and the review covers only one of them, so what it lets through the other may still drop',
      unless: [],
    })),
    ...(absent.length === 0 ? [] : [absentTables(family, absent)]),
    ...(others.length === 0
      ? []
      : [
          {
            kind: 'NotUnderstood',
            family,
            rule: others[0],
            statement: `${told}${more} cannot be read, so the review does not cover it; check it by hand, or pass the whole output of iptables-save`,
            unless: [],
          } as const,
        ]),
  ];
}

function absentTables(family: Family, absent: readonly Absent[]): Fault {
  const names = absent.map(({ table }) => table).join(', ');
  return {
    kind: 'NotUnderstood',
    family,
    rule: absent.length === 1 ? `the table ${names}` : `the tables ${names}`,
    statement: `the text does not have ${names}, since ${absent[0].tool} prints one table, so the review does not know what rules there do; pass the whole output of ${family === 'ipv4' ? 'iptables-save' : 'ip6tables-save'}`,
    unless: [],
  };
}

function unreadRules(scene: Scene, family: Family): Fault[] {
  return scene.rules(family).chains.flatMap(({ table, name, rules }) =>
    rules.flatMap((rule): Fault[] => {
      const isIdle = rule.verdict.kind === 'log' || rule.verdict.kind === 'continue';
      const parts = [...rule.matches, rule.verdict].flatMap((part) =>
        part.kind === 'unknown' && !isCounterLike(part) ? [`'${part.text}'`] : [],
      );
      if (parts.length === 0 || isIdle) return [];
      const text = ruleText(rule, name, family);
      return [
        {
          kind: 'NotUnderstood',
          family,
          rule: table === 'filter' ? text : `-t ${table} ${text}`,
          statement: `${parts.join(' and ')} is not understood, so what the rule does to a packet is not certain; check it by hand`,
          unless: [],
        },
      ];
    }),
  );
}

/** Other findings report what only counts; the walk asks both ways. */
function isCounterLike(part: { readonly kind: string; readonly text?: string }): boolean {
  return part.kind === 'unknown' && isCounter({ kind: 'unknown', text: part.text ?? '' });
}
