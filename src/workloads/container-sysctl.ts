import { UnscopedValidationError } from '../private/errors';
import { plainText, wholeNumber } from '../private/text';
import type { Family } from '../topology/private/terms';

/** Kernel parameters of a container's own namespaces; others would be those of the host. */
const NAMESPACED = /^(net\.[a-z0-9_.-]+|kernel\.(shm[a-z_]+|msg[a-z]+|sem)|fs\.mqueue\.[a-z_]+)$/;

/**
 * What the guard depends on: a member of two segments must not be a bridge between them, loopback must stay loopback, and nothing may be said over
 * TCP or SCTP before an answer has come back: Fast Open hands over what comes with a SYN, of a forged source as well and past every rate.
 */
const GUARDED =
  /^net\.(bridge\.|netfilter\.|ipv4\.(ip_forward$|tcp_fastopen|tcp_syncookies$)|ipv[46]\.(conf|neigh)\.|ipv6\.|sctp\.cookie_hmac_alg$)/;

/** Only says whether a reverse path is looked for with the mark of a packet, in the container's own network: the guard is outside of it. */
const HARMLESS: Readonly<Record<string, readonly string[]>> = { 'net.ipv4.conf.all.src_valid_mark': ['0', '1'] };

/** What makes a container pass on packets that are not for it. */
const FORWARDING: Readonly<Record<Family, string>> = { ipv4: 'net.ipv4.ip_forward', ipv6: 'net.ipv6.conf.all.forwarding' };

/**
 * A kernel parameter inside the container.
 *
 * @see https://docs.docker.com/reference/cli/docker/container/run/#sysctl
 */
export class ContainerSysctl {
  /** Longest queue of connections that wait to be accepted, 1 to 65535. */
  public static somaxconn(connections: number): ContainerSysctl {
    return new ContainerSysctl('net.core.somaxconn', String(wholeNumber(undefined, 'somaxconn', connections, 1, 65535, 'SysctlValue')));
  }

  /** First port that needs no capability, 0 to 65535. The engine sets 0. */
  public static unprivilegedPortStart(port: number): ContainerSysctl {
    const value = wholeNumber(undefined, 'unprivilegedPortStart', port, 0, 65535, 'SysctlValue');
    return new ContainerSysctl('net.ipv4.ip_unprivileged_port_start', String(value));
  }

  /** Seconds after which an idle TCP connection is probed, 1 to 32767. */
  public static tcpKeepaliveSeconds(seconds: number): ContainerSysctl {
    return new ContainerSysctl('net.ipv4.tcp_keepalive_time', String(wholeNumber(undefined, 'seconds', seconds, 1, 32767, 'SysctlValue')));
  }

  /** Largest shared memory segment in bytes. */
  public static shmmaxBytes(bytes: number): ContainerSysctl {
    return new ContainerSysctl('kernel.shmmax', String(wholeNumber(undefined, 'bytes', bytes, 1, Number.MAX_SAFE_INTEGER, 'SysctlValue')));
  }

  /**
   * Turns on forwarding of IPv4, which a VPN gateway needs: it passes packets of its clients on. The gateway has to give them its own address
   * (masquerade), because the guard drops all others. Its clients reach what the gateway reaches, and the report lists that.
   *
   * The container needs `NET_ADMIN`, and must be in a `BridgeSegment` of a `HardenedDaemon`. Error: `SysctlGuarded`, `NeedsGuard`.
   *
   * @see https://docs.kernel.org/networking/ip-sysctl.html
   */
  public static ipv4Forwarding(): ContainerSysctl {
    return new ContainerSysctl(FORWARDING.ipv4, '1', 'ipv4');
  }

  /** Turns on forwarding of IPv6, as `ipv4Forwarding()` does for IPv4. */
  public static ipv6Forwarding(): ContainerSysctl {
    return new ContainerSysctl(FORWARDING.ipv6, '1', 'ipv6');
  }

  /**
   * Any parameter of the container's own namespaces.
   *
   * Parameters of the host are refused, and so are parameters that the guard requires: forwarding, interface and neighbour settings, bridges,
   * connection tracking, and settings that accept data or connections before a handshake is complete (such as `tcp_fastopen`). VPN clients may set
   * `net.ipv4.conf.all.src_valid_mark`, and VPN gateways use `ipv4Forwarding()`.
   */
  public static of(name: string, value: string): ContainerSysctl {
    const key = plainText(undefined, 'sysctl', name);
    const text = plainText(undefined, `value of ${key}`, value);
    if (!NAMESPACED.test(key)) {
      throw new UnscopedValidationError(
        'SysctlNotNamespaced',
        `'${key}' belongs to the host; a container has only its own net.*, kernel.shm*, kernel.msg*, kernel.sem and fs.mqueue.*; remove it here, and set it on the host`,
      );
    }
    if (GUARDED.test(key) && !HARMLESS[key]?.includes(text)) {
      const gateway = Object.values(FORWARDING).includes(key) && text === '1';
      const wayOut = gateway ? 'remove it, or for a VPN gateway use ContainerSysctl.ipv4Forwarding() or ipv6Forwarding()' : 'remove it';
      throw new UnscopedValidationError('SysctlGuarded', `'${key}' is required by the guard and cannot be changed; ${wayOut}`);
    }
    if (!/^[0-9A-Za-z ._-]{1,100}$/.test(text)) {
      throw new UnscopedValidationError('SysctlValue', `the value of '${key}' must be plain words or numbers, got '${text}'`);
    }
    return new ContainerSysctl(key, text);
  }

  private constructor(
    /** Name, such as `net.core.somaxconn`. */
    public readonly sysctl: string,
    /** Value as text. */
    public readonly text: string,
    /**
     * Packets of this family are forwarded.
     *
     * @internal
     */
    public readonly _forwards?: Family,
  ) {}
}
