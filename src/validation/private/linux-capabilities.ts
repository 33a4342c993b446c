import type { ICheckedBlock } from '../checked-resource';
import { literalsOf } from './literals';
import { boundingSet } from '../../hardening/private/held-capabilities';

/** What a container adds to the capabilities of the engine, and drops of them. */
export interface CapabilityChanges {
  /** Names without prefix, in capitals. */
  readonly add: readonly string[];
  readonly drop: readonly string[];
  /** Whether the list is complete. */
  readonly isWhole: boolean;
}

/**
 * Reads both lists as the engine does, which takes any case, with and without prefix.
 * @param blocks all blocks that hold the lists
 */
export function capabilityChanges(blocks: readonly ICheckedBlock[], add: string, drop: string): CapabilityChanges {
  const added = blocks.map((block) => literalsOf(block, add));
  const dropped = blocks.map((block) => literalsOf(block, drop));
  return {
    add: added.flatMap(({ texts }) => texts.map(bareName)),
    drop: dropped.flatMap(({ texts }) => texts.map(bareName)),
    isWhole: [...added, ...dropped].every(({ isWhole }) => isWhole),
  };
}

/** Whether a process of root has a capability in the end. */
export function keeps(changes: CapabilityChanges, name: string): boolean {
  return boundingSet(changes).includes(name);
}

export function bareName(text: string): string {
  return text.trim().toUpperCase().replace(/^CAP_/, '');
}
