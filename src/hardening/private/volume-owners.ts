/** On the container that sets the owner of a volume: the owner, and the mode if one is set, such as `10001:10001 0750`. Rules read it. */
export const OWNER_LABEL = 'bulkhead.volume-owner';

/** A folder as `chown` and `chmod` set it. */
export interface OwnedFolder {
  readonly uid: number;
  readonly gid: number;
  /** Four octal digits. */
  readonly mode: string;
}

/** Mode of a folder that the engine makes. */
export const ENGINE_MODE = '0755';

/** Whether a user other than root creates files in a folder, which needs the rights to write and to enter it. */
export function canWriteFolder(uid: number, gids: readonly number[], folder: OwnedFolder): boolean {
  const digit = folder.mode[uid === folder.uid ? 1 : gids.includes(folder.gid) ? 2 : 3];
  return ['3', '7'].includes(digit);
}
