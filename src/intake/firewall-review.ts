import { _findingOf, _suppressionOf, type FirewallFinding } from './firewall-finding';
import type { EngineVersion } from '../engine/engine-version';
import { review } from './private/review/review';
import type { ReviewedRules } from './private/review/scene';
import { parseIptablesSave } from '../firewall/private/iptables-text/parse-iptables-save';
import { readable } from '../private/readable';
import { passedText } from '../private/text';
import { evaluate, EVERYWHERE } from '../validation/private/evaluate';
import type { Fault } from '../validation/private/firewall-fault';
import type { Json } from '../validation/private/json';
import { renderMarkdown } from '../validation/private/report/render-markdown';
import { renderSarif } from '../validation/private/report/render-sarif';
import type { StackReport } from '../validation/private/report/report';
import { stackView } from '../validation/private/stack-view';
import { FIREWALL_RULES } from '../validation/rules/firewall';
import type { SuppressionProps } from '../validation/suppressions';

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

  /**
   * Name of the host in reports.
   *
   * @default host
   */
  readonly hostName?: string;

  /**
   * Findings that are accepted, each with the reason. The detail of a finding is its rule.
   *
   * @default - none
   */
  readonly suppressions?: SuppressionProps[];
}

/**
 * Reads the rules of a host with Docker, and proves what they do: it models the host that has them, sends the packets that each rule is meant for
 * through them, and reports rules that do not do what they are for, each with the packet that shows it.
 *
 * A fix is tried on the same model: the finding says what becomes of the packet after it.
 *
 * What the rules do not tell, the review takes as usual: forwarding is on, the bridge has the first address of its block, frames between the ports of a
 * bridge meet the rules, and no table of nftables that iptables does not show drops anything. A rule that it does not understand is a finding,
 * and nothing is said of packets whose way depends on it. Each finding is a rule of its own, `BH-F01` to `BH-F26`, with severity and suppression.
 *
 * @see https://docs.docker.com/engine/network/packet-filtering-firewalls/
 */
export class FirewallReview {
  /** Reviews the output of the tools of the host. */
  public static of(host: HostFirewall): FirewallReview {
    return new FirewallReview(host);
  }

  /**
   * The same for a host of which more than its rules is known.
   *
   * @internal
   */
  public static _of(host: HostFirewall, known: Pick<ReviewedRules, 'host' | 'native' | 'step'>): FirewallReview {
    return new FirewallReview(host, known);
  }

  /** What was found, the heaviest first. */
  public readonly findings: FirewallFinding[];
  private readonly report: StackReport;

  private constructor(
    { engine, ipv4Rules, ipv6Rules, sets, hostName = 'host', suppressions = [] }: HostFirewall,
    known: Pick<ReviewedRules, 'host' | 'native' | 'step'> = {},
  ) {
    const ipsets = sets === undefined ? undefined : passedText(undefined, 'sets', sets);
    const path = passedText(undefined, 'hostName', hostName);
    const ipv4 = parseIptablesSave(passedText(undefined, 'ipv4Rules', ipv4Rules), 'ipv4', ipsets);
    const ipv6 = ipv6Rules === undefined ? undefined : parseIptablesSave(passedText(undefined, 'ipv6Rules', ipv6Rules), 'ipv6', ipsets);
    const faults = review({ version: engine.version, ipv4, ...(ipv6 && { ipv6 }), ...known });
    const blocks = faults.map((fault): Json => ({ kind: fault.kind, detail: detailOf(fault), statement: statementOf(fault) }));
    const rules = FIREWALL_RULES.map((rule) => ({ rule, severity: rule.severity, covers: EVERYWHERE }));
    const evaluation = evaluate({
      resources: stackView({}, path, [{ resourceType: 'host', path, attributes: { reviewed: true, firewall_faults: blocks } }]),
      rules,
      suppressions: suppressions.map((props) => _suppressionOf(path, props)),
      baseline: [],
      today: new Date().toISOString().slice(0, 10),
    });
    this.report = { ...evaluation, stack: path, packs: ['FirewallReview'], rules, warnings: [], without: [], artifact: 'iptables-save' };
    this.findings = evaluation.findings.map((finding) => {
      const fault = faults.find((each) => detailOf(each) === finding.detail && readable(statementOf(each)) === finding.message);
      return _findingOf(finding, fault);
    });
  }

  /** The findings as SARIF, for code scanning. */
  public toSarif(): string {
    return renderSarif(this.report);
  }

  /** The findings as a page in Markdown. */
  public toMarkdown(): string {
    return renderMarkdown(this.report);
  }
}

/** The rule that it is about; of IPv6 with the family. */
function detailOf({ family, rule }: Fault): string {
  return readable(family === 'ipv4' ? rule : `IPv6: ${rule}`);
}

function statementOf({ statement, unless }: Fault): string {
  return unless.length === 0 ? statement : `${statement}; this is not certain: it is so unless ${unless.join(', or ')}`;
}
