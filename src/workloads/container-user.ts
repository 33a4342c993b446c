import { UnscopedValidationError } from '../private/errors';
import { wholeNumber } from '../private/text';

/** The largest number that the engine takes for a user or a group. */
const LARGEST = 2 ** 31 - 1;

/**
 * The user that the processes of a container run as.
 *
 * @see https://docs.docker.com/reference/cli/docker/container/run/#user
 */
export class ContainerUser {
  /**
   * One user other than root, from the first process on. Only numbers: the image defines the meaning of a name, which may be root.
   *
   * Errors: `RootUser` for user 0, `UserNumber` for what is not a number from 1 (of groups from 0) to 2147483647.
   *
   * @param uid number of the user
   * @param gid number of the group; the number of the user where it is not given
   */
  public static of(uid: number, gid?: number): ContainerUser {
    if (uid === 0) {
      throw new UnscopedValidationError('RootUser', "'uid' is 0, which is root; use an unprivileged user, such as ContainerUser.of(10001)");
    }
    return new ContainerUser(
      wholeNumber(undefined, 'uid', uid, 1, LARGEST, 'UserNumber'),
      wholeNumber(undefined, 'gid', gid ?? uid, 0, LARGEST, 'UserNumber'),
    );
  }

  /** As the engine gets it, such as `10001:10001`. */
  public readonly text: string;

  private constructor(
    /** Number of the user. */
    public readonly uid: number,
    /** Number of the group. */
    public readonly gid: number,
  ) {
    this.text = `${uid}:${gid}`;
  }

  /** Whether `other` is the same user and group. */
  public isSameAs(other: ContainerUser): boolean {
    return this.text === other.text;
  }

  /** Same as `text`. */
  public toString(): string {
    return this.text;
  }
}
