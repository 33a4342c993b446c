import { ValidationError } from '../../private/errors';
import type { Declarations } from '../../topology/private/declarations';
import type { SecretUse } from '../../topology/private/facts';
import type { ContainerSecretsOptions } from '../container-secrets-options';
import { ContainerUser } from '../container-user';
import { FileChange } from '../file-change';
import { SecretFile } from '../secret-file';
import { checkFolderTarget, SECRETS_TARGET } from './mount-target';

export interface CheckedSecrets {
  readonly use: SecretUse;
  /** Where they show in the container. */
  readonly folder: string;
}

/** Checks which secrets a container reads; undefined where it reads none. */
export function checkSecrets(
  path: string,
  options: ContainerSecretsOptions | undefined,
  user: ContainerUser,
  declarations: Declarations,
): CheckedSecrets | undefined {
  if (options === undefined) return undefined;
  const refuse = (message: string): never => {
    throw new ValidationError('SecretValue', path, message);
  };
  const { files, owner = user, onChange = FileChange.nothing() } = options;
  if (files.length === 0) refuse("'secrets.files' is empty; name a SecretFile, or remove 'secrets'");
  if (!files.every((file) => file instanceof SecretFile)) {
    refuse("'secrets.files' holds something else than a SecretFile; make it with new SecretFile(…)");
  }
  if (!(owner instanceof ContainerUser)) refuse("'secrets.owner' must be made by ContainerUser, such as ContainerUser.of(999)");
  if (!(onChange instanceof FileChange)) refuse("'secrets.onChange' must be made by FileChange, such as FileChange.restart()");
  const { _action: action } = onChange;
  if (action === 'replace') {
    return refuse(
      "'secrets.onChange' is FileChange.replace(), and Terraform does not know when a secret changes; write FileChange.restart()",
    );
  }
  const names = files.map(({ secretName }) => secretName);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) refuse(`'secrets.files' holds '${twice}' twice; remove one of them`);
  const strange = files.find(({ _daemon }) => _daemon._declarations !== declarations);
  if (strange !== undefined) {
    throw new ValidationError(
      'VolumeElsewhere',
      path,
      `the secret '${strange.secretName}' is on '${strange._daemon.node.path}', and the container runs on '${declarations.store.daemonPath}'; use a SecretFile of the daemon of the container`,
    );
  }
  const { uid, gid } = owner;
  return {
    use: { uid, gid, onChange: action, secrets: names.sort() },
    folder: checkFolderTarget(options.folder ?? SECRETS_TARGET, 'secrets.folder'),
  };
}
