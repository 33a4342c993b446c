import { ValidationError } from '../../private/errors';
import { wholeNumber } from '../../private/text';
import type { Registry } from '../../topology/private/registry';

/** Smallest packets that a link of each family must carry. @see https://www.rfc-editor.org/rfc/rfc8200#section-5 */
const SMALLEST = { ipv4: 68, ipv6: 1280 };

/**
 * What a network is told about the size of its packets; nothing where Docker's own 1500 are meant.
 * @returns options of the network
 */
export function checkMtu(path: string, mtu: number | undefined, registry: Registry): Record<string, string> {
  if (mtu === undefined) {
    return {};
  }
  const least = SMALLEST[registry.has('ipv6') ? 'ipv6' : 'ipv4'];
  wholeNumber(path, 'mtu', mtu, least, 65_535, 'MtuRange');
  const { uplinkMtu } = registry;
  if (uplinkMtu !== undefined && mtu > uplinkMtu) {
    throw new ValidationError(
      'MtuAboveUplink',
      path,
      `'mtu' ${mtu} is more than the ${uplinkMtu} that the host's uplink carries, so packets would be cut up there, or dropped; write at most ${uplinkMtu}, or correct 'uplinkMtu' of the daemon`,
    );
  }
  return { 'com.docker.network.driver.mtu': String(mtu) };
}
