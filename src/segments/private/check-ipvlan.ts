import { type CheckedWire, checkLanWire, checkOwnBlock, checkWire } from './check-wire';
import { ValidationError } from '../../private/errors';
import { childPath } from '../../private/names';
import type { IpvlanMode, IpvlanSegmentProps } from '../ipvlan-segment';

/** Checks before anything enters the tree. In mode L2 the block is the LAN's, in the others it is the segment's own. */
export function checkIpvlan(
  scope: { readonly node: { readonly path: string } },
  id: string,
  props: IpvlanSegmentProps,
  mode: IpvlanMode,
): CheckedWire {
  const path = childPath(scope, id);
  const kind = { driver: 'ipvlan', mode } as const;
  const { ipv4Block, ipv4Gateway, ipRange, dhcpRange, reservedAddresses } = props;
  if (kind.mode === 'l2') {
    if (ipv4Block === undefined || ipv4Gateway === undefined || ipRange === undefined) {
      throw new ValidationError(
        'WireRange',
        path,
        "in mode l2 the containers are stations of the LAN: 'ipv4Block', 'ipv4Gateway' and 'ipRange' must say which addresses it has for them",
      );
    }
    return checkLanWire(scope, id, { ...props, ipv4Block, ipv4Gateway, ipRange }, kind);
  }
  const given = Object.entries({ ipv4Gateway, ipRange, dhcpRange, reservedAddresses }).find(([, value]) => value !== undefined);
  if (given) {
    throw new ValidationError(
      'WireRange',
      path,
      `in mode ${mode} the block is the segment's own, so '${given[0]}' says nothing; take it out`,
    );
  }
  return { ...checkWire(scope, id, props, kind), ...checkOwnBlock(path, ipv4Block) };
}
