import { Capability } from './capability';
import { ContainerUser } from './container-user';
import { HealthCheck } from './health-check';
import {
  ImageBase,
  type ImageProfileProps,
  type KeycloakImageOptions,
  type KeyValueImageOptions,
  type NextcloudImageOptions,
  NextcloudVariant,
  type NginxImageOptions,
  type PostgresImageOptions,
} from './image-profile-props';
import { checkFileCapabilities, dataPathOf, oneOf, portsOf } from './private/check-profile';
import { notAUser } from './private/check-user';
import { Port } from '../firewall/port';
import { capabilityFacts } from '../hardening/private/capabilities';
import { keycloakFacts, nextcloudFacts } from '../hardening/private/images/applications';
import { keyValueFacts, MARIADB_FACTS, POSTGRES_MAJORS, postgresFacts } from '../hardening/private/images/databases';
import { fileVariable, type ImageFacts } from '../hardening/private/images/image-facts';
import { GRAFANA_FACTS, PROMETHEUS_FACTS } from '../hardening/private/images/monitoring';
import { CADDY_FACTS, nginxFacts, TRAEFIK_FACTS } from '../hardening/private/images/web-servers';
import { checkProps } from '../private/check-props';
import { UnscopedValidationError } from '../private/errors';
import { plainText, wholeNumber } from '../private/text';

/**
 * What an image needs to work in a hardened container: its user, the paths that it writes, its port, a health check that works with its programs, and
 * other facts from its Dockerfile and its entry point. `docs/IMAGES.md` lists the facts of each image, their sources, and what was tested.
 *
 * Every profile of a public image runs it as a user other than root, without a capability.
 */
export class ImageProfile {
  /** PostgreSQL, the image `postgres`. Errors: `ImageProfileValue`. */
  public static postgres(options: PostgresImageOptions): ImageProfile {
    checkProps(undefined, 'PostgresImageOptions', options);
    const { first, last } = POSTGRES_MAJORS;
    const major = wholeNumber(undefined, 'major', options.major, first, last, 'ImageProfileValue');
    return ImageProfile.fromFacts(postgresFacts(major, isAlpine(options.builtOn)));
  }

  /** MariaDB, the image `mariadb`; not its variant `ubi`. */
  public static mariadb(): ImageProfile {
    return ImageProfile.fromFacts(MARIADB_FACTS);
  }

  /** Redis, the image `redis`. Error: `ImageProfileValue`. */
  public static redis(options: KeyValueImageOptions): ImageProfile {
    checkProps(undefined, 'KeyValueImageOptions', options);
    return ImageProfile.fromFacts(keyValueFacts('redis', isAlpine(options.builtOn)));
  }

  /** Valkey, the image `valkey`. Error: `ImageProfileValue`. */
  public static valkey(options: KeyValueImageOptions): ImageProfile {
    checkProps(undefined, 'KeyValueImageOptions', options);
    return ImageProfile.fromFacts(keyValueFacts('valkey', isAlpine(options.builtOn)));
  }

  /** nginx, the image `nginx`, on Debian and on Alpine; not its variant `alpine-slim`. Error: `ImageProfileValue`. */
  public static nginx(options: NginxImageOptions = {}): ImageProfile {
    checkProps(undefined, 'NginxImageOptions', options);
    const port = wholeNumber(undefined, 'port', options.port ?? 80, 1, 65_535, 'ImageProfileValue');
    return ImageProfile.fromFacts(nginxFacts(port), [Port.tcp(port)]);
  }

  /** Traefik, the image `traefik`. Its health check needs `--ping=true` in the settings of Traefik. */
  public static traefik(): ImageProfile {
    return ImageProfile.fromFacts(TRAEFIK_FACTS);
  }

  /** Caddy, the image `caddy`. */
  public static caddy(): ImageProfile {
    return ImageProfile.fromFacts(CADDY_FACTS);
  }

  /** Grafana, the image `grafana`, on Alpine and on Ubuntu. */
  public static grafana(): ImageProfile {
    return ImageProfile.fromFacts(GRAFANA_FACTS);
  }

  /** Prometheus, the image `prometheus`; not its variant `distroless`. */
  public static prometheus(): ImageProfile {
    return ImageProfile.fromFacts(PROMETHEUS_FACTS);
  }

