import { addTo } from '../../../private/multimap';
import type { ICheckedResource } from '../../checked-resource';
import { defineRule } from '../../private/define-rule';
import { mountBlocks } from '../../private/host-mounts';
import { remember, rememberOfStack } from '../../private/remember';
import type { Resource } from '../../private/view';
import { Severity } from '../../severity';

/** Volumes as they are written in the container, by what identifies them: the resource where there is one, else the name. */
const writtenVolumes = remember((container: ICheckedResource): ReadonlyMap<string, string> => {
  const written = new Map<string, string>();
  for (const block of mountBlocks(container)) {
    const name = block.rawText('volume_name') ?? (block.rawText('type')?.toLowerCase() === 'volume' ? block.rawText('source') : undefined);
    if (!name || block.isTrue('read_only')) continue;
    const volume = container.referencedBy(name) ?? (container as Resource).stack.named('docker_volume', name);
    written.set(volume?.address ?? name, name);
  }
  return written;
});

/** Addresses of the containers that write a volume, by what identifies it. */
const writersOf = rememberOfStack((anyone: ICheckedResource): ReadonlyMap<string, readonly string[]> => {
  const writers = new Map<string, string[]>();
  for (const container of anyone.others('docker_container')) {
    for (const key of writtenVolumes(container).keys()) addTo(writers, key, container.address);
  }
  return writers;
});

export const sharedVolume = defineRule({
  ruleId: 'BH-C29',
  title: 'volume that several containers can write',
  severity: Severity.INFO,
  inDefaults: false,
  why: 'An attacker who gets into one of them can attack the others through the files that they read there; network rules do not prevent this.',
  fix: "set 'read_only' where a container only reads, give each writer a volume of its own, and list volumes instead of using 'from_container'",
  resourceTypes: ['docker_container'],
  find: (container) => [
    ...[...writtenVolumes(container)].flatMap(([key, volume]) => {
      const others = writersOf(container)
        .get(key)!
        .filter((address) => address !== container.address)
        .sort();
      return others.length === 0
        ? []
        : [{ detail: volume, message: `it can write the volume '${volume}', and so can ${others.join(', ')}` }];
    }),
    ...container
      .blocks('volumes')
      .filter((block) => block.has('from_container') && !block.isTrue('read_only'))
      .map((block) => block.rawText('from_container') ?? '')
      .map((from) => ({ detail: `from ${from}`, message: `it can write all volumes of '${from}'` })),
  ],
});
