import { type BuiltInRule, defineRule } from '../../private/define-rule';
import type { FaultKind } from '../../private/firewall-fault';
import type { Severity } from '../../severity';

interface FirewallRuleProps {
  readonly ruleId: string;
  readonly kind: FaultKind;
  readonly severity: Severity;
  readonly title: string;
  readonly why: string;
  readonly fix: string;
}

/** A rule about the firewall of a host: its violations are the faults of one kind that the review proved there. */
export function firewallRule({ kind, ...props }: FirewallRuleProps): BuiltInRule {
  return defineRule({
    ...props,
    inDefaults: false,
    links: ['https://docs.docker.com/engine/network/packet-filtering-firewalls/'],
    resourceTypes: ['host'],
    applies: (host) => host.isTrue('reviewed'),
    find: (host) =>
      host
        .blocks('firewall_faults')
        .filter((fault) => fault.rawText('kind') === kind)
        .map((fault) => ({ detail: fault.rawText('detail') ?? '', message: fault.rawText('statement') ?? '' })),
  });
}
