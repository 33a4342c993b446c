/** The facts of a capability, for all readers: constructs, rules, proof, and the script that checks hosts. */
export interface CapabilityFacts {
  /** A container of a web application may need it; every other container needs a reason. */
  readonly isOrdinary?: boolean;
  /** A container has it by default. */
  readonly isDefault?: boolean;
  /** An entry point that starts as root and drops to another user may need it before the drop. */
  readonly isForStart?: boolean;
  /** A process with it can send any frames, and use addresses of its neighbours. */
  readonly forges?: boolean;
  /** First release of the engine that knows it, if 20.10 does not: earlier ones refuse the container. */
  readonly since?: string;
  /** It reaches beyond a container: what comes of that. */
  readonly danger?: string;
  /** The consequence on the network of the host, where it is refused. */
  readonly onHost?: string;
}

/** Linux 5.8 and 5.9 brought them. Measured: 20.10.24 refuses them by name and leaves them out of ALL, 26.1.5 does neither. */
const RECENT = '23.0';

/**
 * All capabilities that Linux knows, without prefix.
 *
 * @see https://man7.org/linux/man-pages/man7/capabilities.7.html
 */
export const CAPABILITIES: Readonly<Record<string, CapabilityFacts>> = {
  AUDIT_CONTROL: { danger: "it switches the host's audit off" },
  AUDIT_READ: {},
  AUDIT_WRITE: { isDefault: true },
  BLOCK_SUSPEND: {},
  BPF: { since: RECENT, danger: 'it loads programs into the kernel' },
  CHECKPOINT_RESTORE: { since: RECENT, danger: 'it writes into other processes' },
  CHOWN: { isOrdinary: true, isDefault: true, isForStart: true },
  DAC_OVERRIDE: { isOrdinary: true, isDefault: true, isForStart: true },
  DAC_READ_SEARCH: { danger: 'it opens any file of the host by its handle' },
  FOWNER: { isOrdinary: true, isDefault: true, isForStart: true },
  FSETID: { isOrdinary: true, isDefault: true },
  IPC_LOCK: {},
  IPC_OWNER: {},
  KILL: { isOrdinary: true, isDefault: true },
  LEASE: {},
  LINUX_IMMUTABLE: {},
  MAC_ADMIN: { danger: 'it changes the rules of AppArmor and SELinux' },
  MAC_OVERRIDE: { danger: 'it bypasses AppArmor and SELinux' },
  MKNOD: { isDefault: true },
  NET_ADMIN: {
    forges: true,
    danger: 'it controls the addresses, routes and filters of its networks',
    onHost: 'it can remove the guard and every other rule of the host',
  },
  NET_BIND_SERVICE: { isOrdinary: true, isDefault: true, isForStart: true },
  NET_BROADCAST: {},
  NET_RAW: {
    isDefault: true,
    forges: true,
    onHost: 'it can read all traffic of the host and of its containers, and send with the address of each of them',
  },
  PERFMON: { since: RECENT, danger: 'it watches the kernel and other processes' },
  SETFCAP: { isOrdinary: true, isDefault: true },
  SETGID: { isOrdinary: true, isDefault: true, isForStart: true },
  SETPCAP: { isOrdinary: true, isDefault: true },
  SETUID: { isOrdinary: true, isDefault: true, isForStart: true },
  SYSLOG: { danger: "it reads the kernel's log, with addresses of the kernel in it" },
  SYS_ADMIN: { danger: 'it mounts file systems, and permits most of what root can do' },
  SYS_BOOT: { danger: 'it restarts the host, or boots another kernel' },
  SYS_CHROOT: { isDefault: true },
  SYS_MODULE: { danger: 'it loads modules into the kernel' },
  SYS_NICE: {},
  SYS_PACCT: {},
  SYS_PTRACE: { danger: 'it reads and writes other processes' },
  SYS_RAWIO: { danger: 'it accesses memory and disks directly, without checks of the kernel' },
  SYS_RESOURCE: {},
  SYS_TIME: { danger: "it sets the host's clock" },
  SYS_TTY_CONFIG: {},
  WAKE_ALARM: {},
};

/** Capabilities that reach beyond a container, and their consequences; the engine writes all of them as `ALL`. */
export const DANGEROUS: Readonly<Record<string, string>> = {
  ALL: 'all capabilities at once',
  ...Object.fromEntries(
    Object.entries(CAPABILITIES).flatMap(([name, { danger }]): [string, string][] => (danger === undefined ? [] : [[name, danger]])),
  ),
};

/** Names of those of which a fact holds. */
export function capabilitiesWith(fact: 'isOrdinary' | 'isDefault' | 'isForStart'): string[] {
  return Object.keys(CAPABILITIES).filter((name) => CAPABILITIES[name][fact]);
}

/** Facts of a name, with or without `CAP_`; undefined for a name that Linux does not know. */
export function capabilityFacts(name: string): CapabilityFacts | undefined {
  const bare = name.replace(/^CAP_/, '');
  return Object.hasOwn(CAPABILITIES, bare) ? CAPABILITIES[bare] : undefined;
}

/** Whether a container with these capabilities, or one that shares its network, can create raw frames with any source over either family. */
export function forges({
  capabilities = [],
  sharedCapabilities = [],
}: {
  readonly capabilities?: readonly string[];
  readonly sharedCapabilities?: readonly string[];
}): boolean {
  return [...capabilities, ...sharedCapabilities].some((capability) => capabilityFacts(capability)?.forges === true);
}

/** The capabilities to change the owner and the mode of a folder, wherever the image has it. */
export const OWNER_CAPABILITIES = ['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_FOWNER'] as const;
