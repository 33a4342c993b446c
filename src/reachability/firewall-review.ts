import type { EngineVersion } from '../engine/engine-version';
import { can, type Capability } from '../engine/private/capabilities';
import { REVIEWS } from './private/review/all';
import { notUnderstood } from './private/review/not-understood';
import { parseIptablesSave } from '../firewall/private/iptables-text/parse-iptables-save';
import { readable } from '../private/readable';
import { passedText } from '../private/text';

/** The current firewall of a host. */
export interface HostFirewall {
  /** Engine that runs on the host. */
  readonly engine: EngineVersion;
  /** What `iptables-save` prints. */
  readonly ipv4Rules: string;

  /**
   * What `ip6tables-save` prints.
   *
   * @default - the review does not cover IPv6
   */
  readonly ipv6Rules?: string;

  /**
   * What `ipset save` prints, for rules that name sets.
   *
   * @default - a rule that names a set is a finding, because the content of the set is unknown
   */
  readonly sets?: string;
}

/** One mistake in the firewall of a host. */
export interface FirewallFinding {
  /** Stable name of the kind of mistake, such as `RuleAfterReturn`. */
  readonly code: string;
  /** `ipv4` or `ipv6`. */
  readonly family: string;
  /** The rule, or what else of the host it is about. */
  readonly rule: string;
  /** What happens, and how to fix it. */
  readonly sentence: string;
}

/**
 * Reads the rules of a host with Docker, and reports rules that do not have their intended effect: rules after a RETURN, ports compared after the
 * translation, accepts that open nothing, and other widespread mistakes.
 *
 * Use it for hosts whose rules were written by hand; rules of Bulkhead contain none of these mistakes.
 *
 * What it does not follow: chains that rules jump to, other than those that Docker makes; rules of the tables raw, mangle and security; translations
 * outside of Docker's own chain; sets, where `sets` is not given; marks; nftables tables that iptables does not show; and IPv6 where `ipv6Rules` is
 * not given. The review does not check a rule in such a place, so the absence of a finding does not mean that the rule is correct.
 *
 * A line, a match or a target that it cannot read is a separate finding, `LineNotUnderstood` or `RuleNotUnderstood`; a text without the table filter
 * is `NoFilterTable`.
 *
 * @see https://docs.docker.com/engine/network/firewall-iptables/
 */
export class FirewallReview {
  /** Reviews the output of the tools of the host. */
  public static of(host: HostFirewall): FirewallReview {
    return new FirewallReview(host);
  }

  /** Mistakes, grouped by kind. */
  public readonly findings: FirewallFinding[];

  private constructor({ engine, ipv4Rules, ipv6Rules, sets }: HostFirewall) {
    const canEngine = (capability: Capability) => can(engine.version, capability);
    const ipsets = sets === undefined ? undefined : passedText(undefined, 'sets', sets);
    const ipv4 = parseIptablesSave(passedText(undefined, 'ipv4Rules', ipv4Rules), 'ipv4', ipsets);
    const ipv6 = ipv6Rules === undefined ? undefined : parseIptablesSave(passedText(undefined, 'ipv6Rules', ipv6Rules), 'ipv6', ipsets);
    const sides =
      ipv6 === undefined
        ? [{ can: canEngine, rules: ipv4 }]
        : [
            { can: canEngine, rules: ipv4, other: ipv6 },
            { can: canEngine, rules: ipv6, other: ipv4 },
          ];
    const found = [...REVIEWS, notUnderstood].flatMap((review) => sides.flatMap((side) => review(side)));
    this.findings = found.map((finding) => ({ ...finding, rule: readable(finding.rule) }));
  }
}
