import { ROOT_CALLS } from './private/root-calls';
import { checkProps } from '../private/check-props';
import { UnscopedValidationError } from '../private/errors';
import { reasonText, shown, wholeNumber } from '../private/text';
import type { StartUser } from '../topology/private/facts';

/** The largest number that the engine takes for a user or a group. */
const LARGEST = 2 ** 31 - 1;
/** A day. */
const LONGEST_START = 86_400;

/** Why processes of a container run as root. */
export interface RootUserOptions {
  /** Why the workload needs it, at least 10 characters; it appears in the reports. */
  readonly reason: string;
}

/** Why a container starts as root, and for how long. */
export interface RootAtStartOptions extends RootUserOptions {
  /**
   * Seconds after which no process of the container is root any more, 1 to 86400. Until then `verify.sh` on the host skips a container that still is.
   *
   * @default 60
   */
  readonly startSeconds?: number;
}

/**
 * The user that the processes of a container run as.
 *
 * @see https://docs.docker.com/reference/cli/docker/container/run/#user
 */
export class ContainerUser {
  /**
   * One user other than root, from the first process on. It holds no capability: `capabilities` throws (`InertCapability`). Only numbers: the image
   * defines the meaning of a name, which may be root.
   *
   * Errors: `RootUser` for user 0, `UserNumber` for what is not a number from 1 (of groups from 0) to 2147483647.
   *
   * @param uid number of the user
   * @param gid number of the group; the number of the user where it is not given
   */
  public static of(uid: number, gid?: number): ContainerUser {
    if (uid === 0) {
      throw new UnscopedValidationError(
        'RootUser',
        `'uid' is 0, which is root; use an unprivileged user, such as ContainerUser.of(10001), or give the reason: ${ROOT_CALLS}`,
      );
    }
    if (typeof uid === 'string' && !/^\d+$/.test(uid)) {
      throw new UnscopedValidationError(
        'UserNumber',
        `'uid' is the number of the user, and an image gives the name ${shown(uid)} its own meaning; 'docker run --rm --entrypoint id IMAGE -u ${/^[\w.-]+$/.test(uid) ? uid : 'NAME'}' prints the number`,
      );
    }
    return new ContainerUser(
      'fixed',
      wholeNumber(undefined, 'uid', uid, 1, LARGEST, 'UserNumber'),
      wholeNumber(undefined, 'gid', gid ?? uid, 0, LARGEST, 'UserNumber'),
    );
  }

  /**
   * Root at first, for an image whose entry point prepares files and then runs its program as another user, as most official images do.
   *
   * To drop root the entry point needs `Capability.SETUID` and `Capability.SETGID`; list them in `capabilities`, with those that it needs to prepare:
   * `CHOWN`, `FOWNER`, `DAC_OVERRIDE` and `NET_BIND_SERVICE` (errors: `RootCannotDrop`, `RootAtStartCapability`). The container runs without an init
   * process, so that the program of the image is the first process.
   *
   * The proof and the rules treat the container as root. Its health check and `docker exec` run as root with these capabilities, and so does code that
   * an attacker runs in the entry point. With `DAC_OVERRIDE` root reads and writes every mounted file, whatever its owner and mode. Only the image drops
   * root: Bulkhead cannot force it. `verify.sh` on the host checks every process after `startSeconds`, and fails if one is root or holds a capability.
   *
   * Errors: `ReasonTooShort`, `UserNumber`.
   */
  public static rootAtStart(options: RootAtStartOptions): ContainerUser {
    checkProps(undefined, 'RootAtStartOptions', options);
    const reason = reasonText(undefined, 'reason', options.reason);
    const startSeconds = wholeNumber(undefined, 'startSeconds', options.startSeconds ?? 60, 1, LONGEST_START, 'UserNumber');
    return new ContainerUser('root-at-start', 0, 0, reason, startSeconds);
  }

  /**
   * Root for as long as the container runs, for an image that keeps a process of root. It holds what `capabilities` lists, and nothing else.
   *
   * With `DAC_OVERRIDE` it reads and writes every mounted file, whatever its owner and mode. If a process escapes from the container, it is root on the
   * host, unless the engine remaps users. Error: `ReasonTooShort`.
   *
   * The first process is an init process of the engine. An image with a supervisor of its own, such as s6-overlay, needs `init: false` in the container or
   * in its profile.
   *
   * @see https://docs.docker.com/engine/security/
   */
  public static root(options: RootUserOptions): ContainerUser {
    checkProps(undefined, 'RootUserOptions', options);
    return new ContainerUser('root', 0, 0, reasonText(undefined, 'reason', options.reason));
  }

  /** As the engine gets it, such as `10001:10001`; `0:0` of root. */
  public readonly text: string;

  private constructor(
    private readonly mode: StartUser['mode'],
    /** Number of the user that the first process has. */
    public readonly uid: number,
    /** Number of its group. */
    public readonly gid: number,
    /** Why it is root; nothing for any other user. */
    public readonly reason?: string,
    /** Seconds after which no process is root any more; nothing where that is not claimed. */
    public readonly startSeconds?: number,
  ) {
    this.text = `${uid}:${gid}`;
  }

  /** Whether `other` is the same user and group, and as long, whatever the reasons. Root at start is not the same as root. */
  public isSameAs(other: ContainerUser): boolean {
    return this.text === other.text && this.mode === other.mode && this.startSeconds === other.startSeconds;
  }

  /** Same as `text`. */
  public toString(): string {
    return this.text;
  }

  /**
   * @internal
   */
  public get _fact(): StartUser {
    const { text, mode, reason, startSeconds } = this;
    return { text, mode, ...(reason !== undefined && { reason }), ...(startSeconds !== undefined && { startSeconds }) };
  }
}
