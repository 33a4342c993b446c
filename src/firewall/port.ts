import { refusePortText } from './private/port-call';
import { UnscopedValidationError } from '../private/errors';
import { wholeNumber } from '../private/text';
import type { PortSpec } from '../topology/private/terms';

/** Protocols that a port can belong to. */
export enum TransportProtocol {
  /** Transmission Control Protocol */
  TCP = 'tcp',
  /** User Datagram Protocol */
  UDP = 'udp',
  /** Stream Control Transmission Protocol */
  SCTP = 'sctp',
  /** Internet Control Message Protocol, echo requests only */
  ICMP = 'icmp',
}

/**
 * A port or a range of ports of one protocol, or ICMP echo.
 *
 * @example
 * const https = Port.tcp(443);
 * const passive = Port.tcpRange(50000, 50100);
 */
export class Port {
  /** One TCP port, 1 to 65535. */
  public static tcp(port: number): Port {
    return Port.make(TransportProtocol.TCP, port, port);
  }

  /** TCP ports from `first` to `last`, both included. */
  public static tcpRange(first: number, last: number): Port {
    return Port.make(TransportProtocol.TCP, first, last);
  }

  /** One UDP port, 1 to 65535. */
  public static udp(port: number): Port {
    return Port.make(TransportProtocol.UDP, port, port);
  }

  /** UDP ports from `first` to `last`, both included. */
  public static udpRange(first: number, last: number): Port {
    return Port.make(TransportProtocol.UDP, first, last);
  }

  /** One SCTP port, 1 to 65535. */
  public static sctp(port: number): Port {
    return Port.make(TransportProtocol.SCTP, port, port);
  }

  /** SCTP ports from `first` to `last`, both included. */
  public static sctpRange(first: number, last: number): Port {
    return Port.make(TransportProtocol.SCTP, first, last);
  }

  /** ICMP echo request, what `ping` sends. Answers come back by connection tracking. */
  public static icmpPing(): Port {
    return new Port(TransportProtocol.ICMP, 0, 0);
  }

  private static make(protocol: TransportProtocol, first: number, last: number): Port {
    refusePortText(protocol, first);
    wholeNumber(undefined, 'port', first, 1, 65535, 'PortOutOfRange');
    wholeNumber(undefined, 'port', last, 1, 65535, 'PortOutOfRange');
    if (first > last) {
      throw new UnscopedValidationError(
        'PortRangeReversed',
        `a port range must start with its lower port, got ${first}–${last}; write ${last}–${first}`,
      );
    }
    return new Port(protocol, first, last);
  }

  /** Canonical text, such as `tcp/443`, `udp/5000-5010` or `icmp/ping`; compare ports by it. */
  public readonly text: string;

  private constructor(
    /** Protocol of all ports of the range. */
    public readonly protocol: TransportProtocol,
    /** First port; 0 for ICMP. */
    public readonly first: number,
    /** Last port, equal to the first for a single one; 0 for ICMP. */
    public readonly last: number,
  ) {
    const numbers = first === last ? `${first}` : `${first}-${last}`;
    this.text = protocol === TransportProtocol.ICMP ? 'icmp/ping' : `${protocol}/${numbers}`;
  }

  /** How many ports the range holds; 1 for ICMP. */
  public get size(): number {
    return this.last - this.first + 1;
  }

  /** Whether `other` means the same ports. */
  public isSameAs(other: Port): boolean {
    return this.text === other.text;
  }

  /** Same as `text`. */
  public toString(): string {
    return this.text;
  }

  /** @internal */
  public _spec(): PortSpec {
    return { protocol: this.protocol, first: this.first, last: this.last };
  }
}
