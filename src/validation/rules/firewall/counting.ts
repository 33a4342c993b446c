import { firewallRule } from './firewall-rule';
import { Severity } from '../../severity';

/** Logs and rates. */
export const COUNTING_RULES = [
  firewallRule({
    ruleId: 'BH-F19',
    kind: 'LogOnly',
    severity: Severity.WARNING,
    title: 'log that says dropped, and nothing drops',
    why: 'The log says that a packet was dropped or denied, and the packet is delivered.',
    fix: 'add the rule that drops after the one that logs',
  }),
  firewallRule({
    ruleId: 'BH-F20',
    kind: 'LogWithoutLimit',
    severity: Severity.INFO,
    title: 'log without a limit',
    why: 'A sender of many packets fills the log, and the disk.',
    fix: 'add `-m limit --limit 10/min` to the rule',
  }),
  firewallRule({
    ruleId: 'BH-F21',
    kind: 'RateCountsPackets',
    severity: Severity.WARNING,
    title: 'rate that counts packets instead of connections',
    why: 'A client that loads a large file exceeds the rate in one connection.',
    fix: 'add `-m conntrack --ctstate NEW` before the rate',
  }),
  firewallRule({
    ruleId: 'BH-F22',
    kind: 'RateSharedByAll',
    severity: Severity.WARNING,
    title: 'rate that all senders share',
    why: 'One sender uses up the rate, and all other senders are blocked.',
    fix: 'count by sender: `-m hashlimit --hashlimit-mode srcip`',
  }),
  firewallRule({
    ruleId: 'BH-F23',
    kind: 'RateWithoutEffect',
    severity: Severity.WARNING,
    title: 'rate that stops nothing',
    why: 'Packets above the rate continue to the next rule, and no rule drops them.',
    fix: 'drop what is above the rate: `--hashlimit-above`, or a drop after the rule',
  }),
];
