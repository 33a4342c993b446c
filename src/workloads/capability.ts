import { CAPABILITIES, forges } from '../hardening/private/capabilities';
import { checkProps } from '../private/check-props';
import { UnscopedValidationError } from '../private/errors';
import { plainText, reasonText } from '../private/text';

/** Why a capability is added back. */
export interface CapabilityOptions {
  /**
   * Why the workload needs it, at least 10 characters; it appears in the reports.
   *
   * @default - none, which is enough for capabilities that stay inside the container
   */
  readonly reason?: string;
}

/**
 * A Linux capability that is added back to a container after all were dropped.
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
   * A capability by name, with or without `CAP_`. Capabilities with effects outside the container (NET_ADMIN, NET_RAW, SYS_ADMIN, …) need a reason.
   *
   * Errors: `CapabilityNeedsReason`, `UnknownCapability`, `ReasonTooShort`.
   */
  public static of(name: string, options: CapabilityOptions = {}): Capability {
    checkProps(undefined, 'CapabilityOptions', options);
    const bare = Capability.bareName(name);
    if (options.reason !== undefined) {
      return new Capability(`CAP_${bare}`, reasonText(undefined, 'reason', options.reason));
    }
    if (!CAPABILITIES[bare].isOrdinary) {
      throw new UnscopedValidationError(
        'CapabilityNeedsReason',
        `'CAP_${bare}' has effects outside the container; use Capability.of('CAP_${bare}', { reason: 'why' })`,
      );
    }
    return new Capability(`CAP_${bare}`);
  }

  private static bareName(name: string): string {
    const bare = plainText(undefined, 'capability', name).toUpperCase().replace(/^CAP_/, '');
    if (!Object.hasOwn(CAPABILITIES, bare)) {
      throw new UnscopedValidationError(
        'UnknownCapability',
        `'${name}' is not a Linux capability; use a name that capabilities(7) lists, such as 'CAP_CHOWN'`,
      );
    }
    return bare;
  }

  private constructor(
    /** Name in the form that the engine reads back, such as `CAP_CHOWN`. */
    public readonly text: string,
    /** Why the workload needs it; nothing for ordinary ones. */
    public readonly reason?: string,
  ) {}

  /** Whether `other` is the same capability, whatever the reasons. */
  public isSameAs(other: Capability): boolean {
    return this.text === other.text;
  }

  /**
   * Whether its holder can send from the addresses of its neighbours.
   *
   * @internal
   */
  public get _forges(): boolean {
    return forges({ capabilities: [this.text] });
  }
}
