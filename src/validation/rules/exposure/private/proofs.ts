import type { Cell } from '../../../../reachability/private/matrix/matrix';
import { Proof } from '../../../../reachability/private/proof';
import { wireMatters } from '../../../../reachability/private/wire-matters';
import type { FactStore } from '../../../../topology/private/fact-store';
import type { ICheckedResource } from '../../../checked-resource';
import { storeOf } from '../../../private/daemons';
import type { AddressRun } from '../../../private/internet';

/** Whether the synth checks the proof of a daemon; if the program itself is wrong, the synth reports that instead. */
export function isProved(daemon: ICheckedResource): boolean {
  return daemon.isTrue('proved') && storeOf(daemon).derived().problems.length === 0;
}

/** All rules use the same proof of a snapshot, so that its matrix is computed once. */
export function proofOf(store: FactStore): Proof {
  return Proof.of(store.derived(), store.engine);
}

/** All open connections, except on LAN segments: the segment itself reports that nothing filters there. */
export function cellsOf(store: FactStore): readonly Cell[] {
  const { matrix, derived } = proofOf(store);
  const isOfWire = wireMatters(derived.topology);
  return matrix.cells.filter(
    ({ source, target, receiver, certain }) =>
      !isOfWire({ source: source.party, from: source.address, receiver, address: target.address, certain }),
  );
}

/** Addresses outside that a cell represents; undefined if it does not come from outside. */
export function outsideOf({ family, source }: Cell): AddressRun | undefined {
  const { range, party } = source;
  return party.kind === 'outside' && range !== undefined ? { family, first: BigInt(range.first), last: BigInt(range.last) } : undefined;
}
