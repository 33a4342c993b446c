import { type CheckedWire, checkIpv6, checkLanWire, checkOwnBlock, checkWire } from './check-wire';
import type { Cidr } from '../../addressing/cidr';
import { LONGEST_PREFIX } from '../../addressing/private/allocate-blocks';
import { can } from '../../engine/private/capabilities';
import { checkProps } from '../../private/check-props';
import { ValidationError } from '../../private/errors';
import { childPath } from '../../private/names';
import type { IpvlanSegmentProps, IpvlanMode } from '../ipvlan-segment-props';

/** Checks before anything enters the tree. In mode L2 the block is the LAN's, in the others it is the segment's own. */
export function checkIpvlan(
  scope: { readonly node: { readonly path: string } },
  id: string,
  props: IpvlanSegmentProps,
  mode: IpvlanMode,
): CheckedWire {
  const path = childPath(scope, id);
  checkProps(path, 'IpvlanSegmentProps', props);
  const kind = { driver: 'ipvlan', mode } as const;
  const { ipv4Block, ipv4Gateway, ipRange, dhcpRange, reservedAddresses, additionalIpv4Blocks = [] } = props;
  if (kind.mode === 'l2') {
    if (ipv4Block === undefined || ipv4Gateway === undefined || ipRange === undefined) {
      throw new ValidationError(
        'WireRange',
        path,
        "in mode l2 the containers are machines of the LAN; set 'ipv4Block', 'ipv4Gateway' and 'ipRange' to the addresses that the LAN reserves for them",
      );
    }
    if (additionalIpv4Blocks.length > 0) {
      throw new ValidationError(
        'WireRange',
        path,
        "in mode l2 the segment has only the block of the LAN; remove 'additionalIpv4Blocks', or use mode l3",
      );
    }
    return checkLanWire(scope, id, { ...props, ipv4Block, ipv4Gateway, ipRange }, kind);
  }
  const { ipv6Gateway, ipv6Range, ipv6DhcpRange, acceptRouterAdvertisements } = props;
  const ofLan = { ipv4Gateway, ipRange, dhcpRange, reservedAddresses, ipv6Gateway, ipv6Range, ipv6DhcpRange, acceptRouterAdvertisements };
  const given = Object.entries(ofLan).find(([, value]) => value !== undefined);
  if (given) {
    throw new ValidationError(
      'WireRange',
      path,
      `in mode ${mode} the segment has its own block, so '${given[0]}' has no effect; remove it`,
    );
  }
  const { networkName, wire } = checkWire(scope, id, props, kind);
  const { version } = props.daemon._declarations.store.engine;
  if (kind.mode === 'l3s' && !can(version, 'ipvlanL3s')) {
    throw new ValidationError(
      'IpvlanModeUnknown',
      path,
      `engine ${version} does not support mode l3s; use mode l3, or engine 23.0 or later`,
    );
  }
  const own = checkOwnBlock(path, ipv4Block);
  const further = additionalIpv4Blocks.map((block) => checkOwnBlock(path, block, 'additionalIpv4Blocks').ipv4Block!.text);
  const ipv6 = checkIpv6(path, props);
  refuseSmall(path, props.ipv6Block);
  // No multicast packet gets through, so no router announces itself here; Bulkhead still turns off what an engine can turn off.
  const off = ipv6.ipv6Block && { advertisements: false };
  return { networkName, ...own, ...ipv6, wire: { ...wire, ...(further.length > 0 && { further }), ...off } };
}

function refuseSmall(path: string, block: Cidr | undefined): void {
  if (block !== undefined && block.prefixLength > LONGEST_PREFIX.ipv6) {
    throw new ValidationError('BlockTooSmall', path, `'ipv6Block' must be a /${LONGEST_PREFIX.ipv6} or larger, got ${block.text}`);
  }
}
