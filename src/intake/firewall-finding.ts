import { readable } from '../private/readable';
import { plainText, reasonText } from '../private/text';
import type { Finding, FindingState } from '../validation/finding';
import type { Suppression } from '../validation/private/evaluate';
import type { Fault, ShownPacket } from '../validation/private/firewall-fault';
import type { Severity } from '../validation/severity';
import type { SuppressionProps } from '../validation/suppressions';

/** The packet that shows a finding. */
export interface FirewallPacket {
  /** Address of the sender, or the container that sends it. */
  readonly sender: string;
  /** Address that it is for; `the host` where any address of the host will do. */
  readonly destination: string;
  /** Such as `tcp`. */
  readonly protocol: string;

  /**
   * Destination port.
   *
   * @default - the protocol has none
   */
  readonly port?: number;
}

/** One finding about the firewall of a host. */
export interface FirewallFinding {
  /** Stable id of the rule, such as `BH-F01`. */
  readonly ruleId: string;
  /** Stable name of the kind, such as `InputNeverSees`. */
  readonly code: string;
  readonly severity: Severity;
  /** `ipv4` or `ipv6`. */
  readonly family: string;
  /** The rule as `iptables-save` prints it, or what else of the host it is about. */
  readonly rule: string;
  /** The name of the finding for suppressions: the rule, with `IPv6: ` before it where it is one of IPv6. */
  readonly detail: string;
  /** What happens, in one sentence. */
  readonly statement: string;
  /** Whether the statement is proved; if not, it names the assumptions. */
  readonly isCertain: boolean;
  /** What to do, in general. */
  readonly fix: string;
  /** Commands that fix it until the next boot; empty where there is no general answer. */
  readonly commands: string[];
  /** Whether the commands were tried on the model, and the packet then did what it should. */
  readonly isFixProved: boolean;
  /** Whether a suppression accepts it. */
  readonly state: FindingState;

  /**
   * The packet that shows it.
   *
   * @default - it is about the text itself
   */
  readonly packet?: FirewallPacket;

  /**
   * What becomes of the packet after the commands, such as `dropped by filter DOCKER-USER`.
   *
   * @default - they were not tried
   */
  readonly afterFix?: string;
}

/**
 * @internal
 */
export function _findingOf({ ruleId, severity, detail, message, fix, state }: Finding, fault: Fault | undefined): FirewallFinding {
  return {
    ruleId,
    code: fault?.kind ?? ruleId,
    severity,
    family: fault?.family ?? 'ipv4',
    rule: fault === undefined ? detail : readable(fault.rule),
    detail,
    statement: message,
    isCertain: fault?.unless.length === 0,
    fix,
    commands: (fault?.mend?.commands ?? []).map(readable),
    isFixProved: fault?.mend?.works === true,
    state,
    ...(fault?.packet && { packet: packetOf(fault.packet) }),
    ...(fault?.mend?.outcome !== undefined && { afterFix: fault.mend.outcome }),
  };
}

function packetOf({ from, to, protocol, port }: ShownPacket): FirewallPacket {
  return { sender: from, destination: to, protocol, ...(port !== undefined && { port }) };
}

/**
 * A suppression of the host: there is nothing below it.
 *
 * @internal
 */
export function _suppressionOf(path: string, { ruleId, reason, detail, expires, ticket }: SuppressionProps): Suppression {
  return {
    path,
    ruleId: plainText(undefined, 'ruleId', ruleId),
    reason: reasonText(undefined, 'reason', reason),
    detail: detail === undefined ? '*' : plainText(undefined, 'detail', detail),
    inherited: false,
    ...(expires !== undefined && { expires }),
    ...(ticket !== undefined && { ticket }),
  };
}
