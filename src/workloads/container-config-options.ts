import type { ConfigFile } from './config-file';
import type { ContainerImage } from './container-image';
import type { FileChange } from './file-change';

/** Which config files a container reads, and how. */
export interface ContainerConfigOptions {
  /**
   * The files, each at a different path. None may be inside another mount of the container.
   *
   * On a `HardenedDaemon` with `FileChange.replace()` or `FileChange.restart()` each file is mounted separately. In all other cases its whole folder is
   * mounted, which hides the files of the image there.
   */
  readonly files: ConfigFile[];

  /**
   * What happens when the program changes one of them. On an `UnguardedDaemon`, Terraform can only replace the container.
   *
   * @default FileChange.replace()
   */
  readonly onChange?: FileChange;

  /**
   * Image whose `sh`, `chown` and `chmod` write the files on an `UnguardedDaemon`; for images without a shell.
   *
   * @default - the image of the container
   */
  readonly writerImage?: ContainerImage;
}
