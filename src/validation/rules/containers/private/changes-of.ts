import type { ICheckedResource } from '../../../checked-resource';
import { type CapabilityChanges, capabilityChanges } from '../../../private/linux-capabilities';

/** What a container adds to the capabilities of the engine, and drops of them. */
export function changesOf(container: ICheckedResource): CapabilityChanges {
  return capabilityChanges(container.blocks('capabilities'), 'add', 'drop');
}
