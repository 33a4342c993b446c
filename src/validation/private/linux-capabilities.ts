import type { ICheckedBlock } from '../checked-resource';
import { literalsOf } from './literals';

/** What the engine leaves a container that says nothing, without prefix. */
const DEFAULTS = [
  ...['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'NET_RAW'],
  ...['SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT'],
];

/** Capabilities that reach beyond a container, and what comes of them. */
export const DANGEROUS: Readonly<Record<string, string>> = {
  ALL: 'all capabilities at once',
  AUDIT_CONTROL: "it switches the host's audit off",
  BPF: 'it loads programs into the kernel',
  CHECKPOINT_RESTORE: 'it writes into other processes',
  DAC_READ_SEARCH: 'it opens any file of the host by its number',
  MAC_ADMIN: 'it changes the rules of AppArmor and SELinux',
  MAC_OVERRIDE: 'it goes past AppArmor and SELinux',
  NET_ADMIN: 'it takes over addresses, routes and filters of its networks',
  PERFMON: 'it watches the kernel and other processes',
  SYS_ADMIN: 'it mounts file systems, and does most of what root does',
  SYS_BOOT: 'it restarts the host, or boots another kernel',
  SYS_MODULE: 'it loads modules into the kernel',
  SYS_PTRACE: 'it reads and writes other processes',
  SYS_RAWIO: 'it reaches memory and disks past the kernel',
  SYS_TIME: "it sets the host's clock",
  SYSLOG: "it reads the kernel's log, with addresses of the kernel in it",
};

/** What a container adds to the capabilities of the engine, and drops of them. */
export interface CapabilityChanges {
  /** Names without prefix, in capitals. */
  readonly add: readonly string[];
  readonly drop: readonly string[];
  /** Whether that is all of it. */
  readonly isWhole: boolean;
}

/**
 * Reads both lists as the engine does, which takes any case, with and without prefix.
 * @param blocks all blocks that hold the lists
 */
export function capabilityChanges(blocks: readonly ICheckedBlock[], add: string, drop: string): CapabilityChanges {
  const added = blocks.map((block) => literalsOf(block, add));
  const dropped = blocks.map((block) => literalsOf(block, drop));
  return {
    add: added.flatMap(({ texts }) => texts.map(bareName)),
    drop: dropped.flatMap(({ texts }) => texts.map(bareName)),
    isWhole: [...added, ...dropped].every(({ isWhole }) => isWhole),
  };
}

/** Whether a process has a capability in the end. */
export function keeps({ add, drop }: CapabilityChanges, name: string): boolean {
  if (add.includes('ALL')) return !drop.includes(name);
  return add.includes(name) || (DEFAULTS.includes(name) && !drop.includes('ALL') && !drop.includes(name));
}

function bareName(text: string): string {
  return text.trim().toUpperCase().replace(/^CAP_/, '');
}
