import type { Capability } from './capability';
import type { ContainerUser } from './container-user';
import type { HealthCheck } from './health-check';
import type { Port } from '../firewall/port';

/** What an image is built on, where its variants differ in the numbers of their users. */
export enum ImageBase {
  /** Debian, as the tags without a further word are */
  DEBIAN = 'debian',
  /** Alpine Linux, as the tags with `alpine` are */
  ALPINE = 'alpine',
}

/** Variants of the image of Nextcloud. */
export enum NextcloudVariant {
  /** Apache on Debian, as the tags without a further word are */
  APACHE = 'apache',
  /** PHP-FPM on Debian, as the tags with `fpm` are */
  FPM = 'fpm',
  /** PHP-FPM on Alpine Linux, as the tags with `fpm-alpine` are */
  FPM_ALPINE = 'fpm-alpine',
}

/** Which image of PostgreSQL it is. */
export interface PostgresImageOptions {
  /** Major version, 14 to 18. From 18 on the image keeps its data at another path. Error: `ImageProfileValue`. */
  readonly major: number;
  /** What it is built on: the user has the number 999 on Debian, and 70 on Alpine. */
  readonly builtOn: ImageBase;
}

/** Which image of Redis or Valkey it is. */
export interface KeyValueImageOptions {
  /** What it is built on: the group has the number 999 on Debian, and 1000 on Alpine. */
  readonly builtOn: ImageBase;
}

/** How the settings of nginx are. */
export interface NginxImageOptions {
  /**
   * Port on which it listens without TLS, for flows and for the health check.
   *
   * @default 80
   */
  readonly port?: number;
}

/** Which image of Nextcloud it is. */
export interface NextcloudImageOptions {
  /** Variant of the image: the user has the number 33 on Debian, and 82 on Alpine. */
  readonly variant: NextcloudVariant;
}

/** How the image of Keycloak was made. */
export interface KeycloakImageOptions {
  /**
   * Whether it is an image of yours in which `kc.sh build` was run; its command is then `start --optimized`, and its root file system is read-only.
   *
   * @default - false, the published image: it builds itself when it starts, which needs a writable root file system
   */
  readonly built?: boolean;
}

/** What an image needs. Properties of a container with the same meaning win. */
export interface ImageProfileProps {
  /** Name for messages, such as the last part of the name of the image. */
  readonly imageName: string;

  /** User and group of its processes. */
  readonly user: ContainerUser;

  /**
   * Capabilities that its entry point needs, for `ContainerUser.rootAtStart()` and `ContainerUser.root()`.
   *
   * @default - none
   */
  readonly capabilities?: Capability[];

  /**
   * Capabilities that the file of its program is marked with (`setcap … +ep`). The kernel refuses to execute such a file (`operation not permitted`) in a
   * container that cannot have them. The container may then have them; a process of a user other than root holds none of them, since it cannot gain
   * privileges. Error: `ImageProfileValue` for those with effects outside of the container.
   *
   * @default - none
   */
  readonly fileCapabilities?: Capability[];

  /**
   * Ports that it listens on; the first is the `defaultPort` of the container.
   *
   * @default - none is known
   */
  readonly ports?: Port[];

  /**
   * Path at which it keeps what has to last. A container with the profile and without a mount there is warned of. Error: `MountTarget`.
   *
   * @default - it keeps nothing
   */
  readonly dataPath?: string;

  /**
   * File systems in memory by path, each with its size in MiB. Those of the container are added, and those at the target of a mount are left out.
   *
   * @default - { '/tmp': 64 }
   */
  readonly tmpfsMebibytes?: { [path: string]: number };

  /**
   * Why its root file system must be writable, at least 10 characters.
   *
   * @default - it is read-only
   */
  readonly writableRootReason?: string;

  /**
   * Environment variables; those of the container are added.
   *
   * @default - none
   */
  readonly environment?: { [name: string]: string };

  /**
   * Variables that take the path of a file with the value, such as `POSTGRES_PASSWORD_FILE`; one `*` stands for any letters. The message about a secret
   * in `environment` names the one that is needed.
   *
   * @default - none
   */
  readonly fileVariables?: string[];

  /**
   * Command that checks whether it works, with programs of the image.
   *
   * @default - the health check of the image, if it has one
   */
  readonly healthCheck?: HealthCheck;

  /**
   * Seconds between the stop signal and the end.
   *
   * @default 10
   */
  readonly stopTimeoutSeconds?: number;

  /**
   * Memory in MiB.
   *
   * @default 256
   */
  readonly memoryMebibytes?: number;
}
