import type { Step } from './walk/outcome';
import type { PairPlan, Topology } from '../../topology/private/topology';

/**
 * Which declaration accepts a packet at a step of its path. Most rules have one declaration, which is their origin; a rule with a set of pairs has
 * many, and the packet determines which.
 */
export class DeclaredSteps {
  private readonly declared: ReadonlySet<string>;
  private readonly pairs: readonly PairPlan[];

  constructor({ pairs, egress, hostFlows, publications }: Topology) {
    this.declared = new Set([...pairs, ...egress, ...hostFlows, ...publications].map(({ origin }) => origin));
    this.pairs = pairs;
  }

  /** Several if each of them opens it. */
  public originsOf({ place, packet, direction }: Step): readonly string[] {
    const rule = place?.rule;
    if (rule === undefined) return [];
    if (this.declared.has(rule.origin)) return [rule.origin];
    // Only sets of pairs match all three fields.
    const isOfPairs = rule.matches.some((match) => match.kind === 'in-set' && match.fields === undefined);
    if (!isOfPairs || direction === 'reply') return [];
    const { protocol, source, destination, destinationPort } = packet;
    const meant = this.pairs.filter(
      (pair) =>
        pair.bridge === packet.in &&
        pair.source === source &&
        pair.destination === destination &&
        pair.port.protocol === protocol &&
        pair.port.first <= destinationPort &&
        destinationPort <= pair.port.last,
    );
    return [...new Set(meant.map(({ origin }) => origin))];
  }
}
