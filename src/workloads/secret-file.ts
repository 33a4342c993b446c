import { Construct } from 'constructs';
import { checkProps } from '../private/check-props';
import { ValidationError } from '../private/errors';
import { childPath, nameFromPath } from '../private/names';
import { matching } from '../private/text';
import { warnUnread } from '../private/warn-unread';
import type { IDaemon } from '../topology/daemon';
import { checkTarget, SECRETS_TARGET } from './private/mount-target';
import { needDaemon } from '../topology/private/need-daemon';

/** Properties of a secret file. */
export interface SecretFileProps {
  /** Daemon whose host keeps the secret; a `HardenedDaemon`. */
  readonly daemon: IDaemon;

  /**
   * Name of the secret on its host, and of the file in a container: 1 to 64 letters, digits, `_`, `.` or `-`.
   *
   * @default - the construct path in lower case, its parts joined by '-'
   */
  readonly secretName?: string;
}

/**
 * A secret that containers read as a file. The program contains its name, never its value: `bulkhead-secret put NAME` on the host reads the value from
 * standard input, so it is not in Terraform's state or plan, or in user data.
 *
 * The host stores the value encrypted with `systemd-creds` if it has that program, otherwise in a file that only root can read. Before the engine starts,
 * the host writes the value into memory that is never swapped, into one folder for each container, which the container mounts read-only. A container
 * does not start before all of its secrets are on the host.
 *
 * Give it to a container with `secrets`, and pass `filePath` to the program in the container.
 *
 * @see https://www.freedesktop.org/software/systemd/man/latest/systemd-creds.html
 */
export class SecretFile extends Construct {
  /** Name of the secret on its host. */
  public readonly secretName: string;

  /** Path of the file in a container that has the secret in the default folder, such as `/run/secrets/db-password`. */
  public readonly filePath: string;

  /**
   * @internal
   */
  public readonly _daemon: IDaemon;

  /**
   * Errors: `SecretNeedsHost` on an `UnguardedDaemon`, `SecretValue`, `DuplicateName`.
   */
  constructor(scope: Construct, id: string, props: SecretFileProps) {
    const path = childPath(scope, id);
    checkProps(path, 'SecretFileProps', props);
    needDaemon(path, props.daemon);
    const { _declarations: declarations } = props.daemon;
    const name = props.secretName ?? nameFromPath(path);
    matching(
      path,
      'secretName',
      name,
      /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}$/,
      'SecretValue',
      '1 to 64 letters, digits, _, . or -, starting with a letter or digit',
    );
    if (!declarations.store.hasGuard) {
      throw new ValidationError(
        'SecretNeedsHost',
        path,
        `Bulkhead has only the API of the engine of '${props.daemon.node.path}', and a value that passes through the API stays in Terraform's state; use a HardenedDaemon, or put the file on the host yourself and mount it with VolumeMount.hostPath('/srv/secrets/${name}', '${SECRETS_TARGET}/${name}')`,
      );
    }
    declarations.checkDeclaration(path, [`secret ${name}`]);
    super(scope, id);
    warnUnread(this, 'SecretFileProps', props);
    this.secretName = name;
    this.filePath = this.pathIn(SECRETS_TARGET);
    this._daemon = props.daemon;
    declarations.addSecret({ path: this.node.path, name });
  }

  /**
   * Path of the file in a container that has its secrets in another folder.
   *
   * @param folder absolute path, the `folder` of `ContainerSecretsOptions`
   */
  public pathIn(folder: string): string {
    return `${checkTarget(folder, 'folder')}/${this.secretName}`;
  }
}
