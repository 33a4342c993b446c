import { contains, parseAddress, parseBlock } from '../../addressing/private/ip';
import { advice, misplaced, sharedLayoutOf } from '../../addressing/private/layout';
import { type ErrorCode, ValidationError } from '../../private/errors';
import type { SegmentFact } from '../../topology/private/facts';

/** Static addresses on a LAN can be checked as soon as they are named: the address book does not choose the block. */
export function checkWireAddresses(
  place: string,
  fact: SegmentFact,
  given: { readonly ipv4Address?: string; readonly ipv6Address?: string },
): void {
  const { wire, path, ipv4Block, ipv6Block } = fact;
  if (wire === undefined) return;
  if (given.ipv6Address !== undefined && ipv6Block === undefined) {
    throw new ValidationError(
      'WrongFamily',
      place,
      `'ipv6Address' is ${given.ipv6Address}, and the containers of '${path}' have IPv4 addresses only; leave it out, or give the segment an 'ipv6Block'`,
    );
  }
  for (const [what, block, lan] of [
    ['ipv4Address', ipv4Block, wire.lan],
    ['ipv6Address', ipv6Block, wire.lan6],
  ] as const) {
    const address = given[what];
    if (address === undefined || block === undefined || lan === undefined) continue;
    const layout = sharedLayoutOf(parseBlock(block), { ...lan, taken: wire.taken });
    const parsed = parseAddress(address);
    const fail = (code: ErrorCode, why: string): never => {
      throw new ValidationError(code, place, `'${what}' ${address} ${why}; ${advice(layout)}`);
    };
    if (!contains(layout.block, parsed)) {
      fail('AddressOutsideBlock', `is not inside the block of '${path}', ${block}`);
    }
    const wrong = misplaced(layout, parsed.value);
    if (wrong) {
      fail(wrong.code, wrong.why(path));
    }
  }
}
