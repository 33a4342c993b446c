import { canWriteFolder } from '../../hardening/private/volume-owners';
import { ValidationError } from '../../private/errors';
import type { Declarations } from '../../topology/private/declarations';
import type { HostMountFact } from '../../topology/private/facts';
import type { ContainerUser } from '../container-user';
import type { VolumeMount } from '../volume-mount';

/** What a container mounts of the host; throws if a directory that the host must create could become another one, or would have no use. */
export function hostMountsOf(path: string, volumes: readonly VolumeMount[], user: ContainerUser, { store }: Declarations): HostMountFact[] {
  const facts = volumes.filter(({ mountType }) => mountType === 'bind').map((mount) => factOf(path, mount, user));
  if (facts.length === 0) return facts;
  const others = [...store.allHostMounts(), ...facts];
  for (const fact of facts) {
    if (fact.made !== undefined && !store.hasGuard) {
      refuse(
        path,
        `the host makes '${fact.source}', and Bulkhead manages only the API of the engine of '${store.daemonPath}'; make the directory by hand and mount it with VolumeMount.hostPath(), or use a DataVolume`,
      );
    }
    others.forEach((other) => [[fact, other], [other, fact]].forEach(([mine, theirs]) => checkPair(path, mine, theirs))); // prettier-ignore
  }
  return facts;
}

function factOf(path: string, { source, readOnly, _made: made, _monitoringReason: why }: VolumeMount, user: ContainerUser): HostMountFact {
  if (made === undefined) return { path, source, readOnly, ...(why !== undefined && { monitoringReason: why }) };
  const { uid, gid, text } = made.owner ?? user;
  const isWritten = !readOnly && user.uid !== 0;
  if (isWritten && !canWriteFolder(user.uid, [user.gid], { uid: uid!, gid: gid!, mode: made.mode })) {
    refuse(
      path,
      `'${source}' is to belong to ${text} with the mode ${made.mode}, so user ${user.text} could not write to it; set 'readOnly' of the mount, or an 'owner' that is the user, such as FileOwner.of(${user.uid})`,
    );
  }
  return { path, source, readOnly, made: { owner: text!, mode: made.mode } };
}

/** Two mounts of one directory must agree; and a user who writes the directory above could replace one below with a link to any place. */
function checkPair(path: string, mine: HostMountFact, theirs: HostMountFact): void {
  const { source, made } = mine;
  if (made === undefined) return;
  if (theirs.source === source && theirs.made !== undefined && (theirs.made.owner !== made.owner || theirs.made.mode !== made.mode)) {
    refuse(
      path,
      `'${source}' would belong to ${made.owner} with the mode ${made.mode} for '${mine.path}', and to ${theirs.made.owner} with ${theirs.made.mode} for '${theirs.path}'; give both mounts the same 'owner' and 'mode'`,
    );
  }
  if (!theirs.readOnly && source.startsWith(`${theirs.source}/`)) {
    refuse(
      path,
      `'${source}' is in '${theirs.source}', which '${theirs.path}' can write, so a process there could put a link to any directory of the host in its place; choose directories beside each other`,
    );
  }
}

function refuse(path: string, message: string): never {
  throw new ValidationError('HostDirectory', path, message);
}
