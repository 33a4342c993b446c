import type { ICheckedBlock } from '../checked-resource';
import { literalsOf } from './literals';
import { capabilitiesWith } from '../../hardening/private/capabilities';

/** What the engine leaves a container that says nothing, without prefix. */
const DEFAULTS = capabilitiesWith('isDefault');

/** What a container adds to the capabilities of the engine, and drops of them. */
export interface CapabilityChanges {
  /** Names without prefix, in capitals. */
  readonly add: readonly string[];
  readonly drop: readonly string[];
  /** Whether that is all of it. */
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

/** Whether a process has a capability in the end. */
export function keeps({ add, drop }: CapabilityChanges, name: string): boolean {
  if (add.includes('ALL')) return !drop.includes(name);
  return add.includes(name) || (DEFAULTS.includes(name) && !drop.includes('ALL') && !drop.includes(name));
}

function bareName(text: string): string {
  return text.trim().toUpperCase().replace(/^CAP_/, '');
}
