import { firewallRule } from './firewall-rule';
import { Severity } from '../../severity';

/** What gets through, or does not, because of a rule for something else. */
export const PASSAGE_RULES = [
  firewallRule({
    ruleId: 'BH-F11',
    kind: 'AnswersDropped',
    severity: Severity.ERROR,
    title: 'rule that drops answers',
    why: 'A rule without the state of the connection also meets answers, so that connections that are allowed do not come about.',
    fix: 'accept answers before it: `-m conntrack --ctstate RELATED,ESTABLISHED -j RETURN`; add `--ctdir ORIGINAL` to a rule with `--ctorigdstport`',
  }),
  firewallRule({
    ruleId: 'BH-F12',
    kind: 'AcceptSkipsDocker',
    severity: Severity.WARNING,
    title: 'accept that steps over the rules of Docker',
    why: 'An accept ends the way of a packet through FORWARD, so packets that Docker would drop later get through: to unpublished ports, or to another network.',
    fix: 'use RETURN, so that Docker decides, or name the address and the port that are meant',
  }),
  firewallRule({
    ruleId: 'BH-F13',
    kind: 'AcceptAcrossBridges',
    severity: Severity.WARNING,
    title: 'accept between networks that opens nothing',
    why: 'Rules of Docker drop the packet, or its answer, before or after the accept.',
    fix: 'join both containers to one network',
  }),
  firewallRule({
    ruleId: 'BH-F14',
    kind: 'ForwardPolicyAccept',
    severity: Severity.WARNING,
    title: 'policy of FORWARD that accepts everything',
    why: 'Before 28.0, only the policy of FORWARD keeps machines on the network of the host from unpublished ports of containers.',
    fix: 'set the policy of FORWARD to DROP, or use an engine of 28.0 or later',
  }),
  firewallRule({
    ruleId: 'BH-F15',
    kind: 'LoopbackPublication',
    severity: Severity.ERROR,
    title: 'port of loopback that neighbours reach',
    why: 'Before 28.0 the engine translates a packet to 127.0.0.1 before the kernel looks where it came from, so that a machine on the same network reaches the port.',
    fix: 'drop packets to 127.0.0.0/8 that do not come in by lo in raw PREROUTING, or use an engine of 28.0 or later',
  }),
  firewallRule({
    ruleId: 'BH-F16',
    kind: 'InternalReachesHost',
    severity: Severity.WARNING,
    title: 'internal network that reaches the host',
    why: 'An internal network has an address of the host on its bridge, and no rule of Docker closes INPUT, so its containers reach programs of the host.',
    fix: 'drop packets that come in by the bridge in INPUT',
  }),
  firewallRule({
    ruleId: 'BH-F17',
    kind: 'InternalReachesOutside',
    severity: Severity.ERROR,
    title: 'internal network that reaches the outside',
    why: 'A rule lets packets of an internal network leave the host, and their answers come back.',
    fix: 'remove the rule, or drop what comes in by the bridge and leaves by another interface before it',
  }),
  firewallRule({
    ruleId: 'BH-F18',
    kind: 'SourceHidden',
    severity: Severity.WARNING,
    title: 'translation that hides who asks',
    why: 'A masquerade without an interface also translates what comes in, so that containers see an address of the host instead of the sender.',
    fix: 'limit the masquerade with `-o` to packets that leave by the interface to the outside',
  }),
];
