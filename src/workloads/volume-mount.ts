import type { DataVolume } from './data-volume';
import { holdsEngineSocket, isEngineSocket, sensitivePlace } from '../hardening/private/host-paths';
import { checkProps } from '../private/check-props';
import { UnscopedValidationError } from '../private/errors';
import { plainText } from '../private/text';

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
    return new VolumeMount('volume', volume._reference, targetPath(target), options.readOnly ?? false, volume);
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
    return new VolumeMount('bind', text, targetPath(target), options.readOnly ?? true);
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

function targetPath(target: string): string {
  const text = normalised(plainText(undefined, 'target', target), 'target');
  if (text === '/') {
    throw new UnscopedValidationError('MountTarget', "'target' must be a path below '/', got '/'");
  }
  return text;
}

function normalised(path: string, what: string): string {
  if (!/^\/[^:,]*$/.test(path) || path.split('/').some((part) => part === '..' || part === '.')) {
    throw new UnscopedValidationError('MountTarget', `'${what}' must be an absolute path without '.', '..', ':' or ',', got '${path}'`);
  }
  return path.length > 1 ? path.replace(/\/+/g, '/').replace(/\/$/, '') : path;
}
