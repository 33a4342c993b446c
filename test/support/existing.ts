import type { Program } from './programs';
import type { Unguarded } from './unguarded';
import { BridgeSegment, Cidr, HardenedContainer, type ISegment, type IWorkload, type SegmentAttributes } from '../../src';

type Place = Pick<Program | Unguarded, 'stack' | 'daemon'>;

/** Lets flows with containers of others put workloads into their network. */
export const JOIN = { joinReason: 'the old shop stays until spring' };

/** A network as Compose makes it. */
export function legacy(program: Place, attributes: Partial<SegmentAttributes> = {}, id = 'Legacy'): ISegment {
  return BridgeSegment.fromSegmentAttributes(program.stack, id, {
    daemon: program.daemon,
    networkName: `${id.toLowerCase()}_default`,
    ipv4Block: Cidr.parse('172.30.5.0/24'),
    isInternal: false,
    reason: 'the old shop is made by Compose',
    ...attributes,
  });
}

/** A container of others there. */
export function theirs(program: Place, segment: ISegment, id = 'Old', ipv4Address?: string): IWorkload {
  return HardenedContainer.fromContainerAttributes(program.stack, id, { segment, containerName: `${id.toLowerCase()}-1`, ipv4Address });
}
