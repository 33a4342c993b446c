import type { Family } from '../../../../topology/private/terms';
import type { Fault } from '../../../../validation/private/firewall-fault';
import { closeIt } from '../closing';
import { describe } from '../described';
import { isDelivered, isMet } from '../met';
import { type PersonRule, personRules, type Way } from '../person-rules';
import { rewritten } from '../rewritten';
import type { Scene } from '../scene';
import { asksOf, publicationText, shown } from '../telling';
import { type Words, wordsOf } from '../words';

const SAYS_CLOSED = /drop|den(y|ied)|block|reject|refus/i;

/** Rules that log packets of a publication: without a limit, or with words that say that they were dropped, which nothing does. */
export function logs(scene: Scene, family: Family): Fault[] {
  return personRules(scene, family).flatMap((rule) => {
    if (logPrefix(rule) === undefined) return [];
    const way = rule.ways.find(({ hook }) => hook === 'forward');
    const words = wordsOf(rule, way);
    if (way === undefined || words.unknown.length > 0) return [];
    return [...logOnly(scene, rule, way, words), ...withoutLimit(scene, rule, words)];
  });
}

/** A log with more options than a prefix decides nothing just as well. */
function logPrefix({ rule: { verdict } }: PersonRule): string | undefined {
  if (verdict.kind === 'log') return verdict.prefix;
  return verdict.kind === 'continue' && /^(LOG|NFLOG)\b/.test(verdict.text) ? verdict.text : undefined;
}

function logOnly(scene: Scene, rule: PersonRule, way: Way, words: Words): Fault[] {
  const says = [logPrefix(rule) ?? '', rule.chain].find((text) => SAYS_CLOSED.test(text));
  const isNarrow = words.ports !== undefined || words.original !== undefined || words.sources.length > 0;
  if (says === undefined || (!isNarrow && way.jumps.length > 1)) return [];
  const found = scene.publications(rule.family).flatMap((publication) => {
    const described = describe(scene, words, publication);
    if (described === undefined || described.isOtherProtocol) return [];
    const { packet } = described;
    const outcome = scene.walk(packet);
    return isDelivered(outcome) && outcome.receiver?.container === publication.container && isMet(scene, packet, rule) ? [{ publication, packet }] : [];
  }); // prettier-ignore
  const [first] = found;
  if (first === undefined) return [];
  return [
    {
      kind: 'LogOnly',
      family: rule.family,
      rule: rule.text,
      statement: `it writes '${says.trim()}' for packets that no rule drops: ${asksOf(scene, first.packet)} is logged and delivered, and ${publicationText(first.publication)} is open`,
      packet: shown(first.packet),
      mend: closeIt(scene, words, [first]),
      unless: [],
    },
  ];
}

function withoutLimit(scene: Scene, rule: PersonRule, words: Words): Fault[] {
  const isBounded = words.counts || !words.meetsNew || rule.rule.matches.some(({ kind }) => kind === 'tcp-flags');
  if (isBounded) return [];
  const found = scene.publications(rule.family).flatMap((publication) => {
    const described = describe(scene, words, publication);
    return described !== undefined && !described.isOtherProtocol && isMet(scene, described.packet, rule) ? [described.packet] : [];
  });
  const [packet] = found;
  if (packet === undefined) return [];
  return [
    {
      kind: 'LogWithoutLimit',
      family: rule.family,
      rule: rule.text,
      statement: `it writes a line for each packet that it meets, such as ${asksOf(scene, packet)}: a sender of many packets fills the log`,
      packet: shown(packet),
      mend: { commands: rewritten(rule, /(?=-j N?FLOG\b|-j LOG\b)/, '-m limit --limit 10/min ') },
      unless: [],
    },
  ];
}
