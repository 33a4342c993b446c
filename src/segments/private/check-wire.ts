import { networkNameOf } from './network-name';
import { Cidr } from '../../addressing/cidr';
import { isAddress, parseAddress } from '../../addressing/private/ip';
import { type ErrorCode, ValidationError } from '../../private/errors';
import { childPath } from '../../private/names';
import { matching, plainText, reasonText, wholeNumber } from '../../private/text';
import type { TakenRange, WireFact } from '../../topology/private/facts';
import { needDaemon } from '../../topology/private/need-daemon';
import type { LanSegmentProps } from '../lan-segment-props';

/** Largest prefix length of a block with room for a gateway, static addresses and Docker's range, and the one chosen by itself. */
const SMALLEST = 28;
const USUAL = 24;

/** Longest name that Linux gives an interface. */
const INTERFACE_NAME = 15;

export interface CheckedWire {
  readonly networkName: string;
  /** Undefined where the address book chooses it. */
  readonly ipv4Block?: Cidr;
  readonly prefixLength: number;
  readonly wire: WireFact;
}

/** What every segment on a wire has. */
export type WireProps = Pick<LanSegmentProps, 'daemon' | 'reason' | 'parent' | 'vlanId' | 'guardedBy' | 'networkName'>;

type Scope = { readonly node: { readonly path: string } };
type Kind = Pick<WireFact, 'driver' | 'mode' | 'macLimit'>;

/** Checks of a segment whose block is that of a LAN, before anything enters the tree. */
export function checkLanWire(scope: Scope, id: string, props: LanSegmentProps, kind: Kind): CheckedWire {
  const { networkName, wire } = checkWire(scope, id, props, kind);
  const path = childPath(scope, id);
  const range = checkRange(path, props);
  const lan = { gateway: props.ipv4Gateway, range: range.text };
  return {
    networkName,
    ipv4Block: props.ipv4Block,
    prefixLength: props.ipv4Block.prefixLength,
    wire: { ...wire, lan, taken: takenRanges(props) },
  };
}

/** Checks of what has to do with the wire alone. */
export function checkWire(scope: Scope, id: string, props: WireProps, kind: Kind): Pick<CheckedWire, 'networkName' | 'wire'> {
  const path = childPath(scope, id);
  const networkName = checkNetwork(path, props);
  const { parent, vlan } = parentOf(path, props);
  const other = props.daemon._registry.segmentOnParent(parent);
  if (other !== undefined) {
    fail(
      'ParentTaken',
      path,
      `'${other}' is on ${parent} already, and two networks on one parent share its wire, or are refused by the kernel; place the containers there, or give this one a VLAN of its own`,
    );
  }
  if (kind.macLimit !== undefined) wholeNumber(path, 'macLimit', kind.macLimit, 1, 65_535, 'WireRange');
  const guardedBy = props.guardedBy === undefined ? undefined : reasonText(path, 'guardedBy', props.guardedBy);
  return {
    networkName,
    wire: { ...kind, parent, ...(vlan && { vlan }), taken: [], ...(guardedBy !== undefined && { guardedBy }) },
  };
}

/** What every network has that leaves the guard of the host. */
export function checkNetwork(path: string, props: Pick<WireProps, 'daemon' | 'reason' | 'networkName'>): string {
  needDaemon(path, props.daemon);
  reasonText(path, 'reason', props.reason);
  const networkName = networkNameOf(path, props.networkName);
  props.daemon._registry.checkDeclaration(path, [`network ${networkName}`]);
  return networkName;
}

/** A block that is the segment's own, or the size of the one that the address book chooses. */
export function checkOwnBlock(path: string, ipv4Block: Cidr | undefined): Pick<CheckedWire, 'ipv4Block' | 'prefixLength'> {
  if (ipv4Block?.text.includes(':')) {
    fail('WrongFamily', path, `'ipv4Block' must be an IPv4 block, got ${ipv4Block.text}`);
  }
  const prefixLength = ipv4Block?.prefixLength ?? USUAL;
  if (prefixLength > SMALLEST) {
    fail('BlockTooSmall', path, `a segment needs a /${SMALLEST} or larger, got /${prefixLength}`);
  }
  return { ipv4Block, prefixLength };
}

