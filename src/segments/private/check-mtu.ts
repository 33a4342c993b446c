import { ValidationError } from '../../private/errors';
import { wholeNumber } from '../../private/text';
import type { Declarations } from '../../topology/private/declarations';

/** Smallest packets that a link of each family must carry. @see https://www.rfc-editor.org/rfc/rfc8200#section-5 */
const SMALLEST = { ipv4: 68, ipv6: 1280 };
/** What the engine gives a network that says nothing. */
const USUAL = 1500;

/**
 * The option for the size of a network's packets; empty if the engine's own size fits.
 * @returns options of the network
 */
export function checkMtu(path: string, given: number | undefined, declarations: Declarations): Record<string, string> {
  const { uplinkMtu } = declarations.store;
  const mtu = given ?? Math.min(uplinkMtu ?? USUAL, USUAL);
  wholeNumber(
    path,
    given === undefined ? 'uplinkMtu' : 'mtu',
    mtu,
    SMALLEST[declarations.store.has('ipv6') ? 'ipv6' : 'ipv4'],
    65_535,
    'MtuRange',
  );
  if (uplinkMtu !== undefined && mtu > uplinkMtu) {
    throw new ValidationError(
      'MtuAboveUplink',
      path,
      `'mtu' ${mtu} is more than ${uplinkMtu}, the MTU of the host's uplink, so the uplink would fragment or drop packets; use at most ${uplinkMtu}, or correct 'uplinkMtu' of the daemon`,
    );
  }
  return given === undefined && mtu === USUAL ? {} : { 'com.docker.network.driver.mtu': String(mtu) };
}
