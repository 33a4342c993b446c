import type { Capability } from './capability';
import type { ContainerUser } from './container-user';
import type { HealthCheck } from './health-check';
import type { Port } from '../firewall/port';

/** Base of an image whose variants have users with different numbers. */
export enum ImageBase {
  /** Debian: tags without a suffix */
  DEBIAN = 'debian',
  /** Alpine Linux: tags with `alpine` */
  ALPINE = 'alpine',
}

/** Variants of the image of Nextcloud. */
export enum NextcloudVariant {
  /** Apache on Debian: tags without a suffix */
  APACHE = 'apache',
  /** PHP-FPM on Debian: tags with `fpm` */
  FPM = 'fpm',
  /** PHP-FPM on Alpine Linux: tags with `fpm-alpine` */
  FPM_ALPINE = 'fpm-alpine',
}

/** Variant of the PostgreSQL image. */
export interface PostgresImageOptions {
  /** Major version, 14 to 18. From 18 on the image keeps its data at another path. Error: `ImageProfileValue`. */
  readonly major: number;
  /** Base of the image: the user has the number 999 on Debian, and 70 on Alpine. */
  readonly builtOn: ImageBase;
}

/** Variant of the Redis or Valkey image. */
export interface KeyValueImageOptions {
  /** Base of the image: the group has the number 999 on Debian, and 1000 on Alpine. */
  readonly builtOn: ImageBase;
}

/** Settings of nginx that the profile depends on. */
export interface NginxImageOptions {
  /**
   * Port on which it listens without TLS, for flows and for the health check.
   *
   * @default 80
   */
  readonly port?: number;
}

/** Variant of the Nextcloud image. */
export interface NextcloudImageOptions {
  /** Variant of the image: the user has the number 33 on Debian, and 82 on Alpine. */
  readonly variant: NextcloudVariant;
}

/** Variant of the Keycloak image. */
export interface KeycloakImageOptions {
  /**
   * Whether it is your own image in which you ran `kc.sh build`; its command is then `start --optimized`, and its root file system is read-only.
   *
   * @default - false, the published image: it builds itself when it starts, which needs a writable root file system
   */
  readonly built?: boolean;
}

/** What an image needs. Properties of a container with the same meaning override it. */
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
   * Capabilities of its program file (`setcap … +ep`). The kernel refuses to execute such a file (`operation not permitted`) in a container without
   * them. With this property the container may have them; a process of a user other than root holds none of them, because it cannot gain privileges.
   * Error: `ImageProfileValue` for those with effects outside of the container.
   *
   * @default - none
   */
  readonly fileCapabilities?: Capability[];

  /**
   * Ports that it listens on; the first is the `defaultPort` of the container.
   *
   * @default - none
   */
  readonly ports?: Port[];

  /**
   * Path of its data that must last. The synth warns of a container with the profile and without a mount there. Error: `MountTarget`.
   *
   * @default - it has no such data
   */
  readonly dataPath?: string;

  /**
   * File systems in memory by path, each with its size in MiB. Those of the container are added; paths with a mount are omitted.
   *
   * @default - { '/tmp': 64 }
   */
  readonly tmpfsMebibytes?: { [path: string]: number };

  /**
   * Why files of a file system in memory may be executed, at least 10 characters, by its path in `tmpfsMebibytes`. Error: `TmpfsReasonUnused`.
   *
   * @default - no file there can be executed
   */
  readonly executableTmpfsReasons?: { [path: string]: string };

  /**
   * Whether the first process is an init process of the engine. An image with a supervisor that must be the first process, such as s6-overlay, needs
   * `false`.
   *
   * @default - that of the container without a profile
   */
  readonly init?: boolean;

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
   * Variables that contain the path of a file with the value, such as `POSTGRES_PASSWORD_FILE`; one `*` matches any letters. The message about a
   * secret in `environment` names the one that is needed.
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
