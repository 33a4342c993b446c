import { isAddress } from '../addressing/private/ip';
import { HARDENED, logOptions } from '../hardening/private/hardened-defaults';
import { checkProps } from '../private/check-props';
import { UnscopedValidationError } from '../private/errors';
import { matching, plainText, reasonText, wholeNumber } from '../private/text';

/** How log files are kept on the host. */
export interface LogFileOptions {
  /**
   * Files that are kept, each of `limits.logMebibytes`, 1 to 100.
   *
   * @default 3
   */
  readonly files?: number;

  /**
   * Whether files other than the last one are compressed; it needs two files at least.
   *
   * @default - false for `jsonFile()`, true for `local()` with two files or more
   */
  readonly compress?: boolean;
}

/** How lines are marked. */
export interface LogTagOptions {
  /**
   * Tag of each line, which may contain marks of the engine: `{{.ID}}`, `{{.FullID}}`, `{{.Name}}`, `{{.ImageID}}`, `{{.ImageFullID}}`,
   * `{{.ImageName}}`, `{{.DaemonName}}`. With any other mark the container would not start.
   *
   * @default - the first 12 characters of the id of the container
   * @see https://docs.docker.com/engine/logging/log_tags/
   */
  readonly tag?: string;
}

/** How lines are sent to a server. */
export interface SyslogOptions extends LogTagOptions {
  /**
   * Facility by its name, such as `local0`.
   *
   * @default 'daemon'
   */
  readonly facility?: string;

  /**
   * Format of messages: `rfc3164`, `rfc5424` or `rfc5424micro`.
   *
   * @default - the format of the host's own syslog, without a host name
   */
  readonly format?: string;
}

/** Why nothing is logged. */
export interface NoLogOptions {
  /** Why the output of the container is not kept, at least 10 characters. */
  readonly reason: string;
}

const FACILITIES = [
  ...['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron', 'authpriv', 'ftp'],
  ...Array.from({ length: 8 }, (_, index) => `local${index}`),
];
/** What the engine puts into a tag. @see https://docs.docker.com/engine/logging/log_tags/ */
const MARKS = ['ID', 'FullID', 'Name', 'ImageID', 'ImageFullID', 'ImageName', 'DaemonName'];
const MARK = new RegExp(`\\{\\{ ?\\.(${MARKS.join('|')}) ?\\}\\}`, 'g');
const FORMATS = ['rfc3164', 'rfc5424', 'rfc5424micro'];

/**
 * Where the engine writes what a container prints.
 *
 * @see https://docs.docker.com/engine/logging/configure/
 */
export class LogDriver {
  /** Files in JSON on the host, which every Docker client can read. Error: `LogOption`. */
  public static jsonFile(options: LogFileOptions = {}): LogDriver {
    return new LogDriver('json-file', fileOptions(options));
  }

  /** Files in a format of the engine, smaller than JSON, which only the engine reads. Error: `LogOption`. */
  public static local(options: LogFileOptions = {}): LogDriver {
    // The engine compresses by default, and refuses that with one file.
    return new LogDriver('local', { ...(options.files === 1 && { compress: 'false' }), ...fileOptions(options) });
  }

  /** The journal of the host, whose own limits apply. The engine needs a host with systemd. Error: `LogOption`. */
  public static journald(options: LogTagOptions = {}): LogDriver {
    checkProps(undefined, 'LogTagOptions', options);
    return new LogDriver('journald', tagOption(options));
  }

