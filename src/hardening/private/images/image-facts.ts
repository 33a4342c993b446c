/** A health check that works with the programs of an image. */
export interface ImageHealth {
  /** `CMD` with a program and its words, or `CMD-SHELL` with a line. */
  readonly test: readonly [kind: 'CMD' | 'CMD-SHELL', ...words: string[]];
  readonly startPeriodSeconds?: number;
}

/** The known facts of a public image, from its Dockerfile and its entry point. */
export interface ImageFacts {
  /** Last part of its name, such as `postgres`. */
  readonly image: string;
  /** What of it, where variants differ, such as `Alpine`. */
  readonly variant?: string;
  /** Versions whose sources were read. */
  readonly versions: string;
  /** Major version that a tag has to begin with. */
  readonly major?: number;
  /** Words that a tag of this variant contains, or must not contain. */
  readonly tagWords?: Readonly<Record<string, boolean>>;
  /** The user that the profile sets, other than root. */
  readonly uid: number;
  readonly gid: number;
  /** The user that the image itself names; undefined if it would start as root. */
  readonly imageUser: string;
  /** Paths that the image declares as volumes. */
  readonly volumes: readonly string[];
  /** Ports that the image declares, as `docker image inspect` writes them; the first is the one that the profile takes for flows. */
  readonly ports: readonly string[];
  /** Where it keeps what has to last. */
  readonly dataPath?: string;
  /** Where it writes data that may be lost, with sizes in MiB. */
  readonly tmpfs: Readonly<Record<string, number>>;
  /** Why its root file system has to be writable. */
  readonly writableRoot?: string;
  /**
   * Capabilities that the file of its program is marked with, as effective ones. The kernel does not execute such a file if the container cannot have
   * one of them, whatever the user is.
   */
  readonly fileCapabilities?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly health?: ImageHealth;
  /** Variables that contain the path of a file with the value; a `*` matches any letters. */
  readonly fileVariables?: readonly string[];
  /** Signal of the image that ends it; undefined if it is that of the engine. */
  readonly stopSignal?: string;
  readonly stopSeconds?: number;
  /** A first memory limit if the default of every container is too low. Not a fact of the image. */
  readonly memoryMebibytes?: number;
  /** What a reader has to know, one sentence each. */
  readonly notes: readonly string[];
  readonly sources: readonly string[];
  /** What of it was run, and how. */
  readonly run: string;
}

/** The value of a page where nothing was run. */
export const NOT_RUN = 'not run';

/** The metadata of the image, in the format of verify.sh. */
export function imageSays({ imageUser, volumes, ports }: Pick<ImageFacts, 'imageUser' | 'volumes' | 'ports'>): string[] {
  return [`user:"${imageUser}"`, ...volumes.map((path) => `volume:"${path}"`), ...ports.map((port) => `port:"${port}"`)];
}

/** The variable that contains the path of a file instead of the value of another variable, if the image reads one. */
export function fileVariable(patterns: readonly string[], bare: string): string | undefined {
  return [`${bare}_FILE`, `${bare}__FILE`].find((name) => patterns.some((pattern) => matches(pattern, name)));
}

function matches(pattern: string, name: string): boolean {
  const [start, end] = pattern.split('*');
  return end === undefined ? pattern === name : name.length > start.length + end.length && name.startsWith(start) && name.endsWith(end);
}