function parentOf(path: string, props: WireProps): { parent: string; vlan?: { of: string; id: number } } {
  const of = matching(
    path,
    'parent',
    props.parent,
    /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/,
    'ParentName',
    "the name of an interface, such as 'eth0'",
  );
  const id = props.vlanId === undefined ? undefined : wholeNumber(path, 'vlanId', props.vlanId, 1, 4094, 'VlanId');
  const parent = id === undefined ? of : `${of}.${id}`;
  if (parent.length > INTERFACE_NAME) {
    fail('ParentName', path, `the interface '${parent}' has ${parent.length} characters, and Linux allows ${INTERFACE_NAME}; give the parent a shorter name (an alternative name of 'ip link' does not help here)`); // prettier-ignore
  }
  return id === undefined ? { parent } : { parent, vlan: { of, id } };
}

/** The part that is set aside lies in the block, and holds nothing that others have. */
function checkRange(path: string, { ipv4Block, ipv4Gateway, ipRange, dhcpRange, reservedAddresses = [] }: LanSegmentProps): Cidr {
  for (const [what, block] of [
    ['ipv4Block', ipv4Block],
    ['ipRange', ipRange],
  ] as const) {
    // prettier-ignore
    if (block.text.includes(':')) fail('WrongFamily', path, `'${what}' must be an IPv4 block, got ${block.text}`);
  }
  const inBlock = (what: string, address: string) => {
    if (!isAddress(plainText(path, what, address)) || address.includes(':')) {
      fail('AddressSyntax', path, `'${what}' must be an IPv4 address, got '${address}'`);
    }
    if (!ipv4Block.containsAddress(address)) {
      fail('AddressOutsideBlock', path, `'${what}' ${address} is not in the block of the LAN, ${ipv4Block.text}`);
    }
  };
  inBlock('ipv4Gateway', ipv4Gateway);
  reservedAddresses.forEach((address) => inBlock('reservedAddresses', address));
  if (dhcpRange) {
    inBlock('dhcpRange', dhcpRange.first);
    inBlock('dhcpRange', dhcpRange.last);
    if (valueOf(dhcpRange.first) > valueOf(dhcpRange.last)) {
      fail('WireRange', path, `'dhcpRange' ends at ${dhcpRange.last}, before it begins at ${dhcpRange.first}`);
    }
  }
  if (!ipv4Block.containsBlock(ipRange)) {
    fail('WireRange', path, `'ipRange' ${ipRange.text} is no part of ${ipv4Block.text}; choose a block inside it`);
  }
  if (ipRange.prefixLength > 29) {
    fail('WireRange', path, `'ipRange' ${ipRange.text} has no room for containers and the four addresses that are left to Docker; choose a /29 or larger`); // prettier-ignore
  }
  if (ipRange.containsAddress(ipv4Gateway)) {
    fail(
      'WireRange',
      path,
      `'ipRange' ${ipRange.text} holds the gateway ${ipv4Gateway}; choose a part of ${ipv4Block.text} that nobody uses`,
    );
  }
  if (dhcpRange && overlap(ipRange, dhcpRange.first, dhcpRange.last)) {
    fail('WireRange', path, `'ipRange' ${ipRange.text} and the DHCP range ${dhcpRange.first} to ${dhcpRange.last} overlap, so that two stations would get one address; shrink the one or the other`); // prettier-ignore
  }
  return ipRange;
}

function takenRanges({ dhcpRange, reservedAddresses = [] }: LanSegmentProps): TakenRange[] {
  const dhcp = dhcpRange ? [{ label: `the DHCP server (${dhcpRange.first} to ${dhcpRange.last})`, ...dhcpRange }] : [];
  return [
    ...dhcp,
    ...reservedAddresses.map((address) => ({ label: `somebody else ('reservedAddresses')`, first: address, last: address })),
  ];
}

function overlap(block: Cidr, first: string, last: string): boolean {
  const from = valueOf(block.networkAddress);
  const to = from + 2n ** BigInt(32 - block.prefixLength) - 1n;
  return valueOf(first) <= to && from <= valueOf(last);
}

function valueOf(address: string): bigint {
  return parseAddress(address).value;
}

function fail(code: ErrorCode, path: string, message: string): never {
  throw new ValidationError(code, path, message);
}
