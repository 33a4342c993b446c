import type { Member } from './topology';
import { formatAddress, parseBlock } from '../../addressing/private/ip';

/**
 * Members of a network whose addresses the engine assigns when they start: each gets a placeholder, an address of the block that no other member has.
 * The proof needs one; no rule and no resource ever names it.
 *
 * @param taken how many addresses after the gateway's are in use
 */
export function hostsOf(block: string, workloads: readonly string[], taken: number = 0): Member[] {
  const { family, first } = parseBlock(block);
  return workloads.map((workload, index) => ({ workload, ipv4: formatAddress(family, first + 2n + BigInt(taken + index)), home: true }));
}
