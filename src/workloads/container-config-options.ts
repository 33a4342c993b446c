import type { ConfigFile } from './config-file';
import type { ContainerImage } from './container-image';
import type { FileChange } from './file-change';

/** Which config files a container reads, and how. */
export interface ContainerConfigOptions {
  /**
   * The files, each at a path of its own. None lies in another mount of the container.
   *
   * On a `HardenedDaemon` with `FileChange.replace()` or `FileChange.restart()` each file is mounted by itself. In all other cases its whole folder is mounted, so the container sees
   * nothing of what the image has there.
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
