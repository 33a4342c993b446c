import { controlsOf, ENGINE_SETTINGS, keysOf } from '../../../hardening/private/engine-settings';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

const CONTROLS = controlsOf('iptables');
/** Of either family. */
const KEYS = CONTROLS.flatMap(keysOf).filter((key) => ENGINE_SETTINGS[key].ours === true);

export const firewallRulesOff = defineRule({
  ruleId: 'BH-D03',
  title: 'engine makes no firewall rules',
  severity: Severity.ERROR,
  inDefaults: true,
  cisControls: CONTROLS,
  why: 'Without its rules no two networks of the engine are apart, and ports that nobody published can be reached.',
  fix: "take 'iptables' and 'ip6tables' out of daemon.json, or set them to true",
  links: ['https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file'],
  resourceTypes: ['daemon.json'],
  find: (engine) => KEYS.filter((key) => engine.isFalse(key)).map((key) => ({ detail: key, message: `'${key}' is false` })),
});
