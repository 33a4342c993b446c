import { ValidationError } from '../../private/errors';
import type { SegmentFact } from '../../topology/private/facts';
import type { Family } from '../../topology/private/terms';
import type { HardenedContainerProps } from '../hardened-container-props';

const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];

/**
 * Which packets of its clients a container forwards; undefined for none. A container that forwards counts as one that can forge packets: it has no
 * neighbours, its flows run in conduits, and the guard drops packets from it with another address than its own, and packets to it for another
 * address.
 *
 * @param place its segment; undefined if it is in none
 */
export function forwardedBy(
  path: string,
  { sysctls = [], capabilities = [] }: Pick<HardenedContainerProps, 'sysctls' | 'capabilities'>,
  place: SegmentFact | undefined,
  hasGuard: boolean,
): readonly Family[] | undefined {
  const families = FAMILIES.filter((family) => sysctls.some(({ _forwards }) => _forwards === family));
  if (families.length === 0) return undefined;
  const what = `'sysctls' turns on forwarding of ${families.join(' and ')}`;
  if (!hasGuard) {
    throw new ValidationError(
      'NeedsGuard',
      path,
      `${what}, and without rules on the host the networks of the container would be joined: each of its neighbours would reach all others; remove it, or use a HardenedDaemon`,
    );
  }
  if (place === undefined || place.wire !== undefined || place.existing !== undefined) {
    throw new ValidationError(
      'SysctlGuarded',
      path,
      `${what}, which the guard restricts in a BridgeSegment only; place the container in a BridgeSegment, alone, or remove it`,
    );
  }
  if (!capabilities.some(({ text }) => text === 'CAP_NET_ADMIN')) {
    throw new ValidationError(
      'SysctlGuarded',
      path,
      `${what}, but a container without NET_ADMIN cannot be a VPN gateway, and would only join its networks; remove it, or add Capability.of('NET_ADMIN', { reason })`,
    );
  }
  return families;
}
