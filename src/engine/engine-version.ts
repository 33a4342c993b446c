import { UnscopedValidationError } from '../private/errors';
import { plainText } from '../private/text';
import { RELEASED } from './private/docker-rules/lines';
import { compareVersions, releasedSpan } from './private/versions';

/** The meaning of only a major number: the releases of it that most hosts have. */
const BY_MAJOR: Readonly<Record<string, string>> = { 23: '23.0', 24: '24.0', 25: '25.0', 26: '26.1', 27: '27.5', 28: '28.2', 29: '29.0' };

/**
 * Version of the Docker Engine that a daemon runs.
 *
 * The rules that Docker makes differ per generation, and so do the keys that daemon.json may hold. The host files do not let an engine of another
 * generation start.
 *
 * @see https://docs.docker.com/engine/release-notes/
 */
export class EngineVersion {
  /**
   * 20.10, as Debian 12 has it. Its default seccomp profile lets containers make AF_VSOCK sockets and io_uring rings, which later engines refuse; see
   * docs/ENGINES.md.
   */
  public static readonly V20_10 = EngineVersion.of('20.10');
  /** 23.0 */
  public static readonly V23 = EngineVersion.of('23');
  /** 24.0 */
  public static readonly V24 = EngineVersion.of('24');
  /** 25.0 */
  public static readonly V25 = EngineVersion.of('25');
  /** 26.1, as Debian 13 has it. */
  public static readonly V26 = EngineVersion.of('26');
  /** 27.5 */
  public static readonly V27 = EngineVersion.of('27');
  /** 28.2 or later of 28. For 28.0 and 28.1 use `EngineVersion.of('28.1')`: they make other rules. */
  public static readonly V28 = EngineVersion.of('28');
  /**
   * 29.0 or later of 29. On nodes of a swarm that publishes in mode `INGRESS` it is only 29.0 to 29.7: for later ones use `EngineVersion.of('29.8')`,
   * because they publish with other rules.
   */
  public static readonly V29 = EngineVersion.of('29');

  /**
   * A version by its number.
   * @param version `major.minor` or `major.minor.patch`, 20.10 up to 29; suffixes of builds are ignored. Only a major number, such as `29`, means the
   * same as the constant: `V29`.
   */
  public static of(version: string): EngineVersion {
    const given = plainText(undefined, 'engine version', version);
    const text = Object.hasOwn(BY_MAJOR, given) ? BY_MAJOR[given] : given;
    const parts = /^(\d{1,3})\.(\d{1,3})(?:\.(\d{1,3}))?(?:[-+~][0-9A-Za-z.+~-]*)?$/.exec(text);
    const plain = parts ? [parts[1], parts[2], parts[3]].filter((part) => part !== undefined).join('.') : '';
    if (!parts || !releasedSpan(plain)) {
      const known = RELEASED.map(({ from, below }) => `${from} to below ${below}`).join(', ');
      throw new UnscopedValidationError(
        'UnknownEngineVersion',
        `'${text}' is not an engine version that Bulkhead supports; it supports ${known}; write the version as '29.9.3'`,
      );
    }
    return new EngineVersion(plain);
  }

  private constructor(
    /** The number, such as `28.5.2`; compare versions by it. */
    public readonly version: string,
  ) {}

  /** Whether this version is `other` or a later one. A version without patch counts as its `.0`. */
  public isAtLeast(other: string): boolean {
    return compareVersions(this.version, EngineVersion.of(other).version) >= 0;
  }

  /** Whether `other` is the same version. */
  public isSameAs(other: EngineVersion): boolean {
    return this.version === other.version;
  }

  /** Same as `version`. */
  public toString(): string {
    return this.version;
  }
}
