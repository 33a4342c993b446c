import { stepText, type Told } from './explain';
import { explanationText, type ExplanationWords } from './explanation-text';
import { asText, wayOut } from './forged/forged-text';
import type { Labels } from './labels';
import { Disposition } from '../disposition';
import { Explanation } from '../explanation';
import type { Outcome, Step } from './walk/outcome';

/** Names of the ends and the port, for sentences. */
export interface Subject {
  readonly source: string;
  readonly destination: string;
  readonly port: string;
  /** Why no flow between the two may be declared. */
  readonly refusal?: string;
  /** Whether rules of ours stand on the host. */
  readonly hasGuard: boolean;
  readonly labels: Labels;
  /** An end that is on no network, with the reason. */
  readonly alone?: { readonly path: string; readonly reason: string };
  readonly kinds: { readonly source: 'workload' | 'host' | 'outside'; readonly destination: 'workload' | 'host' | 'outside' };
}

export function explanationOf(told: Told | undefined, subject: Subject): Explanation {
  const { source, destination, port, alone } = subject;
  if (alone !== undefined) {
    return explanation({
      disposition: Disposition.UNREACHABLE,
      summary: `${alone.path} is on no network: ${alone.reason}.`,
      remedy: `Place ${alone.path} in a segment.`,
    });
  }
  if (told === undefined) {
    return explanation({
      disposition: Disposition.UNREACHABLE,
      summary: `${source} has no address of a family that ${destination} has one of.`,
      remedy: 'Give both ends addresses of one family.',
    });
  }
  const { outcome, decidedBy } = told;
  const disposition = Disposition[outcome.disposition];
  const words = {
    disposition,
    summary: `${source} ${VERBS[disposition]} ${destination} on ${port}: ${reasonOf(told)}.`,
    ...(decidedBy !== undefined && { decidedBy }),
    remedy: remedyOf(told, subject),
  };
  return explanation(words, outcome.steps, subject.labels);
}

function explanation(words: ExplanationWords, steps: readonly Step[] = [], labels?: Labels): Explanation {
  const lines = labels === undefined ? [] : steps.map((step) => stepText(step, labels));
  return Explanation._of(words, lines, explanationText(words, steps, labels));
}

const VERBS: Readonly<Record<Disposition, string>> = {
  DELIVERED: 'reaches',
  DROPPED: 'does not reach',
  UNREACHABLE: 'does not reach',
  UNKNOWN: 'may or may not reach',
};

const REASONS: Readonly<Record<Exclude<Outcome['reason'], 'rule' | 'policy' | 'arrived'>, string>> = {
  'no-address-of-family': 'it has no address of that family',
  'no-route': 'there is no route',
  'nobody-has-address': 'nobody has the address',
  'martian-source': 'the kernel refuses the source address on that interface',
  'martian-destination': 'the kernel refuses the destination address on that interface',
  'forwarding-off': 'the host does not forward',
  'kept-apart': 'the kernel keeps a host and its macvlan and ipvlan containers apart',
  'closed-wire': 'an overlay leads to its members and to nobody else',
  guarded: 'it is said of that wire that something else guards it',
  'no-hairpin': 'the bridge sends no frame back where it came from',
  'answer-astray': 'the answer does not come back to where the question came from',
  'no-connection': 'there is no connection that it could belong to',
  'not-understood': 'a rule is not understood',
  'too-many-cases': 'too much is not understood',
};

function reasonOf({ outcome, decidedBy, forged }: Told): string {
  if (forged !== undefined) {
    const doubt = forged.certain ? '' : ', as far as the host takes that source and somebody is there to send it';
    return `${asText(forged)}, and no rule stands in the way${doubt}; no answer comes back`;
  }
  const { reason, direction, doubts } = outcome;
  const what = direction === 'reply' ? 'its answer' : 'its packet';
  switch (reason) {
    case 'arrived':
      return decidedBy === undefined ? 'no rule stands in the way' : `'${decidedBy}' lets it through`;
    case 'rule':
      return `'${decidedBy}' drops ${what}`;
    case 'policy':
      return `no rule lets ${what} through, and ${decidedBy} drops it`;
    default:
      return doubts.length === 0
        ? REASONS[reason]
        : `${REASONS[reason]}: ${doubts.map((doubt) => doubt.text ?? doubt.rule?.origin ?? doubt.chain).join('; ')}`;
  }
}

function remedyOf({ outcome, decidedBy, forged }: Told, { source, destination, port, refusal, hasGuard, kinds }: Subject): string {
  if (forged !== undefined) {
    const way = wayOut(forged, hasGuard);
    return `${way[0].toUpperCase()}${way.slice(1)}.`;
  }
  if (outcome.disposition === 'DELIVERED') {
    if (!hasGuard) return 'No rule of ours stands on that host: it closes where the two share no network any more, or on a HardenedDaemon.';
    return decidedBy === undefined
      ? 'No declaration of this daemon opened it, so none closes it.'
      : `It closes when '${decidedBy}' is no longer declared.`;
  }
  if (outcome.disposition === 'UNKNOWN') {
    return 'Say it in words that are understood, or take the rule away.';
  }
  if (refusal !== undefined) {
    return `It cannot be opened: ${refusal}.`;
  }
  if (kinds.destination === 'workload' && kinds.source === 'outside') {
    return `Publish it: publish(${port}) on ${destination}, with ${source} among the sources.`;
  }
  return `Declare it: connections.allowTo(${destination}, ${port}) on ${source}.`;
}
