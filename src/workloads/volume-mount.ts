import type { DataVolume } from './data-volume';
import { FileOwner } from './file-owner';
import { folderMode } from './private/folder-mode';
import { checkedSource } from './private/mount-source';
import { checkFolderTarget, checkTarget } from './private/mount-target';
import { ENGINE_SOCKET_PATH } from '../hardening/private/host-paths';
import { checkProps } from '../private/check-props';
import { UnscopedValidationError } from '../private/errors';
import { reasonText, shown } from '../private/text';

/** How a mount may be used. */
export interface MountOptions {
  /**
   * Whether the container may only read.
   *
   * @default - false for volumes, true for directories of the host
   */
  readonly readOnly?: boolean;
}

/** How a directory of the host is created and mounted. */
export interface HostDirectoryOptions {
  /**
   * Whether the container may only read.
   *
   * @default false
   */
  readonly readOnly?: boolean;

  /**
   * Owner of the directory. `FileOwner.fromImage()` is refused, because the engine copies nothing from an image to a directory of the host.
   *
   * @default - the user of the container
   */
  readonly owner?: FileOwner;

  /**
   * Mode of the directory, in octal digits. Error: `FolderMode` for set-user-id, set-group-id and sticky bits, and for a mode that lets every user write.
   *
   * @default '0750'
   */
  readonly mode?: string;
}

/** Why a monitoring program sees the host. */
export interface MonitoringOptions {
  /** What reads it, and what for; at least 10 characters. It appears in the reports. */
  readonly reason: string;
}

/** Storage that a container sees at a path. */
export class VolumeMount {
  /**
   * A data volume.
   * @param target absolute path inside the container
   */
  public static volume(volume: DataVolume, target: string, options: MountOptions = {}): VolumeMount {
    checkProps(undefined, 'MountOptions', options);
    if ((volume as Partial<DataVolume> | undefined)?._reference === undefined) {
      throw new UnscopedValidationError(
        'PropertyShape',
        `VolumeMount.volume() takes a DataVolume, got ${shown(volume)}; write VolumeMount.volume(new DataVolume(scope, id, { daemon }), '/data')`,
      );
    }
    return new VolumeMount('volume', volume._reference, checkFolderTarget(target), options.readOnly ?? false, volume);
  }

  /**
   * A directory or file of the host, which must exist: the container does not start without it.
   *
   * The engine's socket and paths that give control over the host are refused. `/etc/localtime` and `/etc/timezone` are accepted read-only.
   *
   * @param source absolute path on the host
   * @param target absolute path inside the container
   */
  public static hostPath(source: string, target: string, options: MountOptions = {}): VolumeMount {
    checkProps(undefined, 'MountOptions', options);
    const readOnly = options.readOnly ?? true;
    return new VolumeMount('bind', checkedSource(source, readOnly, target), checkTarget(target), readOnly);
  }

  /**
   * A directory of the host that a `HardenedDaemon` creates with its owner and mode before its containers start. The host files do that, so install them
   * before you apply.
   *
   * Missing parent directories belong to root. The host refuses the directory, prints the reason and does not change it, if a user other than root
   * could replace a parent directory, if a part of the path is a symbolic link, or if the directory contains files and has an owner that Bulkhead did
   * not set. Existing files do not change. If the program no longer declares the directory, it stays on the host.
   *
   * Errors: `HostDirectory`, `UserNumber`, `FolderMode`, and those of `hostPath()`.
   *
   * @param source absolute path on the host, of letters, digits and `.`, `_`, `@`, `+`, `-`
   * @param target absolute path inside the container
   */
  public static hostDirectory(source: string, target: string, options: HostDirectoryOptions = {}): VolumeMount {
    checkProps(undefined, 'HostDirectoryOptions', options);
    const text = checkedSource(source, false);
    if (!/^(\/[A-Za-z0-9._@+-]+)+$/.test(text)) {
      throw new UnscopedValidationError(
        'HostDirectory',
        `'source' must consist of letters, digits and '.', '_', '@', '+', '-', got '${text}'; name the directory so, or make it by hand and use VolumeMount.hostPath()`,
      );
    }
    const { owner, mode = '0750', readOnly = false } = options;
    if (owner !== undefined && !(owner instanceof FileOwner && owner.text !== undefined)) {
      throw new UnscopedValidationError('UserNumber', "'owner' must be a user and a group by their numbers, such as FileOwner.of(10001)");
    }
    return new VolumeMount('bind', text, checkFolderTarget(target), readOnly, undefined, { owner, mode: folderMode(undefined, mode) });
  }

  /**
   * `/proc` of the host, read-only, for a monitoring program such as node exporter. The container reads the command lines of all processes of the host.
   *
   * Linux lets a process look into every other process of the same user, with its files and memory. So the container needs a user that no other container
   * of the daemon has, and no process of the host: numbers of user and group from 10000 on, and no further groups. Error: `SensitiveHostPath`.
   *
   * @param target absolute path inside the container, such as `/host/proc`
   */
  public static procOfHost(target: string, options: MonitoringOptions): VolumeMount {
    return VolumeMount.monitored('/proc', target, options);
  }

  /**
   * `/sys` of the host, read-only, for a monitoring program such as node exporter or cAdvisor. The user of the container is as for `procOfHost()`, but
   * other containers may have it. Error: `SensitiveHostPath`.
   *
   * @param target absolute path inside the container, such as `/host/sys`
   */
  public static sysOfHost(target: string, options: MonitoringOptions): VolumeMount {
    return VolumeMount.monitored('/sys', target, options);
  }

  /**
   * The socket itself, only for the container of a socket proxy.
   *
   * @internal
   */
  public static _engineSocket(): VolumeMount {
    return new VolumeMount('bind', ENGINE_SOCKET_PATH, ENGINE_SOCKET_PATH, true);
  }

  private static monitored(source: string, target: string, options: MonitoringOptions): VolumeMount {
    checkProps(undefined, 'MonitoringOptions', options);
    const reason = reasonText(undefined, 'reason', options.reason);
    const place = checkTarget(target);
    if (/^\/sys(\/|$)/.test(place)) {
      throw new UnscopedValidationError(
        'MountTarget',
        `'target' is '${place}', where the container has its own; use another path, such as '/host${source}'`,
      );
    }
    return new VolumeMount('bind', source, place, true, undefined, undefined, reason);
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
    /**
     * Where the host makes the directory.
     *
     * @internal
     */
    public readonly _made?: { readonly owner?: FileOwner; readonly mode: string },
    /**
     * Why a monitoring program sees it.
     *
     * @internal
     */
    public readonly _monitoringReason?: string,
  ) {}
}
