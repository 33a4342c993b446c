import { Cidr } from '../../addressing/cidr';
import { ValidationError } from '../../private/errors';
import type { HardenedDaemonProps } from '../hardened-daemon-props';
import type { CheckedHost } from './check-host';

/** Options that a daemon must not have as a node. Overlays reach every node, so no other network of a node may use their addresses. */
export function checkNode(
  place: string,
  daemon: string,
  {
    liveRestore,
    startWithoutGuardReason,
    addressPool,
    foreignBlocks,
    hostAddresses,
  }: Omit<HardenedDaemonProps, keyof CheckedHost> & CheckedHost,
  swarmPool: Cidr,
): void {
  if (liveRestore !== false) {
    throw new ValidationError(
      'SwarmLiveRestore',
      place,
      `'${daemon}' keeps containers running across restarts of the engine (live restore), and Swarm refuses such an engine; set its 'liveRestore' to false`,
    );
  }
  if (startWithoutGuardReason !== undefined) {
    throw new ValidationError(
      'SwarmNodes',
      place,
      `'${daemon}' starts containers without the guard, and a node cannot distinguish tasks of a service from other containers; remove its 'startWithoutGuardReason'`,
    );
  }
  const taken = [addressPool.text, ...foreignBlocks.map(({ block }) => block), ...hostAddresses.map((address) => `${address}/32`)];
  const shared = taken.filter((block) => !block.includes(':')).find((block) => Cidr.parse(block).overlapsWith(swarmPool));
  if (shared !== undefined) {
    throw new ValidationError(
      'SwarmPool',
      place,
      `'addressPool' ${swarmPool.text} overlaps with ${shared}, which '${daemon}' uses; choose a block that no node uses`,
    );
  }
}
