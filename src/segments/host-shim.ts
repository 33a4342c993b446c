import { Construct } from 'constructs';
import { checkProps } from '../private/check-props';
import { asSegment } from './private/as-segment';
import { checkWireAddresses } from './private/wire-address';
import type { ISegment } from './segment';
import { isAddress } from '../addressing/private/ip';
import { refuseWithoutGuard } from '../connections/private/check-flow';
import { ValidationError } from '../private/errors';
import { lateValue } from '../private/late';
import { childPath } from '../private/names';
import { plainText } from '../private/text';
import { warnUnread } from '../private/warn-unread';
import type { SegmentFact } from '../topology/private/facts';

/** Properties of a shim. */
export interface HostShimProps {
  /** Segment that the host gets an interface on: a MacvlanSegment in mode `bridge`, or an IpvlanSegment in mode `l2`. */
  readonly segment: ISegment;

  /**
   * Address of the host on the segment. If it is outside of the segment's `ipRange`, no other machine of the LAN may have it.
   *
   * @default - one of the segment's `ipRange`, and kept in the lock file
   */
  readonly ipv4Address?: string;
}

/** Modes in which the kernel passes frames from one child of an interface to another. */
const MODES: readonly string[] = ['bridge', 'l2'];

/**
 * An interface of the host in a LAN segment (macvlan, ipvlan), through which host and containers reach each other: the kernel isolates a parent
 * interface from the containers on it.
 *
 * The host creates it when it applies the firewall: at boot, before Docker starts, and within half a minute after it was removed. It has one IPv4
 * address, without a subnet, and a route to the segment's `ipRange`. The guard restricts it like any bridge of Bulkhead: only declared flows between
 * `Peer.host()` and members of the segment pass through it. For the LAN its address is another address of the host, with the same open ports as the
 * others: Linux answers for all of its addresses on every interface.
 *
 * @see https://docs.docker.com/engine/network/drivers/macvlan/
 */
export class HostShim extends Construct {
  /** Name of the interface on the host. A token: the lock file keeps it. */
  public readonly interfaceName: string;

  /** Address of the host on the segment. A token: the address book decides at synth. */
  public readonly ipv4Address: string;

  constructor(scope: Construct, id: string, props: HostShimProps) {
    const path = childPath(scope, id);
    checkProps(path, 'HostShimProps', props);
    const segment = asSegment(path, 'segment', props.segment);
    const declarations = segment.daemon._declarations;
    declarations.checkDeclaration(path, []);
    refuseWithoutGuard(
      declarations,
      path,
      'an interface of the host on a LAN segment',
      'create it by hand, and treat the host as another machine of the LAN',
    );
    const fact = declarations.store.segmentFact(segment.node.path);
    checkSegment(path, fact, declarations.store.hasShim(fact.path));
    if (props.ipv4Address !== undefined) {
      if (!isAddress(plainText(path, 'ipv4Address', props.ipv4Address)) || props.ipv4Address.includes(':')) {
        throw new ValidationError('AddressSyntax', path, `'ipv4Address' must be an IPv4 address, got '${props.ipv4Address}'`);
      }
      checkWireAddresses(path, fact, props);
    }
    super(scope, id);
    warnUnread(this, 'HostShimProps', props);
    declarations.addShim({ path, segment: fact.path, ipv4Address: props.ipv4Address });
    const shim = () => declarations.store.wire(fact.path)?.shim;
    this.interfaceName = lateValue(() => shim()?.interface ?? '');
    this.ipv4Address = lateValue(() => shim()?.address ?? '');
  }
}

function checkSegment(path: string, { path: segment, wire }: SegmentFact, hasShim: boolean): void {
  const refuse = (why: string): never => {
    throw new ValidationError('ShimRefused', path, why);
  };
  if (wire === undefined) {
    refuse(
      `'${segment}' is not a macvlan or ipvlan segment; the host reaches its containers through its bridge, if a flow with Peer.host() allows it; remove the shim`,
    );
  } else if (!MODES.includes(wire.mode)) {
    refuse(`in mode ${wire.mode} the kernel passes no frame between the children of ${wire.parent}, including a shim; use mode bridge`);
  } else if (hasShim) {
    refuse(`'${segment}' already has a shim, and the host needs only one; remove this one`);
  }
}
