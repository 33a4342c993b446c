import { contains, parseAddress, parseBlock } from '../../addressing/private/ip';
import { advice, misplaced, sharedLayoutOf } from '../../addressing/private/layout';
import { ValidationError } from '../../private/errors';
import type { SegmentFact } from '../../topology/private/facts';

/** A static address on a LAN is known to be good or bad as soon as it is named: the block is no choice of the address book's. */
export function checkWireAddress(place: string, { path, wire, ipv4Block }: SegmentFact, address: string | undefined): void {
  if (wire?.lan === undefined || address === undefined) {
    return;
  }
  const layout = sharedLayoutOf(parseBlock(ipv4Block!), { ...wire.lan, taken: wire.taken });
  const parsed = parseAddress(address);
  const fail = (code: 'AddressOutsideBlock' | NonNullable<ReturnType<typeof misplaced>>['code'], why: string): never => {
    throw new ValidationError(code, place, `'ipv4Address' ${address} ${why}; ${advice(layout)}`);
  };
  if (!contains(layout.block, parsed)) {
    fail('AddressOutsideBlock', `is not inside the block of '${path}', ${ipv4Block}`);
  }
  const wrong = misplaced(layout, parsed.value);
  if (wrong) {
    fail(wrong.code, wrong.why(path));
  }
}
