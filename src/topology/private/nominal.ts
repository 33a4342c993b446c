import type { Member } from './topology';
import { formatAddress, parseBlock } from '../../addressing/private/ip';

/**
 * Members of a network whose addresses the engine gives out when they start: each is shown at an address of the block that nobody else is shown at.
 * The proof needs one to look at; no rule and no resource ever names it.
 *
 * @param taken how many addresses after the gateway's something else has
 */
export function hostsOf(block: string, workloads: readonly string[], taken: number = 0): Member[] {
  const { family, first } = parseBlock(block);
  return workloads.map((workload, index) => ({ workload, ipv4: formatAddress(family, first + 2n + BigInt(taken + index)), home: true }));
}
