import type { ConfigFile } from './config-file';
import type { ContainerImage } from './container-image';
import type { FileChange } from './file-change';

/** Which config files a container reads, and how. */
export interface ContainerConfigOptions {
  /**
   * The files, each at a different path. A path inside another mount of the container is refused.
   *
   * On a `HardenedDaemon` with `FileChange.replace()` or `FileChange.restart()` only the files are mounted. In all other cases their folders are mounted, so
   * the container sees nothing of what the image has there.
   */
  readonly files: ConfigFile[];

  /**
   * What happens when the program changes one of them. Where Bulkhead manages only the API of the engine, Terraform can only replace the container.
   *
   * @default FileChange.replace()
   */
  readonly onChange?: FileChange;

  /**
   * Image whose `sh`, `chown` and `chmod` write the files, where Bulkhead manages only the API of the engine; for images without a shell.
   *
   * @default - the image of the container
   */
  readonly writerImage?: ContainerImage;
}
