import { Construct } from 'constructs';
import { holdsEngineSocket, isEngineSocket, sensitivePlace } from '../hardening/private/host-paths';
import { Volume } from '../private/bindings';
import { checkProps } from '../private/check-props';
import { UnscopedValidationError } from '../private/errors';
import { childPath, nameFromPath, NETWORK_NAME } from '../private/names';
import { matching, plainText } from '../private/text';
import type { IDaemon } from '../topology/daemon';
import { checkTarget, normalised } from './private/mount-target';
import { needDaemon } from '../topology/private/need-daemon';

/** Properties of a data volume. */
export interface DataVolumeProps {
  /** Daemon that keeps the volume. */
  readonly daemon: IDaemon;

  /**
   * Name of the Docker volume.
   *
   * @default - the construct path in lower case, its parts joined by '-'
   */
  readonly volumeName?: string;
}

/**
 * A named Docker volume. Its data is deleted when Terraform destroys it.
 *
 * @see https://docs.docker.com/engine/storage/volumes/
 */
export class DataVolume extends Construct {
  /** Name of the Docker volume. */
  public readonly volumeName: string;

  /**
   * @internal
   */
  public readonly _reference: string;
  /**
   * @internal
   */
  public readonly _daemon: IDaemon;

  constructor(scope: Construct, id: string, props: DataVolumeProps) {
    const path = childPath(scope, id);
    checkProps(path, 'DataVolumeProps', props);
    needDaemon(path, props.daemon);
    const name = props.volumeName ?? nameFromPath(path);
    matching(path, 'volumeName', name, NETWORK_NAME, 'VolumeName', '2 to 58 letters, digits, _, . or -, starting with a letter or digit');
    super(scope, id);
    this.volumeName = name;
    this._daemon = props.daemon;
    this._reference = new Volume(this, 'Resource', { provider: props.daemon._providerFor(this), name }).name;
  }
}

/** How a mount may be used. */
export interface MountOptions {
  /**
   * Whether the container may only read.
   *
   * @default - false for volumes, true for directories of the host
   */
  readonly readOnly?: boolean;
}

/** Storage that a container sees at a path. */
export class VolumeMount {
  /**
   * A data volume.
   * @param target absolute path inside the container
   */
  public static volume(volume: DataVolume, target: string, options: MountOptions = {}): VolumeMount {
    checkProps(undefined, 'MountOptions', options);
    return new VolumeMount('volume', volume._reference, checkTarget(target), options.readOnly ?? false, volume);
  }

  /**
   * A directory or file of the host, which must exist: the container does not start without it.
   *
   * The engine's socket and paths that give control over the host are refused.
   *
   * @param source absolute path on the host
   * @param target absolute path inside the container
   */
  public static hostPath(source: string, target: string, options: MountOptions = {}): VolumeMount {
    checkProps(undefined, 'MountOptions', options);
    const text = normalised(plainText(undefined, 'source', source), 'source');
    if (isEngineSocket(text)) {
      throw new UnscopedValidationError(
        'EngineSocketMounted',
        `'${text}' is the engine's socket, which gives root access to the host; Bulkhead does not mount it: remove the mount`,
      );
    }
    const place = sensitivePlace(text) ?? (holdsEngineSocket(text) ? text : undefined);
    if (place !== undefined) {
      throw new UnscopedValidationError(
        'SensitiveHostPath',
        `'${text}' is in '${place}', which gives control over the host; mount another directory, such as '/srv/${text.split('/').pop() || 'data'}'`,
      );
    }
    return new VolumeMount('bind', text, checkTarget(target), options.readOnly ?? true);
  }

  private constructor(
    /** `volume` or `bind`. */
    public readonly mountType: string,
    /** Volume name or path on the host. */
    public readonly source: string,
    /** Path inside the container. */
    public readonly target: string,
    /** Whether the container may only read. */
    public readonly readOnly: boolean,
    /**
     * Undefined for a directory of the host.
     *
     * @internal
     */
    public readonly _volume?: DataVolume,
  ) {}
}
