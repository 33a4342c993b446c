import { ownerThatItSets, writtenVolumes } from './private/written-volumes';
import { addTo } from '../../../private/multimap';
import type { ICheckedResource } from '../../checked-resource';
import { defineRule } from '../../private/define-rule';
import { rememberOfStack } from '../../private/remember';
import { Severity } from '../../severity';

/** Addresses of the containers that write a volume, by what identifies it. */
const writersOf = rememberOfStack((anyone: ICheckedResource): ReadonlyMap<string, readonly string[]> => {
  const writers = new Map<string, string[]>();
  for (const container of anyone.others('docker_container')) {
    // What sets the owner ends before others start.
    if (ownerThatItSets(container) !== undefined) continue;
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
      if (ownerThatItSets(container) !== undefined) return [];
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
