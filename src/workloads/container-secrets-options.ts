import type { ContainerUser } from './container-user';
import type { FileChange } from './file-change';
import type { SecretFile } from './secret-file';

/** Which secrets a container reads, and how. */
export interface ContainerSecretsOptions {
  /** The secrets, each once, all of the daemon of the container. Each is a file with its name. */
  readonly files: SecretFile[];

  /**
   * Absolute path of the folder in the container; nothing else is in it.
   *
   * @default '/run/secrets'
   */
  readonly folder?: string;

  /**
   * User and group that own the folder (mode 0500) and the files (mode 0400). Set it for an image that starts as root and reads its secrets after it has
   * dropped root, such as `ContainerUser.of(999)`.
   *
   * @default - the user of the container
   */
  readonly owner?: ContainerUser;

  /**
   * What happens when `bulkhead-secret put` changes one of them.
   *
   * @default FileChange.nothing()
   */
  readonly onChange?: FileChange;
}
