import type { Cell } from '../../../../reachability/private/matrix/matrix';
import { Proof } from '../../../../reachability/private/proof';
import { wireMatters } from '../../../../reachability/private/wire-matters';
import type { Registry } from '../../../../topology/private/registry';
import type { ICheckedResource } from '../../../checked-resource';
import { registryOf } from '../../../private/daemons';
import type { AddressRun } from '../../../private/internet';

/** Whether a daemon is one whose proof the synth asks for; where the program itself is at fault, the synth says that instead. */
export function isProved(daemon: ICheckedResource): boolean {
  return daemon.isTrue('proved') && registryOf(daemon).derived().problems.length === 0;
}

/** Of one snapshot the same proof for everybody, so that its matrix is worked out once. */
export function proofOf(registry: Registry): Proof {
  return Proof.of(registry.derived(), registry.engine);
}

/** Everything that gets anywhere, but for wires: the segment itself says why nothing narrows there. */
export function cellsOf(registry: Registry): readonly Cell[] {
  const { matrix, derived } = proofOf(registry);
  const isOfWire = wireMatters(derived.topology);
  return matrix.cells.filter(
    ({ source, target, receiver, certain }) =>
      !isOfWire({ source: source.party, from: source.address, receiver, address: target.address, certain }),
  );
}

/** Addresses outside that a cell stands for; undefined where it does not come from outside. */
export function outsideOf({ family, source }: Cell): AddressRun | undefined {
  const { range, party } = source;
  return party.kind === 'outside' && range !== undefined ? { family, first: BigInt(range.first), last: BigInt(range.last) } : undefined;
}
