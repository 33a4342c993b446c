import { stampMount } from './common';
import { oneShot } from './one-shot';
import { OWNER_LABEL } from '../../hardening/private/volume-owners';
import type { ContainerConfig } from '../../private/bindings';

/** What the container that sets the owner of a volume is made from. */
export interface OwnerToSet {
  readonly volumeName: string;
  /** The volume, as Terraform refers to it. */
  readonly source: string;
  readonly target: string;
  /** Numbers of user and group. */
  readonly owner: string;
  /** Undefined where the mode stays. */
  readonly mode?: string;
  readonly image: string;
  readonly stamp: string | undefined;
}

/**
 * The shell gets all texts as arguments. Neither command goes into the folder: they follow no link in it. With the first command the mode may still
 * belong to the owner before, so FOWNER; the image may keep the folders above to another user, so DAC_OVERRIDE.
 */
const SET_OWNER = 'chown "$1" "$0"';
const SET_BOTH = 'chown "$1" "$0" && chmod "$2" "$0"';

/** A container that sets the owner of a volume and ends. */
export function ownerConfig({ volumeName, source, target, owner, mode, image, stamp }: OwnerToSet): ContainerConfig {
  return {
    ...oneShot(`${volumeName}-owner`, `The owner of the volume ${volumeName} was not set.`),
    image,
    entrypoint: ['sh', '-c', mode === undefined ? SET_OWNER : SET_BOTH],
    command: [target, owner, ...(mode === undefined ? [] : [mode])],
    mounts: [...(stamp === undefined ? [] : [stampMount(stamp)]), { type: 'volume', source, target, readOnly: false }],
    labels: [{ label: OWNER_LABEL, value: mode === undefined ? owner : `${owner} ${mode}` }],
  };
}
