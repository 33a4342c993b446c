import { checkProps } from '../private/check-props';
import { wholeNumber } from '../private/text';
import type { RateSpec } from '../topology/private/terms';

/** How a rate is counted beyond its steady amount. */
export interface ConnectionRateOptions {
  /**
   * New connections that a source may open at once before the rate applies, 1 to 10000.
   *
   * @default - the amount itself, at least 5
   */
  readonly burst?: number;
}

/**
 * New connections that each source may open. The excess is dropped; existing connections are not affected.
 *
 * A TCP connection to a publication counts when its handshake is complete, so forged sources neither count nor block other clients. A connection over
 * the rate waits: its client sees it as open, and the host admits it when the source may open one again. A flow from a workload counts from its first
 * packet. For UDP a conversation counts as one connection once it was answered; until then each packet counts. For SCTP each packet counts until the
 * answer.
 *
 * A source is an IPv4 address, or an IPv6 network of 56 bits. The host remembers 65,536 sources of a publication for the time that their burst takes
 * to fill up, at least for a minute. All other sources together may open 10,000 connections per second.
 *
 * What a rate does not promise: UDP and SCTP have no handshake that the host sees, so forged sources take the places of that memory, and then compete
 * with new clients for the 10,000 per second. A rate limits neither SYN packets, which the container's kernel answers (leave its
 * `net.ipv4.tcp_syncookies` on), nor existing connections, nor the traffic in them. A client with many addresses or networks has as many rates.
 *
 * @see https://ipset.netfilter.org/iptables-extensions.man.html
 */
export class ConnectionRate {
  /** New connections per second and source, 1 to 10000. */
  public static perSecond(amount: number, options: ConnectionRateOptions = {}): ConnectionRate {
    return ConnectionRate.make(amount, 'second', options);
  }

  /** New connections per minute and source, 1 to 10000. */
  public static perMinute(amount: number, options: ConnectionRateOptions = {}): ConnectionRate {
    return ConnectionRate.make(amount, 'minute', options);
  }

  private static make(amount: number, per: RateSpec['per'], options: ConnectionRateOptions): ConnectionRate {
    checkProps(undefined, 'ConnectionRateOptions', options);
    wholeNumber(undefined, 'rate', amount, 1, 10_000, 'RateOutOfRange');
    const burst = options.burst ?? Math.max(5, amount);
    wholeNumber(undefined, 'burst', burst, 1, 10_000, 'RateOutOfRange');
    return new ConnectionRate({ amount, per, burst });
  }

  /** Canonical text, such as `50/second burst 50`. */
  public readonly text: string;

  private constructor(private readonly spec: RateSpec) {
    this.text = `${spec.amount}/${spec.per} burst ${spec.burst}`;
  }

  /** Whether `other` is the same rate. */
  public isSameAs(other: ConnectionRate): boolean {
    return this.text === other.text;
  }

  /** Same as `text`. */
  public toString(): string {
    return this.text;
  }

  /** @internal */
  public _spec(): RateSpec {
    return this.spec;
  }
}
