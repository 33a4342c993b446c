import { declaringCode } from './declaring-code';
import { stepText, type Told } from './explain';
import { explanationText, type ExplanationWords } from './explanation-text';
import { asText, wayOut } from './forged/forged-text';
import type { Labels } from './labels';
import type { PeerFact } from '../../topology/private/facts';
import { Disposition } from '../disposition';
import { Explanation } from '../explanation';
import type { Outcome, Step } from './walk/outcome';
import type { PortSpec } from '../../topology/private/terms';
import type { PublicationPlan } from '../../topology/private/topology';

/** Names of the ends and the port, for sentences. */
export interface Subject {
  readonly source: string;
  readonly destination: string;
  readonly port: string;
  /** Why no flow between the two may be declared. */
  readonly refusal?: string;
  /** Whether Bulkhead's rules are on the host. */
  readonly hasGuard: boolean;
  readonly labels: Labels;
  /** An end that is on no network, with the reason. */
  readonly alone?: { readonly path: string; readonly reason: string };
  /** Both ends are in one network namespace. */
  readonly isShared?: boolean;
  /** Whether the question is about a published port at an address of the host. */
  readonly isAtHost?: boolean;
  readonly ends: { readonly source: PeerFact; readonly destination: PeerFact };
  readonly portSpec: PortSpec;
  readonly publications: readonly PublicationPlan[];
}

export function explanationOf(told: Told | undefined, subject: Subject): Explanation {
  const { source, destination, port, alone, isShared } = subject;
  if (isShared) {
    return explanation({
      disposition: Disposition.DELIVERED,
      summary: `${source} and ${destination} share one network, where each reaches every port of the other on 127.0.0.1.`,
      remedy: 'To close it, place both in segments of their own.',
    });
  }
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
      summary: `${source} and ${destination} have no address family in common.`,
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
  'nobody-has-address': 'no interface has the address',
  'martian-source': 'the kernel refuses the source address on that interface',
  'martian-destination': 'the kernel refuses the destination address on that interface',
  'reverse-path': 'the host does not answer the source over this interface (rp_filter)',
  'forwarding-off': 'the host does not forward',
  'kept-apart': 'the kernel isolates a host from its macvlan and ipvlan containers',
  'closed-wire': 'an overlay connects its members only',
  guarded: 'the segment declares another guard for that LAN (guardedBy)',
  'no-hairpin': 'the bridge does not send a frame back through the port that it came from',
  'answer-astray': 'the reply does not return to the sender',
  'no-connection': 'it does not belong to a connection',
  'not-understood': 'the result depends on what Bulkhead does not know',
  'too-many-cases': 'the result depends on too many things that Bulkhead does not know',
};

/** Why a packet that no rule stops does not arrive. */
export function causeOf({ reason }: Outcome): string {
  return REASONS[reason as keyof typeof REASONS];
}

function reasonOf({ outcome, decidedBy, declarations, forged }: Told): string {
  if (forged !== undefined) {
    const doubt = forged.certain ? '' : ', if the host accepts that source and a sender is there';
    return `${asText(forged)}, and no rule drops them${doubt}; no reply comes back`;
  }
  const { reason, direction, doubts } = outcome;
  const what = direction === 'reply' ? 'its reply' : 'its packet';
  switch (reason) {
    case 'arrived':
      return declarations === undefined
        ? 'no rule drops it'
        : `${quoted(declarations)} ${declarations.length === 1 ? 'lets' : 'let'} it through`;
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

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(' and ');
}

function remedyOf({ outcome, declarations, forged }: Told, { refusal, hasGuard, ends, isAtHost, portSpec, publications }: Subject): string {
  if (forged !== undefined) {
    const way = wayOut(forged, hasGuard);
    return `${way[0].toUpperCase()}${way.slice(1)}.`;
  }
  if (outcome.disposition === 'DELIVERED') {
    if (!hasGuard) return 'Bulkhead has no rules on that host. To close it, place the two in separate networks or use a HardenedDaemon.';
    return declarations === undefined
      ? 'No declaration of this daemon opens it, so no change of a declaration closes it.'
      : `To close it, remove the declaration ${quoted(declarations)}.`;
  }
  if (outcome.disposition === 'UNKNOWN') {
    return 'Write the rule in a form that Bulkhead understands, or remove the rule.';
  }
  if (refusal !== undefined) {
    return `You cannot open it: ${refusal}.`;
  }
  const isInside = ends.source.kind !== 'block' && ends.source.kind !== 'host';
  if (isAtHost === true && isInside && ends.destination.kind === 'workload') {
    return isSame(ends.source, ends.destination)
      ? 'A container reaches itself on 127.0.0.1.'
      : `No container reaches a publication by an address of the host. Connect to the container itself by its name. ${declaringCode(ends.source, ends.destination, portSpec)}`;
  }
  return declaringCode(ends.source, ends.destination, portSpec, publications);
}

function isSame(one: PeerFact, other: PeerFact): boolean {
  return 'path' in one && 'path' in other && one.path === other.path;
}
