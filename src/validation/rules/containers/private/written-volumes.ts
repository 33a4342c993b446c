import { OWNER_LABEL } from '../../../../hardening/private/volume-owners';
import type { ICheckedResource } from '../../../checked-resource';
import { mountBlocks } from '../../../private/host-mounts';
import { remember } from '../../../private/remember';
import type { Resource } from '../../../private/view';

/** Volumes as they are written in the container, by what identifies them: the resource where there is one, else the name. */
export const writtenVolumes = remember((container: ICheckedResource): ReadonlyMap<string, string> => {
  const written = new Map<string, string>();
  for (const block of mountBlocks(container)) {
    const name = block.rawText('volume_name') ?? (block.rawText('type')?.toLowerCase() === 'volume' ? block.rawText('source') : undefined);
    if (!name || block.isTrue('read_only')) continue;
    const volume = container.referencedBy(name) ?? (container as Resource).stack.named('docker_volume', name);
    written.set(volume?.address ?? name, name);
  }
  return written;
});

/** The settings of the Bulkhead container that sets the owner of a volume and ends: numbers of user and group, and the mode if one is set. */
export function ownerThatItSets(container: ICheckedResource): string | undefined {
  if (container.text('network_mode') !== 'none' || !container.isFalse('must_run') || !container.isTrue('attach')) return undefined;
  return container
    .blocks('labels')
    .find((block) => block.text('label') === OWNER_LABEL)
    ?.text('value');
}
