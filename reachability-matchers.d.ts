import type { IPeer, Port, Requirement } from './lib';

/** What `expect` learns; `R` is what a matcher of the test runner returns. */
export interface ReachabilityMatchers<R> {
  /**
   * Some member of the source reaches some member of the destination on some port of the range, and the answer comes back. What is not certain
   * fails, with `not` as well.
   * @param port a port of the destination: of a publication the port inside
   */
  toReach(source: IPeer, destination: IPeer, port: Port): R;
  /** Some member of `asker` can resolve the name of some member of `named`. */
  toResolve(asker: IPeer, named: IPeer): R;
  /** The requirement holds for what is declared so far. */
  toFulfil(requirement: Requirement): R;
}
