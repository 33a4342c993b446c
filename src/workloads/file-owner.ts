import { wholeNumber } from '../private/text';

/** The largest number that the engine takes for a user or a group. */
const LARGEST = 2 ** 31 - 1;

/**
 * The user and group that a volume or a directory of the host belongs to.
 *
 * @see https://docs.docker.com/engine/storage/volumes/
 */
export class FileOwner {
  /**
   * A user and a group, by their numbers; 0 is root. Error: `UserNumber` for what is not a number from 0 to 2147483647.
   *
   * @param uid number of the user
   * @param gid number of the group; the number of the user where it is not given
   */
  public static of(uid: number, gid?: number): FileOwner {
    return new FileOwner(
      wholeNumber(undefined, 'uid', uid, 0, LARGEST, 'UserNumber'),
      wholeNumber(undefined, 'gid', gid ?? uid, 0, LARGEST, 'UserNumber'),
    );
  }

  /**
   * The owner that the image sets, only for a data volume: with the first container the engine copies the owner, the mode and the content of the
   * image's folder at the path of the mount. If the image has no such folder, the volume belongs to root.
   */
  public static fromImage(): FileOwner {
    return new FileOwner();
  }

  /** As `chown` accepts it, such as `10001:10001`; undefined if the image sets the owner. */
  public readonly text?: string;

  private constructor(
    /** Number of the user; nothing where the image says it. */
    public readonly uid?: number,
    /** Number of the group; nothing where the image says it. */
    public readonly gid?: number,
  ) {
    if (uid !== undefined) this.text = `${uid}:${gid}`;
  }

  /** Whether `other` is the same user and group. */
  public isSameAs(other: FileOwner): boolean {
    return this.text === other.text;
  }
}
