import { ORDINARY } from '../private/capabilities';
import { UnscopedValidationError } from '../private/errors';
import { plainText, reasonText } from '../private/text';

/** All names that Linux knows, without prefix. */
const KNOWN = [
  ...ORDINARY,
  ...[
    'AUDIT_CONTROL',
    'AUDIT_READ',
    'AUDIT_WRITE',
    'BLOCK_SUSPEND',
    'BPF',
    'CHECKPOINT_RESTORE',
    'DAC_READ_SEARCH',
    'IPC_LOCK',
    'IPC_OWNER',
  ],
  ...['LEASE', 'LINUX_IMMUTABLE', 'MAC_ADMIN', 'MAC_OVERRIDE', 'MKNOD', 'NET_ADMIN', 'NET_BROADCAST', 'NET_RAW', 'PERFMON', 'SYSLOG'],
  ...['SYS_ADMIN', 'SYS_BOOT', 'SYS_CHROOT', 'SYS_MODULE', 'SYS_NICE', 'SYS_PACCT', 'SYS_PTRACE', 'SYS_RAWIO', 'SYS_RESOURCE', 'SYS_TIME'],
  ...['SYS_TTY_CONFIG', 'WAKE_ALARM'],
];

/** With these a process sends whatever frames it likes. */
const FORGING = ['CAP_NET_RAW', 'CAP_NET_ADMIN'];

/**
 * A Linux capability that a container gets back after all were dropped.
 *
 * @see https://man7.org/linux/man-pages/man7/capabilities.7.html
 */
export class Capability {
  /** Change owners of files. */
  public static readonly CHOWN = Capability.of('CAP_CHOWN');
  /** Ignore file permissions. */
  public static readonly DAC_OVERRIDE = Capability.of('CAP_DAC_OVERRIDE');
  /** Act as the owner of any file. */
  public static readonly FOWNER = Capability.of('CAP_FOWNER');
  /** Signal processes of other users. */
  public static readonly KILL = Capability.of('CAP_KILL');
  /** Listen on ports below 1024. Seldom needed: the engine lowers that limit inside containers. */
  public static readonly NET_BIND_SERVICE = Capability.of('CAP_NET_BIND_SERVICE');
  /** Change group. */
  public static readonly SETGID = Capability.of('CAP_SETGID');
  /** Change user. */
  public static readonly SETUID = Capability.of('CAP_SETUID');

  /**
   * An ordinary capability by name, with or without `CAP_`.
   *
   * Those that reach beyond the container (NET_ADMIN, NET_RAW, SYS_ADMIN, …) throw `CapabilityNeedsReason`: use `Capability.reasoned()`.
   */
  public static of(name: string): Capability {
    const bare = Capability.bareName(name);
    if (!ORDINARY.includes(bare)) {
      throw new UnscopedValidationError(
        'CapabilityNeedsReason',
        `'CAP_${bare}' reaches beyond what a workload needs; use Capability.reasoned('CAP_${bare}', 'why')`,
      );
    }
    return new Capability(`CAP_${bare}`);
  }

  /**
   * Any capability, with the reason why the workload needs it.
   * @param reason at least 10 characters; it stands in the reports
   */
  public static reasoned(name: string, reason: string): Capability {
    return new Capability(`CAP_${Capability.bareName(name)}`, reasonText(undefined, 'reason', reason));
  }

  private static bareName(name: string): string {
    const bare = plainText(undefined, 'capability', name).toUpperCase().replace(/^CAP_/, '');
    if (!KNOWN.includes(bare)) {
      throw new UnscopedValidationError('UnknownCapability', `'${name}' is no Linux capability; see capabilities(7) for their names`);
    }
    return bare;
  }

  private constructor(
    /** Name in the form that the engine reads back, such as `CAP_CHOWN`. */
    public readonly text: string,
    /** Why the workload needs it; nothing for ordinary ones. */
    public readonly reason?: string,
  ) {}

  /**
   * Whether its holder can send from the addresses of its neighbours.
   *
   * @internal
   */
  public get _forges(): boolean {
    return FORGING.includes(this.text);
  }
}
