import { ownerThatItSets, writtenVolumes } from './private/written-volumes';
import { canWriteFolder, ENGINE_MODE } from '../../../hardening/private/volume-owners';
import type { ICheckedResource } from '../../checked-resource';
import { defineRule } from '../../private/define-rule';
import { rememberOfStack } from '../../private/remember';
import { isNumbered } from '../../private/users';
import type { Violation } from '../../rule';
import { Severity } from '../../severity';

/** Owners of volumes that a container of a DataVolume sets, by what identifies the volume. Of all others nothing is known. */
const setOwners = rememberOfStack((anyone: ICheckedResource): ReadonlyMap<string, string> => {
  const owners = new Map<string, string>();
  for (const container of anyone.others('docker_container')) {
    const owner = ownerThatItSets(container);
    if (owner !== undefined) for (const key of writtenVolumes(container).keys()) owners.set(key, owner);
  }
  return owners;
});

export const unwritableVolume = defineRule({
  ruleId: 'BH-C35',
  title: 'volume that the user of the container cannot write',
  severity: Severity.WARNING,
  inDefaults: true,
  why: 'The mount lets the container write, and the owner and mode of the volume do not let its user: the program fails when it makes a file there.',
  fix: "set 'readOnly' of the mount where the container only reads; or set 'owner' of the DataVolume to the user that writes; where several users write, give them one group, set 'owner' to it, and 'mode' to '0770'",
  links: ['https://docs.docker.com/engine/storage/volumes/'],
  resourceTypes: ['docker_container'],
  find: (container) => {
    const user = container.text('user');
    if (!isNumbered(user)) return [];
    const [uid, gid] = user!.split(':').map((part) => part.trim());
    const groups = [...(gid === undefined ? [] : [gid]), ...container.rawTexts('group_add')];
    // A user without a group has that of the image, and the image determines the meaning of a name.
    if (gid === undefined || groups.some((group) => !/^\d+$/.test(group))) return [];
    return [...writtenVolumes(container)].flatMap(([key, volume]) => {
      const owner = setOwners(container).get(key);
      const name =
        container
          .others('docker_volume')
          .find(({ address }) => address === key)
          ?.text('name') ?? volume;
      return owner === undefined ? [] : violation(name, Number(uid), groups.map(Number), owner);
    });
  },
});

function violation(volume: string, uid: number, groups: readonly number[], owner: string): Violation[] {
  const [text, mode] = owner.split(' ');
  const [ownerUid, ownerGid] = text.split(':').map(Number);
  if (canWriteFolder(uid, groups, { uid: ownerUid, gid: ownerGid, mode: mode ?? ENGINE_MODE })) return [];
  const belongs = `the volume '${volume}' belongs to ${text}`;
  return [
    {
      detail: volume,
      message:
        mode === undefined
          ? `${belongs} and no 'mode' is set, so user ${uid} writes to it only if the image has a folder there that others may write`
          : `${belongs} with the mode ${mode}, so user ${uid} cannot write to it`,
    },
  ];
}
