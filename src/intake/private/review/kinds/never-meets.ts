import type { HostRules } from '../../../../firewall/private/host-rules';
import type { Match } from '../../../../firewall/private/ir';
import type { Outcome, ProbeSpec, RulePlace } from '../../../../reachability/private/walk/outcome';
import type { Family } from '../../../../topology/private/terms';
import type { Fault, FaultKind, Mend } from '../../../../validation/private/firewall-fault';
import { closeIt, iptables } from '../closing';
import { describe, type Described } from '../described';
import { inserted, replaced } from '../edits';
import { admittedTo, isHarmful, type Meant } from '../harm';
import { isDelivered, isMet, lettingBy, type Meeting, obstacleOn, outcomeText } from '../met';
import { type PersonRule, personRules, type PlacedRule, type Way } from '../person-rules';
import { partsOf, ruleText } from '../rule-text';
import type { Scene } from '../scene';
import { asksOf, namesOf, publicationText, shown } from '../telling';
import { toUnpublished } from '../unpublished';
import { holds, type Words, wordsOf } from '../words';

interface Failure {
  readonly words: Words;
  readonly way: Way | undefined;
  readonly described: Described;
  readonly outcome: Outcome;
}

/** Rules that close a published port, or slow it down, and that its packets never reach, so that they arrive. */
export function neverMeets(scene: Scene, family: Family): Fault[] {
  return personRules(scene, family).flatMap((rule) => {
    const failures = failuresOf(scene, rule);
    const [first] = failures;
    if (first === undefined) return [];
    const fault = faultOf(scene, rule, first, failures.slice(1));
    return fault === undefined ? [] : [fault];
  });
}

function failuresOf(scene: Scene, rule: PersonRule): Failure[] {
  const { verdict } = rule.rule;
  if (keepsUnpublishedShut(scene, rule)) return [];
  const ways: readonly (Way | undefined)[] = rule.ways.length === 0 ? [undefined] : rule.ways;
  const isClosing = verdict.kind === 'drop' || verdict.kind === 'reject';
  const found = ways.flatMap((way): Failure[] => {
    const words = wordsOf(rule, way);
    const isLimiting = words.counts && (verdict.kind === 'accept' || verdict.kind === 'return');
    if ((!isClosing && !isLimiting) || isDefault(rule, words, way)) return [];
    return scene.publications(rule.family).flatMap((publication) => {
      const described = describe(scene, words, publication);
      if (described === undefined || described.isOtherProtocol) return [];
      const outcome = scene.walk(described.packet, undefined, undefined, true);
      if (!isDelivered(outcome) || outcome.receiver?.container !== publication.container) return [];
      const isFailing = words.counts ? !ways.some(() => isMet(scene, described.packet, rule)) : !isSpared(scene, described, isOfSenders(words), outcome);
      return isFailing ? [{ words, way, described, outcome }] : [];
    });
  });
  // A way on which the packet comes to the rule says more than one on which it does not.
  const comesTo = ({ way, described }: Failure) => way !== undefined && obstacleOn(scene, described.packet, rule, way)?.meeting.isReached === true;
  const sorted = ways.length > 1 ? [...found.filter((each) => !comesTo(each)), ...found.filter(comesTo)] : found;
  const failures = unique(sorted, ({ described: { publication } }) => publicationText(publication));
  // Where it closes what it names, whatever else has the same number is not what it was meant for.
  const closed = failures.length > 0 ? closedPorts(scene, rule) : new Set<number>();
  return failures.filter(({ described: { naming, isElsewhere, publication } }) => closed.size === 0 || (naming === 'both' && !isElsewhere) || (naming === 'host' && !closed.has(publication.hostPort)));
} // prettier-ignore

/** The ports by which the rule closes publications. */
function closedPorts(scene: Scene, rule: PersonRule): ReadonlySet<number> {
  return new Set(
    rule.ways.flatMap((way) => {
      const words = wordsOf(rule, way);
      return scene.publications(rule.family).flatMap((publication) => {
        const described = describe(scene, words, publication);
        const isClosed = described !== undefined && described.naming !== 'broad' && scene.walk(described.packet).decidedBy?.rule === rule.rule;
        return isClosed ? [publication.targetPort, publication.hostPort].filter((port) => holds(words.ports ?? (words.original && [words.original]), port)) : [];
      });
    }),
  );
} // prettier-ignore

/** Behind what Docker lets in, a rule without a port closes what is not published: that is its job. */
function keepsUnpublishedShut(scene: Scene, { rule, family }: PersonRule): boolean {
  const isBroad = !rule.matches.some(({ kind }) => kind === 'destination-port' || kind === 'port-list' || kind === 'ct-original' || kind === 'source'); // prettier-ignore
  if (!isBroad || (rule.verdict.kind !== 'drop' && rule.verdict.kind !== 'reject')) return false;
  return toUnpublished(scene, family).some(({ packet }) => scene.walk(packet).decidedBy?.rule === rule);
}

