import { UnscopedValidationError } from '../private/errors';
import type { ConfigUse } from '../topology/private/facts';

/** What the host does with a container when one of its files has changed. */
export class FileChange {
  /** Terraform replaces the container, only for config files: the program has their content, and not that of secrets. The plan shows it. */
  public static replace(): FileChange {
    return new FileChange('replace');
  }

  /** The container sees the new file. For a program that reads it each time, or watches it. */
  public static nothing(): FileChange {
    return new FileChange('nothing');
  }

  /** The host restarts the container. */
  public static restart(): FileChange {
    return new FileChange('restart');
  }

  /**
   * The host sends the first process of the container a signal; with an init process its child gets it, too.
   *
   * @param name `HUP`, `USR1` or `USR2`; error: `SecretValue`
   */
  public static signal(name: string): FileChange {
    if (name !== 'HUP' && name !== 'USR1' && name !== 'USR2') {
      throw new UnscopedValidationError(
        'SecretValue',
        `'name' must be HUP, USR1 or USR2, got '${name}'; use FileChange.restart() for a program that reads its files only once`,
      );
    }
    return new FileChange(name);
  }

  private constructor(
    /**
     * @internal
     */
    public readonly _action: ConfigUse['onChange'],
  ) {}

  /** `replace`, `nothing`, `restart` or the name of a signal. */
  public toString(): string {
    return this._action;
  }
}
