import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const firewallRulesOff = defineRule({
  ruleId: 'BH-D03',
  title: 'engine makes no firewall rules',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: ['2.4'],
  why: 'Without its rules no two networks of the engine are apart, and ports that nobody published can be reached.',
  fix: "take 'iptables' and 'ip6tables' out of daemon.json, or set them to true",
  links: ['https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file'],
  resourceTypes: ['daemon.json'],
  find: (engine) =>
    ['iptables', 'ip6tables'].filter((key) => engine.isFalse(key)).map((key) => ({ detail: key, message: `'${key}' is false` })),
});
