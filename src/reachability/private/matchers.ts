import type { IPeer } from '../../connections/peer';
import type { Port } from '../../firewall/port';
import { UnscopedValidationError } from '../../private/errors';
import { isA } from '../../private/type-test';
import { Disposition } from '../disposition';
import { Reachability } from '../reachability';
import type { Requirement } from '../requirement';

/** What a matcher of Jest is given as `this`, as far as these need it. */
interface MatcherContext {
  readonly isNot?: boolean;
}

interface MatcherResult {
  readonly pass: boolean;
  message(): string;
}

/**
 * Matchers for the tests of users. What is expected on is the stack, the daemon or whatever reads well: the peers know their daemon.
 *
 * What is not certain fails both `toReach` and `not.toReach`.
 */
export const matchers = {
  toReach(this: MatcherContext, _received: unknown, source: IPeer, destination: IPeer, port: Port): MatcherResult {
    const reachability = reachabilityOf(source, destination);
    const disposition = reachability.disposition(source, destination, port);
    const isUnknown = disposition === Disposition.UNKNOWN;
    return {
      pass: isUnknown ? this.isNot === true : disposition === Disposition.DELIVERED,
      message: () => {
        const { text } = reachability.explain(source, destination, port);
        return `expected ${source.peerText} ${this.isNot ? 'not ' : ''}to reach ${destination.peerText} on ${port.text}\n\n${text}`;
      },
    };
  },

  toResolve(this: MatcherContext, _received: unknown, asker: IPeer, named: IPeer): MatcherResult {
    const pass = reachabilityOf(asker, named).resolves(asker, named);
    return {
      pass,
      message: () =>
        `expected ${asker.peerText} ${pass ? 'not ' : ''}to resolve the name of ${named.peerText}; they share ${pass ? 'a' : 'no'} network`,
    };
  },

  toFulfil(this: MatcherContext, _received: unknown, requirement: Requirement): MatcherResult {
    if (!isA(requirement, 'requirement')) {
      throw new UnscopedValidationError('NotARequirement', 'one value made by Requirement is expected, such as Requirement.unreachable(…)');
    }
    const broken = requirement._brokenBy(reachabilityOf(...requirement._peers)._proof);
    return {
      pass: broken === undefined,
      message: () =>
        broken === undefined ? `expected this requirement not to hold: ${requirement.text}` : `${requirement.text}, but ${broken.reason}`,
    };
  },
};

function reachabilityOf(...peers: readonly IPeer[]): Reachability {
  const declarations = peers.map((peer) => peer._peerDeclarations).find((found) => found !== undefined);
  if (declarations === undefined) {
    throw new Error('one of the peers must be a workload, group or segment of Bulkhead');
  }
  return Reachability._of(declarations);
}
