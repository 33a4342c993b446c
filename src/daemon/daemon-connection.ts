import type { DockerProviderConfig } from '../private/bindings';
import { checkProps } from '../private/check-props';
import { UnscopedValidationError } from '../private/errors';
import { matching, plainText, wholeNumber } from '../private/text';

/** How Terraform logs in to the host by SSH. */
export interface SshConnectionOptions {
  /** Host name or address. */
  readonly host: string;

  /** User to log in as; it needs access to the engine's socket. */
  readonly user: string;

  /**
   * Port of the SSH server.
   *
   * @default 22
   */
  readonly port?: number;

  /** Public host keys in the form of the server's `ssh_host_*_key.pub`: type and key, such as `ssh-ed25519 AAAA…`. No other key is accepted. */
  readonly hostKeys: string[];
}

/** How Terraform connects to the engine with TLS. */
export interface TlsConnectionOptions {
  /** Host name or address, as the certificate has it. */
  readonly host: string;

  /**
   * Port of the engine.
   *
   * @default 2376
   */
  readonly port?: number;

  /** Directory with `ca.pem`, `cert.pem` and `key.pem` on the machine that runs Terraform. */
  readonly certificateDirectory: string;
}

const HOST = /^[a-zA-Z0-9]([a-zA-Z0-9.-]{0,251}[a-zA-Z0-9])?$|^[0-9a-fA-F:]+$/;
const HOST_KEY = /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)|sk-ssh-ed25519@openssh\.com) [A-Za-z0-9+/]{40,}={0,3}( [^\s]+)?$/;

/**
 * How Terraform reaches the engine.
 *
 * A client of the engine has root access to the host, so plain TCP is refused.
 *
 * @see https://docs.docker.com/engine/security/protect-access/
 */
export class DaemonConnection {
  /**
   * A socket on the machine that runs Terraform.
   * @param path absolute path of the socket. Default: `/var/run/docker.sock`
   */
  public static socket(path: string = '/var/run/docker.sock'): DaemonConnection {
    const text = matching(
      undefined,
      'socket',
      path,
      /^\/[A-Za-z0-9._/-]+$/,
      'ConnectionValue',
      'an absolute path of letters, digits, . _ - and /',
    );
    return new DaemonConnection({ host: `unix://${text}` });
  }

  /** SSH with pinned host keys. */
  public static ssh(options: SshConnectionOptions): DaemonConnection {
    checkProps(undefined, 'SshConnectionOptions', options, ['hostKeys']);
    const host = hostText(options.host);
    const user = matching(undefined, 'user', options.user, /^[a-z_][a-z0-9_-]{0,31}$/, 'ConnectionValue', 'a user name');
    const port = wholeNumber(undefined, 'port', options.port ?? 22, 1, 65535, 'PortOutOfRange');
    if (!Array.isArray(options.hostKeys) || options.hostKeys.length === 0) {
      throw new UnscopedValidationError(
        'HostKeyMissing',
        `'hostKeys' of ${host} is missing or empty; give ['ssh-ed25519 AAAA…'], the content of /etc/ssh/ssh_host_ed25519_key.pub on that host`,
      );
    }
    const keys = options.hostKeys.map((key) =>
      matching(
        undefined,
        'hostKeys',
        key,
        HOST_KEY,
        'HostKeyMissing',
        `the whole content of /etc/ssh/ssh_host_ed25519_key.pub on ${host}, with nothing before 'ssh-ed25519'`,
      ),
    );
    const name = port === 22 ? host : `[${host}]:${port}`;
    const knownHosts = keys.map((key) => `${name} ${key.split(' ').slice(0, 2).join(' ')}\n`).join('');
    return new DaemonConnection({ host: `ssh://${user}@${host.includes(':') ? `[${host}]` : host}:${port}` }, knownHosts);
  }

  /** TLS on both sides: the engine shows its certificate, and Terraform its own. */
  public static tls(options: TlsConnectionOptions): DaemonConnection {
    checkProps(undefined, 'TlsConnectionOptions', options);
    const host = hostText(options.host);
    const port = wholeNumber(undefined, 'port', options.port ?? 2376, 1, 65535, 'PortOutOfRange');
    const directory = plainText(undefined, 'certificateDirectory', options.certificateDirectory);
    return new DaemonConnection({ host: `tcp://${host.includes(':') ? `[${host}]` : host}:${port}`, certPath: directory });
  }

  /**
   * A connection from a URL as in `DOCKER_HOST`. Only `unix://` is possible, because other connections need a pinned key or certificates.
   */
  public static fromUrl(url: string): DaemonConnection {
    const text = plainText(undefined, 'url', url);
    if (text.startsWith('unix://')) {
      return DaemonConnection.socket(text.slice('unix://'.length));
    }
    if (/^(tcp|http):\/\//.test(text)) {
      throw new UnscopedValidationError(
        'PlainTcpRefused',
        `'${text}' uses plain TCP: every client that reaches the port has root access to the host; use DaemonConnection.ssh() or DaemonConnection.tls()`,
      );
    }
    if (text.startsWith('ssh://')) {
      throw new UnscopedValidationError('HostKeyMissing', `'${text}' has no host key; use DaemonConnection.ssh({ host, user, hostKeys })`);
    }
    throw new UnscopedValidationError(
      'ConnectionValue',
      `'${text}' is not a URL of an engine; write 'unix:///var/run/docker.sock', or use ssh() or tls()`,
    );
  }

  /** Where the engine is, such as `unix:///var/run/docker.sock` or `ssh://admin@192.0.2.10:22`. */
  public readonly url: string;

  private constructor(
    private readonly provider: Pick<DockerProviderConfig, 'host' | 'certPath'>,
    private readonly knownHosts?: string,
  ) {
    this.url = provider.host!;
  }

  /**
   * Content of the known_hosts file, for SSH.
   *
   * @internal
   */
  public get _knownHosts(): string | undefined {
    return this.knownHosts;
  }

  /**
   * Arguments of the provider block.
   *
   * @internal
   */
  public _providerConfig(knownHostsFile: string): Pick<DockerProviderConfig, 'host' | 'certPath' | 'sshOpts'> {
    if (this.knownHosts === undefined) {
      return this.provider;
    }
    const options = [
      `UserKnownHostsFile=${knownHostsFile}`,
      'GlobalKnownHostsFile=/dev/null',
      'StrictHostKeyChecking=yes',
      'BatchMode=yes',
    ];
    return { ...this.provider, sshOpts: options.flatMap((option) => ['-o', option]) };
  }
}

function hostText(value: string): string {
  return matching(undefined, 'host', value, HOST, 'ConnectionValue', 'a host name or an address, without a scheme, a user or a port');
}