  /**
   * A syslog server. The engine sends the lines from the host, not from the container: no flow is needed, the proof does not show them, and whatever the
   * container prints leaves the host. `udp` and `tcp` are not encrypted; `tcp+tls` verifies the server with the certificates of the host. With `tcp` and
   * `tcp+tls` a container does not start while the server does not answer. `docker logs` shows the lines that the engine also keeps in a small local file. Error:
   * `LogOption`.
   *
   * @param address such as `tcp+tls://logs.example.com:6514` or `udp://192.0.2.20:514`
   */
  public static syslog(address: string, options: SyslogOptions = {}): LogDriver {
    checkProps(undefined, 'SyslogOptions', options);
    const { facility, format } = options;
    return new LogDriver('syslog', {
      'syslog-address': syslogAddress(address),
      ...(facility !== undefined && { 'syslog-facility': oneOf('facility', facility, FACILITIES) }),
      ...(format !== undefined && { 'syslog-format': oneOf('format', format, FORMATS) }),
      ...tagOption(options),
    });
  }

  /** No log: `docker logs` shows nothing. Error: `ReasonTooShort`. */
  public static none(options: NoLogOptions): LogDriver {
    checkProps(undefined, 'NoLogOptions', options);
    return new LogDriver('none', {}, reasonText(undefined, 'reason', options.reason));
  }

  private constructor(
    /** As the engine calls it, such as `json-file`. */
    public readonly driver: string,
    private readonly options: { readonly [option: string]: string },
    /** Why nothing is logged; nothing for other drivers. */
    public readonly reason?: string,
  ) {}

  /**
   * Whether it writes files of a limited size.
   *
   * @internal
   */
  public get _hasFiles(): boolean {
    return ['json-file', 'local'].includes(this.driver);
  }

  /**
   * @internal
   */
  public get _syslogAddress(): string | undefined {
    return this.options['syslog-address'];
  }

  /**
   * Options by their names; undefined for none, because only undefined gives an empty plan.
   *
   * @internal
   */
  public _optionsFor(mebibytes: number): { [option: string]: string } | undefined {
    const all = { ...(this._hasFiles && logOptions(mebibytes)), ...this.options };
    return Object.keys(all).length > 0 ? all : undefined;
  }
}

function fileOptions(options: LogFileOptions): Record<string, string> {
  checkProps(undefined, 'LogFileOptions', options);
  const { files = HARDENED.logFiles, compress } = options;
  wholeNumber(undefined, 'files', files, 1, 100, 'LogOption');
  if (compress === true && files === 1) {
    throw new UnscopedValidationError(
      'LogOption',
      "'compress' is true with one file, which is written and so never compressed; keep two 'files' at least",
    );
  }
  return { 'max-file': String(files), ...(compress !== undefined && { compress: String(compress) }) };
}

function tagOption({ tag }: LogTagOptions): Record<string, string> {
  if (tag === undefined) return {};
  const text = matching(undefined, 'tag', tag, /^[ -~]{1,200}$/, 'LogOption', '1 to 200 characters of ASCII');
  if (/\{\{|\}\}/.test(text.replace(MARK, ''))) {
    throw new UnscopedValidationError(
      'LogOption',
      `'tag' is '${text}', and the engine starts no container with a mark that it does not know; use ${MARKS.map((mark) => `{{.${mark}}}`).join(', ')}`,
    );
  }
  return { tag: text };
}

function oneOf(what: string, text: string, known: readonly string[]): string {
  if (!known.includes(plainText(undefined, what, text))) {
    throw new UnscopedValidationError('LogOption', `'${what}' is '${text}'; use ${known.join(', ')}`);
  }
  return text;
}

function syslogAddress(address: string): string {
  const text = plainText(undefined, 'address', address);
  const [, host = '', port = ''] = /^(?:udp|tcp|tcp\+tls):\/\/(\[[0-9a-f:.]+\]|[A-Za-z0-9.-]+):(\d{1,5})$/.exec(text) ?? [];
  const name = host.replace(/^\[(.*)\]$/, '$1');
  const isName =
    /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/.test(name) && !/(^|\.)\d+$/.test(name);
  if ((!isAddress(name) && !isName) || Number(port) < 1 || Number(port) > 65_535) {
    throw new UnscopedValidationError(
      'LogOption',
      `'address' is '${text}'; use udp, tcp or tcp+tls with the name or address of a server and its port, such as 'tcp+tls://logs.example.com:6514'`,
    );
  }
  return text;
}
