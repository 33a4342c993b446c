import { controlsOf } from '../../../hardening/private/engine-settings';
import { defineRule } from '../../private/define-rule';
import { Severity } from '../../severity';

export const experimental = defineRule({
  ruleId: 'BH-D16',
  title: 'experimental features enabled',
  severity: Severity.WARNING,
  inDefaults: true,
  cisControls: controlsOf('experimental'),
  why: 'Experimental features can change or disappear without notice, and fixes are not guaranteed.',
  fix: "remove 'experimental' from daemon.json, or set it to false",
  links: ['https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file'],
  resourceTypes: ['daemon.json'],
  find: (engine) => (engine.isTrue('experimental') ? [{ detail: 'experimental', message: "'experimental' is true" }] : []),
});
