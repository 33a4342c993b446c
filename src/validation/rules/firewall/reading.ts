import { firewallRule } from './firewall-rule';
import { Severity } from '../../severity';

/** What the review does not cover. */
export const READING_RULES = [
  firewallRule({
    ruleId: 'BH-F24',
    kind: 'TwoBackends',
    severity: Severity.WARNING,
    title: 'rules of iptables-legacy and iptables-nft at once',
    why: 'Each packet passes both, and a program shows only one of them.',
    fix: 'move all rules to one of both, and delete those of the other',
  }),
  firewallRule({
    ruleId: 'BH-F25',
    kind: 'NotUnderstood',
    severity: Severity.INFO,
    title: 'part of the text that was not understood',
    why: 'The review does not cover what it cannot read.',
    fix: 'check the line by hand, or pass the whole output of iptables-save',
  }),
  firewallRule({
    ruleId: 'BH-F26',
    kind: 'TextIncomplete',
    severity: Severity.WARNING,
    title: 'text that is not complete',
    why: 'Without the tables filter and nat, it is not known what is published and what reaches it.',
    fix: 'pass the whole output of iptables-save, run as root',
  }),
];
