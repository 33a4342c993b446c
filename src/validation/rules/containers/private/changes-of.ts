import type { ICheckedResource } from '../../../checked-resource';
import { type CapabilityChanges, capabilityChanges } from '../../../private/linux-capabilities';
import { remember } from '../../../private/remember';

/** What a container adds to the capabilities of the engine, and drops of them. */
export const changesOf = remember((container: ICheckedResource): CapabilityChanges =>
  capabilityChanges(container.blocks('capabilities'), 'add', 'drop'),
);
