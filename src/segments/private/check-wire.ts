import { checkLan } from './check-lan';
import { networkNameOf } from './network-name';
import { Cidr } from '../../addressing/cidr';
import { advertisementSysctls } from '../../engine/private/advertisements';
import { type ErrorCode, ValidationError } from '../../private/errors';
import { childPath } from '../../private/names';
import { matching, reasonText, wholeNumber } from '../../private/text';
import type { WireFact } from '../../topology/private/facts';
import { needDaemon } from '../../topology/private/need-daemon';
import type { LanSegmentProps } from '../lan-segment-props';

/** Largest prefix length of a block with room for a gateway, static addresses and Docker's range, and the default one. */
const SMALLEST = 28;
const USUAL = 24;

/** Longest name that Linux gives an interface. */
const INTERFACE_NAME = 15;

export interface CheckedWire {
  readonly networkName: string;
  /** Undefined where the address book chooses it. */
  readonly ipv4Block?: Cidr;
  /** Undefined where members have IPv4 addresses only. */
  readonly ipv6Block?: Cidr;
  readonly prefixLength: number;
  readonly wire: WireFact;
}

/** The common properties of all LAN segments. */
export type WireProps = Pick<LanSegmentProps, 'daemon' | 'reason' | 'parent' | 'vlanId' | 'guardedBy' | 'networkName'>;

type Scope = { readonly node: { readonly path: string } };
type Kind = Pick<WireFact, 'driver' | 'mode' | 'macLimit'>;

/** Checks of a segment whose block is that of a LAN, before anything enters the tree. */
export function checkLanWire(scope: Scope, id: string, props: LanSegmentProps, kind: Kind): CheckedWire {
  const { networkName, wire } = checkWire(scope, id, props, kind);
  const path = childPath(scope, id);
  const lan = checkLan(path, props);
  return {
    networkName,
    ...checkIpv6(path, props),
    ipv4Block: props.ipv4Block,
    prefixLength: props.ipv4Block.prefixLength,
    wire: { ...wire, ...lan, ...checkAdvertisements(path, props) },
  };
}

/** Checks that concern only the LAN. */
export function checkWire(scope: Scope, id: string, props: WireProps, kind: Kind): Pick<CheckedWire, 'networkName' | 'wire'> {
  const path = childPath(scope, id);
  const networkName = checkNetwork(path, props);
  const { parent, vlan } = parentOf(path, props);
  const other = props.daemon._declarations.segmentOnParent(parent);
  if (other !== undefined) {
    fail(
      'ParentTaken',
      path,
      `'${other}' already uses ${parent}, and two networks on one parent would share one LAN, or the kernel refuses the second; place the containers in '${other}', or give this segment its own VLAN with 'vlanId'`,
    );
  }
  if (kind.macLimit !== undefined) wholeNumber(path, 'macLimit', kind.macLimit, 1, 65_535, 'WireRange');
  const guardedBy = props.guardedBy === undefined ? undefined : reasonText(path, 'guardedBy', props.guardedBy);
  return {
    networkName,
    wire: { ...kind, parent, ...(vlan && { vlan }), taken: [], ...(guardedBy !== undefined && { guardedBy }) },
  };
}

/** The common properties of networks outside of the host's guard. */
export function checkNetwork(path: string, props: Pick<WireProps, 'daemon' | 'reason' | 'networkName'>): string {
  needDaemon(path, props.daemon);
  reasonText(path, 'reason', props.reason);
  const networkName = networkNameOf(path, props.networkName);
  props.daemon._declarations.checkDeclaration(path, [`network ${networkName}`]);
  return networkName;
}

/** A block that is the segment's own, or the size of the one that the address book chooses. */
export function checkOwnBlock(
  path: string,
  ipv4Block: Cidr | undefined,
  what: string = 'ipv4Block',
): Pick<CheckedWire, 'ipv4Block' | 'prefixLength'> {
  if (ipv4Block?.text.includes(':')) {
    fail('WrongFamily', path, `'${what}' must be an IPv4 block, got ${ipv4Block.text}`);
  }
  const prefixLength = ipv4Block?.prefixLength ?? USUAL;
  if (prefixLength > SMALLEST) {
    fail('BlockTooSmall', path, `a segment needs a /${SMALLEST} or larger, got /${prefixLength}`);
  }
  return { ipv4Block, prefixLength };
}

/** The daemon determines whether containers have IPv6 at all, since a flow is in both families. */
export function checkIpv6(path: string, { daemon, ipv6Block }: Pick<LanSegmentProps, 'daemon' | 'ipv6Block'>): { ipv6Block?: Cidr } {
  if (ipv6Block === undefined) return {};
  if (!ipv6Block.text.includes(':')) fail('WrongFamily', path, `'ipv6Block' must be an IPv6 block, got ${ipv6Block.text}`);
  daemon._declarations.needIpv6(path, `'ipv6Block' is ${ipv6Block.text}`, 'leave it out');
  return { ipv6Block };
}

/** How members treat routers that announce themselves; without an IPv6 address, the engine turns the family off on the interface. */
function checkAdvertisements(
  path: string,
  { daemon, ipv6Block, acceptRouterAdvertisements: isWanted }: Pick<LanSegmentProps, 'daemon' | 'ipv6Block' | 'acceptRouterAdvertisements'>,
): Pick<WireFact, 'advertisements'> {
  if (ipv6Block === undefined) {
    if (isWanted) {
      fail('RouterAdvertisements', path, "'acceptRouterAdvertisements' has no effect without IPv6; give the segment an 'ipv6Block', or remove it"); // prettier-ignore
    }
    return {};
  }
  const { version } = daemon._declarations.store.engine;
  if (!isWanted && advertisementSysctls(version, 1, false) === undefined) {
    fail('RouterAdvertisements', path, `with engine ${version} Terraform cannot turn router advertisements off, so every machine on the LAN could give the containers addresses and routes; use engine 28.0 or later, or 26.1, or set 'acceptRouterAdvertisements: true', or remove 'ipv6Block'`); // prettier-ignore
  }
  return { advertisements: isWanted ?? false };
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
    fail('ParentName', path, `the interface '${parent}' has ${parent.length} characters, and Linux allows ${INTERFACE_NAME}; rename the parent (an alternative name of 'ip link' does not help here)`); // prettier-ignore
  }
  return id === undefined ? { parent } : { parent, vlan: { of, id } };
}

function fail(code: ErrorCode, path: string, message: string): never {
  throw new ValidationError(code, path, message);
}