/** Blocks that no machine on the internet has: a rule that drops them is against forged senders. */
const FORGED: readonly string[] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '198.18.0.0/15',
  'fc00::/7',
  'fe80::/10',
];

/** What closes everything that no rule before it let in is a policy, not a rule against a published port. */
function isDefault({ rule, chain, table }: PersonRule, words: Words, way: Way | undefined): boolean {
  const isBroad = words.ports === undefined && words.original === undefined && words.sourcePorts === undefined;
  if (!isBroad) return false;
  const isOfSources = isOfSenders(words);
  // A verdict alone in a chain is what tools keep for the rules that jump there.
  if (way === undefined) return rule.matches.length === 0 && chain !== 'DOCKER-USER';
  // The lists that a program keeps for one of its services ban no sender from the others.
  if (way.hook === 'input') return !isOfSources || words.sources.some((block) => FORGED.includes(block)) || /^(f2b|fail2ban)/i.test(chain);
  const isBase = table === 'filter' && !way.jumps.some(({ rule: jump }) => jump.verdict.kind === 'jump' && jump.verdict.chain === 'DOCKER-USER');
  return isBase && chain !== 'DOCKER-USER' && !isOfSources && rule.matches.every(({ kind }) => kind !== 'destination' && kind !== 'out-interface');
} // prettier-ignore

function isOfSenders({ sources, sets, unknown }: Words): boolean {
  return sources.length > 0 || sets.some(({ negate }) => !negate) || unknown.some((text) => /^-m set --match-set \S+ src\b/.test(text));
}

/** Whether another rule of a person let the packet by on purpose: one that names more of it than where it comes from. */
function isSpared(scene: Scene, { naming }: Described, isOfSources: boolean, { steps }: Outcome): boolean {
  return steps.some(({ direction, place }) => {
    const rule = place?.rule;
    if (direction !== 'original' || place === undefined || rule === undefined || scene.isDockers(place.table, place.chain, rule)) {
      return false;
    }
    if (rule.verdict.kind !== 'accept' && rule.verdict.kind !== 'return') return false;
    const words = wordsOf({ rule });
    const namesPort = words.ports !== undefined || words.original !== undefined || words.spares !== undefined;
    const namesEnd = words.sources.length > 0 || words.spared.length > 0 || words.sets.length > 0 || words.destinations.length > 0;
    // A list of senders is for every port.
    return words.counts || (naming === 'broad' && (namesEnd || (namesPort && !isOfSources)));
  });
}

interface Cause {
  readonly kind: FaultKind;
  readonly why: string;
  readonly mend?: Mend;
}

function faultOf(scene: Scene, rule: PersonRule, failure: Failure, more: readonly Failure[]): Fault | undefined {
  const { described, words } = failure;
  const { publication, packet } = described;
  const meant = [failure, ...more].map(({ described: each }) => each);
  const cause = causeOf(scene, rule, failure, meant);
  if (cause === undefined) return undefined;
  const others =
    more.length === 0 ? '' : `; the same is true of ${more.map((each) => publicationText(each.described.publication)).join(', ')}`;
  const mend = cause.mend?.works === true ? cause.mend : closeIt(scene, words, meant);
  const does = words.counts ? 'is not slowed down by this rule' : 'stays open';
  return {
    kind: cause.kind,
    family: rule.family,
    rule: rule.text,
    statement: `${publicationText(publication)} ${does}: ${asksOf(scene, packet)} is delivered to ${publication.target}:${publication.targetPort}, because ${cause.why}${others}`,
    packet: shown(packet),
    mend: words.counts || words.unknown.length > 0 ? undefined : mend,
    unless: described.fromBridge === undefined ? [] : [`the rule is for what containers on ${described.fromBridge} send`],
  };
}

function causeOf(scene: Scene, rule: PersonRule, { way, words, described, outcome }: Failure, meant: readonly Meant[]): Cause | undefined {
  const { packet } = described;
  if (way === undefined) {
    const why = `nothing jumps to the chain ${rule.chain}, so no packet meets its rules`;
    return { kind: 'ChainNeverCalled', why, mend: calling(scene, rule, meant) };
  }
  const obstacle = obstacleOn(scene, packet, rule, way);
  if (obstacle === undefined) return undefined;
  const { at, meeting } = obstacle;
  if (!meeting.isReached) {
    return way.hook === 'input' && outcome.receiver?.proxied !== true
      ? { kind: 'InputNeverSees', why: 'the port is translated before routing, so its packets are forwarded and never pass INPUT' }
      : behind(scene, rule, words, meant, lettingBy(outcome, at), at);
  }
  return notMet(scene, at, meeting, described, rule);
}

