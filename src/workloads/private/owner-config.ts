import { stampMount } from './common';
import { confined } from './confined';
import { endedWell } from './ended-well';
import { OWNER_CAPABILITIES } from '../../hardening/private/capabilities';
import { HARDENED, logOptions } from '../../hardening/private/hardened-defaults';
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
 * The shell gets all texts as arguments. Neither command goes into the folder: what lies there is nobody's to follow. With the first command the mode may
 * still belong to the owner before, so FOWNER; the image may keep the folders above to another user, so DAC_OVERRIDE.
 */
const SET_OWNER = 'chown "$1" "$0"';
const SET_BOTH = 'chown "$1" "$0" && chmod "$2" "$0"';

/**
 * A container that sets the owner of a volume and ends. The provider waits for its end and looks no further, so the code that it ended with is asked
 * afterwards. It has no health check, no restarts and no network.
 */
export function ownerConfig({ volumeName, source, target, owner, mode, image, stamp }: OwnerToSet): ContainerConfig {
  const name = `${volumeName}-owner`;
  return {
    name,
    image,
    entrypoint: ['sh', '-c', mode === undefined ? SET_OWNER : SET_BOTH],
    command: [target, owner, ...(mode === undefined ? [] : [mode])],
    user: '0:0',
    networkMode: 'none',
    mustRun: false,
    attach: true,
    restart: 'no',
    lifecycle: endedWell(name, `The owner of the volume ${volumeName} was not set.`),
    ...confined({ add: [...OWNER_CAPABILITIES], memory: HARDENED.memoryMebibytes, cpuMillis: HARDENED.cpuMillis }),
    readOnly: true,
    mounts: [...(stamp === undefined ? [] : [stampMount(stamp)]), { type: 'volume', source, target, readOnly: false }],
    ulimit: [HARDENED.ulimit],
    logDriver: HARDENED.logDriver,
    logOpts: logOptions(HARDENED.logMebibytes),
    labels: [{ label: OWNER_LABEL, value: mode === undefined ? owner : `${owner} ${mode}` }],
  };
}
