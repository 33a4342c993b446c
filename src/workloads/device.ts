import { deviceEffect, givesHostAway } from '../hardening/private/devices';
import { checkProps } from '../private/check-props';
import { UnscopedValidationError } from '../private/errors';
import { matching, plainText, reasonText } from '../private/text';

/** Why a container gets a device, and what it may do with it. */
export interface DeviceOptions {
  /** Why the workload needs the device, at least 10 characters; it appears in the reports. */
  readonly reason: string;

  /**
   * What the container may do: `r` to read, `w` to write, `m` to create the device node, in this order.
   *
   * @default 'rw'
   */
  readonly permissions?: string;
}

/** Why a container gets the graphics processors. */
export interface GpuOptions {
  /** Why the workload needs them, at least 10 characters; it appears in the reports. */
  readonly reason: string;
}

/**
 * A device of the host for a container. The driver of the device, which runs in the kernel of the host, is then within its reach.
 *
 * The device keeps the owner, group and mode that it has on the host: a user other than root usually needs its group in `extraGroups`.
 *
 * @see https://docs.docker.com/reference/cli/docker/container/run/#device
 */
export class Device {
  /**
   * A device by its path on the host, at the same path inside: `/dev/net/tun`, graphics, sound, video, serial lines, USB, buses of boards and
   * `/dev/kvm`. A folder such as `/dev/snd` means all devices in it. The container does not start without the device.
   *
   * Memory, disks, the kernel log, consoles and other devices that give control over the host throw `DeviceRefused`; so does a device that Bulkhead
   * does not know.
   *
   * @param path such as `/dev/net/tun`
   */
  public static of(path: string, options: DeviceOptions): Device {
    checkProps(undefined, 'DeviceOptions', options);
    const text = matching(
      undefined,
      'path',
      path,
      /^\/dev\/[A-Za-z0-9_.+:@-]+(\/[A-Za-z0-9_.+:@-]+)*$/,
      'DeviceRefused',
      "a path below '/dev'",
    );
    const why = givesHostAway(text);
    if (why !== undefined) throw new UnscopedValidationError('DeviceRefused', `the device '${text}' is refused: ${why}; remove it`);
    if (text.split('/').some((part) => part === '..' || part === '.') || deviceEffect(text) === undefined) {
      throw new UnscopedValidationError(
        'DeviceRefused',
        `the device '${text}' is not one that Bulkhead knows, so what a container could do with it is unknown; use the name of the device itself if it has another one, or declare the container as a resource of the provider and suppress BH-C23 with the reason`,
      );
    }
    const permissions = plainText(undefined, 'permissions', options.permissions ?? 'rw');
    if (!/^(?=.)r?w?m?$/.test(permissions)) {
      throw new UnscopedValidationError(
        'DevicePermissions',
        `'permissions' must be of r, w and m in this order, such as 'rw', got '${permissions}'`,
      );
    }
    return new Device(text, permissions, reasonText(undefined, 'reason', options.reason));
  }

  /**
   * All graphics processors of the host, with the NVIDIA Container Toolkit, which the host must have. Bulkhead was not tested on such a host.
   *
   * @see https://docs.docker.com/engine/containers/gpu/
   */
  public static allGpus(options: GpuOptions): Device {
    checkProps(undefined, 'GpuOptions', options);
    return new Device('gpus all', '', reasonText(undefined, 'reason', options.reason));
  }

  private constructor(
    /** Path on the host; `gpus all` for all graphics processors. */
    public readonly path: string,
    /** Such as `rw`; nothing for graphics processors. */
    public readonly permissions: string,
    /** Why the container gets it. */
    public readonly reason: string,
  ) {}

  /**
   * @internal
   */
  public get _isGpus(): boolean {
    return this.permissions === '';
  }
}