function behind(
  scene: Scene,
  rule: PersonRule,
  words: Words,
  meant: readonly Meant[],
  place: RulePlace | undefined,
  at: PlacedRule,
): Cause | undefined {
  if (place?.rule === undefined) return undefined;
  const all = scene.rules(rule.family);
  const moved = inserted(replaced(all, at, []), { ...at, index: 0 }, [at.rule]);
  const guests = meant.flatMap((each) => admittedTo(scene, words.hook, each).packets);
  const parts = partsOf(at.rule, rule.family);
  const command = iptables(rule.family);
  const commands = parts === undefined ? [] : [`${command} -t ${at.table} -D ${at.chain} ${at.index + 1}`, `${command} -t ${at.table} -I ${at.chain} 1 ${parts}`]; // prettier-ignore
  const by = `'${ruleText(place.rule, place.chain, rule.family)}'`;
  return {
    kind: 'RuleBehindVerdict',
    why: `${by} ends the way of the packet before it comes to '${ruleText(at.rule, at.chain, rule.family)}'`,
    mend: { commands, ...triedFor(scene, moved, meant, guests), ...(commands.length === 0 && { works: false }) },
  };
}

/** Which of the matches is not met, by what it says of the packet. */
function notMet(scene: Scene, at: PlacedRule, { failing }: Meeting, described: Described, rule: PersonRule): Cause {
  const { hostPort, targetPort } = described.publication;
  const isOf = (...kinds: Match['kind'][]) => failing.some(({ kind }) => kinds.includes(kind));
  const where = at.index === rule.index && at.chain === rule.chain ? 'the rule' : `the jump '${ruleText(at.rule, at.chain, rule.family)}'`;
  const isBefore = at.table === 'raw' || (at.table === 'mangle' && at.chain === 'PREROUTING');
  if (isOf('destination-port', 'port-list') && described.naming !== 'source') {
    return isBefore
      ? { kind: 'ContainerPortBeforeTranslation', why: `here the packet still asks for port ${hostPort} of the host, and ${where} names port ${targetPort} of the container` }
      : { kind: 'HostPortAfterTranslation', why: `here port ${hostPort} of the host is already translated to port ${targetPort} of the container, and ${where} names port ${hostPort}` };
  } // prettier-ignore
  if (isOf('destination')) {
    return { kind: 'AddressAfterTranslation', why: `here the destination is already translated to ${described.publication.target}, and ${where} names another address` }; // prettier-ignore
  }
  if (isOf('in-interface', 'out-interface')) {
    const gone = failing.filter((match) => match.kind === 'in-interface' && match.negate !== true && scene.isGone(match));
    if (gone.length > 0) return { kind: 'OtherInterface', why: `${where} is for packets ${namesOf(gone)}, and the host has no such interface: these come in${scene.over(scene.outside)}` }; // prettier-ignore
    const names = namesOf(failing);
    return { kind: 'OtherInterface', why: `${where} is for packets ${names}, and these come in from outside and leave by ${described.publication.bridge}` }; // prettier-ignore
  }
  if (isOf('ct-original')) {
    return described.naming === 'container'
      ? { kind: 'ContainerPortBeforeTranslation', why: `--ctorigdstport is the port of the host that was asked for, ${hostPort}, and ${where} names port ${targetPort} of the container` }
      : { kind: 'RuleNeverMeets', why: `${where} names another address or port with --ctorigdst than the packet was sent to` };
  } // prettier-ignore
  if (isOf('source-port', 'port-list')) {
    return { kind: 'RuleNeverMeets', why: `${where} names the port of the sender, not the port that is asked for` };
  }
  return {
    kind: 'RuleNeverMeets',
    why: `${where} has a condition that the packet does not meet: ${conditionsOf(failing)}`,
  };
}

/** As iptables writes them. */
function conditionsOf(failing: readonly Match[]): string {
  return partsOf({ matches: failing, verdict: { kind: 'return' }, origin: 'condition' }, 'ipv4')?.replace(/ ?-j RETURN$/, '') ?? failing.map(({ kind }) => kind).join(', '); // prettier-ignore
}

/** A jump to the chain, where it would be met. */
function calling(scene: Scene, { chain, table, family }: PersonRule, meant: readonly Meant[]): Mend | undefined {
  if (table !== 'filter') return undefined;
  const from = chain === 'DOCKER-USER' ? 'FORWARD' : 'DOCKER-USER';
  const jump = { matches: [], verdict: { kind: 'jump' as const, chain }, origin: 'fix' };
  const edited = inserted(scene.rules(family), { table, chain: from, index: 0 }, [jump]);
  return { commands: [`${iptables(family)} -I ${from} -j ${chain}`], ...triedFor(scene, edited, meant, []) };
}

/** What becomes of the packets under other rules; it works if all are dropped, and nothing else is. */
function triedFor(scene: Scene, edited: HostRules, meant: readonly Meant[], guests: readonly ProbeSpec[]): Pick<Mend, 'outcome' | 'works'> {
  const outcomes = meant.map(({ packet }) => scene.walk(packet, edited));
  const works = outcomes.every(({ disposition }) => disposition === 'DROPPED') && !isHarmful(scene, edited, meant, guests);
  return { outcome: outcomeText(outcomes[0]), works };
}

function unique<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}
