import type { EngineVersion } from '../engine/engine-version';
import { REVIEWS } from './private/review/all';
import { parseIptablesSave } from '../firewall/private/parse/parse-iptables-save';
import { passedText } from '../private/text';

/** The firewall of a host, as it stands there. */
export interface HostFirewall {
  /** Engine that runs on the host. */
  readonly engine: EngineVersion;
  /** What `iptables-save` prints. */
  readonly ipv4Rules: string;

  /**
   * What `ip6tables-save` prints.
   *
   * @default - nothing is said about IPv6
   */
  readonly ipv6Rules?: string;
}

/** One mistake in the firewall of a host. */
export interface FirewallFinding {
  /** Stable name of the kind of mistake, such as `RuleAfterReturn`. */
  readonly code: string;
  /** `ipv4` or `ipv6`. */
  readonly family: string;
  /** The rule, or what else of the host it is about. */
  readonly rule: string;
  /** What happens, and the way out. */
  readonly sentence: string;
}

/**
 * Reads the rules that a host with Docker has, and says what in them does not do what it was meant to: rules behind a RETURN, ports compared after the
 * translation, accepts that open nothing, and what else is widely published as advice.
 *
 * For hosts whose rules were written by hand; what Bulkhead writes has none of it.
 *
 * @see https://docs.docker.com/engine/network/firewall-iptables/
 */
export class FirewallReview {
  /** A review of what the host's own tools print. What they print and nobody understands is left alone. */
  public static of(host: HostFirewall): FirewallReview {
    return new FirewallReview(host);
  }

  /** Mistakes, the same kind together. */
  public readonly findings: FirewallFinding[];

  private constructor({ engine, ipv4Rules, ipv6Rules }: HostFirewall) {
    const isAtLeast = (version: string) => engine.isAtLeast(version);
    const ipv4 = parseIptablesSave(passedText(undefined, 'ipv4Rules', ipv4Rules), 'ipv4');
    const ipv6 = ipv6Rules === undefined ? undefined : parseIptablesSave(passedText(undefined, 'ipv6Rules', ipv6Rules), 'ipv6');
    const sides =
      ipv6 === undefined
        ? [{ isAtLeast, rules: ipv4 }]
        : [
            { isAtLeast, rules: ipv4, other: ipv6 },
            { isAtLeast, rules: ipv6, other: ipv4 },
          ];
    this.findings = REVIEWS.flatMap((review) => sides.flatMap((side) => review(side)));
  }
}
