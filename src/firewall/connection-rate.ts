import { wholeNumber } from '../private/text';
import type { RateSpec } from '../topology/private/topology';

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
 * New connections that each source address may open. The excess is dropped; connections that stand are never touched.
 *
 * For UDP a conversation counts as one connection once it was answered; until then each packet counts.
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

  /** Same as `text`. */
  public toString(): string {
    return this.text;
  }

  /** @internal */
  public _spec(): RateSpec {
    return this.spec;
  }
}