  /** Nextcloud, the image `nextcloud`. Error: `ImageProfileValue`. */
  public static nextcloud(options: NextcloudImageOptions): ImageProfile {
    checkProps(undefined, 'NextcloudImageOptions', options);
    return ImageProfile.fromFacts(nextcloudFacts(oneOf('variant', options.variant, Object.values(NextcloudVariant))));
  }

  /** Keycloak, the image `keycloak`. */
  public static keycloak(options: KeycloakImageOptions = {}): ImageProfile {
    checkProps(undefined, 'KeycloakImageOptions', options);
    return ImageProfile.fromFacts(keycloakFacts(options.built ?? false));
  }

  /** A profile of your own. Errors: `ImageProfileValue`, `MountTarget`. */
  public static of(props: ImageProfileProps): ImageProfile {
    checkProps(undefined, 'ImageProfileProps', props);
    return new ImageProfile(props);
  }

  private static fromFacts(facts: ImageFacts, ports?: Port[]): ImageProfile {
    const { health, fileCapabilities = [], fileVariables = [] } = facts;
    const options = { startPeriodSeconds: health?.startPeriodSeconds };
    const [kind, ...words] = health?.test ?? ['CMD'];
    const props: ImageProfileProps = {
      imageName: facts.image,
      user: ContainerUser.of(facts.uid, facts.gid),
      fileCapabilities: fileCapabilities.map((name) => Capability.of(name)),
      ports: ports ?? portsOf(facts.ports),
      dataPath: facts.dataPath,
      tmpfsMebibytes: { ...facts.tmpfs },
      writableRootReason: facts.writableRoot,
      environment: { ...facts.environment },
      fileVariables: [...fileVariables],
      healthCheck: health && (kind === 'CMD' ? HealthCheck.command(words, options) : HealthCheck.shell(words.join(' '), options)),
      stopTimeoutSeconds: facts.stopSeconds,
      memoryMebibytes: facts.memoryMebibytes,
    };
    return new ImageProfile(props, facts);
  }

  /** Name for messages. */
  public readonly imageName: string;
  /** User and group of its processes. A data volume of its containers belongs to it. */
  public readonly user: ContainerUser;
  /** Ports that it listens on; the first is the `defaultPort` of a container. */
  public readonly ports: Port[];
  /** Variables that contain the path of a file with the value; one `*` matches any letters. */
  public readonly fileVariables: string[];
  /** Health check of its containers; undefined if the image has no program for one. */
  public readonly healthCheck?: HealthCheck;

  /**
   * @internal
   */
  public readonly _dataPath?: string;

  private constructor(
    /**
     * @internal
     */
    public readonly _props: ImageProfileProps,
    /**
     * What is known of the public image; nothing of a profile that a program made.
     *
     * @internal
     */
    public readonly _facts?: ImageFacts,
  ) {
    this.imageName = plainText(undefined, 'imageName', _props.imageName);
    if (!(_props.user instanceof ContainerUser)) {
      throw new UnscopedValidationError('UserNumber', notAUser(_props.user));
    }
    checkFileCapabilities(_props.fileCapabilities ?? [], (name) => capabilityFacts(name)?.isOrdinary === true);
    this.user = _props.user;
    this.ports = [...(_props.ports ?? [])];
    this.fileVariables = [...(_props.fileVariables ?? [])];
    this.healthCheck = _props.healthCheck;
    this._dataPath = dataPathOf(_props.dataPath);
  }

  /** Path of the image's data that must last, for `VolumeMount.volume()`. Error: `ImageWithoutData` if it has none. */
  public get dataPath(): string {
    if (this._dataPath === undefined) {
      throw new UnscopedValidationError(
        'ImageWithoutData',
        `the image '${this.imageName}' has no path for data; write the path that its settings name, such as VolumeMount.volume(data, '/srv/data')`,
      );
    }
    return this._dataPath;
  }

  /**
   * The variable that contains the path of a file instead of the value of `variable`; undefined if the image has none.
   *
   * @internal
   */
  public _fileVariable(variable: string): string | undefined {
    return fileVariable(this.fileVariables, variable);
  }
}

function isAlpine(builtOn: ImageBase): boolean {
  return oneOf('builtOn', builtOn, Object.values(ImageBase)) === ImageBase.ALPINE;
}
