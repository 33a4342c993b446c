import { matchers } from './matchers';
import type { IPeer } from '../../connections/peer';
import type { Port } from '../../firewall/port';
import type { Requirement } from '../requirement';

/** The matchers as functions that throw: for node:test, Mocha and every other runner. */

/** Some member of `source` reaches some member of `destination` on some port of the range. Throws where it does not, and where that is not certain. */
export function assertReaches(source: IPeer, destination: IPeer, port: Port): void {
  judge(false, (context) => matchers.toReach.call(context, undefined, source, destination, port));
}

/** No member of `source` reaches any member of `destination` on any port of the range. Throws where one does, and where that is not certain. */
export function assertDoesNotReach(source: IPeer, destination: IPeer, port: Port): void {
  judge(true, (context) => matchers.toReach.call(context, undefined, source, destination, port));
}

/** Some member of `asker` can resolve the name of some member of `named`. */
export function assertResolves(asker: IPeer, named: IPeer): void {
  judge(false, (context) => matchers.toResolve.call(context, undefined, asker, named));
}

/** The requirement holds for what is declared so far. */
export function assertFulfils(requirement: Requirement): void {
  judge(false, (context) => matchers.toFulfil.call(context, undefined, requirement));
}

function judge(isNot: boolean, match: (context: { isNot: boolean }) => { pass: boolean; message(): string }): void {
  const { pass, message } = match({ isNot });
  if (pass === isNot) throw new Error(message());
}
