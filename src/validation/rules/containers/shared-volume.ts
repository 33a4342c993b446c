import type { ICheckedResource } from '../../checked-resource';
import { defineRule } from '../../private/define-rule';
import { mountBlocks } from '../../private/host-mounts';
import { Severity } from '../../severity';

export const sharedVolume = defineRule({
  ruleId: 'BH-C29',
  title: 'volume that several containers write',
  severity: Severity.INFO,
  inDefaults: false,
  why: 'Who breaks into one of them reaches the others by what they read there, past every rule of the network.',
  fix: "set 'read_only' where a container only reads, give each writer a volume of its own, and name volumes instead of taking those 'from_container'",
  resourceTypes: ['docker_container'],
  find: (container) => [
    ...[...writtenVolumes(container)].flatMap(([key, volume]) => {
      const others = container
        .others('docker_container')
        .filter((other) => other.address !== container.address && writtenVolumes(other).has(key))
        .map(({ address }) => address)
        .sort();
      return others.length === 0 ? [] : [{ detail: volume, message: `it writes the volume '${volume}', and so does ${others.join(', ')}` }];
    }),
    ...container
      .blocks('volumes')
      .filter((block) => block.has('from_container') && !block.isTrue('read_only'))
      .map((block) => block.rawText('from_container') ?? '')
      .map((from) => ({ detail: `from ${from}`, message: `it writes whatever volumes '${from}' has` })),
  ],
});

/** Volumes as they are written in the container, by what identifies them: the resource where there is one, else the name. */
function writtenVolumes(container: ICheckedResource): Map<string, string> {
  return new Map(
    mountBlocks(container).flatMap((block) => {
      const name =
        block.rawText('volume_name') ?? (block.rawText('type')?.toLowerCase() === 'volume' ? block.rawText('source') : undefined);
      if (!name || block.isTrue('read_only')) return [];
      const volume = container.referencedBy(name) ?? container.others('docker_volume').find((other) => other.rawText('name') === name);
      return [[volume?.address ?? name, name]];
    }),
  );
}
