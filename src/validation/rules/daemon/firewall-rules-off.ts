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
  why: 'Without these rules the networks of the engine are not isolated from each other, and unpublished ports are reachable.',
  fix: "remove 'iptables' and 'ip6tables' from daemon.json, or set them to true",
  links: ['https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file'],
  resourceTypes: ['daemon.json'],
  find: (engine) => KEYS.filter((key) => engine.isFalse(key)).map((key) => ({ detail: key, message: `'${key}' is false` })),
});
